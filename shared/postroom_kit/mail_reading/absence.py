"""When the writer of an out-of-office reply is back, read from its words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from importlib.resources import files

_LONGEST = 4_000  # characters of a reply that are read
_LONGEST_ABSENCE = dt.timedelta(days=550)  # parental leave; a date beyond is of something else
# Characters between a telling word and its date; Japanese, Finnish and Turkish put "until" behind it.
_NEAR_BEFORE, _JUST_BEFORE, _NEAR_AFTER = 45, 25, 70
_LAST_RESORT = 1_000  # characters further away than anything else
_BACK = re.compile(
    r"\b(?:back|return(?:ing|s)?|resum\w+|available again|reachable again|zurück\w*|wieder|erneut|de retour|retour"
    r"|reviens|reviendrai|rentr\w+|joignable à partir|vuel\w+|regres\w+|de vuelta|volver\w*|reincorpor\w+|rientr\w+"
    r"|torn\w+|di nuovo|volt\w+|retorn\w+|terug|weer|tillbaka|åter|tilbage|tilbake|palaan|takaisin|wracam|wrócę|powrót"
    r"|powrac\w+|zpět|vrátím|вернусь|вернётся|возвращ\w+|повер\w+|döneceğim|vissza\w*|újra|ismét|επιστρέφ\w+|επιστρέψ\w+|revin\w*|întor\w+"
    r"|späť|vrátim|powrót)\b|戻り|戻る|出社|返回|回来|复工|복귀",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|till|til|through|thru|to|bis|bis zum|einschließlich|jusqu'?\s?(?:au|à|en)|au|hasta|al|fino (?:al|a)"
    r"|sino al|até|ao|tot|t/m|tills?|do|до|dek|mennessä|saakka|asti|kadar|έως|μέχρι|până(?: la| pe)?)\b"
    r"|-|–|まで|至|直到|까지",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"まで|까지|dek|mennessä|saakka|asti|kadar", re.IGNORECASE)
_NUMBERS = re.compile(
    r"(?<![\d.:/-])(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"|(\d{1,2})([./-])\s?(\d{1,2})(?:\5|\.|(?!\d))\s?(\d{4}|\d{2})?)(?![\d:])"
)
_CJK = re.compile(r"(?:(\d{4})\s?[年년]\s?)?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")


def _calendar_words() -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Return the beginnings of month names with their numbers from 1, and of weekdays from 0, longest first."""
    text = files(__package__).joinpath("calendar_words.txt").read_text(encoding="utf-8").partition("\n")[2]
    months, weekdays = (
        [(stem, number) for number, line in enumerate(block.splitlines(), start=first) for stem in line.split()]
        for block, first in zip(text.split("\n\n"), (1, 0), strict=True)
    )
    return sorted(months, key=_longest_first), sorted(weekdays, key=_longest_first)


def _longest_first(pair: tuple[str, int]) -> int:
    return -len(pair[0])


_MONTHS, _WEEKDAYS = _calendar_words()
_MONTH = rf"(?:{'|'.join(stem for stem, _ in _MONTHS)})[^\W\d_]{{0,9}}"
_NAMED = re.compile(
    r"(?<![\w.:])(\d{1,2})(?:\.|º|°|er|st|nd|rd|th|:e|-?го|an)?\s(?:of\s|de\s|d'|di\s)?"
    rf"({_MONTH})\.?(?:,?\s(?:de\s|del\s)?(\d{{4}}))?(?!\w)"
    rf"|\b({_MONTH})\.?\s(\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s(\d{{4}}))?(?![\w:.]?\d)",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(stem for stem, _ in _WEEKDAYS)})", re.IGNORECASE)


def return_date(subject: str, text: str, sent: dt.datetime | None) -> dt.date | None:
    """Return the day the writer is back, or the last day away where only that is said; None when neither is clear.

    `sent` is the time of the mail: it gives a date its year and weekdays their week. Without it there is no answer.
    """
    if sent is None:
        return None
    words = " ".join(f"{text}\n{subject}"[:_LONGEST].split())
    local = sent.replace(tzinfo=None)
    for telling, before in ((_BACK, _NEAR_BEFORE), (_UNTIL, _JUST_BEFORE)):
        for match in telling.finditer(words):
            start = max(0, match.start() - before)
            near, middle = words[start : match.end() + _NEAR_AFTER], match.end() - start
            earlier = 0 if telling is _BACK or _BEHIND.fullmatch(match.group()) else _NEAR_AFTER
            if found := sorted(
                (abs(position - middle) + earlier * (position < middle), day) for position, day in _dates(near, local)
            ):
                return found[0][1]
    return None


def _dates(words: str, sent: dt.datetime) -> Iterator[tuple[int, dt.date]]:
    """Yield where a date stands and which it is, for those that an absence can end on."""
    for match in _NUMBERS.finditer(words):
        if match[1]:
            orders = [(match[1], match[2], match[3])]
        else:
            orders = [(match[7], match[6], match[4])] + ([(match[7], match[4], match[6])] if match[5] == "/" else [])
        # 08/12 is read the way that comes sooner.
        if days := sorted(day for year, month, number in orders if (day := _day(year, month, number, sent))):
            yield match.start(), days[0]
    for match in _CJK.finditer(words):
        if day := _day(match[1], match[2], match[3], sent):
            yield match.start(), day
    for match in _NAMED.finditer(words):
        number, name, year = match.group(1, 2, 3) if match[1] else match.group(5, 4, 6)
        month = next((month for stem, month in _MONTHS if name.lower().startswith(stem)), 0)
        if month and (day := _day(year, str(month), number, sent)):
            yield match.start(), day
    for match in _WEEKDAY.finditer(words):
        weekday = next(number for stem, number in _WEEKDAYS if match.group().lower().startswith(stem))
        ahead = (weekday - sent.weekday() - 1) % 7 + 1
        # A date beside its weekday says more.
        yield match.start() + _LAST_RESORT, sent.date() + dt.timedelta(days=ahead)


def _day(year: str | None, month: str, day: str, sent: dt.datetime) -> dt.date | None:
    """Return a date; without a year the next one there is."""
    try:
        if year:
            found = dt.date(int(year) + (2_000 if int(year) < 100 else 0), int(month), int(day))
        else:
            found = dt.date(sent.year, int(month), int(day))
            found = found if found >= sent.date() - dt.timedelta(days=1) else found.replace(year=sent.year + 1)
    except ValueError:
        return None
    return found if _plausible(found, sent) else None


def _plausible(day: dt.date, sent: dt.datetime) -> bool:
    return dt.timedelta(days=-1) <= day - sent.date() <= _LONGEST_ABSENCE
