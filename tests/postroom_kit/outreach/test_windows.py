"""Windows: the first moment that is inside for every place where a person may be, on any clock of the world."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from postroom_kit.outreach import Place, Spot, Window, next_moment, spots
from postroom_kit.outreach.places import _country_of as country_of

ALL = [Spot(zone, country) for zone, country in sorted(country_of().items())]
MOMENTS = st.integers(1_293_840_000, 2_051_222_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
TIMES = st.integers(0, 1439).map(lambda minutes: time(minutes // 60, minutes % 60))
_DAY = timedelta(days=1)
PLAIN = Window(time(8), time(21), business_days=False)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start, end = sorted(draw(st.lists(TIMES, min_size=2, max_size=2, unique=True)))
    pauses = [
        tuple(sorted(pair)) for pair in draw(st.lists(st.lists(TIMES, min_size=2, max_size=2, unique=True), max_size=2))
    ]
    return Window(
        start,
        end,
        business_days=draw(st.booleans()),
        holidays=draw(st.booleans()),
        days_off=draw(st.frozensets(st.integers(0, 6), max_size=3)),
        hours_off=tuple((opens, closes) for opens, closes in pauses),
    )


def wall(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@given(at=MOMENTS, places=st.lists(st.sampled_from(ALL), min_size=1, max_size=3), window=windows())
def test_the_moment_is_inside_everywhere_and_asking_again_changes_nothing(
    at: datetime, places: list[Spot], window: Window
) -> None:
    moment = next_moment(at, places, window)
    assume(moment is not None)
    assert moment is not None
    assert moment >= at
    for spot in places:
        local = moment.astimezone(ZoneInfo(spot.zone))
        assert window.start <= local.time() < window.end
        assert local.weekday() not in window.days_off
        assert not any(opens <= local.time() < closes for opens, closes in window.hours_off)
    assert next_moment(moment, places, window) == moment


@given(
    at=MOMENTS,
    later=st.timedeltas(timedelta(), timedelta(days=20)),
    places=st.lists(st.sampled_from(ALL), min_size=1, max_size=3),
    window=windows(),
)
def test_who_asks_later_is_never_told_an_earlier_moment(
    at: datetime, later: timedelta, places: list[Spot], window: Window
) -> None:
    first, second = next_moment(at, places, window), next_moment(at + later, places, window)
    assert first is None or second is None or first <= second
    assert first is None or first < at + later or second == first


@given(at=MOMENTS, window=windows(), spot=st.sampled_from(ALL))
def test_no_minute_before_the_moment_would_have_done(at: datetime, window: Window, spot: Spot) -> None:
    at = at.replace(second=0)
    moment = next_moment(at, [spot], window)
    assume(moment is not None and moment - at < timedelta(days=3))
    assert moment is not None
    minutes = int((moment - at).total_seconds()) // 60
    assert not any(window.is_open(at + timedelta(minutes=number), spot) for number in range(minutes))


@pytest.mark.parametrize("spot", ALL, ids=lambda spot: spot.zone)
def test_on_no_clock_in_the_world_a_moment_is_outside_or_passed_over(spot: Spot) -> None:
    clock, year = ZoneInfo(spot.zone), datetime(2026, 1, 1, tzinfo=UTC)
    days = [year + timedelta(days=number) for number in range(365)]
    jumps = [day for day in days if day.astimezone(clock).utcoffset() != (day + _DAY).astimezone(clock).utcoffset()]
    for day in [*days[::90], *jumps]:
        for at in (day + timedelta(hours=number) for number in range(-12, 36, 3)):
            moment = next_moment(at, [spot], PLAIN)
            assert moment is not None
            assert time(8) <= moment.astimezone(clock).time() < time(21)
            assert moment - at <= timedelta(hours=12)


@pytest.mark.parametrize(
    ("zone", "window", "at", "expected"),
    [
        ("Europe/Berlin", (time(2, 30), time(4)), "2026-03-29T01:00", "2026-03-29T03:00"),
        ("Europe/Berlin", (time(8), time(21)), "2026-03-28T22:00", "2026-03-29T08:00"),
        ("Europe/Berlin", (time(2, 30), time(2, 45)), "2026-03-29T01:00", "2026-03-30T02:30"),
        ("Africa/Cairo", (time(0, 0), time(1)), "2026-04-23T20:00", "2026-04-25T00:00"),
        ("America/Havana", (time(0, 0), time(2)), "2026-03-07T20:00", "2026-03-08T01:00"),
        ("Australia/Lord_Howe", (time(2, 15), time(3)), "2026-10-04T01:00", "2026-10-04T02:30"),
        ("Pacific/Apia", (time(8), time(21)), "2011-12-29T22:00", "2011-12-31T08:00"),
        ("Asia/Kathmandu", (time(8), time(21)), "2026-06-01T22:00", "2026-06-02T08:00"),
        ("Europe/Berlin", (time(8), time(21)), "2028-02-28T22:00", "2028-02-29T08:00"),
    ],
    ids=[
        "start skipped",
        "next day",
        "whole skipped",
        "midnight skipped",
        "midnight",
        "half hour",
        "day skipped",
        "quarter",
        "leap day",
    ],
)
def test_clocks_that_jump_and_days_that_are_not(zone: str, window: tuple[time, time], at: str, expected: str) -> None:
    hours = Window(*window, business_days=False)
    assert next_moment(wall(at, zone), [Spot(zone, "")], hours) == wall(expected, zone)


def test_the_hour_that_comes_twice_opens_twice() -> None:
    berlin, hours = Spot("Europe/Berlin", "DE"), Window(time(2, 0), time(2, 30), business_days=False)
    first = next_moment(wall("2026-10-25T01:00", "Europe/Berlin"), [berlin], hours)
    assert first == datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    again = next_moment(wall("2026-10-25T02:30", "Europe/Berlin"), [berlin], hours)
    assert again == datetime(2026, 10, 25, 1, 0, tzinfo=UTC)


def test_a_country_of_many_zones_is_written_to_when_all_of_them_are_at_work() -> None:
    everywhere = spots((Place("US"),))
    moment = next_moment(datetime(2026, 12, 1, 6, tzinfo=UTC), everywhere, Window())
    assert moment == datetime(2026, 12, 1, 18, 30, tzinfo=UTC)  # 8:30 in Honolulu and Adak, 13:30 in New York
    assert next_moment(datetime(2026, 12, 1, 22, 30, tzinfo=UTC), everywhere, Window()) == moment + timedelta(days=1)


@pytest.mark.parametrize(
    "places", [None, [], spots((Place("RU"),)), [Spot("Europe/Berlin", "DE"), Spot("Pacific/Auckland", "NZ")]]
)
def test_without_an_hour_in_common_no_time_is_safe(places: list[Spot] | None) -> None:
    assert next_moment(datetime(2026, 12, 1, tzinfo=UTC), places, Window()) is None


def test_weekends_and_holidays_are_free_in_every_possible_place() -> None:
    cairo_and_berlin = [Spot("Africa/Cairo", "EG"), Spot("Europe/Berlin", "DE")]
    thursday_evening = wall("2026-12-03T18:00", "Europe/Berlin")
    assert next_moment(thursday_evening, cairo_and_berlin, Window()) == wall("2026-12-07T08:30", "Europe/Berlin")
    christmas = wall("2026-12-24T18:00", "Europe/Berlin")
    assert next_moment(christmas, cairo_and_berlin, Window()) == wall("2026-12-28T08:30", "Europe/Berlin")


@given(at=MOMENTS, country=st.sampled_from(["US", "RU", "AU", "AR", "MX"]), window=windows())
def test_zones_that_show_the_same_are_looked_at_once_and_none_is_left_out(
    at: datetime, country: str, window: Window
) -> None:
    places = [spot for spot in ALL if spot.country == country]
    moment = next_moment(at, places, window)
    assert moment is None or window.is_open_in_all(moment, places)


@pytest.mark.parametrize("times", [(time(21), time(8)), (time(8), time(8))])
def test_a_window_that_ends_before_it_begins_is_refused(times: tuple[time, time]) -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        Window(*times)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        next_moment(datetime(2026, 12, 1), [Spot("Europe/Berlin", "DE")], Window())  # noqa: DTZ001


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_hold_no_moment(day: date) -> None:
    assert next_moment(datetime.combine(day, time(12), UTC), [Spot("Europe/Berlin", "DE")], Window()) is None


def test_a_clock_that_changes_within_the_very_second_that_is_asked_about_ends_the_search() -> None:
    asked = datetime(2026, 10, 2, 6, 0, 0, 871_842, tzinfo=UTC)  # New York's clock changes 30 days later at 06:00:00
    opens = next_moment(asked, spots([Place("US", "NY", "America/New_York")], ""), Window())
    assert opens == datetime(2026, 10, 2, 12, 30, tzinfo=UTC)
