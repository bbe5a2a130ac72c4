"""Known issues that many write about: what people are told while one is on, and once when it is over.

The file is a list of {"id", "since", "until", "about", "text", "over"}: `until` is null while nobody knows, `about`
lists the words by which a mail is about it, `text` and `over` are by language, English at least.
"""

from __future__ import annotations

import json
import logging
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from .said import said, words
from .word_lists import tied
from .wordings import wordings

_REPLY = re.compile(r"^(?:\s*(?:re|aw|fwd?|wg|tr|rif)\s*:)+", re.IGNORECASE)
_CLAUSE = re.compile(r"[;:,]|\b(?:but|aber|mais|pero|ma|maar|mas)\b", re.IGNORECASE)
_LOUD = re.compile(r"[!?]\s*[!?]")
_CODE = 3
"""Digits of an error's code at most; a longer number is more than a report."""
_POSSIBLE = re.compile(
    r"\W*(?:(?:and|so|und|et|y|e|en) )?(?:do|does|can|could|may|how (?!long)|kann|können|funktioniert|läuft|geht|est-ce"
    r"|peut|peux|pouvons|puede|puedo|podemos|funciona|può|posso|possiamo|funziona|kan|kunnen|werkt|pode)\b",
    re.IGNORECASE,
)
"""What begins a question whether something is possible: it reports trouble only where it denies something."""
_NONE_LEFT = "over"
_log = logging.getLogger(__name__)
_LAST: dict[Path, tuple[Outage, ...]] = {}
"""What each file said when it could last be read."""
_REFUSED: dict[Path, str] = {}
"""Why a file cannot be read now, so that each mistake is logged once."""

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class OutageError(ValueError):
    """A file of outages that cannot be used; the message says where and why."""


class Outage(BaseModel):
    """One issue. `id` is lower case with dashes: it becomes part of a label (`outage_label`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    since: AwareDatetime
    until: AwareDatetime | None
    about: tuple[Text, ...] = Field(min_length=1)
    text: dict[str, Text]
    over: dict[str, Text]

    @field_validator("text", "over")
    @classmethod
    def _has_english(cls, value: dict[str, str]) -> dict[str, str]:
        if "en" not in value:
            raise ValueError('write at least {"en": "…"}')
        return value

    def is_on(self, now: datetime) -> bool:
        """Tell whether it has begun by `now` (aware) and not ended."""
        return self.since <= now and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has ended by `now` (aware)."""
        return self.until is not None and self.until <= now

    def concerns(self, text: str) -> bool:
        """Tell whether one of its words or phrases stands in a text, whatever its case."""
        said = " ".join(text.split())
        return any(re.search(rf"\b{re.escape(' '.join(w.split()))}\b", said, re.IGNORECASE) for w in self.about)


def read_outages(path: Path) -> tuple[Outage, ...]:
    """Read the file anew, so that an issue is switched on and off while the program runs. Raises OutageError."""
    try:
        outages = _FILE.validate_python(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise OutageError(f"{path.name} cannot be used: {error}") from error
    ids = [outage.id for outage in outages]
    if len(set(ids)) < len(ids) or _NONE_LEFT in ids:
        raise OutageError(f"{path.name} has two outages of one id, or one called {_NONE_LEFT!r}; each needs its own")
    return outages


def readable_outages(path: Path) -> tuple[Outage, ...]:
    """Read the file anew; while it cannot be used, return what it last said, none at first, and log why, once.

    A slip of whoever edits it must not stop the mail.
    """
    try:
        _LAST[path] = read_outages(path)
        _REFUSED.pop(path, None)
    except OutageError as error:
        if _REFUSED.get(path) != str(error):
            kept = ", ".join(outage.id for outage in _LAST.get(path, ())) or "no outage"
            _log.error("%s. Until it is mended, what it last said counts: %s.", error, kept)
            _REFUSED[path] = str(error)
    return _LAST.get(path, ())


def outages_of(looked_up: object) -> tuple[Outage, ...]:
    """Return what a recorded look-up of outages answered: they come back from it as JSON, and have been checked."""
    return _FILE.validate_python(looked_up)


@dataclass(frozen=True, slots=True)
class Report:
    """The outages that a mail reports; `alone` where it says nothing else: no wish, no anger, no other question."""

    outages: tuple[Outage, ...]
    alone: bool

    @property
    def reason(self) -> str:
        """Return why people get a mail that says more."""
        return f"reports a known outage ({', '.join(outage.id for outage in self.outages)}), and says more"


def reported(outages: Sequence[Outage], subject: str, text: str, writer: str, now: datetime) -> Report | None:
    """Return the outages on at `now` of which a mail says that they fail; None where it only names what they are about.

    `writer` is the name that the mail gives its sender.
    """
    heading, text = (tied(part, is_english=True) for part in (_REPLY.sub("", subject).strip(), text))
    clauses = [clause for piece in said(text, writer) for clause in _CLAUSE.split(piece) if words(clause)]
    named = {outage.id: outage for outage in outages if outage.is_on(now) and outage.concerns(f"{heading}\n{text}")}
    own = {word for outage in named.values() for about in outage.about for word in words(about)}
    found: dict[str, Outage] = {}
    last = [outage for outage in named.values() if outage.concerns(heading)]
    for clause in [heading, *clauses]:
        here = [outage for outage in named.values() if outage.concerns(clause)]
        last = here or (last if _is_plain(clause, own) else [])
        if _tells_of_trouble(clause):
            found |= {outage.id: outage for outage in last}
    if not found:
        return None
    alone = (
        not any(map(_asks_more, clauses))
        and not _shouts(text)
        and _is_plain(heading, own | _vocabulary().titles)
        and all(_is_plain(clause, own) for clause in clauses)
    )
    return Report(tuple(outage for outage in named.values() if outage.id in found), alone)


def outage_label(ids: Iterable[str]) -> str:
    """Return the label of a thread that waits for the end of outages: `outage/app+shop`; of none, `outage/over`."""
    return f"outage/{'+'.join(sorted(ids)) or _NONE_LEFT}"


def awaited(labels: Iterable[str]) -> set[str]:
    """Return the ids of the outages whose end a thread with these labels waits for."""
    values = [label.removeprefix("outage/") for label in labels if label.startswith("outage/")]
    return {name for value in values for name in value.split("+")} - {_NONE_LEFT}


def standing(outages: Sequence[Outage], labels: Iterable[str], now: datetime) -> tuple[list[Outage], list[Outage]]:
    """Return those that a thread with these labels waits for: which are over at `now`, and which are not."""
    ids = awaited(labels)
    listed = [outage for outage in outages if outage.id in ids]
    over = [outage for outage in listed if outage.is_over(now)]
    return over, [outage for outage in listed if outage not in over]


def in_one_language(texts: Sequence[Mapping[str, str]], language: str | None) -> dict[str, str]:
    """Return the texts as one, and its language: the one asked for where all are written in it, else English."""
    spoken = language if language and all(language in text for text in texts) else "en"
    return {"language": spoken, "text": "\n\n".join(text[spoken] for text in texts)}


def _is_plain(clause: str, own: Collection[str]) -> bool:
    vocabulary = _vocabulary()
    return all(
        word in vocabulary.plain or word in own or (word.isdigit() and len(word) <= _CODE) or _fails(word)
        for word in words(clause)
    )


def _tells_of_trouble(clause: str) -> bool:
    return any(map(_fails, words(clause)))


def _fails(word: str) -> bool:
    whole, beginnings = _vocabulary().trouble
    return word in whole or word.startswith(beginnings)


def _asks_more(clause: str) -> bool:
    said_here, possible = words(clause), _POSSIBLE.match(clause)
    asks_when = not possible and not _vocabulary().when.isdisjoint(said_here)
    if "?" not in clause or asks_when:
        return False
    return not (_denies(said_here) if possible else _tells_of_trouble(clause))


def _denies(said_here: Collection[str]) -> bool:
    return "t" in said_here or any(not language.denials.isdisjoint(said_here) for language in wordings().values())


def _shouts(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return bool(_LOUD.search(text)) or (len(letters) > _CODE and sum(map(str.isupper, letters)) > len(letters) / 2)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    trouble: tuple[frozenset[str], tuple[str, ...]]
    when: frozenset[str]
    plain: frozenset[str]
    titles: frozenset[str]


@cache
def _vocabulary() -> _Vocabulary:
    table = tomllib.loads(files(__package__).joinpath("outage_words.toml").read_text(encoding="utf-8"))
    trouble, when, plain, titles = (
        {word for row in table.values() for word in row[kind].split()}
        for kind in ("trouble", "when", "plain", "titles")
    )
    beginnings = tuple(word.rstrip("*") for word in trouble if word.endswith("*"))
    return _Vocabulary((frozenset(trouble), beginnings), frozenset(when), frozenset(plain), frozenset(titles))


_FILE = TypeAdapter(tuple[Outage, ...])
