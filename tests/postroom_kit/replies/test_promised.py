"""A promised day of payment and offered times are read; what is unclear is left to people."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.replies import offered_times, promised_day

NOW = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)  # a Monday


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I will pay on Friday.", "2026-12-04"),
        ("You'll have the money by the end of the month.", "2026-11-30"),
        ("Will pay by 15 December.", "2026-12-15"),
        ("I'll transfer it tomorrow. Sorry for the delay!", "2026-12-01"),
        ("We'll wire the amount next week.", "2026-12-13"),
        ("I can settle this within 5 days.", "2026-12-05"),
        ("I'll pay Friday, at the latest Monday.", "2026-12-07"),
        ("We will pay by close of business Friday.", "2026-12-04"),
        ("I will pay within 3 business days.", "2026-12-03"),
        ("I'll pay first thing Thursday.", "2026-12-03"),
        ("We'll pay the week of the 14th.", "2026-12-20"),
        ("We will pay by the first week of January.", "2027-01-10"),
        ("We will pay the November invoice on the 10th.", "2026-12-10"),
        ("We'll pay your invoice of 1 October on Friday.", "2026-12-04"),
        ("Ich überweise den Betrag bis 15.12.", "2026-12-15"),
        ("Ich zahle bis Ende des Monats.", "2026-11-30"),
        ("Je paierai vendredi.", "2026-12-04"),
        ("Pagaré el viernes.", "2026-12-04"),
        ("Pagherò entro venerdì.", "2026-12-04"),
        ("Ik betaal vrijdag.", "2026-12-04"),
    ],
)
def test_a_promise_to_pay_has_its_last_day(text: str, day: str) -> None:
    assert promised_day(text, NOW) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "I will pay on the next payday.",
        "Can I pay on Friday?",
        "If I get paid I will pay on Friday.",
        "I cannot pay by Friday.",
        "I paid on Friday.",
        "I will pay half on Friday and the rest on 15 December.",
        "Will pay by 3/12.",
        "I'll pay when I can. See you on Friday.",
        "I'll pay on Friday. The other invoice I will pay on 15 December.",
        "The payment was due on 15 December.",
        "Ich kann bis Freitag nicht zahlen.",
        "I will pay soon.",
        "I will pay after the 20th.",
        "We will pay after Christmas.",
        "Wir zahlen nach dem 20. Dezember.",
        "I will pay in a few days.",
        "I will pay this winter.",
        "We will pay the Friday after next.",
        "I will pay next year.",
        "",
    ],
)
def test_what_is_unclear_is_no_promise(text: str) -> None:
    assert promised_day(text, NOW) is None


@pytest.mark.parametrize(
    ("text", "times"),
    [
        (
            "I could do Tuesday at 3pm or Thursday 10:30, but not Friday.",
            ["2026-12-01T15:00+01:00", "2026-12-03T10:30+01:00"],
        ),
        ("I can't do Tuesday. Wednesday 2-4pm works.", ["2026-12-02T14:00+01:00"]),
        ("Geht Dienstag um 15 Uhr?", ["2026-12-01T15:00+01:00"]),
        ("I am out of office until Monday.", []),
        ("I wrote to you on Friday at 9am.", []),
        ("29 March 2027 at 9am?", ["2027-03-29T09:00+02:00"]),  # the clocks went forward the day before
    ],
)
def test_offered_times_are_told_by_the_clocks_of_their_zone(text: str, times: list[str]) -> None:
    offered = offered_times(text, NOW, "Europe/Berlin")
    assert [named.moment.isoformat(timespec="minutes") for named in offered if named.moment] == times
    assert all(text[named.start : named.end] == named.text for named in offered)


def test_a_day_without_a_time_is_offered_as_a_day() -> None:
    (named,) = offered_times("Any time next Tuesday.", NOW, "Asia/Tokyo")
    assert (named.first, named.moment) == (dt.date(2026, 12, 8), None)


def test_a_time_that_is_past_where_they_are_is_not_offered() -> None:
    assert offered_times("Today at 9am?", NOW, "Asia/Tokyo") == []


_MOMENTS = st.datetimes(timezones=st.just(dt.UTC)).filter(lambda moment: 1 < moment.year < dt.MAXYEAR)


@given(st.text(), _MOMENTS)
def test_no_words_make_it_fail(text: str, reference: dt.datetime) -> None:
    promised_day(text, reference)
    offered_times(text, reference, "America/New_York")
