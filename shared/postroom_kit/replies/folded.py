"""A text without case, accents and courtesy, to look for words in, that knows where each of its letters stood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from ..word_lists import sections

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "’": "'", "‘": "'"})
_UNSPACED = "\u3000"  # the scripts behind it, Chinese and Korean too, are left as they are
_NAMED = re.compile(r"<([a-z][a-z ]*)>")
_LONGEST = 40_000
"""Characters of a mail that are read; what is behind is beyond any reply by a person."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Hold the letters to search, and the place in `original` that each one came from."""

    text: str
    places: tuple[int, ...]
    original: str

    def verbatim(self, start: int, end: int) -> str:
        """Return the words of the original that these letters were made from."""
        return " ".join(self.original[self.places[start] : self.places[end - 1] + 1].split()) if start < end else ""

    def without(self, words: re.Pattern[str]) -> Folded:
        """Return the text without these words and the commas and spaces around them."""
        kept: list[tuple[int, int]] = []
        last = 0
        for match in words.finditer(self.text):
            kept.append((last, match.start()))
            last = match.end()
        kept.append((last, len(self.text)))
        pieces = [self.text[start:end] for start, end in kept]
        places = [place for start, end in kept for place in self.places[start:end]]
        return Folded("".join(pieces), tuple(places), self.original)

    def hiding(self, words: re.Pattern[str]) -> Folded:
        """Return the text with signs that are no words in the place of these."""
        return Folded(words.sub(lambda match: "¤" * len(match.group()), self.text), self.places, self.original)


def fold(original: str) -> Folded:
    """Return a text to search: one space between words, one line end between paragraphs, no quoted lines."""
    letters: list[str] = []
    places: list[int] = []
    place = 0
    for line in original[:_LONGEST].splitlines(keepends=True):
        if line.lstrip().startswith((">", "|")):
            place += len(line)
            continue
        for letter in line:
            if letter.isspace():
                if letters and letters[-1] == " " and letter in "\n\r" and not line.strip():
                    letters[-1] = "\n"
                elif letters and letters[-1] not in " \n":
                    letters.append(" ")
                    places.append(place)
            else:
                for plain in bare(letter):
                    letters.append(plain)
                    places.append(place)
            place += 1
    return Folded("".join(letters), tuple(places), original)


def bare(text: str) -> str:
    """Return a text without accents, in letters that a keyboard of any country has, its case kept."""
    if text.isascii():
        return text
    spread = "".join(unicodedata.normalize("NFD", sign) if sign < _UNSPACED else sign for sign in text)
    left = "".join(sign for sign in spread if not unicodedata.combining(sign) or sign > _UNSPACED)
    return left.translate(_LETTERS)


@cache
def expression(name: str, section: str, wrap: Callable[[str], str] = str) -> re.Pattern[str]:
    """Return the expression of a section of a list beside this file, with those of the sections that it names."""
    found = sections(__package__, name)
    words = found.get(section, "(?!)")
    while _NAMED.search(words):
        words = _NAMED.sub(lambda match: f"(?:{found[match[1]]})", words)
    signs = found.get(f"{section}, in signs")
    whole = rf"(?<!\w)(?:{bare(words)})(?!\w)" + (f"|(?:{signs})" if signs else "")
    return re.compile(wrap(whole), re.IGNORECASE)
