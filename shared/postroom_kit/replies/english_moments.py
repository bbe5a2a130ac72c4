"""Days that English words name, with a time of day before or behind them: "tomorrow at 9", "noon on Friday"."""

from __future__ import annotations

import datetime as dt

from .calendar_steps import month_end, months_on
from .english_spans import Spans
from .english_times import PARTS
from .time_words import Hit, Value, words_of

_END_OF_BUSINESS = ("close of business", "close of play", "end of business", "cob", "eob")
"""Whoever says so has a day in mind; its hour nobody else knows."""
_ZERO, _ZONES = set(words_of("zones of no offset")), set(words_of("zones"))
_END_OF_DAY = ("end of day", "end of the day", "end of play", "eod", "end of")


def moment(reader: Spans, place: int) -> Hit | None:
    """Return days named here, with a time of day before or behind them; by another zone's clock it is not sure."""
    hit = _moment(reader, place)
    zone = reader.at(hit.end) if hit and hit.value.at and not hit.value.instant else ""
    if not hit or zone not in _ZONES or (zone in _ZERO and not reader.reference.utcoffset()):
        return hit
    return Hit(hit.end + 1, hit.value._replace(sure=False))


def _moment(reader: Spans, place: int) -> Hit | None:
    if _inside(reader, place):
        return None
    if reader.at(place) == "now" and not reader.span(place):
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
        span = _since(reader, place, span)
        return _with_time(reader, span) if span.value.unit == "day" else span
    return _end_of_day(reader, place) or _time_first(reader, place)


def _since(reader: Spans, place: int, span: Hit) -> Hit:
    """Return what "since" names: it is past, where no year is told."""
    begun = reader.at(place - 1) == "since" or (reader.at(place - 1) == "the" and reader.at(place - 2) == "since")
    first, last = span.value.first, span.value.last
    if (
        not begun
        or first <= reader.today
        or any(len(reader.at(at)) == 4 and reader.year(at) for at in range(place, span.end))
    ):
        return span
    if (first - reader.today).days <= 7 and reader.weekday(place):
        back = dt.timedelta(days=7)
        return Hit(span.end, span.value._replace(first=first - back, last=last - back))
    months = 1 if reader.ordinal(place) and not any(reader.month(at) for at in range(place, span.end)) else 12
    before = months_on(first, -months)
    end = before if first == last else months_on(last.replace(day=1), -months)
    return Hit(span.end, span.value._replace(first=before, last=end if first == last else month_end(end)))


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
    return Hit(place + 2, Value(reader.today, reader.today)) if part else None


def _with_time(reader: Spans, span: Hit) -> Hit:
    """Return a day with the time of day behind it: "tomorrow at 9", "Friday morning 10:30", "3 May 2026T10:00"."""
    part = reader.at(span.end - 1) if reader.at(span.end - 1) in PARTS else ""
    behind = reader.past(span.end, ",", "-", "(", "–", "t", "in")
    behind = reader.past(behind, "the") if reader.at(behind + 1) in PARTS else behind
    behind = reader.past(behind, "late", "early")
    if reader.at(behind) in PARTS:
        part, behind = reader.at(behind), behind + 1
    elif reader.at(behind - 1) == "in":
        behind = span.end
    end = behind if part else span.end
    if closes := reader.either(behind, *_END_OF_BUSINESS, "eod", "end of day", "end of play"):
        business = reader.either(behind, *_END_OF_BUSINESS)
        return Hit(closes, span.value._replace(at=None if business else dt.time(23, 59, 59)))
    behind = reader.past(behind, ",")
    bounded = reader.past(behind, "after", "before")
    if bounded > behind and (bound := reader.time(bounded)):
        # It is the edge of what was meant, not the time itself.
        return Hit(bound[0], span.value._replace(at=_in_part(bound[1], part, sure=False)[0], sure=False))
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
    if part in {"tonight", "night"} and not at.hour:
        return dt.time(23, 59, 59), True  # the midnight that ends this day
    if part in PARTS and part != "morning" and at.hour < 12:
        return at.replace(hour=at.hour + 12), True
    return at, sure or bool(part)


def _end_of_day(reader: Spans, place: int) -> Hit | None:
    """Read "end of day tomorrow", "EOD Friday", "by the end of tomorrow"."""
    behind = reader.either(place, *_END_OF_BUSINESS, *_END_OF_DAY)
    behind = 0 if reader.at(behind) == "'" else behind  # "the end of the day's list"
    day = reader.day(reader.past(behind, "on", "of", ",")) if behind else None
    if day is None and behind and reader.at(behind - 1) != "of":
        day = Hit(behind, Value(reader.today, reader.today))
    if not day or day.value.unit != "day":
        return None
    hour = None if reader.either(place, *_END_OF_BUSINESS) else dt.time(23, 59, 59)
    return Hit(day.end, day.value._replace(at=hour))


def _hours_first(reader: Spans, place: int) -> Hit | None:
    """Read "between 2 and 4pm tomorrow", "from 8am to 6pm on Friday", "2pm-3pm on the 20th"."""
    opener = reader.at(place) if reader.at(place) in {"between", "from"} else ""
    place += bool(opener)
    number, clock = reader.digits(place), reader.time(place)
    first = clock or ((place + 1, dt.time(number), False) if number and number <= 12 else None)
    second = _second(reader, first[0], between=opener == "between") if first else None
    if not first or not second or not (opener or clock or reader.time(first[0] + 1)):
        return None
    later = reader.day(reader.past(second[0], "on", ",", "of")) or _part_of_today(reader, second[0])
    if not later or later.value.unit != "day":
        return None
    within = reader.at(later.end - 1) if reader.at(later.end - 1) in PARTS else ""
    part = within or (reader.at(later.end) if reader.at(later.end) in PARTS else "")
    return _hours(later.value, first, second, part)._replace(end=later.end + (bool(part) and not within))


def _time_first(reader: Spans, place: int) -> Hit | None:
    """Read "at 9 tomorrow", "five-thirty tomorrow evening", "noon on Friday"."""
    if hours := _hours_first(reader, place):
        return hours
    first = reader.time(place)
    if not first and (number := reader.digits(place)) and 1 <= number <= 12:
        first = (place + 1, dt.time(number + 12 if number < 7 else number), False)
    before = {"to", "and", "-", "–", "until"}
    if not first or reader.at(first[0]) in {"-", "–", "to"} or reader.at(place - 1) in before:
        return None
    told = reader.past(first[0], *_ZONES) if reader.time(place) else first[0]
    begins = reader.past(told, "on", ",")
    later = reader.day(begins) or reader.edge_day(reader.past(begins, "the")) or _part_of_today(reader, told)
    if (
        not later
        or later.value.unit != "day"
        or (
            reader.at(first[0] - 1).isdecimal()
            and not reader.time(place)
            and reader.at(first[0]) not in {"tomorrow", "tonight", "on", "today", "yesterday"}
            and reader.at(later.end - 1) not in PARTS
        )
    ):
        return None
    if not reader.time(place) and reader.at(first[0]) == "on":
        return None
    told_within = reader.at(later.end - 1) if reader.at(later.end - 1) in PARTS else ""
    part = told_within or (reader.at(later.end) if reader.at(later.end) in PARTS else "")
    at, sure = _in_part(first[1], part, sure=first[2])
    return Hit(
        later.end + (bool(part) and not told_within),
        later.value._replace(at=at, sure=later.value.sure and sure and told == first[0]),
    )
