"""When a debt is written about: friendly, firm, urgent, final, then a person; a pure plan of one step at a time.

What a stage is due on is counted in days that count: from the due date, or from the first mail where we began later,
and without those in which nothing may be pressed: a validation period, a promise, a payment that is looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

FRIENDLY, REMINDER, FIRM, URGENT, FINAL, HUMAN = "friendly", "reminder", "firm", "urgent", "final", "human"
Span = tuple[date, date]
"""From one day to another, both in it."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The days of each stage, and how far apart two mails are at least.

    In a validation period nothing is pressed: `soften` sends one reminder in friendly words on its day of the period,
    `move` nothing. Either way firm words and all behind them begin once it is over.
    """

    days: tuple[tuple[str, int], ...] = ((FRIENDLY, 1), (FIRM, 7), (URGENT, 14), (FINAL, 30), (HUMAN, 45))
    apart: int = 7
    in_validation: Literal["move", "soften"] = "move"
    reminder: int = 14

    def __post_init__(self) -> None:
        """Refuse a ladder whose days do not rise, or that skips a first friendly stage or a last human one."""
        names = [name for name, _ in self.days]
        if any(later[1] <= earlier[1] for earlier, later in pairwise(self.days)) or self.apart < 1:
            raise ValueError("stages need days that rise, and mails at least a day apart")
        if names[:1] != [FRIENDLY] or names[-1:] != [HUMAN] or len(set(names)) != len(names):
            raise ValueError("the first stage is friendly, the last human, and none comes twice")

    def number(self, stage: str) -> int:
        """Return which stage it is, counted from 0; the reminder is none and counts as the first."""
        return next((number for number, (name, _) in enumerate(self.days) if name == stage), 0)


LADDER = Ladder()


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a debt: when it was due, what left and when, until when the debtor may still dispute it.

    `validated` is the end of the validation period, None where there is none. `still` are other spans that do not
    count, such as a promise to pay. `stopped`: nothing is ever to leave again.
    """

    due: date
    sent: tuple[tuple[str, date], ...] = ()
    validated: date | None = None
    still: tuple[Span, ...] = ()
    stopped: bool = False
    begun: date | None = field(default=None)

    @property
    def first(self) -> date | None:
        """Return the day of the first mail."""
        return self.sent[0][1] if self.sent else self.begun


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done on a day: a stage, and why now; `human` is a hand-over and no mail."""

    stage: str
    day: date
    because: str = ""


def counted(case: Case, on: date) -> int:
    """Return how many days count for the ladder on a day: 1 on the day after the due date, or of the first mail."""
    first = case.first
    start = max(case.due, first - timedelta(days=1)) if first else on - timedelta(days=1)
    return (on - start).days - _not_counted(_spans(case), start + timedelta(days=1), on)


def due(case: Case, on: date, ladder: Ladder = LADDER) -> Step | None:
    """Return the one step for a day, or None; however long nobody looked, never more than that of the day itself."""
    last = case.sent[-1] if case.sent else None
    if case.stopped or (last and (last[0] == HUMAN or on < last[1] + timedelta(days=ladder.apart))):
        return None
    if on <= case.due or any(start <= on <= end for start, end in case.still):
        return None
    if last is None:
        return Step(FRIENDLY, on, f"{(on - case.due).days} days overdue, and the first mail")
    reached = counted(case, on)
    if case.validated and on <= case.validated:
        told = {stage for stage, _ in case.sent}
        soften = ladder.in_validation == "soften" and REMINDER not in told
        days = (on - case.sent[0][1]).days + 1
        return Step(REMINDER, on, f"within the validation period until {case.validated}") if soften and (
            days >= ladder.reminder
        ) else None  # fmt: skip
    before = max(ladder.number(stage) for stage, _ in case.sent)
    later = [(name, day) for name, day in ladder.days[before + 1 :] if day <= reached]
    return (
        Step(later[-1][0], on, f"day {reached}, where {later[-1][0]} begins on day {later[-1][1]}") if later else None
    )


def planned(case: Case, on: date, ladder: Ladder = LADDER, ahead: int = 400) -> list[Step]:
    """Return the steps from a day on, if nothing else happens and each leaves on its day; at most `ahead` days."""
    steps: list[Step] = []
    sent = [*case.sent]
    for number in range(ahead):
        now = Case(case.due, tuple(sent), case.validated, case.still, case.stopped, case.begun)
        if step := due(now, on + timedelta(days=number), ladder):
            steps.append(step)
            sent.append((step.stage, step.day))
    return steps


def _spans(case: Case) -> Sequence[Span]:
    validation = [(case.sent[0][1] + timedelta(days=1), case.validated)] if case.validated and case.sent else []
    return [*case.still, *validation]


def _not_counted(spans: Sequence[Span], start: date, end: date) -> int:
    """Return how many days from `start` to `end` lie in at least one span."""
    total, until = 0, start - timedelta(days=1)
    for first, last in sorted(spans):
        first, last = max(first, until + timedelta(days=1)), min(last, end)
        if last >= first:
            total += (last - first).days + 1
            until = last
    return total
