"""The entries of a knowledge base, read from JSON with errors a support team can act on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_EXAMPLE = '{"id": "change-plan", "questions": ["How do I change my plan?"], "answer": "Open Settings, then Plan."}'
_FIELDS = frozenset({"id", "questions", "answer", "updated"})


class KnowledgeError(ValueError):
    """Report a knowledge base that cannot be used: which file, which entry, what to do."""


@dataclass(frozen=True, slots=True)
class Article:
    """Hold one entry: the wordings customers use, and the one answer that may be quoted to them."""

    id: str
    questions: tuple[str, ...]
    answer: str
    updated: date | None = None


def load(path: Path) -> tuple[Article, ...]:
    """Read the articles in the JSON file `path`; raise KnowledgeError when any of them is unusable."""
    return check(decoded(path), str(path))


def decoded(path: Path) -> object:
    """Return what a JSON file holds, unchecked; raise KnowledgeError when it cannot be read."""
    try:
        entries: object = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise KnowledgeError(f"{path}: cannot be read ({error.strerror}); name a JSON file.") from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise KnowledgeError(
            f"{path}: is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise KnowledgeError(f"{path}: lists or objects stand too deep in one another to be read.") from error
    return entries


def check(entries: object, source: str) -> tuple[Article, ...]:
    """Turn decoded JSON into articles; `source` names it in the KnowledgeError raised for a bad entry."""
    if not isinstance(entries, list) or not entries:
        raise KnowledgeError(f"{source}: must be a list with at least one entry like {_EXAMPLE}")
    articles = tuple(_article(entry, f"{source}, entry {number}") for number, entry in enumerate(entries))
    _refuse_doubles(articles, source)
    return articles


def _article(entry: object, where: str) -> Article:
    if not isinstance(entry, dict):
        raise KnowledgeError(f"{where}: is {type(entry).__name__}, not an object like {_EXAMPLE}")
    unknown = sorted(map(str, entry.keys() - _FIELDS))
    if unknown:
        raise KnowledgeError(f"{where}: unknown field {unknown[0]!r}; the fields are {', '.join(sorted(_FIELDS))}.")
    questions = entry.get("questions")
    if not isinstance(questions, list) or not questions:
        raise KnowledgeError(f'{where}: "questions" must be a list of at least one wording.')
    return Article(
        id=_filled(entry.get("id"), '"id"', where),
        questions=tuple(_filled(question, 'each of "questions"', where) for question in questions),
        answer=_filled(entry.get("answer"), '"answer"', where),
        updated=_day(entry.get("updated"), where),
    )


def _filled(value: object, name: str, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise KnowledgeError(f"{where}: {name} must be text that is not empty, got {value!r}.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        half = value[error.start : error.end]
        raise KnowledgeError(f"{where}: {name} holds half of a character that takes two escapes, {half!r}.") from error
    return value.strip()


def _day(value: object, where: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise KnowledgeError(f'{where}: "updated" is {value!r}; write it as 2026-03-31 or leave it out.') from error


def _refuse_doubles(articles: Iterable[Article], source: str) -> None:
    seen: dict[str, int] = {}
    for number, article in enumerate(articles):
        if article.id in seen:
            raise KnowledgeError(
                f"{source}, entry {number}: the id {article.id!r} is taken by entry {seen[article.id]}; "
                "give each entry an id of its own."
            )
        seen[article.id] = number
