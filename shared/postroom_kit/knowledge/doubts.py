"""What speaks against passages themselves: two that contradict each other, and those of long ago."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations

from ..mail_reading.languages import stop_words
from ..wordings import wordings
from .index import Passage
from .sentences import sentences
from .translated import comparable_facts

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
MOST_LOST_TO_AGE = 0.1
_FEWEST_WORDS = 2  # that tell something: "It costs €9." says nothing of what


def contradiction(passages: Sequence[Passage]) -> tuple[str, str] | None:
    """Return a sentence each of two passages that say different figures, amounts or dates with the same words, if any.

    Articles and other common words do not count, denials do. What this does not catch: the same in other words.
    """
    stated = [(passage.id, sentence) for passage in passages for sentence in _figures(passage.answer)]
    for (first, (words, facts, said)), (second, (others, others_facts, also)) in combinations(stated, 2):
        if first != second and words == others and facts != others_facts:
            return said, also
    return None


def outdated(ids: Collection[str], passages: Sequence[Passage], today: date, days: int | None) -> Passage | None:
    """Return the first passage of those `ids` that was last updated more than `days` before `today`; None: no limit."""
    if days is None:
        return None
    oldest = today - timedelta(days=days)
    return next((each for each in passages if each.id in ids and each.updated and each.updated < oldest), None)


def freshness(ids: Collection[str], passages: Sequence[Passage], today: date, days: int | None) -> float:
    """Return what the age of those passages leaves of a confidence, by the oldest of them: a factor of 0.9 to 1.

    It is 1 up to half of `days`, and falls evenly to 0.9 at `days`; what is older than that is `outdated`, and counts 1
    here. Without a date or a limit, and where none of `ids` is among them, it is 1.
    """
    ages = [(today - each.updated).days for each in passages if each.id in ids and each.updated] if days else []
    late = [2 * age / days - 1 for age in ages if days and days / 2 < age <= days]
    return 1 - MOST_LOST_TO_AGE * max(late, default=0.0)


def _figures(answer: str) -> Iterator[tuple[frozenset[str], frozenset[str], str]]:
    """Yield of each sentence with a figure or date: its telling words, its facts, and itself."""
    english = wordings()["en"]
    common = stop_words()["en"] - english.denials
    dates = {name.lower() for name in (*english.months, *english.weekdays, *english.numbers)}
    for sentence in sentences(answer):
        facts = frozenset(comparable_facts(sentence, english))
        words = frozenset(map(str.lower, _WORD.findall(sentence))) - common - dates
        if facts and len(words) >= _FEWEST_WORDS:
            yield words, facts, sentence
