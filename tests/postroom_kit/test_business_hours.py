"""Business hours: the next opening is the first open instant, across holidays and changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.business_hours import DAYS, BusinessHours, BusinessHoursError
from postroom_kit.wordings import wordings

WEEK = {day: ["08:00-12:00", "13:00-18:00"] for day in DAYS[:5]}
OFFICE = BusinessHours.read({"zone": "Europe/Berlin", "country": "DE", "week": WEEK})
NIGHTS = BusinessHours.read({"zone": "Europe/Berlin", "week": {"sun": ["02:15-02:45", "20:00-24:00"]}})
MOMENTS = st.integers(1_577_836_800, 2_051_222_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2026-11-30T08:00", None),
        ("2026-11-30T11:59", None),
        ("2026-11-30T12:00", "2026-11-30T13:00"),
        ("2026-11-30T07:59", "2026-11-30T08:00"),
        ("2026-11-27T18:00", "2026-11-30T08:00"),
        ("2026-12-24T18:00", "2026-12-28T08:00"),
        ("2026-12-31T20:00", "2027-01-04T08:00"),
        ("2026-04-02T19:00", "2026-04-07T08:00"),
    ],
    ids=["opens", "before lunch", "lunch", "early", "weekend", "Christmas", "New Year", "Easter"],
)
def test_people_are_back_at_the_next_opening(now: str, opening: str | None) -> None:
    assert OFFICE.next_opening(berlin(now)) == (berlin(opening) if opening else None)


@pytest.mark.parametrize(
    ("start", "end", "open_hours"),
    [
        ("2026-11-30T11:00", "2026-11-30T14:00", 2),
        ("2026-11-27T17:30", "2026-11-30T08:30", 1),
        ("2026-12-24T17:00", "2026-12-28T09:00", 2),
        ("2026-11-28T09:00", "2026-11-29T20:00", 0),
        ("2026-11-23T00:00", "2026-11-30T00:00", 45),
    ],
    ids=["over lunch", "over a weekend", "over Christmas", "within a weekend", "a week"],
)
def test_open_time_is_what_people_are_at_work(start: str, end: str, open_hours: int) -> None:
    assert OFFICE.open_time(berlin(start), berlin(end)) == timedelta(hours=open_hours)


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=60)))
def test_open_time_is_no_longer_than_the_time_and_adds_up(start: datetime, span: timedelta) -> None:
    middle, end = start + span / 3, start + span
    whole = OFFICE.open_time(start, end)
    assert timedelta() <= whole <= span
    assert whole == OFFICE.open_time(start, middle) + OFFICE.open_time(middle, end)


@pytest.mark.parametrize(("weekend", "utc"), [("2026-03-28", "06:00"), ("2026-10-24", "07:00")])
def test_the_local_hour_stays_when_the_clocks_change(weekend: str, utc: str) -> None:
    opening = OFFICE.next_opening(berlin(f"{weekend}T12:00"))
    assert opening is not None
    assert f"{opening:%a %H:%M}" == "Mon 08:00"
    assert f"{opening.astimezone(UTC):%H:%M}" == utc


def test_an_hour_that_the_clocks_skip_moves_with_them() -> None:
    assert NIGHTS.next_opening(berlin("2026-03-29T00:30")) == berlin("2026-03-29T03:15")
    skipped = BusinessHours.read({"zone": "Europe/Berlin", "week": {"sun": ["02:30-03:00"]}})
    assert skipped.next_opening(berlin("2026-03-29T00:30")) == berlin("2026-04-05T02:30")


def test_a_day_may_end_at_midnight() -> None:
    assert NIGHTS.next_opening(berlin("2026-11-29T23:59")) is None
    assert NIGHTS.next_opening(berlin("2026-11-30T00:00")) == berlin("2026-12-06T02:15")


@given(MOMENTS, st.sampled_from([OFFICE, NIGHTS]))
def test_nobody_is_there_before_the_opening_and_somebody_is_at_it(now: datetime, hours: BusinessHours) -> None:
    opening = hours.next_opening(now)
    if opening is None:
        return
    assert opening > now
    assert hours.next_opening(opening) is None
    assert hours.next_opening(now + (opening - now) / 2) == opening
    assert hours.next_opening(opening - timedelta(microseconds=1)) == opening


@pytest.mark.parametrize(
    ("language", "hours", "back"),
    [
        ("en", "Monday to Friday, 08:00 to 12:00 and 13:00 to 18:00 (CET)", "Monday, 30 November, 08:00"),
        ("de", "Montag bis Freitag, 08:00 bis 12:00 Uhr und 13:00 bis 18:00 Uhr (CET)", "Montag, 30. November, 08:00 Uhr"),  # noqa: E501
        ("fr", "du lundi au vendredi, de 08:00 à 12:00 et de 13:00 à 18:00 (CET)", "lundi 30 novembre, 08:00"),
        ("es", "de lunes a viernes, de 08:00 a 12:00 y de 13:00 a 18:00 (CET)", "lunes, 30 de noviembre, 08:00"),
        ("pl", "Monday to Friday, 08:00 to 12:00 and 13:00 to 18:00 (CET)", "Monday, 30 November, 08:00"),
        (None, "Monday to Friday, 08:00 to 12:00 and 13:00 to 18:00 (CET)", "Monday, 30 November, 08:00"),
    ],
)  # fmt: skip
def test_hours_are_said_in_the_language(language: str | None, hours: str, back: str) -> None:
    assert OFFICE.told(language, berlin("2026-11-28T12:00")) == {"hours": hours, "back": back}


def test_days_with_other_hours_are_said_apart() -> None:
    week = {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"], "thu": ["10:00-24:00"]}
    said = BusinessHours.read({"zone": "UTC", "week": week}).told("en", berlin("2026-11-30T12:00"))
    assert said == {"hours": "Monday to Tuesday, 09:00 to 17:00; Thursday, 10:00 to 24:00 (UTC)", "back": ""}


@pytest.mark.parametrize("code", sorted(wordings()))
def test_every_language_has_all_its_words(code: str) -> None:
    wording = wordings()[code]
    assert (len(wording.months), len(wording.weekdays), len(wording.numbers)) == (12, 7, 13)
    assert OFFICE.told(code, berlin("2026-11-28T12:00"))["back"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"zone": "Europe/Berlin"}, "no day has hours"),
        ({"zone": "Europe/Atlantis", "week": WEEK}, "zone: write"),
        ({"zone": "UTC", "country": "Atlantis", "week": WEEK}, "country 'Atlantis': write DE"),
        ({"week": WEEK}, "zone: write"),
        ({"zone": "UTC", "week": {"monday": []}}, "'monday'"),
        ({"zone": "UTC", "week": {"mon": ["8-18"]}}, "'8-18' is no span of hours"),
        ({"zone": "UTC", "week": {"mon": ["22:00-06:00"]}}, "write a night as two spans"),
        ({"zone": "UTC", "week": {"mon": ["08:00-12:00", "11:00-13:00"]}}, "overlap"),
    ],
)
def test_hours_that_cannot_be_are_refused_with_what_to_write(data: dict[str, object], said: str) -> None:
    with pytest.raises(BusinessHoursError, match=said):
        BusinessHours.read(data)


def test_a_country_without_known_holidays_is_named_when_it_is_asked_for() -> None:
    hours = BusinessHours.read({"zone": "UTC", "country": "ZZ", "week": WEEK})
    with pytest.raises(BusinessHoursError, match="country 'ZZ'"):
        hours.next_opening(berlin("2026-11-30T12:00"))
