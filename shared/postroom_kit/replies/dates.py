"""The days and times that a text names, with the words: dates, spans, weekdays, days told from today, times of day.

English is read by a grammar of its own; the other languages as `mail_reading.days` reads them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ..mail_reading.days import dated
from ..mail_reading.languages import language
from ..word_lists import sections
from .calendar_steps import month_end
from .english_moments import moment
from .english_spans import Spans
from .folded import expression, fold
from .other_counts import counted, edges
from .time_words import WEEKDAYS, Value, tokens

_LIST, _MONTH_END, _WEEK_END = "day_words.txt", "month end", "week end"
_NUMBER_BEFORE = re.compile(r"(?<![\d./:-])(\d{1,2})\.?\s?([^\d]{1,8})$")
_TWO_WAYS = re.compile(r"(?<!\d)(0?[1-9]|1[0-2])/(?!\1\b)(?:0?[1-9]|1[0-2])(?!\d)")
_BEFORE = 14  # characters before a day: "3. bis zum"
_EARLIEST = 6  # o'clock: of a smaller number alone nobody knows the half of the day
_LONGEST = 20_000  # characters of a text that are read


@dataclass(frozen=True, slots=True)
class Named:
    """Hold days that a text names: `text` stands from `start` to `end`, both `first` and `last` are included.

    `moment` is the time of day on the first one, in the reference's zone, where one is told. `sure` is False for what
    may be read in two ways: 3/4, "at 3". `unit` is what was named: a day, a week, a month, an end of one, a span.
    `until` is the second time of day: "Friday 2-4pm".
    """

    start: int
    end: int
    text: str
    first: dt.date
    last: dt.date
    moment: dt.datetime | None = None
    sure: bool = True
    unit: str = "day"
    until: dt.datetime | None = None


def dates_named(text: str, reference: dt.datetime) -> list[Named]:
    """Return the days that a text names, in order; `reference` is the moment it was written, in its writer's zone.

    A date without a year and a weekday without a week are the next ones. A date that the calendar lacks is none.
    """
    if not dt.MINYEAR + 20 < reference.year < dt.MAXYEAR - 30:
        return []
    text = text[:_LONGEST]
    found = list(_english(text, reference))
    spoken = language(text)
    if spoken != "en" and (spoken or not found):
        # The words of a short text may be of two languages: who reads more of them is right.
        others = (named for named in _others(text, reference) if spoken or not _is_english(named))
        both = sorted([*others, *found], key=lambda named: named.start - named.end)
        found = []
        for named in both:
            found += [] if any(_crosses(named, other) for other in found) else [named]
    return sorted(found, key=lambda named: named.start)


def _is_english(named: Named) -> bool:
    """Tell whether words are such as the grammar of English reads, or has passed over."""
    return named.text.lower() in {*WEEKDAYS, "tomorrow", "next week"} or not any(map(str.isalpha, named.text))


def _crosses(one: Named, two: Named) -> bool:
    return one.start < two.end and two.start < one.end


def _others(text: str, reference: dt.datetime) -> Iterator[Named]:
    days = sorted(dated(text, reference))
    ends = {
        _MONTH_END: month_end(reference.date()),
        _WEEK_END: reference.date() + dt.timedelta(6 - reference.weekday()),
    }
    read = fold(text)
    for section, last in ends.items():
        for match in expression(_LIST, section).finditer(read.text):
            start, end = read.places[match.start()], read.places[match.end() - 1] + 1
            yield Named(start, end, text[start:end], last, last, unit="end")
    for told in (*counted(read, reference.date()), *edges(read, reference.date())):
        start, end = read.places[told.start], read.places[told.end - 1] + 1
        yield Named(start, end, text[start:end], told.first, told.last, unit=told.unit)
    skipped = -1
    for number, (start, end, day) in enumerate(days):
        if number == skipped:
            continue
        following = days[number + 1] if number + 1 < len(days) else None
        first = day
        if following and following[2] > day and _joins().fullmatch(text[end : following[0]].strip(" .")):
            end, last, skipped = following[1], following[2], number + 1
        else:
            last = day
            before = _NUMBER_BEFORE.search(text[max(0, start - _BEFORE) : start])
            if before and _joins().fullmatch(before[2].strip()) and 0 < int(before[1]) < day.day:
                first, start = day.replace(day=int(before[1])), start - len(before.group())
        timed = _clock().match(text, end) if first == last else None
        at = _spoken_time(timed) if timed else None
        end = timed.end() if timed and at else end
        moment = dt.datetime.combine(first, at, reference.tzinfo) if at else None
        unit = "day" if first == last else "span"
        words = text[start:end]
        sure = (not at or at.hour > _EARLIEST or ":" in words) and not _TWO_WAYS.search(words)
        yield Named(start, end, words, first, last, moment, sure, unit)


@cache
def _joins() -> re.Pattern[str]:
    return expression(_LIST, "to the next")


@cache
def _clock() -> re.Pattern[str]:
    """Return the expression of a time of day behind a day in another language than English."""
    words = sections("postroom_kit", "moment_words.txt")
    return re.compile(
        rf"[,\s]{{0,2}}(?:[^\W\d]{{4,9}}\s)?(?P<at>(?:{words['at']}|kl|klo|ore|o|saat|στις|в|о|o godzinie|v)\.?\s)?"
        rf"(?P<hour>\d{{1,2}})(?:(?P<sign>[:h.])(?P<minute>\d\d)(?!\d|\.\d))?"
        rf"(?P<clock>\s?(?:{words['by the clock']}|h|[時点點시]|u))?(?!\w|[./-]\d)",
        re.IGNORECASE,
    )


def _spoken_time(match: re.Match[str]) -> dt.time | None:
    told = match["at"] or match["clock"] or (match["minute"] and match["sign"] != ".")
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    return dt.time(hour, minute) if told and hour < 24 and minute < 60 else None


def _english(text: str, reference: dt.datetime) -> Iterator[Named]:
    reader = Spans(tokens(text), reference)
    place = 0
    while place < len(reader.tokens):
        hit = moment(reader, place) if reader.may_begin(place) else None
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
    until = dt.datetime.combine(value.first, value.until, reference.tzinfo) if value.until else None
    return Named(start, end, text[start:end], value.first, value.last, moment, value.sure, value.unit, until)
