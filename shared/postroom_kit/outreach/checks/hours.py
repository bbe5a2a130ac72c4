"""When a mail may reach a person."""

from __future__ import annotations

import re
from datetime import time

from ..asking import Asking, Found, check
from ..windows import Window, next_moment

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GROUPS = {"weekend": {5, 6}, "weekends": {5, 6}, "weekday": {0, 1, 2, 3, 4}, "weekdays": {0, 1, 2, 3, 4}}
_SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-4]):([0-5]\d)")


@check
def window(asking: Asking, *, start: time, end: time, business_days: bool) -> Found | None:
    """It leaves only in these hours, local time, wherever the person may be."""
    return _within(asking, Window(start, end, business_days=business_days, holidays=business_days))


@check
def asked_times(asking: Asking, *, fact: str) -> Found | None:
    """It does not leave at the times that the person asked us to spare: weekdays, or spans of the day."""
    asked = asking.fact(fact)
    if not asked:
        return None
    wishes = [asked] if isinstance(asked, str) else list(asked) if isinstance(asked, (list, tuple)) else [str(asked)]
    days, spans = set[int](), list[tuple[time, time]]()
    for wish in (part.strip() for each in wishes for part in re.split(r"[,;]|\band\b", str(each)) if part.strip()):
        if (day := _weekdays(wish.casefold())) is not None:
            days |= day
        elif (span := _SPAN.fullmatch(wish)) is not None:
            spans += _spans(span)
        else:
            return Found(f"the person asked not to be written to at {wish!r}, which we cannot read", "hold")
    whole = Window(time.min, time.max, business_days=False, days_off=frozenset(days), hours_off=tuple(spans))
    return _within(asking, whole)


def _within(asking: Asking, hours: Window) -> Found | None:
    if not asking.spots:
        return Found("nobody knows in which country the person is, so no hour is safe", "hold")
    moment = next_moment(asking.at, asking.spots, hours)
    if moment is None:
        return Found("the person may be in places that have none of the allowed hours in common", "hold")
    if moment == asking.at:
        return None
    zones = sorted({spot.zone for spot in asking.spots})
    where = zones[0] if len(zones) == 1 else f"{len(zones)} possible zones, {zones[0]} among them"
    return Found(f"it is not {hours.start:%H:%M} to {hours.end:%H:%M} on an allowed day in {where}", "wait", moment)


def _weekdays(wish: str) -> set[int] | None:
    if wish in _GROUPS:
        return _GROUPS[wish]
    found = re.fullmatch(r"(mon|tue|wed|thu|fri|sat|sun)(?:s?days?|nesdays?|rsdays?|urdays?|s|rs?)?", wish)
    return {_WEEKDAYS.index(found[1])} if found else None


def _spans(found: re.Match[str]) -> list[tuple[time, time]]:
    """Return a span as times of one day: two of a night, none of a span that is empty."""
    hour, minute, to_hour, to_minute = map(int, found.groups())
    opens, closes = time(hour, minute), time.max if to_hour == 24 else time(to_hour, to_minute)
    if opens < closes:
        return [(opens, closes)]
    return [(opens, time.max), (time.min, closes)] if closes > time.min else [(opens, time.max)]
