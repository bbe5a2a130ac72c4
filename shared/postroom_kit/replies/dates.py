"""The days and times that a text names, with the words: dates, spans, weekdays, days told from today, times of day.

English is read by a grammar of its own; the other languages as `mail_reading.days` reads them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ..mail_reading.days import dated
from ..mail_reading.languages import language
from .english_spans import Spans
from .time_words import Hit, Value, tokens

_LONGEST = 20_000  # characters of a text that are read
_AWAY = {"every", "each"}


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
    if reader.glued(place) and (reader.at(place - 1).isalnum() or reader.at(place - 1) in {"-", "/", "_", "#"}) and reader.at(place - 2).isalnum():
        return None  # a part of a number or a code
    if reader.at(place) == "now" and reader.at(place - 1) not in {"by", "until", "right", "for", "from"}:
        return Hit(place + 1, Value(reader.today, reader.today, unit="minute", instant=reader.reference)) if reader.at(place + 1) in {"", ".", "!"} else None
    span = reader.span(place)
    if span and span.value.unit not in {"day"}:
        return span
    if span:
        behind = reader.past(span.end, ",", "-", "(", "–")
        behind = reader.past(behind, "morning", "afternoon", "evening", "night", "lunchtime") if reader.at(behind + 1) in {"at", "around", "about"} and False else behind
        timed = reader.time(behind) if not _starts_span(reader, behind) else None
        if timed:
            return Hit(timed[0], span.value._replace(at=timed[1], sure=span.value.sure and timed[2]))
        return span
    first = reader.time(place)
    if first and not (reader.at(first[0]) in {"-", "–", "to"} or reader.at(place - 1) in {"to", "and", "-", "–", "until"}):
        behind = reader.past(first[0], "on", ",")
        later = reader.day(behind)
        if later and later.value.unit == "day":
            part = reader.at(later.end)
            at = first[1]
            if not first[2] and part in {"morning"} and at.hour >= 12:
                at = at.replace(hour=at.hour - 12)
            elif part in {"evening", "afternoon", "night"} and at.hour < 12:
                at = at.replace(hour=at.hour + 12)
            known = part in {"morning", "afternoon", "evening", "night"}
            sure = later.value.sure and (first[2] or known)
            return Hit(later.end + known, later.value._replace(at=at, sure=sure))
    return None


def _starts_span(reader: Spans, place: int) -> bool:
    """Tell whether a time that stands here is the first of two: "from 2 to 4"."""
    timed = reader.time(place)
    return bool(timed) and reader.at(timed[0] if timed else 0) in {"-", "–", "to", "until", "till"} and bool(reader.time(timed[0] + 1 if timed else 0) or reader.cardinal(timed[0] + 1 if timed else 0))
