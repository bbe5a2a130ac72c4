"""A wish for a person, told from words alone: to speak to one, to be called, or to have no bot."""

from __future__ import annotations

import re

from .word_lists import plain, word_list

_POLITE = re.compile(
    r"\b(?:please|bitte|s'il (?:vous|te) plait|svp|por favor|per favore|alstublieft|aub|hi|hello|now)\b", re.IGNORECASE
)


def asks_for_a_person(text: str) -> str | None:
    """Return what people read where a mail asks for one of them, beside a question or alone; None where none does."""
    said = plain(text)
    words = word_list("person_words.txt")
    alone = " ".join(re.findall(r"[\w']+", _POLITE.sub(" ", said)))
    return "asks for a person" if words["anywhere"].search(said) or words["alone"].fullmatch(alone) else None
