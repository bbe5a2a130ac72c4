"""Holidays by which English speakers tell a day."""

from __future__ import annotations

import datetime as dt

from dateutil.easter import easter

from .time_words import numbers_of


def plain(name: str) -> str:
    """Return the name of a holiday as it is looked up, with an s or without: "Veterans' Day", "Veteran's Day"."""
    return " ".join(
        "st" if word == "saint" else word.removesuffix("s") if len(word) > 3 else word for word in name.split()
    )


_FIXED, _MOVING, _NTH = (
    {plain(name): numbers for name, numbers in numbers_of(f"holidays{kind}").items()}
    for kind in ("", " of easter", " on weekdays")
)
NAMES = {*_FIXED, *_MOVING, *_NTH}
FIRST_WORDS = {name.split()[0] for name in NAMES}


def holiday(name: str, year: int) -> dt.date:
    """Return the day of a holiday, by its plain name, in a year."""
    if name in _FIXED:
        return dt.date(year, _FIXED[name][0], _FIXED[name][1])
    if name in _NTH:
        month, weekday, which, *on = _NTH[name]
        first = dt.date(year, month, 1)
        day = first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
        return (day if day.month == month else day - dt.timedelta(days=7)) + dt.timedelta(days=sum(on))
    sunday: dt.date = easter(year)
    return sunday + dt.timedelta(days=_MOVING[name][0])
