"""The days and times that a text names, with the words: dates, spans, weekdays, days told from today, times of day.

English is read by a grammar of its own; the other languages as `mail_reading.days` reads them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ..mail_reading.days import dated
from ..mail_reading.languages import language
from .english_days import PARTS
from .english_spans import Spans
from .time_words import Hit, Value, tokens

_LONGEST = 20_000  # characters of a text that are read


@dataclass(frozen=True, slots=True)
class Named:
    """Hold days that a text names: `text` stands from `start` to `end`, both `first` and `last` are included.

    `moment` is the time of day on the first one, in the reference's zone, where one is told. `sure` is False for what
    may be read in two ways: 3/4, "at 3". `unit` is what was named: a day, a week, a month, an end of one, a span.
    """

    start: int
    end: int
    text: str
    first: dt.date
    last: dt.date
    moment: dt.datetime | None = None
    sure: bool = True
    unit: str = "day"


def dates_named(text: str, reference: dt.datetime) -> list[Named]:
    """Return the days that a text names, in order; `reference` is the moment it was written, in its writer's zone.

    A date without a year and a weekday without a week are the next ones. A date that the calendar lacks is none.
    """
    if not dt.MINYEAR + 1 < reference.year < dt.MAXYEAR - 30:
        return []
    text = text[:_LONGEST]
    found = list(_english(text, reference))
    if language(text) not in ("en", None) or not text.isascii():
        spoken = [named for named in _others(text, reference) if not any(_crosses(named, other) for other in found)]
        found = [other for other in found if not any(_crosses(named, other) for named in spoken)] + spoken
    return sorted(found, key=lambda named: named.start)


def _crosses(one: Named, two: Named) -> bool:
    return one.start < two.end and two.start < one.end


def _others(text: str, reference: dt.datetime) -> Iterator[Named]:
    for start, end, day in dated(text, reference):
        yield Named(start, end, text[start:end], day, day)


def _english(text: str, reference: dt.datetime) -> Iterator[Named]:
    reader = Spans(tokens(text), reference)
    place = 0
    while place < len(reader.tokens):
        hit = _moment(reader, place)
        if hit:
            start, end = reader.tokens[place].start, reader.tokens[hit.end - 1].end
            yield _named(text, start, end, hit.value, reference)
            place = hit.end
        else:
            place += 1


def _named(text: str, start: int, end: int, value: Value, reference: dt.datetime) -> Named:
    moment = value.instant
    if moment is None and value.at is not None:
        moment = dt.datetime.combine(value.first, value.at, reference.tzinfo)
    return Named(start, end, text[start:end], value.first, value.last, moment, value.sure, value.unit)


def _moment(reader: Spans, place: int) -> Hit | None:
    """Return days named here, with a time of day before or behind them."""
    if _inside(reader, place):
        return None
    if reader.at(place) == "now":
        alone = reader.at(place + 1) in {"", ".", "!"} and reader.at(place - 1) not in {
            "by",
            "until",
            "right",
            "for",
            "from",
        }
        return (
            Hit(place + 1, Value(reader.today, reader.today, unit="minute", instant=reader.reference))
            if alone
            else None
        )
    span = reader.span(place) or _part_of_today(reader, place)
    if span:
        return _with_time(reader, span) if span.value.unit == "day" else span
    return _end_of_day(reader, place) or _time_first(reader, place)


def _inside(reader: Spans, place: int) -> bool:
    """Tell whether a token is a part of a number or of a code: 6,107.31, ABC-123."""
    before, further = reader.at(place - 1), reader.at(place - 2)
    if not reader.glued(place):
        return False
    if before in {".", ",", ":"}:
        return further.isdecimal() and reader.glued(place - 1) and reader.at(place).isdecimal()
    return (before.isalnum() or before in {"-", "/", "_", "#"}) and further.isalnum() and not before.isalpha()


def _part_of_today(reader: Spans, place: int) -> Hit | None:
    part = reader.at(place + 1) in PARTS and reader.at(place) == "this"
    return Hit(place + 1, Value(reader.today, reader.today)) if part else None


def _with_time(reader: Spans, span: Hit) -> Hit:
    """Return a day with the time of day behind it: "tomorrow at 9", "Friday morning 10:30", "3 May 2026T10:00"."""
    part = "tonight" if reader.at(span.end - 1) == "tonight" else ""
    behind = reader.past(span.end, ",", "-", "(", "–", "t", "in")
    behind = reader.past(behind, "the") if reader.at(behind + 1) in PARTS else behind
    behind = reader.past(behind, "late", "early")
    if reader.at(behind) in PARTS:
        part, behind = reader.at(behind), behind + 1
    elif reader.at(behind - 1) == "in":
        behind = span.end
    end = behind if part else span.end
    behind = reader.past(behind, ",")
    first = reader.time(behind) or (_bare_time(reader, behind) if part else None)
    if not first or _starts_span(reader, first[0]):
        return Hit(end, span.value)
    at, sure = _in_part(first[1], part, sure=first[2])
    value = span.value._replace(at=at, sure=span.value.sure and sure)
    year = reader.year(first[0]) if not value.has_year and reader.digits(first[0], 4) else None
    if year:
        value = value._replace(first=value.first.replace(year=year[1]), last=value.first.replace(year=year[1]))
    return Hit(year[0] if year else first[0], value)


def _bare_time(reader: Spans, place: int) -> tuple[int, dt.time, bool] | None:
    number = reader.digits(place)
    clear = number is not None and 1 <= number <= 12 and reader.at(place + 1) in {"", ".", "?", ",", "!"}
    return (place + 1, dt.time(number % 12 if number else 0), False) if clear else None


def _in_part(at: dt.time, part: str, *, sure: bool) -> tuple[dt.time, bool]:
    """Return a time in the part of the day that is told, and whether it is sure then."""
    if part == "morning" and not sure and at.hour >= 12:
        return at.replace(hour=at.hour - 12), True
    if part in PARTS and part != "morning" and at.hour < 12:
        return at.replace(hour=at.hour + 12), True
    return at, sure or bool(part)


def _end_of_day(reader: Spans, place: int) -> Hit | None:
    """Read "end of day tomorrow", "EOD Friday", "by the end of tomorrow"."""
    behind = next(
        filter(None, (reader.says(place, said) for said in ("end of day", "end of the day", "eod", "end of"))), 0
    )
    day = reader.day(reader.past(behind, "on", "of", ",")) if behind else None
    if day is None and behind and reader.at(behind - 1) != "of":
        day = Hit(behind, Value(reader.today, reader.today))
    return Hit(day.end, day.value._replace(at=dt.time(23, 59, 59))) if day and day.value.unit == "day" else None


def _time_first(reader: Spans, place: int) -> Hit | None:
    """Read "at 9 tomorrow", "five-thirty tomorrow evening", "noon on Friday"."""
    first = reader.time(place)
    if not first and (number := reader.digits(place)) and 1 <= number <= 12:
        first = (place + 1, dt.time(number + 12 if number < 7 else number), False)
    before = {"to", "and", "-", "–", "until"}
    if not first or reader.at(first[0]) in {"-", "–", "to"} or reader.at(place - 1) in before:
        return None
    later = reader.day(reader.past(first[0], "on", ",")) or _part_of_today(reader, first[0])
    if (
        not later
        or later.value.unit != "day"
        or (
            reader.at(first[0] - 1).isdecimal()
            and not reader.time(place)
            and reader.at(first[0]) not in {"tomorrow", "tonight", "on", "today"}
        )
    ):
        return None
    if not reader.time(place) and reader.at(first[0]) == "on":
        return None
    part = (
        "tonight"
        if reader.at(later.end - 1) == "tonight"
        else reader.at(later.end)
        if reader.at(later.end) in PARTS
        else ""
    )
    at, sure = _in_part(first[1], part, sure=first[2])
    return Hit(
        later.end + (bool(part) and part != "tonight"), later.value._replace(at=at, sure=later.value.sure and sure)
    )


def _starts_span(reader: Spans, place: int) -> bool:
    """Tell whether the time before here is the first of two: "from 2 to 4"."""
    if reader.at(place) not in {"-", "–", "to", "until", "till"}:
        return False
    return bool(reader.time(place + 1) or (reader.cardinal(place + 1)))
