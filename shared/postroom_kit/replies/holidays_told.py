"""Holidays by which English speakers tell a day."""

from __future__ import annotations

import datetime as dt

from dateutil.easter import easter

from .time_words import numbers_of

_FIXED, _MOVING, _NTH = (numbers_of(f"holidays{kind}") for kind in ("", " of easter", " on weekdays"))
NAMES: dict[str, list[str]] = {}
"""The names of holidays, by their first word."""
for _name in (*_FIXED, *_MOVING, *_NTH):
    NAMES.setdefault(_name.split()[0], []).append(_name)


def holiday(name: str, year: int) -> dt.date:
    """Return the day of a holiday in a year."""
    if name in _FIXED:
        return dt.date(year, _FIXED[name][0], _FIXED[name][1])
    if name in _NTH:
        month, weekday, which, *on = _NTH[name]
        first = dt.date(year, month, 1)
        day = first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
        return (day if day.month == month else day - dt.timedelta(days=7)) + dt.timedelta(days=sum(on))
    sunday: dt.date = easter(year)
    return sunday + dt.timedelta(days=_MOVING[name][0])
