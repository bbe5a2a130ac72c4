"""What people read when they judge a candidate: quotes for each written criterion, and answers; no score, no order.

The words of candidates are redacted first (`forbidden`), then quoted; what nothing was said of is named as that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..word_lists import plain
from .cv import apart
from .forbidden import redact
from .screening import Answer, Asked

_MOST, _LONGEST = 3, 240
_SENTENCE = re.compile(r"[^\n.!?;]+(?:[.!?](?=\S)[^\n.!?;]*)*[.!?]?")


@dataclass(frozen=True, slots=True)
class Point:
    """A criterion of the role, and the words of the candidate that speak of it, each with where they stand."""

    criterion: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """All of it, ready to show. `left_out` are topics that were redacted, `notes` what is odd about files, `hidden`
    that words of one do not show."""

    points: tuple[Point, ...]
    answers: tuple[tuple[str, str], ...]
    unanswered: tuple[str, ...]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]
    hidden: bool = False


def summarise(
    criteria: Sequence[Mapping[str, Any]],
    asked: Sequence[Asked],
    answers: Iterable[Answer],
    cvs: Sequence[Mapping[str, Any]] = (),
    more: Mapping[str, Sequence[str]] | None = None,
) -> Summary:
    """Put together answers and CVs (`cv.cv_in`); `more` are quotes by criterion that somebody found besides.

    Of `more` only what stands in the redacted texts word for word is taken.
    """
    given = {answer.id: redact(apart(answer.quote)[0]) for answer in answers if answer.quote.strip()}
    read = [redact(str(cv["text"])) for cv in cvs]
    texts = {f"answer to {name}": each.text for name, each in given.items()}
    texts |= {"CV" if len(read) == 1 else f"CV {place}": each.text for place, each in enumerate(read, 1)}
    notes = [note for cv in cvs for note in ((cv["why_not"],) if cv["why_not"] else cv["notes"])]
    topics = [topic for each in (*given.values(), *read) for topic in each.topics]
    return Summary(
        tuple(Point(each["text"], _quotes(each, texts, (more or {}).get(each["id"], ()))) for each in criteria),
        tuple((each.text, given[each.id].text) for each in asked if each.id in given),
        tuple(each.text for each in asked if each.id not in given),
        tuple(dict.fromkeys(topics)),
        tuple(dict.fromkeys(notes)),
        any(cv.get("hidden") for cv in cvs),
    )


def _quotes(criterion: Mapping[str, Any], texts: Mapping[str, str], more: Sequence[str]) -> tuple[str, ...]:
    words = [plain(word.lower()) for word in criterion.get("words", ())]
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words)) if words else None
    found = []
    for where, text in texts.items():
        for match in _SENTENCE.finditer(text):
            said = " ".join(match[0].split())
            if pattern and pattern.search(plain(said.lower())):
                found.append(f'"{said[:_LONGEST]}{"…" if len(said) > _LONGEST else ""}" ({where})')
        for quote in more:
            whole = " ".join(quote.split())
            if whole and whole in " ".join(text.split()):
                found.append(f'"{whole[:_LONGEST]}" ({where})')
    return tuple(dict.fromkeys(found))[:_MOST]
