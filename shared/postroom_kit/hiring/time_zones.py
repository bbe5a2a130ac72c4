"""A time zone as calendar programs want it (VTIMEZONE, RFC 5545 section 3.6.5), and a moment in words of two zones.

Programs other than ours know zones by rules like "the last Sunday of October", one for summer and one for winter; what
follows no such rule (Morocco's Ramadan, a law made last year) is written change by change for the years around it.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Change:
    """A clock changed: `at` is the wall's time before it (naive), as VTIMEZONE has it."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool


def only_zone(keys: Iterable[str]) -> ZoneInfo | None:
    """Return the zone where there is but one, None where it may be one of several."""
    found = set(keys)
    return ZoneInfo(found.pop()) if len(found) == 1 else None


def is_utc(zone: ZoneInfo) -> bool:
    """Tell whether a zone is UTC by whatever name: it needs no VTIMEZONE."""
    return zone.key.upper() in {"UTC", "ETC/UTC", "ZULU", "ETC/ZULU", "ETC/UCT", "UCT", "GMT", "ETC/GMT", "UNIVERSAL"}


def vtimezone(zone: ZoneInfo, year: int) -> list[str]:
    """Return the lines of the zone's VTIMEZONE, good for the year before `year` to the year behind it."""
    changes = _changes(zone, year)
    if not changes:
        still = datetime(year, 1, 1, tzinfo=zone)
        offset = still.utcoffset() or timedelta()
        changes = (Change(datetime(1970, 1, 1), offset, offset, still.tzname() or "", summer=False),)  # noqa: DTZ001
    lines = [line for same in _alike(changes) for line in _observance(same)]
    return ["BEGIN:VTIMEZONE", f"TZID:{zone.key}", *lines, "END:VTIMEZONE"]


def in_words(start: datetime, minutes: int, zone: ZoneInfo) -> str:
    """Return when something is, by one zone's clock with its offset, as `Thu 29 October 2026, 15:00-15:45 (…)`.

    Where the clocks change meanwhile, both offsets are told.
    """
    begins, ends = (moment.astimezone(zone) for moment in (start, start.astimezone(UTC) + timedelta(minutes=minutes)))
    day = f"{calendar.day_name[begins.weekday()]} {begins.day} {calendar.month_name[begins.month]} {begins.year}"
    until = (
        f"{ends:%H:%M}"
        if ends.date() == begins.date()
        else f"{ends.day} {calendar.month_name[ends.month]} {ends:%H:%M}"
    )
    offsets = dict.fromkeys((offset_of(begins), offset_of(ends)))
    return f"{day}, {begins:%H:%M} to {until} ({zone.key}, {' then '.join(offsets)})"


def in_both(start: datetime, minutes: int, zone: ZoneInfo, other: ZoneInfo | None) -> str:
    """Return when something is, by the clocks of both; once where they show the same or no other is known."""
    here = in_words(start, minutes, zone)
    if other is None or other.key == zone.key:
        return here
    if in_words(start, minutes, other).replace(other.key, zone.key) == here:
        return here.replace(zone.key, f"{zone.key} and {other.key}")
    return f"{here}, which is {in_words(start, minutes, other)}"


def offset_of(moment: datetime) -> str:
    """Return an aware moment's offset as `UTC+05:30`."""
    seconds = int((moment.utcoffset() or timedelta()).total_seconds())
    hours, rest = divmod(abs(seconds) // 60, 60)
    return f"UTC{'-' if seconds < 0 else '+'}{hours:02}:{rest:02}"


@lru_cache(maxsize=128)
def _changes(zone: ZoneInfo, year: int) -> tuple[Change, ...]:
    """Return each change of the clock in the three years around `year`, found by halving the day it falls on."""
    found = []
    day, last = datetime(year - 1, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC)
    while day < last:
        if _offset(zone, day) != _offset(zone, day + _DAY):
            low, high = day, day + _DAY
            while high - low > _MINUTE:
                middle = low + (high - low) // 2
                middle = middle.replace(second=0, microsecond=0)
                low, high = (low, middle) if _offset(zone, middle) != _offset(zone, low) else (middle, high)
            before, after = _offset(zone, low), _offset(zone, high)
            local = high.astimezone(zone)
            at = (high + before).replace(tzinfo=None)
            found.append(Change(at, before, after, local.tzname() or "", bool(local.dst())))
        day += _DAY
    return tuple(found)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _alike(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Group changes that one rule makes, one a year for three years; each of the others stands alone."""
    groups: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        kind = (change.at.month, change.at.weekday(), change.at.time(), change.before, change.after, change.name)
        groups.setdefault(kind, []).append(change)
    for same in groups.values():
        by_rule = len(same) == 3 and len({change.at.year for change in same}) == 3 and _nth(same)
        yield from ([same] if by_rule else [[change] for change in same])


def _nth(same: Sequence[Change]) -> int:
    """Return which weekday of its month they all are, -1 for the last, 0 where they differ."""
    if all(change.at.day + 7 > calendar.monthrange(change.at.year, change.at.month)[1] for change in same):
        return -1
    which = {(change.at.day - 1) // 7 + 1 for change in same}
    return which.pop() if len(which) == 1 else 0


def _observance(same: Sequence[Change]) -> Iterator[str]:
    change = same[0]
    kind = "DAYLIGHT" if change.summer else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{change.at:%Y%m%dT%H%M%S}"
    if len(same) > 1:
        yield f"RRULE:FREQ=YEARLY;BYMONTH={change.at.month};BYDAY={_nth(same)}{_DAYS[change.at.weekday()]}"
    yield f"TZOFFSETFROM:{_written(change.before)}"
    yield f"TZOFFSETTO:{_written(change.after)}"
    if change.name and change.name.isascii():
        yield f"TZNAME:{change.name}"
    yield f"END:{kind}"


def _written(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    hours, rest = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02}{rest:02}"
