"""The moment ahead that a person names: `tomorrow at 9`, `in 2 hours`, `on 3 March`.

A closed grammar in seven languages. What may be read in two ways is no moment: `03/04`, `tomorrow at 3`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from .word_lists import plain, sections
from .wordings import wordings

_MORNING, _AFTERNOON = time(9), time(14)
_EARLIEST = 7  # o'clock: of a smaller number alone nobody knows the half of the day


def named_moment(said: str, now: datetime, zone: str) -> datetime | None:
    """Return the UTC instant that `said` names as a whole, told from `now` (aware) by the clocks of `zone` (IANA name).

    `said` is in lower case, its words parted by single spaces, without commas. A day without a time of day is at nine,
    its afternoon at two; a weekday is never today. None where there is no such moment; one that is named may be past.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    if match := _spans().fullmatch(said):
        count = _count(match["count"])
        if match["minutes"] or match["hours"]:
            return now.astimezone(UTC) + timedelta(**{"minutes" if match["minutes"] else "hours": count})
        return _instant(today + timedelta(days=count * (7 if match["weeks"] else 1)), _MORNING, zone)
    match = next(filter(None, (pattern.fullmatch(said) for pattern in _moments())), None)
    if match is None or not (match["day"] or match["at"]):
        return None
    try:
        day, at = _day(match, today), _time(match)
    except ValueError:  # 31 February, 9:75
        return None
    return _instant(day, at, zone) if at else None


def _instant(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def _day(match: re.Match[str], today: date) -> date:
    """Return the day that is named; raises ValueError where the calendar has none such."""
    if match["tomorrow"] or match["later"]:
        return today + timedelta(days=2 if match["later"] else 1)
    if match["week"]:
        return today + timedelta(days=7 - today.weekday())
    if match["weekday"]:
        return today + timedelta(days=(_weekdays()[match["weekday"]] - today.weekday() - 1) % 7 + 1)
    if match["iso"]:
        return date.fromisoformat(match["iso"])
    month = match["month"] or match["month_first"]
    if not month:
        return today
    number = int(match["number"] or match["number_behind"])
    if match["year"]:
        return date(int(match["year"]), _months()[month], number)
    day = date(today.year, _months()[month], number)
    return day if day >= today else date(today.year + 1, _months()[month], number)


def _time(match: re.Match[str]) -> time | None:
    """Return the time of day that is named, or nine; None for one that is unclear, ValueError for one there is not."""
    if not match["hour"]:
        return _AFTERNOON if match.groupdict().get("afternoon") else _MORNING
    hour, half = int(match["hour"]), match["half"]
    if half:
        return time(hour % 12 + (12 if half[0] == "p" else 0), int(match["minute"] or 0)) if 1 <= hour <= 12 else None
    is_told = match["at"] or match["minute"] or match["clock"]
    is_clear = hour >= _EARLIEST or match["hour"].startswith("0")
    return time(hour, int(match["minute"] or 0)) if is_told and is_clear else None


def _count(word: str) -> int:
    if word.isdigit():
        return int(word)
    return next((int(each.numbers[word]) for each in wordings().values() if word in each.numbers), 1)


@cache
def _spans() -> re.Pattern[str]:
    words = sections(__package__, "moment_words.txt")
    numbers = "|".join(number for each in wordings().values() for number in each.numbers)
    units = "|".join(f"(?P<{unit}>{words[unit]})" for unit in ("minutes", "hours", "days", "weeks"))
    return re.compile(rf"(?:{words['in']}) (?P<count>\d{{1,3}}|{numbers}|{words['one']}) (?:{units})")


@cache
def _moments() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the expressions of a day with or without a time of day behind it, and of a time first."""
    words = sections(__package__, "moment_words.txt")
    days = sections(f"{__package__}.mail_reading", "day_words.txt")
    month = "|".join(map(re.escape, _months()))
    day = (
        rf"(?:(?:{words['on']}) )?(?P<day>{words['today']}|(?P<later>{days['day after tomorrow']})"
        rf"|(?P<tomorrow>{days['tomorrow']})|(?P<week>{days['next week']})"
        rf"|(?P<weekday>{'|'.join(map(re.escape, _weekdays()))})|(?P<iso>\d{{4}}-\d\d-\d\d)"
        rf"|(?:(?P<number>\d{{1,2}})(?:st|nd|rd|th|er)? (?:(?:{words['of']}) )?(?P<month>{month})"
        rf"|(?P<month_first>{month}) (?P<number_behind>\d{{1,2}})(?:st|nd|rd|th)?)(?: (?:de )?(?P<year>\d{{4}}))?)"
    )
    clock = (
        rf"(?:(?P<at>{words['at']}) )?(?P<hour>\d{{1,2}})(?:[:h](?P<minute>\d\d))?"
        rf"(?: ?(?P<half>[ap](?:m|\.m))|(?P<clock>h| (?:{words['by the clock']})))?"
    )
    part = f"{words['morning']}|(?P<afternoon>{words['afternoon']})"
    return re.compile(f"{day}(?: (?:{part})| {clock})?"), re.compile(f"{clock}(?: {day})?")


@cache
def _months() -> dict[str, int]:
    return _numbered([each.months for each in wordings().values()], 1)


@cache
def _weekdays() -> dict[str, int]:
    names = [each.weekdays for each in wordings().values()]
    return _numbered([*names, *(tuple(name.removesuffix("-feira") for name in each) for each in names)], 0)


def _numbered(rows: list[tuple[str, ...]], first: int) -> dict[str, int]:
    """Return the number of each name, which people write without its accents, too."""
    return {
        written: number
        for row in rows
        for number, name in enumerate(row, first)
        for written in (name.lower(), plain(name.lower()))
    }
