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
from .english_spans import Spans
from .english_times import PARTS
from .folded import expression, fold
from .time_words import WEEKDAYS, Hit, Value, month_end, tokens

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
    may be read in two ways: 3/4, "at 3". `unit` is what was named: a day, a week, a month, an end of one, a span. `until` is the second time of day: "Friday 2-4pm".
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
    if not dt.MINYEAR + 1 < reference.year < dt.MAXYEAR - 30:
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
        rf"(?P<hour>\d{{1,2}})(?:(?P<sign>[:h.])(?P<minute>\d\d)(?!\d|\.\d))?(?P<clock>\s?(?:{words['by the clock']}|h|[時点點시]|u))?(?!\w|[./-]\d)",
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
    until = dt.datetime.combine(value.first, value.until, reference.tzinfo) if value.until else None
    return Named(start, end, text[start:end], value.first, value.last, moment, value.sure, value.unit, until)


def _moment(reader: Spans, place: int) -> Hit | None:
    """Return days named here, with a time of day before or behind them."""
    if _inside(reader, place):
        return None
    if reader.at(place) == "now":
        alone = reader.at(place + 1) in {"", ".", "!", "?", ","} and reader.at(place - 1) not in {
            "by",
            "until",
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
    if not first:
        begins = reader.past(behind, "between")
        number = reader.digits(begins) or 0
        first = reader.time(begins) or (
            (begins + 1, dt.time(number + 12 if number < 7 else number), False) if 0 < number < 13 else None
        )
        if not first or not _second(reader, first[0], between=begins > behind):
            return Hit(end, span.value)
    second = _second(reader, first[0], between=reader.at(behind) == "between")
    if second:
        return _hours(span.value, first, second, part)
    if reader.at(behind) == "from" and not first[2]:
        return Hit(end, span.value)
    at, sure = _in_part(first[1], part, sure=first[2])
    value = span.value._replace(at=at, sure=span.value.sure and sure)
    year = reader.year(first[0]) if not value.has_year and reader.digits(first[0], 4) else None
    if year:
        value = value._replace(first=value.first.replace(year=year[1]), last=value.first.replace(year=year[1]))
    return Hit(year[0] if year else first[0], value)


def _second(reader: Spans, place: int, *, between: bool) -> tuple[int, dt.time, bool] | None:
    """Return the second of two times of day: "2 to 4pm"."""
    if reader.at(place) not in {"-", "–", "to", "until", "till"} | ({"and"} if between else set()):
        return None
    found = reader.time(place + 1)
    number = reader.digits(place + 1)
    bare = number if number and number <= 12 else None
    return found or ((place + 2, dt.time(bare + 12 if bare < 7 else bare), False) if bare and bare + 12 < 24 else None)


def _hours(day: Value, first: tuple[int, dt.time, bool], second: tuple[int, dt.time, bool], part: str) -> Hit:
    """Return a day with two times of day; the first is in the half of the second where only that is told."""
    last, last_sure = _in_part(second[1], part, sure=second[2])
    at, sure = _in_part(first[1], part, sure=first[2])
    if last_sure and last.hour >= 13 and at.hour < 12 and at.replace(hour=at.hour + 12) < last and not first[2]:
        at = at.replace(hour=at.hour + 12)
    elif at.hour >= 13 and not first[2] and at >= last:
        at = at.replace(hour=at.hour - 12)
    return Hit(second[0], day._replace(at=at, until=last, sure=day.sure and (sure or last_sure)))


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
