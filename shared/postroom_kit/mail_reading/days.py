"""The days that the words of a mail name: dates, weekdays, and those told from the day of the mail ("tomorrow")."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from importlib.resources import files

from ..word_lists import sections, whole_words

_LONGEST_ABSENCE = dt.timedelta(days=550)  # parental leave; a date beyond is of something else
_FAR = dt.timedelta(days=200)  # beside a day that is past, a date without a year is not of the next one
_JUST_PAST = dt.timedelta(days=60)  # "back on 2 October", on the 5th, is not of the next year
_LAST_RESORT = 1_000  # characters further away than anything else
_BETWEEN_A_DAY_AND_ITS_DATE = 6  # "Montag, den 3. März"
_BESIDE = 25  # characters between a weekday and its "next week"
_SUNDAY = 6  # the next week begins with it, or a day later; "next Monday" is tomorrow, or eight days away
_NUMBERS = re.compile(
    r"(?:(?<![\d.:/-])|(?<=[./]\d\d[-–])|(?<=[./]\d[-–])|(?<=\d\.[-–])|(?<=[א-ת]-))(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!-\d)"
    r"|(\d{1,2})([./-])\s?(\d{1,2})(?:\5|\.|(?!\d))\s?(\d{4}|\d{2})?)(?![\d:])"
)
_CJK = re.compile(r"(?:(\d{4})\s?[年년]\s?)?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")


def _calendar_words() -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Return how months are written with their numbers from 1, and how weekdays begin from 0, longest first."""
    lines = files(__package__).joinpath("calendar_words.txt").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    months, weekdays = (
        [(stem, number) for number, line in enumerate(block.splitlines(), start=first) for stem in line.split()]
        for block, first in zip(text.split("\n\n"), (1, 0), strict=True)
    )
    return sorted(months, key=_longest_first), sorted(weekdays, key=_longest_first)


def _longest_first(pair: tuple[str, int]) -> int:
    return -len(pair[0])


_MONTHS, _WEEKDAYS = _calendar_words()
# "a segunda semana" is no Monday.
_NO_DAY = r"(?!\s(?:semana|quinzena|quincena|mitad|metade|parte|vez|settimana|edi[zç]))"
_ANY_WEEKDAY = "|".join(stem + _NO_DAY * (stem in {"segunda", "quarta", "quinta", "sexta"}) for stem, _ in _WEEKDAYS)
_ENDING = r"[^\W\d_]{0,4}"


def _may_end(name: str) -> bool:
    """Tell whether a name may have an ending: short ones are other words then, "3 mails", "2 sets"."""
    return len(name) >= (6 if name[0] < "Ͱ" else 4)


MONTH = rf"(?!{_ANY_WEEKDAY})(?:{'|'.join(n + _ENDING * _may_end(n) for n, _ in _MONTHS)})(?![^\W\d_])"
# A month that stands before its day: "mar 3 nov" is a Tuesday, "out 5-16 May" no day of an "outubro", which never does.
_FIRST = rf"\b(?!(?:out|set|des)\b|mar\.?\s\d{{1,2}}(?:\s?[-–]\s?\d{{1,2}})?\s(?:de\s)?{MONTH})"
_NAMED = re.compile(
    r"(?<![\w.:])(\d{1,2})(?:\.|º|°|er|st|nd|rd|th|:e|-?го|an)?(?:[^\S\n]|-)(?:of\s|de\s|d'|di\s|ב)?"
    rf"({MONTH})\.?(?:(?:,?\s|-)(?:de\s|del\s)?(\d{{4}}))?(?!\w)"
    rf"|{_FIRST}({MONTH})\.?\s(\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s(\d{{4}}))?(?![\w:.]?\d)",
    re.IGNORECASE,
)
_SPAN_BEHIND = re.compile(
    rf"{_FIRST}({MONTH})\.?\s(\d{{1,2}})(?:st|nd|rd|th)?\s?[-–]\s?(\d{{1,2}})(?:st|nd|rd|th)?\b(?![./:-]\d)",
    re.IGNORECASE,
)
_SPAN_BEFORE = re.compile(rf"(?<![\d./:-])(\d{{1,2}}\.?)\s?[-–]\s?(\d{{1,2}}\.?)\s((?:de\s)?{MONTH})", re.IGNORECASE)
_SPAN_OF_NUMBERS = re.compile(
    r"(?<![\d./:-])(\d{1,2})\.?\s?[-–]\s?(\d{1,2})([./])(\d{1,2})(?:\3(\d{4}|\d\d)|\.)(?![\d:])"
)
# "Mon-Fri 9-5", "Montag bis Freitag 8-12": opening hours.
_HOURS = re.compile(
    rf"(?:\b[^\W\d]{{2,12}}\.?[-–][^\W\d]{{2,12}}|\b(?:{_ANY_WEEKDAY})\w*\s\S{{1,3}}\s(?:{_ANY_WEEKDAY})\w*)"
    r"\.?[,:]?\s(?:from |von )?\d{1,2}\s?-\s?\d{1,2}\b(?![./-]\d)"
    rf"(?!\.?\s(?:de\s)?{MONTH})",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_WEEKDAY = re.compile(rf"\b(?:{_ANY_WEEKDAY})", re.IGNORECASE)
_LIST = "day_words.txt"
_WORDS = sections(__package__, _LIST)
_LATER = whole_words(__package__, _LIST, "day after tomorrow")
_TOMORROW = re.compile(rf"(?P<later>{_LATER})|{whole_words(__package__, _LIST, 'tomorrow')}", re.IGNORECASE)
_LISTOPAD = re.compile(r"\blistopad(?:a|u|om|em|zie)?\b", re.IGNORECASE)
_NEXT_WEEK = re.compile(whole_words(__package__, _LIST, "next week"), re.IGNORECASE)
_NEXT_BEFORE = re.compile(rf"\b(?:{_WORDS['next, before']})\s$", re.IGNORECASE)
_NEXT_BEHIND = re.compile(rf"[^\W\d]*\s(?:{_WORDS['next, behind']})\b", re.IGNORECASE)
_OTHER_WEEK = re.compile(rf"[^\W\d]*\s(?:{_WORDS['another week']})", re.IGNORECASE)
_LATE_IN = re.compile(rf"\b(?:{_WORDS['late in']})[\s-](?:the |der |della |la |da )?$", re.IGNORECASE)
# "back on the 20th": no month beside it, and the end of what is said, where no ending tells a day from a number.
_DAY_OF_MONTH = re.compile(
    rf"(?:\b(?:the\s)?(?P<en>\d{{1,2}})(?:st|nd|rd|th)\b(?!\s(?:of\b|floor|street|avenue|anniversary))"
    rf"|\b(?:am|zum|dem|ab|den|bis)\s(?P<de>\d{{1,2}})\.(?!\s?\d)"
    rf"|\b(?:le|au|el|día|dia|il|al|op|de)\s(?P<other>\d{{1,2}})(?:er|e)?(?=\s*(?:[,;!)]|\.(?!\d)|$|\n|inclus\b|et\b"
    rf"|y\b|e\b))"
    rf"|(?<=[至到])(?P<zh>\d{{1,2}})\s?[日号號]"
    rf"|(?<![月월\d、,~〜.-])(?P<ja>\d{{1,2}})\s?[日号號일](?=\s?(?:まで|に|より|から|까지|부터|에|返|回|恢|[(（])))"
    rf"(?![^\S\n](?:de\s|d['’])?{MONTH})",
    re.IGNORECASE,
)

# "back on Monday 16", "am Montag, 16.", where that day is a Monday; no time of day, and no month beside it.
_WEEKDAY_AND_NUMBER = re.compile(
    rf"\b({_ANY_WEEKDAY})[^\W\d]*[.,]?,?\s(?:the\s|den\s|d[ií]a\s)?(\d{{1,2}})(?:st|nd|rd|th)?"
    rf"(?![\d:/-]|[.h,]\d|\s?(?:uhr|h|am|pm|a\.m|p\.m|o['’]clock)\b|\.?[^\S\n](?:de\s|d['’])?{MONTH})",
    re.IGNORECASE,
)


def month_number(name: str) -> int:
    """Return the number of a month by its name, or 0."""
    return next((month for stem, month in _MONTHS if name.lower().startswith(stem)), 0)


def with_plain_months(words: str) -> str:
    """Return words without "listopad": by those around it October, in Croatian, or November, in Polish and Czech."""
    croatian, others = (bool(re.search(_WORDS[name], words, re.IGNORECASE)) for name in ("croatian", "polish or czech"))
    return _LISTOPAD.sub("" if croatian == others else "oct" if croatian else "nov", words)


def with_whole_spans(words: str) -> str:
    """Return words without hours, in which both days of a span have their month: "October 8-9", "8-9.10."."""
    words = _SPAN_OF_NUMBERS.sub(_both_numbered, _HOURS.sub("", words))
    words = _SPAN_BEHIND.sub(r"\1 \2 – \1 \3", words)
    return _SPAN_BEFORE.sub(r"\1 \3 – \2 \3", words)


def _both_numbered(span: re.Match[str]) -> str:
    first, last, sign, month, year = span.groups()
    rest = f"{sign}{month}{sign}{year}" if year else f"{sign}{month}."
    return f"{first}{rest} – {last}{rest}"


def days_ahead(words: str, sent: dt.datetime) -> list[tuple[int, dt.date]]:
    """Return the days that an absence can end on, with where they stand."""
    dates = [(match.start(), day, has_year) for match, day, has_year in _dates(words, sent)]
    passed = any(day < sent.date() and not _plausible(day, sent) for _, day, _ in dates)
    whole = [
        (position, day)
        for position, day, has_year in dates
        if _plausible(day, sent) and (has_year or not passed or day - sent.date() < _FAR)
    ]
    resort = {True: 0, False: _LAST_RESORT}
    told = _told_from_today(words, sent.date())
    found = [*whole, *((start + resort[bool(_TOMORROW.match(words, start))], day) for start, _, day in told)]
    for match in _DAY_OF_MONTH.finditer(words):
        number = int(match["en"] or match["de"] or match["other"] or match["zh"] or match["ja"])
        # "from 10 December to the 20th" is of that month.
        above = [day for position, day in whole if position < match.start()]
        if day := _next_of_month(number, max([sent.date(), *above])):
            found.append((match.start(), day))
    for match in _WEEKDAY_AND_NUMBER.finditer(words):
        weekday = next(number for stem, number in _WEEKDAYS if match[1].lower().startswith(stem))
        if (day := _next_of_month(int(match[2]), sent.date())) and day.weekday() == weekday:
            found.append((match.start(), day))
    return found


def dated(words: str, sent: dt.datetime) -> Iterator[tuple[int, int, dt.date]]:
    """Yield where a day stands that a date, a weekday or a word for tomorrow names, and which it is."""
    taken: list[tuple[int, int]] = []
    for match, day, _ in _dates(words, sent):
        taken.append(match.span())
        yield *match.span(), day
    for start, end, day in sorted(_told_from_today(words, sent.date())):
        behind = end + _BETWEEN_A_DAY_AND_ITS_DATE
        if not any(start < last and first < behind for first, last in taken):
            taken.append((start, end))
            yield start, end, day


def _dates(words: str, sent: dt.datetime) -> Iterator[tuple[re.Match[str], dt.date, bool]]:
    """Yield where a date stands, which it is, and whether its year is said."""
    for match in _NUMBERS.finditer(words):
        if match[1]:
            orders = [(match[1], match[2], match[3])]
        else:
            orders = [(match[7], match[6], match[4])] + ([(match[7], match[4], match[6])] if match[5] == "/" else [])
        days = sorted(day for year, month, number in orders if (day := _day(year, month, number, sent)))
        # 08/12 is read the way that comes sooner from the day of the mail on.
        if days:
            yield match, next((day for day in days if _plausible(day, sent)), days[0]), bool(orders[0][0])
    for match in _CJK.finditer(words):
        if day := _day(match[1], match[2], match[3], sent):
            yield match, day, bool(match[1])
    for match in _NAMED.finditer(words):
        number, name, year = match.group(1, 2, 3) if match[1] else match.group(5, 4, 6)
        month = month_number(name)
        if month and (day := _day(year, str(month), number, sent)):
            yield match, day, bool(year)


def _told_from_today(words: str, today: dt.date) -> Iterator[tuple[int, int, dt.date]]:
    """Yield the days told by a word for tomorrow, or by weekdays and weeks; a date beside one of these says more."""
    for match in _TOMORROW.finditer(words):
        yield *match.span(), today + dt.timedelta(days=2 if match["later"] else 1)
    monday = today + dt.timedelta(days=7 - today.weekday())
    weeks = [match.span() for match in _NEXT_WEEK.finditer(words) if not _LATE_IN.search(words[: match.start()])]
    weekdays = [(match.start(), match.end(), match.group().lower()) for match in _WEEKDAY.finditer(words)]
    for start, end, name in weekdays:
        weekday = next(number for stem, number in _WEEKDAYS if name.startswith(stem))
        day = today + dt.timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
        of_next_week = any(abs(week - start) < _BESIDE for week, _ in weeks)
        is_next = of_next_week or _NEXT_BEFORE.search(words[:start]) or _NEXT_BEHIND.match(words, end)
        if is_next and (today.weekday() == _SUNDAY or (day < monday and not of_next_week)):
            continue
        if of_next_week:
            day = monday + dt.timedelta(days=weekday)
        if not _OTHER_WEEK.match(words, end):
            yield start, _WORD.match(words, start).end(), day  # type: ignore[union-attr]  # a weekday is a word
    for week, week_end in weeks:
        if today.weekday() != _SUNDAY and not any(abs(week - start) < _BESIDE for start, _, _ in weekdays):
            yield week, week_end, monday


def _next_of_month(number: int, today: dt.date) -> dt.date | None:
    """Return the next day of this number, today included."""
    days = (today + dt.timedelta(days=ahead) for ahead in range(62))
    return next((day for day in days if day.day == number), None)


def _day(year: str | None, month: str, day: str, sent: dt.datetime) -> dt.date | None:
    """Return a date; without a year the next one there is, or one that is just past."""
    try:
        if year:
            return dt.date(int(year) + (2_000 if int(year) < 100 else 0), int(month), int(day))
        found = dt.date(sent.year, int(month), int(day))
        return found if found >= sent.date() - _JUST_PAST else found.replace(year=sent.year + 1)
    except ValueError:
        return None


def _plausible(day: dt.date, sent: dt.datetime) -> bool:
    return dt.timedelta(days=-1) <= day - sent.date() <= _LONGEST_ABSENCE


def names_weekday(words: str) -> bool:
    """Tell whether there is a weekday in these words."""
    return bool(_WEEKDAY.search(words))


def names_date(words: str) -> bool:
    """Tell whether there is a day with its month in these words."""
    return any(pattern.search(words) for pattern in (_NUMBERS, _NAMED, _CJK))
