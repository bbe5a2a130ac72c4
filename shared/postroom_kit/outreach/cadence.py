"""When the steps of a conversation are due: pure functions of the plan, of what was done, and of now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from .leaving import aware
from .places import Place, Spot, spots
from .windows import HORIZON_DAYS, Window, next_moment

BUSINESS_HOURS = Window()
_A_DAY = timedelta(days=1)
_A_WEEK = timedelta(days=7)
_LONGEST = timedelta(days=750)
"""A return later than in two years is a date misread."""


@dataclass(frozen=True)
class Step:
    """A step of a plan and when it is due."""

    key: str
    due: datetime


def moments(
    days: Sequence[int] = (3, 7, 14),
    *,
    begun: datetime,
    places: Sequence[Place],
    to: str = "",
    window: Window = BUSINESS_HOURS,
    least: timedelta = 2 * _A_DAY,
) -> list[datetime]:
    """Return when the steps of these days are due, in UTC; day 1 is the day it began, by the person's calendar.

    Each keeps the hour at which it began as far as the window allows. Where a holiday moved the one before, it comes at
    least `least` after that, or the days between the two where those are fewer.
    The list ends before the first step for which no time is safe: it is empty where no place is known.
    """
    if list(days) != sorted(set(days)) or (days and days[0] < 1):
        raise ValueError(f"days {list(days)}: write them from 1 on, each once, in their order")
    possible, due = spots(places, to), list[datetime]()
    for before, day in zip((1, *days), days, strict=False) if possible else ():
        nominal = _days_later(begun, day - 1, possible[0] if possible else None)
        apart = min(least, _A_DAY * (day - before))
        moment = next_moment(max(nominal, due[-1] + apart) if due else nominal, possible, window)
        if moment is None:
            break
        due.append(moment)
    return due


def next_step(
    steps: Sequence[Step],
    done: Sequence[tuple[str, datetime]],
    now: datetime,
    *,
    in_order: bool = False,
    least: timedelta = _A_DAY,
) -> Step | None:
    """Return the one step to take now, or None. `done` are steps taken and when; steps stand in the order of due times.

    After a downtime that is the latest of those due: what came before it is passed over, and nothing goes back. With
    `in_order` it is the first that is not done, at the distance that the plan has between it and the one before.
    """
    aware(now, "now")
    if [step.due for step in steps] != sorted(step.due for step in steps):
        raise ValueError("the steps do not stand in the order of their due times")
    taken = {key: when for key, when in done if key in {step.key for step in steps}}
    if any(now - when < least for when in taken.values()):
        return None
    reached = max((number for number, step in enumerate(steps) if step.key in taken), default=-1)
    ahead = steps[reached + 1 :]
    if not in_order:
        return next((step for step in reversed(ahead) if step.due <= now), None)
    if not ahead:
        return None
    late = taken[steps[reached].key] + (ahead[0].due - steps[reached].due) if taken else ahead[0].due
    return ahead[0] if max(ahead[0].due, late) <= now else None


def after_absence(
    back: date | None,
    *,
    now: datetime,
    places: Sequence[Place],
    to: str = "",
    window: Window = BUSINESS_HOURS,
) -> datetime:
    """Return when to go on after somebody was away: a business day after their return, else in seven days; in UTC.

    A day of return that has passed counts as today. Where no time is safe the moment is the nominal one: the rules
    hold what is planned for it.
    """
    possible = spots(places, to)
    start = aware(now, "now").astimezone(UTC) + _A_WEEK
    if back is not None and back - now.date() < _LONGEST:
        clock = possible[0].clock if possible else UTC
        day = max(back, now.astimezone(clock).date()) + _A_DAY
        ahead = (day + _A_DAY * number for number in range(HORIZON_DAYS))
        day = next((each for each in ahead if not any(window.is_off(each, spot) for spot in possible or ())), day)
        midnights = [datetime.combine(day, time.min, spot.clock).astimezone(UTC) for spot in possible or ()]
        start = max([*midnights, now.astimezone(UTC)]) if midnights else datetime.combine(day, time(9), UTC)
    return next_moment(start, possible, window) or start


def _days_later(begun: datetime, days: int, spot: Spot | None) -> datetime:
    """Return the same hour on the wall some days later, also over a change of the clock."""
    aware(begun, "begun")
    local = begun.astimezone(spot.clock if spot else UTC)
    return (local + timedelta(days=days)).astimezone(UTC)  # wall time: the zone is worked out after adding
