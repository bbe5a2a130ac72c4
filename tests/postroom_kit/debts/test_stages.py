"""At most one step, the right one, never two in a week, and nothing pressing in a validation period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.debts.stages import (
    FINAL,
    FIRM,
    FRIENDLY,
    HUMAN,
    LADDER,
    REMINDER,
    URGENT,
    Case,
    Ladder,
    Step,
    due,
    planned,
)

DUE = date(2026, 3, 2)
SOFT = Ladder(in_validation="soften")


def day(number: int) -> date:
    """So many days overdue."""
    return DUE + timedelta(days=number)


def run(case: Case, awake: set[int], ladder: Ladder = LADDER) -> list[tuple[int, str]]:
    """Ask once on each day that somebody is awake, and do what is due; return what was done on which day."""
    done: list[tuple[int, str]] = []
    for number in sorted(awake):
        if step := due(case, day(number), ladder):
            done.append((number, step.stage))
            case = replace(case, sent=(*case.sent, (step.stage, day(number))))
    return done


def test_the_ladder_goes_by_days_overdue() -> None:
    everyday = set(range(200))
    assert run(Case(DUE), everyday) == [(1, FRIENDLY), (7 + 1, FIRM), (15, URGENT), (30, FINAL), (45, HUMAN)]


def test_the_week_between_two_mails_is_kept_where_the_ladder_is_tighter() -> None:
    assert Ladder(apart=1).days == LADDER.days
    assert run(Case(DUE), set(range(200)), Ladder(apart=1)) == [
        (1, FRIENDLY), (7, FIRM), (14, URGENT), (30, FINAL), (45, HUMAN),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("awake", "done"),
    [
        ({1, 31, 32, 33, 38}, [(1, FRIENDLY), (31, FINAL)]),
        ({1, 20, 21, 22}, [(1, FRIENDLY), (20, URGENT)]),
        ({1, 60, 61}, [(1, FRIENDLY), (60, HUMAN)]),
        ({60, 61, 62}, [(60, FRIENDLY)]),
        ({60, 66, 67}, [(60, FRIENDLY), (67, FIRM)]),
    ],
)
def test_after_downtime_there_is_one_step_the_right_one(awake: set[int], done: list[tuple[int, str]]) -> None:
    assert run(Case(DUE), awake) == done


def test_a_debt_that_comes_to_us_late_begins_with_a_friendly_mail_and_has_the_whole_ladder() -> None:
    steps = planned(Case(DUE), day(100))
    assert [(step.stage, (step.day - DUE).days) for step in steps] == [
        (FRIENDLY, 100), (FIRM, 107), (URGENT, 114), (FINAL, 129), (HUMAN, 144),
    ]  # fmt: skip


def test_in_a_validation_period_nothing_presses_and_the_ladder_moves_behind_it() -> None:
    case = Case(DUE, ((FRIENDLY, day(1)),), validated=day(38))
    assert [(step.stage, (step.day - DUE).days) for step in planned(case, day(2))] == [
        (FIRM, 44), (URGENT, 51), (FINAL, 67), (HUMAN, 82),
    ]  # fmt: skip
    assert [(step.stage, (step.day - DUE).days) for step in planned(case, day(2), SOFT)][:2] == [
        (REMINDER, 14), (FIRM, 44),
    ]  # fmt: skip


def test_days_of_a_promise_do_not_count() -> None:
    case = Case(DUE, ((FRIENDLY, day(1)),), still=((day(3), day(12)),))
    assert [(step.stage, (step.day - DUE).days) for step in planned(case, day(2))][:2] == [(FIRM, 17), (URGENT, 24)]


def test_nothing_leaves_before_the_due_date_or_after_a_stop() -> None:
    assert due(Case(DUE), DUE) is None
    assert due(Case(DUE, stopped=True), day(50)) is None


def test_a_ladder_that_goes_backwards_is_refused() -> None:
    for wrong in (
        ((FRIENDLY, 7), (HUMAN, 7)), ((FIRM, 1), (HUMAN, 2)), ((FRIENDLY, 1), (FIRM, 2)),
        ((FRIENDLY, 1), (FIRM, 2), (FIRM, 3), (HUMAN, 4)),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="stage"):
            Ladder(days=wrong)


AWAKE = st.sets(st.integers(0, 250), max_size=120)
SPANS = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 30)).map(lambda s: (day(s[0]), day(s[0] + s[1]))), max_size=4
)


@given(AWAKE, SPANS, st.integers(0, 60), st.sampled_from([LADDER, SOFT]), st.booleans())
def test_whatever_the_downtime_the_rules_hold(
    awake: set[int], still: list[tuple[date, date]], validation: int, ladder: Ladder, consumer: bool
) -> None:
    case, done = Case(DUE, still=tuple(still)), list[Step]()
    for number in sorted(awake):
        step = due(case, day(number), ladder)
        if step is None:
            continue
        done.append(step)
        ends = case.validated or (day(number + validation) if consumer else None)
        case = replace(case, sent=(*case.sent, (step.stage, step.day)), validated=ends)
    names, days = [step.stage for step in done], [step.day for step in done]
    assert all((later - earlier).days >= 7 for earlier, later in pairwise(days))
    assert len(set(names)) == len(names)
    numbers = [ladder.number(name) for name in names if name != REMINDER]
    assert numbers == sorted(numbers)
    assert names[:1] in ([], [FRIENDLY])
    assert HUMAN not in names[:-1]
    assert not any(start <= each <= end for each in days for start, end in still)
    assert all(each > DUE for each in days)
    if case.validated:
        within = {step.stage for step in done if step.day <= case.validated}
        assert within <= {FRIENDLY, REMINDER}
    for step in done:
        reached = {"firm": 7, "urgent": 14, "final": 30, "human": 45}.get(step.stage, 1)
        assert (step.day - DUE).days >= reached


@given(AWAKE, st.integers(0, 60))
def test_asking_twice_on_a_day_does_nothing_more(awake: set[int], validation: int) -> None:
    case = Case(DUE, validated=day(validation))
    for number in sorted(awake):
        if step := due(case, day(number)):
            case = replace(case, sent=(*case.sent, (step.stage, step.day)))
            assert due(case, day(number)) is None
