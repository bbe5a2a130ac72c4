"""How long what we hold of candidates is kept, by country, and whose time is over.

The months are an agent's own setting. Ours: a year in the US (29 CFR 1602.14), else six months, which is common in the
EU because claims of discrimination have to come sooner (AGG section 15(4)). No lawyer has checked either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime


def overdue(
    people: Iterable[tuple[str, str, datetime | None]], months: Mapping[str, int], today: date
) -> list[tuple[str, date]]:
    """Return who is to be erased, and since when: `people` are address, country, and when the last thing happened.

    `months` is by country, "" is all others. Who is in several processes is kept until the last of them is over.
    """
    until: dict[str, date] = {}
    for address, country, last in people:
        if last is not None:
            end = _later(last.date(), months.get(country, months[""]))
            until[address] = max(end, until.get(address, end))
    return sorted(((address, end) for address, end in until.items() if end <= today), key=lambda each: each[::-1])


def _later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
