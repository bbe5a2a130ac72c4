"""Slots and the diary: nobody is asked at night, nobody is booked twice, and a choice is read or left to be asked."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postroom_kit.hiring.diary import Diary, Taken
from postroom_kit.hiring.slots import PanelError, Slot, chosen, clashes, free, read_panel

BERLIN, NEW_YORK, TOKYO = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Tokyo"))
WEEK = {day: ["09:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
HOURS = {"zone": "Europe/Berlin", "country": "DE", "week": WEEK}
NOW = datetime(2026, 10, 19, 8, tzinfo=UTC)  # a Monday
BEN = read_panel([{"address": "ben@firm.test", "name": "Ben", "hours": HOURS}])
BOTH = read_panel(
    [
        {"address": "ben@firm.test", "hours": HOURS, "busy": [["2026-10-21T09:00+02:00", "2026-10-21T12:00+02:00"]]},
        {"address": "cho@firm.test", "hours": {**HOURS, "week": {"wed": ["10:00-15:00"], "fri": ["10:00-11:00"]}}},
    ]
)


def local(slots: list[Slot], zone: ZoneInfo = BERLIN) -> list[str]:
    return [f"{slot.start.astimezone(zone):%a %d %H:%M}" for slot in slots]


def test_times_are_offered_on_different_days_not_before_the_notice() -> None:
    assert local(free(BEN, {}, now=NOW, minutes=45)) == ["Wed 21 09:00", "Thu 22 09:00", "Fri 23 09:00"]


def test_a_panel_is_offered_only_when_all_of_it_is_free() -> None:
    assert local(free(BOTH, {}, now=NOW, minutes=60)) == ["Wed 21 13:00", "Fri 23 10:00", "Wed 28 10:00"]


def test_what_is_taken_or_was_offered_is_not_offered() -> None:
    taken = {"ben@firm.test": [(datetime(2026, 10, 21, 7, tzinfo=UTC), datetime(2026, 10, 21, 8, tzinfo=UTC))]}
    assert local(free(BEN, taken, now=NOW, minutes=45, most=1)) == ["Wed 21 10:00"]
    first = free(BEN, {}, now=NOW, minutes=45)
    again = free(BEN, {}, now=NOW, minutes=45, not_these=[slot.start for slot in first])
    assert not {slot.start for slot in first} & {slot.start for slot in again}


def test_nobody_is_offered_a_time_of_their_night() -> None:
    assert local(free(BEN, {}, now=NOW, minutes=45, most=1, other=NEW_YORK), NEW_YORK) == ["Wed 21 08:00"]
    assert free(BEN, {}, now=NOW, minutes=45, other=ZoneInfo("Pacific/Honolulu")) == []


def test_a_week_with_the_night_of_the_change_keeps_the_clock_on_the_wall() -> None:
    saturday = datetime(2026, 10, 24, 8, tzinfo=UTC)
    assert local(free(BEN, {}, now=saturday, minutes=45, most=1)) == ["Mon 26 09:00"]
    assert free(BEN, {}, now=saturday, minutes=45, most=1)[0].start == datetime(2026, 10, 26, 8, tzinfo=UTC)


def test_holidays_are_no_days_for_interviews() -> None:
    assert local(free(BEN, {}, now=datetime(2026, 12, 24, 6, tzinfo=UTC), minutes=45, most=1)) == ["Mon 28 09:00"]


@pytest.mark.parametrize(
    "row",
    [
        {"address": "x@firm.test"},
        {"address": "no address", "hours": HOURS},
        {"address": "x@firm.test", "hours": HOURS, "busy": [["2026-10-21T09:00", "2026-10-21T12:00"]]},
        {"address": "x@firm.test", "hours": HOURS, "busy": [["2026-10-21T09:00Z", "2026-10-21T08:00Z"]]},
        {"address": "x@firm.test", "hours": HOURS, "busy": [["soon", "later"]]},
    ],
)
def test_a_calendar_entry_that_cannot_be_used_names_its_person(row: dict[str, object]) -> None:
    with pytest.raises(PanelError, match=r"x@firm\.test|no address"):
        read_panel([row])


OFFERED = [
    Slot(datetime(2026, 10, 21, 13, tzinfo=UTC), 45, ("ben@firm.test",)),  # Wed 15:00 Berlin, 09:00 New York
    Slot(datetime(2026, 10, 22, 13, tzinfo=UTC), 45, ("ben@firm.test",)),
    Slot(datetime(2026, 10, 29, 14, tzinfo=UTC), 45, ("ben@firm.test",)),  # Thu 15:00 Berlin, 10:00 New York
]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2", 1),
        ("2.", 1),
        ("Option 2 please", 1),
        ("#3 works for me.", 2),
        ("I'll take 1. Thanks!", 0),
        ("The second one, please.", 1),
        ("Wednesday works.", 0),
        ("Wednesday at 3pm works for me", 0),
        ("Thursday 29 October at 15:00 suits me.", 2),
        ("October 29th is perfect", 2),
        ("Hi,\n\n22 October would be great.\n\nBest, Ana", 1),
        ("Mittwoch um 15 Uhr passt mir gut.", 0),
        ("Am 29. Oktober gerne.", 2),
        ("Le mercredi me convient.", 0),
        ("Wed 09:00 my time", 0),
        ("I can't do the others. 3", 2),
        ("Can I bring anything? The first one is fine.", 0),
    ],
)
def test_a_choice_is_read(text: str, place: int) -> None:
    assert chosen(text, OFFERED, BERLIN, NEW_YORK).slot == OFFERED[place]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Thursday works.", "unclear"),  # there are two
        ("Any of them.", "unclear"),
        ("2 or 3", "unclear"),
        ("Is Wednesday still free?", "unclear"),
        ("I have worked there for 2 years", "unclear"),
        ("It takes me 2 hours to get there", "unclear"),
        ("9", "unclear"),
        ("", "unclear"),
        ("None of these work for me.", "none"),
        ("Wednesday doesn't work.", "none"),
        ("Leider passt keiner davon.", "none"),
        ("Friday at 15:00 would be better", "unclear"),
        ("Wednesday at 16:00", "unclear"),
    ],
)
def test_what_is_no_clear_choice_is_none(text: str, meant: str) -> None:
    found = chosen(text, OFFERED, BERLIN, NEW_YORK)
    assert (found.meant, found.slot) == (meant, None)


def test_a_yes_is_a_choice_where_one_time_was_offered() -> None:
    assert chosen("Yes, that works!", OFFERED[:1], BERLIN).slot == OFFERED[0]
    assert chosen("No, that does not work.", OFFERED[:1], BERLIN).meant == "none"


def test_of_two_threads_that_hold_the_same_time_one_gets_it(tmp_path: Path) -> None:
    diary = Diary(tmp_path / "d.db")
    until = NOW + timedelta(days=2)
    assert diary.hold("a", OFFERED, until, NOW) == OFFERED
    assert diary.hold("b", OFFERED, until, NOW) == []
    assert diary.hold("b", OFFERED, until + timedelta(days=1), until) == OFFERED
    with pytest.raises(Taken):
        diary.book("a", OFFERED[0], 0, until)


def test_a_booking_gives_the_other_held_times_back(tmp_path: Path) -> None:
    diary = Diary(tmp_path / "d.db")
    diary.hold("a", OFFERED, NOW + timedelta(days=2), NOW)
    diary.book("a", OFFERED[1], 0, NOW)
    diary.book("a", OFFERED[1], 0, NOW)
    assert diary.hold("b", OFFERED, NOW + timedelta(days=2), NOW) == [OFFERED[0], OFFERED[2]]


def test_a_move_forgets_what_was_answered_and_a_late_repeat_of_the_first_booking_undoes_nothing(tmp_path: Path) -> None:
    diary = Diary(tmp_path / "d.db")
    diary.book("a", OFFERED[0], 0, NOW)
    diary.answer("a", "Ana@example.com", "accepted")
    diary.answer("a", "Ana@example.com", "accepted")
    assert diary.booking("a").answers == {"ana@example.com": "accepted"}  # type: ignore[union-attr]
    diary.book("a", OFFERED[1], 1, NOW)
    diary.book("a", OFFERED[0], 0, NOW)
    found = diary.booking("a")
    assert found is not None
    assert (found.slot, found.sequence, found.answers) == (OFFERED[1], 1, {})


def test_a_cancelled_booking_frees_its_time_and_is_still_known(tmp_path: Path) -> None:
    diary = Diary(tmp_path / "d.db")
    diary.book("a", OFFERED[0], 0, NOW)
    diary.cancel("a")
    diary.cancel("a")
    assert diary.booking("a").cancelled  # type: ignore[union-attr]
    assert diary.taken(NOW) == {}
    diary.forget("a")
    assert diary.booking("a") is None


def test_threads_that_book_at_once_never_share_a_person(tmp_path: Path) -> None:
    diary, got = Diary(tmp_path / "d.db"), []

    def book(number: int) -> None:
        try:
            diary.book(f"thread {number}", OFFERED[0], 0, NOW)
            got.append(number)
        except Taken:
            pass

    threads = [threading.Thread(target=book, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


STEPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["hold", "book", "cancel", "wait"]), st.integers(0, 9)),
    max_size=25,
)


@given(steps=STEPS)
@settings(max_examples=40)
def test_whatever_happens_nobody_is_booked_twice(
    steps: list[tuple[str, str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    diary, now = Diary(tmp_path_factory.mktemp("diary") / "d.db"), NOW
    slots = [Slot(NOW + timedelta(minutes=30 * at), 60, ("ben@firm.test",)) for at in range(10)]
    for sequence, (key, what, number) in enumerate(steps):
        if what == "hold":
            diary.hold(key, slots[number : number + 3], now + timedelta(hours=5), now)
        elif what == "cancel":
            diary.cancel(key)
        elif what == "wait":
            now += timedelta(hours=number)
        else:
            try:
                diary.book(key, slots[number], sequence, now)
            except Taken:
                continue
        found = [diary.booking(key) for key in "abc"]
        assert not clashes(each.slot for each in found if each and not each.cancelled)
