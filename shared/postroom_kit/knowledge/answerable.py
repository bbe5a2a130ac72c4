"""How likely the best passage found answers the question: retrieval scores calibrated on labelled questions.

A search always finds something. Whether it is the answer shows in how much of the mail the passage shares, how far
the next one is behind, whether the bare question finds the same one, and how many words there were to share; a
logistic regression on these, fitted on mails whose right article (or lack of one) is known, makes a probability of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .index import Knowledge, Passage
from .sentences import questions, sentences

FOUND = 3  # passages kept for each question
SCORED = 30  # passages among which the first one's score for the bare question is looked up


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold one question of a mail, the words searched for it, and what was found, best first.

    `alone` is the first passage's score for the bare question; `agrees` tells whether that finds the same one.
    """

    question: str
    searched: str
    passages: tuple[Passage, ...]
    alone: float
    agrees: bool


def asked(knowledge: Knowledge, subject: str, text: str) -> list[Asked]:
    """Search a mail question by question: each with the sentences that lead up to it, the first with the subject too.

    A mail with one question, or none that stands out, is searched as a whole.
    """
    wanted = questions(text)
    if len(wanted) < 2:
        return [_search(knowledge, " ".join(wanted), f"{subject}\n{text}")]
    parts = _with_lead(text, wanted)
    searched = [f"{subject}\n{parts[0][1]}", *(words for _, words in parts[1:])]
    return [_search(knowledge, question, words) for (question, _), words in zip(parts, searched, strict=True)]


def _search(knowledge: Knowledge, question: str, searched: str) -> Asked:
    passages = tuple(knowledge.search(searched, FOUND))
    bare = {passage.id: passage.score for passage in knowledge.search(question, SCORED)}
    first = passages[0].id if passages else ""
    return Asked(
        question or searched.strip(), searched, passages, bare.get(first, 0.0), next(iter(bare), None) == first
    )


def _with_lead(text: str, wanted: Sequence[str]) -> list[tuple[str, str]]:
    """Cut a mail behind each of its questions; what follows the last one belongs to that."""
    parts: list[tuple[str, list[str]]] = []
    lead: list[str] = []
    for sentence in sentences(text):
        lead.append(sentence)
        if len(parts) < len(wanted) and sentence == wanted[len(parts)]:
            parts.append((sentence, lead))
            lead = []
    if parts:
        parts[-1][1].extend(lead)
    return [(question, " ".join(words)) for question, words in parts]


class Answerable:
    """Judge a search result. Build it with `fit`."""

    def __init__(self, model: Any) -> None:
        self._model = model

    @classmethod
    def fit(cls, knowledge: Knowledge, labelled: Iterable[tuple[str, Sequence[str]]]) -> Answerable:
        """Fit on `(mail, ids of the articles that answer it)`, no id where none does; mails that ask one thing.

        Raises ValueError unless there are mails of both kinds.
        """
        from sklearn.linear_model import LogisticRegression

        searched = [(_search(knowledge, " ".join(questions(mail)), mail), ids) for mail, ids in labelled]
        right = [bool(found.passages) and found.passages[0].id in ids for found, ids in searched]
        if len(set(right)) < 2:
            raise ValueError("give mails that the knowledge answers and some that it does not, both labelled")
        model = LogisticRegression(C=10.0, max_iter=500)
        return cls(model.fit([_features(found) for found, _ in searched], right))

    def confidence(self, found: Asked) -> float:
        """Return the probability, 0 to 1, that the first passage answers the question; 0 when none was found."""
        if not found.passages:
            return 0.0
        return round(float(self._model.predict_proba([_features(found)])[0, 1]), 4)


def _features(found: Asked) -> list[float]:
    first, second = [*(passage.score for passage in found.passages), 0.0, 0.0][:2]
    return [
        first,
        second,
        first - second,
        (first - second) / (first + 1e-6),
        found.alone,
        float(found.agrees),
        math.log1p(len(found.searched.split())),
        math.log1p(len(found.question.split())),
    ]
