"""The words of a text that an English date is made of: tokens, numbers, ordinals, years, months, weekdays."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ..word_lists import sections

_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")


def words_of(section: str) -> list[str]:
    """Return the words of a section of the list, in their order."""
    return sections(__package__, "english_words.txt")[section].split("|")


def numbers_of(section: str) -> dict[str, tuple[int, ...]]:
    """Return the numbers behind each of a section's phrases."""
    pairs = (entry.split(":") for entry in words_of(section))
    return {phrase: tuple(map(int, numbers.split())) for phrase, numbers in pairs}


_ONES = words_of("ones")
_TENS = {word: 10 * number for number, word in enumerate(words_of("tens"), 2)}
_CARDINALS = {word: number for number, word in enumerate(_ONES)} | _TENS
_ORDINALS = {word: number for number, word in enumerate(words_of("ordinals"), 1)} | {"thirtieth": 30}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
WEEKDAYS |= {name[:3]: number for name, number in WEEKDAYS.items()} | {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_WORDS_TOO, _CUES = set(words_of("words too")), set(words_of("cues"))
_FIRST_NAMES, _GREETED, _CLOSED = (set(words_of(kind)) for kind in ("first names", "greeted", "closed"))
SPANS = ("day", "week", "fortnight", "month", "year", "decade", "century", "hour", "minute", "second")
SPAN_WORDS = {word for kind in SPANS for word in words_of(kind)}
_OPENERS = set(words_of("openers"))
_PHRASES = ("around today", "holidays", "holidays of easter", "holidays on weekdays")
_NAMES = {
    *_MONTHS, *WEEKDAYS, *_CARDINALS, *_ORDINALS, *words_of("names"),
    *(
        word
        for section in _PHRASES
        for phrase in numbers_of(section)
        for word in (phrase.split()[0], phrase.split()[0].removesuffix("s"))
    ),
    "saint",
    *(f"{name}s" for name in WEEKDAYS),
    *SPAN_WORDS,
}  # fmt: skip
_REACH = 8  # tokens from where a day begins to be named to the first word that does so
SUFFIXES = {"st", "nd", "rd", "th"}
TO = {"to", "until", "till", "through", "thru", "-", "–", "—"}
STEPS = {
    "this": 0, "current": 0, "the": 0, "same": 0, "that": 0, "next": 1, "following": 1, "coming": 1, "upcoming": 1,
    "last": -1, "previous": -1, "past": -1, "prior": -1, "preceding": -1,
}  # fmt: skip
"""Words before a period, and how many of its kind it is from today's."""
_LATEST, _EARLIEST = 2199, 1900


class Value(NamedTuple):
    """What words name: days, both included, and a time of day on the first; `unit` is what they were counted in."""

    first: dt.date
    last: dt.date
    at: dt.time | None = None
    unit: str = "day"
    sure: bool = True
    instant: dt.datetime | None = None
    has_year: bool = True
    until: dt.time | None = None


class Hit(NamedTuple):
    """Where the words of a value end (the token behind them), and the value."""

    end: int
    value: Value


@dataclass(frozen=True, slots=True)
class Token:
    """Hold a word, a number or a sign of a text, in lower case; `glued` tells that no space is before it."""

    text: str
    start: int
    end: int
    glued: bool
    capital: bool


def tokens(text: str) -> list[Token]:
    """Return the words, numbers and signs of a text."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        glued = bool(found) and found[-1].end == match.start()
        text = "'" if match.group() == "’" else match.group().lower()
        found.append(Token(text, match.start(), match.end(), glued, match.group()[0].isupper()))
    return found


def one_day(day: dt.date, *, sure: bool = True) -> Value:
    """Return the value of a day."""
    return Value(day, day, sure=sure)


class Words:
    """The tokens of a text, asked by place; every answer is None where the words there say nothing of the kind."""

    def __init__(self, found: list[Token], reference: dt.datetime) -> None:
        """Keep the tokens and the moment that days are told from."""
        self.tokens = found
        self.reference = reference
        self.today = reference.date()
        self._next_name = self._places_of_names()

    def _places_of_names(self) -> list[int]:
        """Return for each token the place of the next one that is a number or the name of a day or of a span."""
        places, ahead = [], len(self.tokens) + _REACH
        for place in range(len(self.tokens) - 1, -1, -1):
            text = self.tokens[place].text
            ahead = place if text.isdecimal() or text in _NAMES else ahead
            places.append(ahead)
        return places[::-1]

    def may_begin(self, place: int) -> bool:
        """Tell whether a day can begin to be named here; most words of a text are none of these."""
        ahead = self._next_name[place]
        return ahead == place or (self.tokens[place].text in _OPENERS and ahead - place < _REACH)

    def at(self, place: int) -> str:
        """Return the text of a token, or "" beyond both ends."""
        return self.tokens[place].text if 0 <= place < len(self.tokens) else ""

    def glued(self, place: int) -> bool:
        """Tell whether no space is before a token."""
        return 0 <= place < len(self.tokens) and self.tokens[place].glued

    def past(self, place: int, *words: str) -> int:
        """Return the place behind a token that is one of these words, else the same place."""
        return place + 1 if self.at(place) in words else place

    def says(self, place: int, phrase: str) -> int:
        """Return the place behind a phrase that stands here, or 0."""
        if not phrase.startswith(self.at(place)):
            return 0
        parts = phrase.split()
        return place + len(parts) if all(self.at(place + n) == part for n, part in enumerate(parts)) else 0

    def either(self, place: int, *phrases: str) -> int:
        """Return the place behind the first of these phrases that stands here, or 0."""
        return next((end for phrase in phrases if (end := self.says(place, phrase))), 0)

    def digits(self, place: int, most: int = 2) -> int | None:
        """Return a number in digits."""
        text = self.at(place)
        return int(text) if text.isdecimal() and len(text) <= most else None

    def cardinal(self, place: int) -> tuple[int, int] | None:
        """Return the place behind a number below 1,000, in digits or words, and the number."""
        if (number := self.digits(place, 3)) is not None:
            return place + 1, number
        word = self.at(place)
        if self.at(place + 1) == "hundred" and 0 < _CARDINALS.get(word, int(word == "a")) < 10:
            behind = self.past(place + 2, "and")
            rest = self.cardinal(behind) if self.at(behind + 1) != "hundred" else None
            small = rest if rest and rest[1] < 100 and self.at(rest[0] - 1).isalpha() else (place + 2, 0)
            return small[0], 100 * _CARDINALS.get(word, 1) + small[1]
        if word in _TENS:
            behind = self.past(place + 1, "-")
            ones = _CARDINALS.get(self.at(behind), 0)
            return (behind + 1, _TENS[word] + ones) if 0 < ones < len(_ONES) // 2 else (place + 1, _TENS[word])
        return (place + 1, _CARDINALS[word]) if word in _CARDINALS else None

    def ordinal(self, place: int) -> tuple[int, int] | None:
        """Return the place behind "18th", "eleventh" or "twenty-second", and the number."""
        if (number := self.digits(place)) is not None and self.glued(place + 1) and self.at(place + 1) in SUFFIXES:
            return place + 2, number
        word = self.at(place)
        if word in _ORDINALS:
            return place + 1, _ORDINALS[word]
        behind = self.past(place + 1, "-")
        if word in {"twenty", "thirty"} and (ones := _ORDINALS.get(self.at(behind), 99)) < len(_ONES) // 2:
            return behind + 1, _TENS[word] + ones
        return None

    def nth(self, place: int) -> tuple[int, int] | None:
        """Return the place behind an ordinal and the number, which is -1 for "last", -2 for "second to last"."""
        number = self.ordinal(place)
        if number and (back := self.either(number[0], "to last", "to the last", "- to - last")):
            return back, -number[1]
        return (place + 1, -1) if self.at(place) in {"last", "final"} else number

    def day_number(self, place: int) -> tuple[int, int] | None:
        """Return the place behind the number of a day in a month, and the number."""
        if found := self.ordinal(place):
            return found if 1 <= found[1] <= 31 else None
        number = self.digits(place)
        return (place + 1, number) if number and number <= 31 else None

    def year(self, place: int) -> tuple[int, int] | None:
        """Return the place behind a year, in four digits or in words, and the year."""
        number = self.digits(place, 4)
        if number is not None:
            return (place + 1, number) if _EARLIEST <= number <= _LATEST else None
        if behind := self.says(place, "two thousand"):
            rest = self.cardinal(self.past(behind, "and"))
            return rest[0] if rest else behind, 2000 + (rest[1] if rest else 0)
        if self.at(place) in {"nineteen", "twenty"} and self.at(place + 1) in _CARDINALS:
            rest = self.cardinal(place + 1)
            if rest and 10 <= rest[1] < 100:
                return rest[0], (1900 if self.at(place) == "nineteen" else 2000) + rest[1]
        return None

    def month(self, place: int) -> tuple[int, int] | None:
        """Return the place behind the name of a month, and its number."""
        return self._named(place, _MONTHS)

    def weekday(self, place: int) -> tuple[int, int] | None:
        """Return the place behind the name of a weekday, and its number from 0."""
        return self._named(place, WEEKDAYS)

    def _named(self, place: int, names: dict[str, int]) -> tuple[int, int] | None:
        word = self.at(place)
        if word not in names or (self.glued(place) and self.at(place - 1).isalpha()):
            return None
        if self.at(place + 1) == "." and self.at(place + 2) in {"com", "co", "io"} and self.glued(place + 2):
            return None
        if word in _FIRST_NAMES and self._is_person(place):
            return None
        if word in _WORDS_TOO and not (self.tokens[place].capital or self._cued(place)):
            return None
        if (
            word == "may"
            and self.at(place - 1) in {"and", "this", "or", "which", "that"}
            and not self._beside_number(place)
        ):
            return None
        behind = place + 1
        # The full stop of an abbreviation, not of a sentence.
        if (
            self.at(behind) == "."
            and self.glued(behind)
            and len(word) <= 5
            and (self.at(behind + 1)[:1].isalnum() or self.at(behind + 1) in {"-", "–"})
        ):
            behind += 1
        return behind, names[word]

    def _is_person(self, place: int) -> bool:
        """Tell whether the name of a month is somebody's: "Hi April,", "Best regards, June", "April Jones called"."""
        before = self.at(place - 1)
        if self._beside_number(place):
            return False
        if before in _GREETED or (before in {",", "-", "–"} and self.at(place - 2) in _CLOSED):
            return True
        behind = self.tokens[place + 1] if place + 1 < len(self.tokens) else None
        surname = behind and behind.capital and len(behind.text) > 1 and behind.text not in {*WEEKDAYS, *_MONTHS}
        return bool(surname) and before in {"", ".", "!", "?"}

    def _cued(self, place: int) -> bool:
        back = place - (self.at(place - 1) == "-")  # "mid-march"
        before, further = self.at(back - 1), self.at(back - 2)
        if before in {"and", "or"}:
            return further in _MONTHS or further in WEEKDAYS or self._beside_number(place)
        if before == "to" and not (further.isdecimal() or further in _NAMES or further in {"up", "prior", *SUFFIXES}):
            return False  # "to march"
        behind = self.past(place + 1, "of", *TO)
        if behind > place + 1 and (self.at(behind) in _MONTHS or self.at(behind) in WEEKDAYS):
            return True
        told = self.at(behind) in STEPS and self.at(behind + 1) == "year" and self.at(behind + 2) != "'"
        return before in _CUES or told or self._beside_number(place)

    def _beside_number(self, place: int) -> bool:
        behind = self.past(place + 1, ".")
        behind += self.at(behind) in {"-", "/", "'"} and self.glued(behind + 1)
        return self.at(place - 1).isdecimal() or self.at(behind).isdecimal() or bool(self.ordinal(place + 1))

    def longest(self, place: int, readers: Iterable[Callable[[int], Hit | None]]) -> Hit | None:
        """Return what the reader that reads furthest from here finds."""
        hits = [hit for reader in readers if (hit := reader(place))]
        return max(hits, key=lambda hit: hit.end, default=None)
