"""Words that mean the same and words that mean the opposite, read from `word_groups.txt` (English)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.resources import files

from ..mail_reading.languages import language, stop_words

# What these verbs do depends on the small word behind them; both are read as one.
_PHRASES = (
    re.compile(
        r"\b(how)()[\s-]+(much|many)\b(?!\s+(?:\w+\s+)?(?:minutes|hours|days|weeks|months|years|metres|degrees)\b)",
        re.I,
    ),
    re.compile(r"\b(turn|switch|power|shut)(?:ed|s|es|ing)?((?:\s+\S+){0,2}?)[\s-]+(on|off|down)\b", re.I),
    re.compile(
        r"\b(send|sent|bring|brought|give|gave|get|got|take|took|call)(?:s|ing|ed)?((?:\s+\S+){0,2}?)[\s-]+(back|off|away|here)\b",
        re.I,
    ),
    re.compile(r"\b(want)((?:\s+\S+){1,4}?)\s+(back)\b", re.I),
    re.compile(r"\b(go|move|log|sign)(?:ed|es|s|ing)?()[\s-]+(up|down|back|in|out)\b", re.I),
)
# Common words that an index leaves out, yet an answer to "how" is none to "why" or "who", what says how far a sensor
# reaches does not say whether it needs a hub, or comes with one, and "us" is none for "US".
_ASKED = (
    (re.compile(r"\b(?:why|reasons?)\b", re.I), "askedwhy"),
    (re.compile(r"(?:^|(?<=[\n,.;:?!] )|(?<=and ))who(?:se|m)?\b", re.I), "askedwho"),
    (re.compile(r"\bUS\b|\bU\.S\.(?:A\.)?"), "USA"),
    (re.compile(r"\b(?:comes?|included) with\b", re.I), "askedwith"),
    (
        re.compile(
            r"\b((?:do|does|did|will|would|must|should)\s+(?:[\w'’-]+\s+){1,4}?)"
            r"(?:need|require|have to have)\b(?! to\b)"
            r"|\b(?:needs|needed|requires|required|necessary)\b(?! to\b)",
            re.I,
        ),
        r"\1askedneed",
    ),
)
KINDS = ("askedwhy", "askedwho", "howmany", "askedneed", "askedwith")
"""What tells one kind of question from another, as `phrasal` writes it."""
# "From Free to Pro" is not what "from Pro to Free" asks.
_WAY = re.compile(r"\bfrom ([^\W\d_]+) to ([^\W\d_]+)", re.I)


def is_foreign(text: str) -> bool:
    """Tell whether a text whose words show no language (`language`) has small words, and none that we know as English.

    Words with capitals may be names, and those with digits numbers of an order.
    """
    small = re.findall(r"(?<![^\W\d_])(?<![\d'’-])[a-z\u00df-\u024f]{3,}(?![\w-])", text)
    known = {word for line in _lines() for word in line.split()} | stop_words()["en"]
    return language(text) is None and bool(small) and known.isdisjoint(re.findall(r"[^\W\d_]+", text.casefold()))


class WordGroups:
    """The groups in the stems that `stems` cuts a text into."""

    def __init__(self, stems: Callable[[str], list[str]]) -> None:
        self.asking = frozenset(word for line in _lines() if line.startswith("~") for word in stems(line))
        self._groups: dict[str, frozenset[str]] = {}
        self._opposite: dict[str, tuple[str, tuple[str, ...]]] = {}
        for number, line in enumerate(line for line in _lines() if not line.startswith("~")):
            sides = [tuple(side.split()) for side in line.split("|")]
            for side, words in enumerate(sides):
                name = f"{number}/{side}"
                for word in (stem for written in words for stem in stems(phrasal(written))):
                    self._groups[word] = self._groups.get(word, frozenset()) | {name}
                if len(sides) > 1:
                    self._opposite[name] = (f"{number}/{1 - side}", sides[1 - side])

        self.written = [word for _, words in self._opposite.values() for word in words]

    def meaning(self, word: str) -> frozenset[str]:
        """Return a stem and the names of its groups: two words mean the same when these overlap."""
        return self._groups.get(word, frozenset()) | {word}

    def canonical(self, word: str) -> str:
        """Return one name for all words that mean the same; a word of several groups keeps its own."""
        groups = self._groups.get(word, frozenset())
        return next(iter(groups)) if len(groups) == 1 else word

    def opposites(self, word: str) -> frozenset[str]:
        """Return the names of the groups that mean the opposite of a stem."""
        return frozenset(self._opposite[name][0] for name in self.meaning(word) if name in self._opposite)

    def opposite_words(self, word: str) -> list[str]:
        """Return words that mean the opposite of a stem, as they are written."""
        names = sorted(name for name in self.meaning(word) if name in self._opposite)
        return [written.replace("-", " ") for name in names for written in self._opposite[name][1]]


@lru_cache(maxsize=16)  # one question is asked from several sides at once
def phrasal(text: str) -> str:
    """Write phrasal verbs as one word, and each end of a way: `turn it off` becomes `turnoff it`.

    "Why" and "who" become words that no index leaves out.
    """
    for phrase in _PHRASES:
        text = phrase.sub(r"\1\3\2", text)
    for asked, word in _ASKED:
        text = asked.sub(word, text)
    return _WAY.sub(r"from\1 to\2", text)


@cache
def _lines() -> tuple[str, ...]:
    lines = files(__package__).joinpath("word_groups.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))
