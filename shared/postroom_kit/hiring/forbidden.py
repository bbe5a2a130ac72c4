"""Topics that hiring keeps out: never asked by us, and left out of what people read when they judge.

asks("How old are you?")                     # what of a mail or question of ours must not be asked
redact("Python since 2015. I have two kids.").text      # "Python since 2015. [left out: family]"
wants_accommodation(text)                    # somebody of ours hears it the same day
biased("We look for a young rockstar")       # words of a job advertisement, and what to write instead

The words and the laws behind them are in `forbidden.toml`; none was checked by a lawyer, and none of this is advice.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

ACCOMMODATION = "accommodation"
_SPLIT = re.compile(r"[^\n.!?;]+(?:(?:[.!?](?=\S)|(?<=\d)\.(?= [A-Z][a-zä]+ \d{4}))[^\n.!?;]*)*[.!?;]*")
_CLAUSE = re.compile(r",\s+|\s+[-–—|•·]\s+|\s+\((?=\w)|\)\s*")
_ASKING = re.compile(
    r"\?|\b(?:tell (?:us|me)|let (?:us|me) know|please (?:state|share|confirm|provide|give|send|list|name|indicate)"
    r"|we need to know|what is|bitte (?:nennen|teilen|geben)|indiquez|precisez|indique)\b"
)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: what we may not ask of it, what of it is left out, and the law that says so, as far as we know."""

    name: str
    title: str
    source: str
    dated: date
    checked: bool
    asked: re.Pattern[str] | None
    told: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Found:
    """Words on a topic, and where they stand; `instead` is what to write in their place, of advertisements."""

    topic: str
    words: str
    start: int
    end: int
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without what was left out; `left_out` has the offsets in the text as it was."""

    text: str
    left_out: tuple[Found, ...] = ()

    @property
    def topics(self) -> list[str]:
        """Return what was left out, each topic once."""
        return list(dict.fromkeys(found.topic for found in self.left_out))


def topics() -> tuple[Topic, ...]:
    """Return the topics that are not asked and left out."""
    return tuple(topic for topic in _topics() if topic.name != ACCOMMODATION)


def asks(text: str) -> list[Found]:
    """Return what a text of ours asks that it must not: each sentence that asks, with the topic it names."""
    found = []
    for start, end in _sentences(text):
        said = _folded(text[start:end])
        for topic in topics() if _ASKING.search(said) else ():
            if topic.asked and topic.asked.search(said):
                found.append(Found(topic.title, text[start:end], start, end))
    return found


def redact(text: str) -> Redacted:
    """Leave out each clause that tells of a topic; its place says of which."""
    found = list(_told(text))
    out, at = [], 0
    for each in found:
        out += [text[at : each.start], f"[left out: {each.topic}]"]
        at = each.end
    return Redacted("".join([*out, text[at:]]), tuple(found))


def wants_accommodation(text: str) -> bool:
    """Tell whether somebody asks for the interview or the work to be arranged for a disability, or tells of one."""
    said = _folded(text)
    told = {topic.name: topic.told for topic in _topics()}
    return bool(told[ACCOMMODATION].search(said) or told["disability"].search(said))


def tells_of_health(text: str) -> bool:
    """Tell whether somebody tells of an illness or a pregnancy: a person reads that, whatever else they say."""
    said = _folded(text)
    return any(topic.told.search(said) for topic in topics() if topic.name in ("health", "pregnancy"))


def biased(text: str) -> list[Found]:
    """Return the words of a job advertisement that should not stand there, in their order."""
    said = _folded(text)
    rows = ((match, why, instead) for words, why, instead in _advertisement() for match in words.finditer(said))
    found = [Found(why, text[match.start() : match.end()], *match.span(), instead) for match, why, instead in rows]
    return sorted(found, key=lambda each: each.start)


def _told(text: str) -> Iterable[Found]:
    for start, end in _sentences(text):
        for begins, ends in _clauses(text, start, end):
            said = _folded(text[begins:ends])
            about = [topic.title for topic in topics() if topic.told.search(said)]
            if about:
                yield Found(" and ".join(about), text[begins:ends], begins, ends)


def _clauses(text: str, start: int, end: int) -> Sequence[tuple[int, int]]:
    """Return the parts of a sentence, each judged by itself: what stands beside a topic stays."""
    cuts = [match.span() for match in _CLAUSE.finditer(text, start, end)]
    edges = [start, *(edge for cut in cuts for edge in cut), end]
    return [(begins, ends) for begins, ends in zip(edges[::2], edges[1::2], strict=True) if begins < ends]


def _sentences(text: str) -> list[tuple[int, int]]:
    spans = []
    for match in _SPLIT.finditer(text):
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        end = start + len(match[0].strip())
        if start < end:
            spans.append((start, end))
    return spans


def _folded(text: str) -> str:
    """Return a text in lower case and without accents, sign for sign, so that places in it are those of the text."""

    def bare(sign: str) -> str:
        plain = unicodedata.normalize("NFD", sign)[0].lower()
        return "'" if plain == "’" else " " if plain.isspace() else plain if len(plain) == 1 else sign

    return "".join(map(bare, text))


@cache
def _topics() -> tuple[Topic, ...]:
    table = _table()
    return tuple(
        Topic(
            name,
            row["title"],
            row["source"],
            row["dated"],
            row["checked"],
            re.compile("|".join(row["asked"])) if row["asked"] else None,
            re.compile("|".join(row["told"])),
        )
        for name, row in table.items()
        if name != "advertisement"
    )


@cache
def _advertisement() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    rows = _table()["advertisement"]
    return tuple((re.compile(row["words"]), row["why"], row["instead"]) for row in rows)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("forbidden.toml").read_text(encoding="utf-8"))
