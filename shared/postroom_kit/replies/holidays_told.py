"""Holidays by which English speakers tell a day."""

from __future__ import annotations

import datetime as dt

from dateutil.easter import easter

_FIXED = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25), "xmas": (12, 25), "boxing day": (12, 26),
    "new year ' s eve": (12, 31), "new years eve": (12, 31), "new year ' s day": (1, 1), "new years day": (1, 1),
    "new year ' s": (1, 1), "new year": (1, 1), "halloween": (10, 31), "valentine ' s day": (2, 14),
    "independence day": (7, 4), "juneteenth": (6, 19), "st patrick ' s day": (3, 17), "veterans day": (11, 11),
    "earth day": (4, 22), "may day": (5, 1), "canada day": (7, 1), "bastille day": (7, 14), "epiphany": (1, 6),
    "all saints day": (11, 1), "all saints ' day": (11, 1), "new year eve": (12, 31), "nye": (12, 31),
}  # fmt: skip
_MOVING = {"easter monday": 1, "easter sunday": 0, "good friday": -2, "easter": 0, "pentecost": 49, "whit monday": 50, "palm sunday": -7,
           "maundy thursday": -3, "ash wednesday": -46, "ascension day": 39, "mardi gras": -47, "holy saturday": -1}  # fmt: skip
_NTH = {
    "thanksgiving": (11, 3, 4), "thanksgiving day": (11, 3, 4), "labour day": (9, 0, 1), "labor day": (9, 0, 1), "martin luther king day": (1, 0, 3), "mother ' s day": (5, 6, 2),
    "father ' s day": (6, 6, 3), "columbus day": (10, 0, 2), "memorial day": (5, 0, 5), "presidents ' day": (2, 0, 3),
}  # fmt: skip
"""Month, weekday, and which of them, the fifth for the last."""
NAMES = (*_FIXED, *_MOVING, *_NTH)


def holiday(name: str, year: int) -> dt.date:
    """Return the day of a holiday in a year."""
    if name in _FIXED:
        return dt.date(year, *_FIXED[name])
    if name in _NTH:
        month, weekday, which = _NTH[name]
        first = dt.date(year, month, 1)
        day = first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
        return day if day.month == month else day - dt.timedelta(days=7)
    sunday: dt.date = easter(year)
    return sunday + dt.timedelta(days=_MOVING[name])
