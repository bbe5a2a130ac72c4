"""Days that other languages than English count or put at an edge: "in zwei Wochen", "fin janvier", "deze week"."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from ..mail_reading.days import MONTH, month_number
from ..word_lists import sections
from .calendar_steps import month_end, months_on
from .folded import Folded, bare, expression

_LIST = "day_words.txt"
_EDGES = {"start": (1, 15), "middle": (10, 20), "end": (21, 31)}
_WEEK = dt.timedelta(days=7)
_DAY = dt.timedelta(days=1)


class Told(NamedTuple):
    """Days that words name, and where they stand in the letters that were read."""

    start: int
    end: int
    first: dt.date
    last: dt.date
    unit: str = "day"


def counted(read: Folded, today: dt.date) -> Iterator[Told]:
    """Yield the days that are told by how far off they are: "dans 10 jours", "za dwa tygodnie"."""
    for pattern in _from_today():
        for match in pattern.finditer(read.text):
            if day := _moved(match, today):
                yield Told(*match.span(), day, day)


def as_long(read: Folded, today: dt.date) -> Iterator[dt.date]:
    """Yield the last days of what takes so long from today: "für zwei Wochen", "per due settimane"."""
    for match in _pattern("counted as long").finditer(read.text):
        if day := _moved(match, today):
            yield day - _DAY


def edges(read: Folded, today: dt.date) -> Iterator[Told]:
    """Yield edges of months that are named, weeks and months beside today's, and weeks by their number."""
    for match in _edge_of_month().finditer(read.text):
        month = month_number(read.verbatim(*match.span("month")))
        first = dt.date(today.year + (month < today.month), month, 1) if month else None
        if first:
            edge = next(name for name in _EDGES if match[name])
            begin, end = _EDGES[edge]
            yield Told(*match.span(), first.replace(day=begin), min(first + (end - 1) * _DAY, month_end(first)), edge)
    monday = today - dt.timedelta(days=today.weekday())
    for match in expression(_LIST, "this week").finditer(read.text):
        yield Told(*match.span(), monday, monday + 6 * _DAY, "week")
    for match in expression(_LIST, "next month").finditer(read.text):
        first = months_on(today.replace(day=1), 1)
        yield Told(*match.span(), first, month_end(first), "month")
    for match in _numbered_week().finditer(read.text):
        days = (monday + number * _WEEK for number in range(-2, 51))
        if day := next((day for day in days if day.isocalendar().week == int(match["n"])), None):
            yield Told(*match.span(), day, day + 6 * _DAY, "week")


def _moved(match: re.Match[str], today: dt.date) -> dt.date | None:
    told = match.groupdict()
    word = told["n"] or told.get("n2") or ""
    count = int(word) if word.isdecimal() else _numbers().get(word.lower(), 0)
    if not count:
        return None
    if told["m"] or told.get("m2"):
        return months_on(today, count)
    return today + count * (_WEEK if told["w"] or told.get("w2") else _DAY)


@cache
def _numbers() -> dict[str, int]:
    pairs = (entry.split(":") for entry in sections(__package__, _LIST)["counts"].split("|"))
    return {bare(word): int(number) for word, number in pairs}


@cache
def _pattern(before: str, behind: str = "") -> re.Pattern[str]:
    words = {name: bare(text) for name, text in sections(__package__, _LIST).items()}
    units = "|".join(f"(?P<{unit[0]}>{words[f'counted {unit}']})" for unit in ("days", "weeks", "months"))
    number = rf"(?P<n>\d{{1,3}}|{'|'.join(_numbers())})"
    opened, closed = rf"(?:{words[before]}) " if before else "", rf" (?:{words[behind]})" if behind else ""
    return re.compile(rf"(?<!\w){opened}{number} (?:{units}){closed}(?!\w)", re.IGNORECASE)


@cache
def _from_today() -> tuple[re.Pattern[str], ...]:
    signs = re.compile(sections(__package__, _LIST)["counted, in signs"])
    return _pattern("counted from today"), _pattern("", "counted behind"), signs


@cache
def _edge_of_month() -> re.Pattern[str]:
    edge = bare(sections(__package__, _LIST)["edge of a month"])
    return re.compile(rf"(?<!\w)(?:{edge})[ -]?(?:(?:de|di|av|af) |d')?(?P<month>{bare(MONTH)})(?!\w)", re.IGNORECASE)


@cache
def _numbered_week() -> re.Pattern[str]:
    week = bare(sections(__package__, _LIST)["numbered week"])
    return re.compile(rf"(?<!\w)(?:{week})\.? ?(?P<n>[1-9]|[1-4]\d|5[0-3])(?![\w%]|[.,:/-]\d)", re.IGNORECASE)
