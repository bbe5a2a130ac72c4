"""WordPiece: cut a text into the pieces that BERT's models know (uncased, accents stripped)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

CLS, SEP, UNKNOWN = 101, 102, 100
LONGEST = 256
"""Pieces of a text that all-MiniLM-L6-v2 reads, its marks of start and end among them; the rest is cut."""

_LONGEST_WORD = 100  # characters: a longer run is no word
# Each sign of these blocks is a word (CJK ideographs, as BERT counts them).
_IDEOGRAPHS = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)


def pieces(text: str) -> list[int]:
    """Return the numbers of a text's pieces between the marks of start and end, at most LONGEST."""
    found: list[int] = []
    for word in _words(text):
        found += _cut(word)
        if len(found) > LONGEST:
            break
    return [CLS, *found[: LONGEST - 2], SEP]


def _words(text: str) -> Iterator[str]:
    """Split at spaces, and around each punctuation mark and ideograph; no further than is asked for."""
    for run in text.split():
        spaced: list[str] = []
        for sign in unicodedata.normalize("NFD", "".join(filter(None, map(_clean, run))).lower()):
            if unicodedata.category(sign) != "Mn":
                spaced.append(f" {sign} " if _alone(sign) else sign)
        yield from "".join(spaced).split()


def _clean(sign: str) -> str:
    return "" if sign == "\ufffd" or unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs") else sign


def _alone(sign: str) -> bool:
    # BERT takes all of ASCII that is neither letter nor digit for punctuation, `$` and `+` too.
    if sign.isascii():
        return not sign.isalnum() and not sign.isspace()
    return unicodedata.category(sign).startswith("P") or any(low <= ord(sign) <= high for low, high in _IDEOGRAPHS)


def _cut(word: str) -> list[int]:
    """Take the longest piece known from the left, again and again; a word that cannot be cut so is unknown."""
    if len(word) > _LONGEST_WORD:
        return [UNKNOWN]
    vocabulary, found, start = _vocabulary(), [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            number = vocabulary.get(word[start:end] if not start else f"##{word[start:end]}")
            if number is not None:
                found.append(number)
                start = end
                break
        else:
            return [UNKNOWN]
    return found


@cache
def _vocabulary() -> dict[str, int]:
    lines = files(__package__).joinpath("vocab.txt").read_text(encoding="utf-8").split("\n")
    return {piece: number for number, piece in enumerate(lines[:-1])}
