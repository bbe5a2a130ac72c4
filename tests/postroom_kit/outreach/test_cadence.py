"""Cadences: due times in the person's hours, at most one step at a time, and a pause while they are away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.outreach import Place, Step, Window, after_absence, moments, next_step, spots

NEW_YORK, BERLIN = Place("US", "NY"), Place("DE", "", "Europe/Berlin")
PLACES = st.sampled_from([NEW_YORK, BERLIN, Place("US"), Place("AU", "NSW"), Place("EG"), Place("IN"), Place("NZ")])
MOMENTS = st.integers(1_735_689_600, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
DAYS = st.lists(st.integers(1, 40), min_size=1, max_size=6, unique=True).map(sorted)
BEGUN = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
LADDER = [Step(f"step {number}", BEGUN + timedelta(days=day)) for number, day in enumerate((0, 2, 6, 13))]


def test_follow_ups_are_due_on_days_3_7_and_14_at_the_hour_it_began() -> None:
    berlin = [moment.astimezone(ZoneInfo("Europe/Berlin")) for moment in moments(begun=BEGUN, places=[BERLIN])]
    assert [f"{moment:%a %d %H:%M}" for moment in berlin] == ["Thu 03 16:00", "Mon 07 16:00", "Mon 14 16:00"]


def test_the_hour_on_the_wall_stays_over_a_change_of_the_clock() -> None:
    begun = datetime(2026, 10, 22, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    due = moments(begun=begun, places=[BERLIN])
    local = [moment.astimezone(ZoneInfo("Europe/Berlin")) for moment in due]
    assert [f"{moment:%a %H:%M %z}" for moment in local] == ["Mon 08:30 +0100", "Wed 09:00 +0100", "Wed 09:00 +0100"]


def test_steps_that_fall_on_one_free_weekend_do_not_arrive_together() -> None:
    friday = datetime(2026, 12, 4, 15, 0, tzinfo=UTC)
    due = moments((2, 3, 4), begun=friday, places=[NEW_YORK])
    assert [f"{moment:%a %d}" for moment in due] == ["Mon 07", "Tue 08", "Wed 09"]


def test_a_step_that_a_holiday_moved_pushes_the_next_one_away() -> None:
    begun = datetime(2026, 5, 6, 7, 0, tzinfo=UTC)  # Friday is a holiday in France, and day 7 is the next Tuesday
    due = moments(begun=begun, places=[Place("FR")])
    assert [f"{moment:%a %d}" for moment in due] == ["Mon 11", "Wed 13", "Tue 19"]


def test_weekend_holidays_and_window_can_be_set() -> None:
    free = Window(business_days=False)
    due = moments((2, 25), begun=datetime(2026, 12, 4, 15, 0, tzinfo=UTC), places=[NEW_YORK], window=free)
    assert [f"{moment:%d}" for moment in due] == ["05", "28"]


@pytest.mark.parametrize("places", [[], [Place()], [Place("XX")], [Place("RU")]])
def test_where_no_time_is_safe_nothing_is_planned(places: list[Place]) -> None:
    assert moments(begun=BEGUN, places=places) == []


@pytest.mark.parametrize("days", [(3, 3), (7, 3), (0, 1), (-1,)])
def test_days_that_do_not_rise_from_1_are_refused(days: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="from 1 on"):
        moments(days, begun=BEGUN, places=[NEW_YORK])


@given(days=DAYS, begun=MOMENTS, place=PLACES)
def test_due_times_are_in_the_window_apart_and_never_early(days: list[int], begun: datetime, place: Place) -> None:
    due, possible = moments(days, begun=begun, places=[place]), spots([place]) or ()
    assert len(due) == len(days)
    for day, moment in zip(days, due, strict=True):
        assert Window().is_open_in_all(moment, possible)
        assert moment >= begun
        local = [when.astimezone(possible[0].clock).date() for when in (begun, moment)]
        assert (local[1] - local[0]).days >= day - 1
    assert all(later - earlier >= timedelta(days=1) for earlier, later in pairwise(due))
    assert due == moments(days, begun=begun, places=[place])


def test_a_step_is_taken_when_it_is_due_and_once() -> None:
    assert next_step(LADDER, [], BEGUN - timedelta(seconds=1)) is None
    assert next_step(LADDER, [], BEGUN) == LADDER[0]
    assert next_step(LADDER, [("step 0", BEGUN)], BEGUN + timedelta(hours=30)) is None
    assert next_step(LADDER, [("step 0", BEGUN)], BEGUN + timedelta(days=2)) == LADDER[1]


def test_after_a_downtime_only_the_step_of_today_is_taken() -> None:
    late = BEGUN + timedelta(days=8)
    assert next_step(LADDER, [("step 0", BEGUN)], late) == LADDER[2]
    assert next_step(LADDER, [("step 0", BEGUN), ("step 2", late)], late + timedelta(days=2)) is None


def test_in_order_the_first_step_not_done_is_taken_and_the_distances_are_kept() -> None:
    late = BEGUN + timedelta(days=8)
    assert next_step(LADDER, [("step 0", BEGUN)], late, in_order=True) == LADDER[1]
    done = [("step 0", BEGUN), ("step 1", late)]
    assert next_step(LADDER, done, late + timedelta(days=3), in_order=True) is None
    assert next_step(LADDER, done, late + timedelta(days=4), in_order=True) == LADDER[2]
    assert next_step(LADDER, [(step.key, late) for step in LADDER], late + timedelta(days=90), in_order=True) is None


def test_two_steps_never_leave_within_a_day() -> None:
    done = [("step 0", BEGUN + timedelta(days=2))]
    assert next_step(LADDER, done, BEGUN + timedelta(days=2, hours=3)) is None


@given(
    dues=st.lists(MOMENTS, min_size=1, max_size=6, unique=True).map(sorted),
    asked=st.lists(MOMENTS, min_size=1, max_size=30).map(sorted),
    in_order=st.booleans(),
)
def test_whenever_one_asks_no_step_is_early_doubled_or_goes_back(
    dues: list[datetime], asked: list[datetime], in_order: bool
) -> None:
    steps = [Step(str(number), due) for number, due in enumerate(dues)]
    done: list[tuple[str, datetime]] = []
    for now in asked:
        for _ in range(3):  # a tick that comes three times
            if (step := next_step(steps, done, now, in_order=in_order)) is not None:
                assert step.due <= now
                assert not done or now - done[-1][1] >= timedelta(days=1)
                done.append((step.key, now))
    taken = [int(key) for key, _ in done]
    assert taken == sorted(set(taken))
    assert not in_order or taken == list(range(len(taken)))


def test_steps_out_of_order_and_moments_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="order"):
        next_step(LADDER[::-1], [], BEGUN)
    with pytest.raises(ValueError, match="no time zone"):
        next_step(LADDER, [], datetime(2026, 12, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        moments(begun=datetime(2026, 12, 1), places=[NEW_YORK])  # noqa: DTZ001


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        (date(2026, 12, 10), "Fri 2026-12-11 08:30"),
        (date(2026, 12, 11), "Mon 2026-12-14 08:30"),
        (date(2026, 12, 24), "Mon 2026-12-28 08:30"),
        (date(2026, 11, 20), "Wed 2026-12-02 08:30"),
        (None, "Tue 2026-12-08 10:00"),
        (date(9999, 12, 31), "Tue 2026-12-08 10:00"),
    ],
    ids=["a day after", "over a weekend", "over Christmas", "back already", "no date", "no date anybody means"],
)
def test_after_an_absence_it_goes_on_a_business_day_after_their_return(back: date | None, expected: str) -> None:
    moment = after_absence(back, now=BEGUN, places=[NEW_YORK])
    assert f"{moment.astimezone(ZoneInfo('America/New_York')):%a %Y-%m-%d %H:%M}" == expected


def test_after_an_absence_somewhere_it_goes_on_later_all_the_same() -> None:
    assert after_absence(date(2026, 12, 10), now=BEGUN, places=[]) == datetime(2026, 12, 11, 9, tzinfo=UTC)
    assert after_absence(None, now=BEGUN, places=[]) == BEGUN + timedelta(days=7)


@given(now=MOMENTS, days=st.integers(-30, 700), place=PLACES)
def test_after_an_absence_no_mail_arrives_before_the_day_after_their_return(
    now: datetime, days: int, place: Place
) -> None:
    possible = spots([place]) or ()
    back = now.date() + timedelta(days=days)
    moment = after_absence(back, now=now, places=[place])
    assert moment > now
    assert Window().is_open_in_all(moment, possible)
    assert all(moment.astimezone(spot.clock).date() > back for spot in possible)
