"""Marks that tell a classifier what a reply says in words of many languages, beside the words themselves.

A few hundred examples cannot hold how each language says "we have a tool for that". Lists of words can; but one of them
may stand in any reply, so the marks only join the text that is learnt from.
"""

from __future__ import annotations

import re
from functools import cache

from ..mail_reading.absence import speaks_of_absence
from ..replies import declines, signals, wants_no_more
from ..word_lists import plain, sections

_LIST = "reply_words.txt"
_WEIGHT = 3  # times that a mark is written: as much as a word repeated


def marked(text: str) -> str:
    """Return a reply with its marks behind it, as words that no mail holds."""
    return f"{text}\n{' '.join(f'mark{each}' for each in marks(text) for _ in range(_WEIGHT))}"


def marks(text: str) -> list[str]:
    """Return what the words of a reply hint at."""
    said = plain(text)
    found = [name for name, words in _expressions().items() if words.search(said)]
    kinds = {signal.kind for signal in signals("", text)}
    told = {
        "wish": wants_no_more("", text) is not None,
        "declines": declines(text) is not None,
        "absent": speaks_of_absence(text),
        "asks": "?" in text,
        "gone": "left_company" in kinds,
        "other": "wrong_person" in kinds,
        "refers": "referral" in kinds,
        "short": len(text.split()) <= 4,
    }
    return [*found, *(name for name, so in told.items() if so)]


@cache
def _expressions() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
        for name, words in sections(__package__, _LIST).items()
    }
