"""What a reply about a debt tells, by its words: each red flag with the very words that show it.

The words stand in `told_words.txt`. They are wide where a miss would send a demand to somebody who must not get one, in
English, German, French, Spanish, Italian, Dutch and Portuguese. What they find is a reason to stop and have a person
look, never proof. What is plainly denied (`I do not dispute it`) is left out, unless a `but` follows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from ..word_lists import word_list

GRAVITY = (
    "despair", "threat", "deceased", "minor", "identity theft", "bankrupt", "attorney", "military", "disaster",
    "wrong person", "cease", "complaint", "creditor", "dispute", "refuses", "hardship", "paid", "plan",
)  # fmt: skip
"""All flags, the one that decides first: which of our people must see a mail that has several."""
PAUSES = frozenset({"paid", "plan"})
"""Flags after which we may write again; after any other nothing is demanded until a person says so."""
_EASED = "not all at once"
"""Who cannot pay all at once, and asks for a plan, needs no more than that."""
_DENIED = "denied"
"""What somebody says they do not do: dispute, object, refuse."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a reply tells, and where: `quote` is `text[start:end]`, of the subject where `in_subject`."""

    kind: str
    quote: str
    start: int
    end: int
    in_subject: bool = False


def told(text: str, subject: str = "") -> tuple[Flag, ...]:
    """Return the first place of each flag in a reply's own words, the gravest first.

    `subject` is looked at too: leave it out where it is the answer to one of ours.
    """
    found = {flag.kind: flag for flag in (*_flags(subject, in_subject=True), *_flags(text))}
    return tuple(found[kind] for kind in GRAVITY if kind in found)


def stops(flags: Iterable[Flag]) -> bool:
    """Tell whether nothing may be demanded any more until a person says so."""
    return any(flag.kind not in PAUSES for flag in flags)


def _flags(text: str, *, in_subject: bool = False) -> Iterator[Flag]:
    bare, places = _plain(text)
    words = _words()
    bare = words[_DENIED].sub(_dotted, bare)
    eased = words[_EASED].sub(_dotted, bare) if words["plan"].search(bare) else bare
    for kind in GRAVITY:
        if match := words[kind].search(eased if kind == "hardship" else bare):
            start, end = places[match.start()], places[match.end() - 1] + 1 if match[0] else places[match.start()]
            yield Flag(kind, text[start:end], start, end, in_subject)


def _dotted(match: re.Match[str]) -> str:
    return "." * len(match[0])


@cache
def _words() -> dict[str, re.Pattern[str]]:
    return word_list("debts/told_words.txt")


def _plain(text: str) -> tuple[str, list[int]]:
    """Return a text without accents, with straight apostrophes and single spaces, and where each of its signs stood."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        if sign in "’‘`´":
            made = "'"
        elif sign.isspace():
            made = "" if signs and signs[-1] == " " else " "
        else:
            made = "".join(part for part in unicodedata.normalize("NFD", sign) if not unicodedata.combining(part))
        signs.extend(made)
        places.extend([place] * len(made))
    return "".join(signs), [*places, len(text)]
