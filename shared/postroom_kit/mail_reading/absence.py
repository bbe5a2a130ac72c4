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
_FAR = dt.timedelta(days=200)  # beside a day that is past, a date without a year is not of the next one
_LAST_RESORT = 1_000  # characters further away than anything else
_BACK = re.compile(
    r"\b(?:back(?! to you)|return(?:ing|s)?|resum\w+|available again|reachable again|zurück\w*|wieder|erneut|de retour"
    r"|retour|reviens|reviendrai|rentr\w+|joignable à partir|vuel\w+|regres\w+|de vuelta|volver\w*|reincorpor\w+"
    r"|rientr\w+|torn\w+|di nuovo|volt\w+|retorn\w+|terug|weer|tillbaka|åter|tilbage|tilbake|palaan|takaisin|wracam"
    r"|wrócę|powrót|powrac\w+|zpět|vrátím|вернусь|вернётся|возвращ\w+|повер\w+|döneceğim|vissza\w*|újra|ismét"
    r"|επιστρέφ\w+|επιστρέψ\w+|revin\w*|întor\w+|späť|vrátim|powrót)\b|戻り|戻る|出社|返回|回来|复工|복귀",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|till|through|thru|bis|bis zum|einschließlich|jusqu'?\s?(?:au|à|en)|hasta|fino (?:al|a)"
    r"|sino al|até|tot|t/m|tills?|dek|mennessä|saakka|asti|kadar|έως|μέχρι|până(?: la| pe)?)\b"
    r"|まで|至|直到|까지",
    re.IGNORECASE,
)
# They end an absence only in a mail that speaks of one: "in the order received, Monday to Friday".
_TO = re.compile(r"\b(?:to|til|au|al|ao|do|до)\b|-|–", re.IGNORECASE)
_ABSENT = re.compile(
    r"\b(?:absen(?!ces? (?:of|de|d['’]|du(?! \d| bureau)|des)\b)|away|out of (?:the )?(?:office|town)|on leave|leave"
    r"|vacation"
    r"|holiday|closed|unavailable"
    r"|not (?:available|in the office)|sick|abwesen|urlaub|ferien|nicht (?:im|am|da\b|erreichbar|verfügbar)|außer haus"
    r"|geschlossen|congé|vacances|fermé|indisponible|fuera|vacaciones|ausente|cerrad|ferie|fuori|chius|assen|férias"
    r"|fechad|afwezig|vakantie|verlof|gesloten|semester|ledig|frånvar|fravær|bortrest|lomal|poissa|nieobecn|urlop"
    r"|nie ma mnie|dovolen|nepřítom|neprítom|отпуск|відпуст|отсутств|відсутн|szabads|távol|izin|uzakta|tatil|άδεια"
    r"|απουσ|concedi)|休暇|不在|休み|休假|휴가|부재",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"まで|까지|dek|mennessä|saakka|asti|kadar", re.IGNORECASE)
_NUMBERS = re.compile(
    r"(?<![\d.:/-])(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!-\d)"
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


def speaks_of_absence(text: str) -> bool:
    """Tell whether a mail says that somebody is away, closed or on leave."""
    return bool(_ABSENT.search(text[:_LONGEST]))


def return_date(subject: str, text: str, sent: dt.datetime | None) -> dt.date | None:
    """Return the day the writer is back, or the last day away where only that is said; None when neither is clear.

    `sent` is the time of the mail: it gives a date its year and weekdays their week. Without it there is no answer.
    """
    if sent is None:
        return None
    words = " ".join(f"{text}\n{subject}"[:_LONGEST].split())
    local = sent.replace(tzinfo=None)
    tellings = [(_BACK, _NEAR_BEFORE), (_UNTIL, _JUST_BEFORE)]
    if _ABSENT.search(words):
        tellings.append((_TO, _JUST_BEFORE))
    for telling, before in tellings:
        for match in telling.finditer(words):
            start = max(0, match.start() - before)
            if telling is _TO and _WEEKDAY.search(words[start : match.start()]):
                continue  # "Monday to Friday" are opening hours
            near, middle = words[start : match.end() + _NEAR_AFTER], match.end() - start
            earlier = 0 if telling is _BACK or _BEHIND.fullmatch(match.group()) else _NEAR_AFTER
            if found := sorted(
                (abs(position - middle) + earlier * (position < middle), day) for position, day in _ends(near, local)
            ):
                return found[0][1]
    return None


def _ends(words: str, sent: dt.datetime) -> list[tuple[int, dt.date]]:
    """Return the dates that an absence can end on, with where they stand."""
    found = list(_dates(words, sent))
    passed = any(day < sent.date() and not _plausible(day, sent) for _, day, _ in found)
    return [
        (position, day)
        for position, day, has_year in found
        if _plausible(day, sent) and (has_year or not passed or day - sent.date() < _FAR)
    ]


def _dates(words: str, sent: dt.datetime) -> Iterator[tuple[int, dt.date, bool]]:
    """Yield where a date stands, which it is, and whether its year is said."""
    for match in _NUMBERS.finditer(words):
        if match[1]:
            orders = [(match[1], match[2], match[3])]
        else:
            orders = [(match[7], match[6], match[4])] + ([(match[7], match[4], match[6])] if match[5] == "/" else [])
        days = sorted(day for year, month, number in orders if (day := _day(year, month, number, sent)))
        # 08/12 is read the way that comes sooner from the day of the mail on.
        if days:
            yield match.start(), next((day for day in days if _plausible(day, sent)), days[0]), bool(orders[0][0])
    for match in _CJK.finditer(words):
        if day := _day(match[1], match[2], match[3], sent):
            yield match.start(), day, bool(match[1])
    for match in _NAMED.finditer(words):
        number, name, year = match.group(1, 2, 3) if match[1] else match.group(5, 4, 6)
        month = next((month for stem, month in _MONTHS if name.lower().startswith(stem)), 0)
        if month and (day := _day(year, str(month), number, sent)):
            yield match.start(), day, bool(year)
    for match in _WEEKDAY.finditer(words):
        weekday = next(number for stem, number in _WEEKDAYS if match.group().lower().startswith(stem))
        ahead = (weekday - sent.weekday() - 1) % 7 + 1
        # A date beside its weekday says more.
        yield match.start() + _LAST_RESORT, sent.date() + dt.timedelta(days=ahead), False


def _day(year: str | None, month: str, day: str, sent: dt.datetime) -> dt.date | None:
    """Return a date; without a year the next one there is."""
    try:
        if year:
            return dt.date(int(year) + (2_000 if int(year) < 100 else 0), int(month), int(day))
        found = dt.date(sent.year, int(month), int(day))
        return found if found >= sent.date() - dt.timedelta(days=1) else found.replace(year=sent.year + 1)
    except ValueError:
        return None


def _plausible(day: dt.date, sent: dt.datetime) -> bool:
    return dt.timedelta(days=-1) <= day - sent.date() <= _LONGEST_ABSENCE
