"""Anger told from words alone: insults, accusations, shouting, scorn, and that the writer has asked before."""

from __future__ import annotations

import re

from .mail_reading.languages import stop_words
from .word_lists import plain, word_list

_LIST = "anger_words.txt"
_NO_ANGER = "no anger"
_MARKS = re.compile(r"(?:[!?]\s?){3,}|!\?|\?!")
# Looked for where a word begins alone: Chinese has words of capitals only, and no spaces.
_CAPITALS = re.compile(r"(?<![^\W\d_a-zß-ÿ])[^\W\d_a-zß-ÿ]++(?:['’,\s]++[^\W\d_a-zß-ÿ]++){2,}")
_LEAST_SMALL_WORDS = 2  # an acronym or a heading has none or one; a shouted sentence has more


def angry(subject: str, text: str) -> str | None:
    """Return how anger shows in the words of a mail (English, German, French, Spanish, Italian, Dutch, Portuguese).

    What is returned is said of its writer: "insults us". None means that no word shows it, not that the writer is calm.
    """
    lists = word_list(_LIST)
    said = lists[_NO_ANGER].sub(" ", plain(f"{subject}\n{text}"))
    found = (reason for reason, words in lists.items() if reason != _NO_ANGER and words.search(said))
    return next(found, "shouts" if _shouts(text) else None)


def _shouts(text: str) -> bool:
    """Tell whether marks pile up, or a sentence in capitals is most of the mail."""
    if _MARKS.search(text):
        return True
    small = set().union(*stop_words().values())
    letters = sum(map(str.isalpha, text))
    loud = [
        run for run in _CAPITALS.findall(text) if sum(w.casefold() in small for w in run.split()) >= _LEAST_SMALL_WORDS
    ]
    return sum(map(str.isalpha, "".join(loud))) * 2 > letters
