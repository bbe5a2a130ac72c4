"""How likely the best passage found answers the question: what it leaves open, calibrated on labelled questions.

A search always finds something. Whether it is the answer shows in what the passage's article says nothing of, and in
how far the next one is behind; a logistic regression on these makes a probability of it. It is fitted on mails whose
right article (or lack of one) is known, and a little on the articles' own wordings and on contrasts to them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from .contrasts import contrasts
from .coverage import Coverage
from .index import Knowledge, Passage
from .sentences import questions, sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOUND = 3  # passages kept for each question
_PENALTY = 10.0  # as scikit-learn's C
_STEP = 4  # one contrast in four is enough, and fitted in less than a second
_WEIGHT_OF_MADE = 0.1  # of all wordings together, and of all contrasts, beside that of all mails


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold one question of a mail, the words searched for it, and what was found, best first.

    `coverage` is what the first passage's article leaves open of the question.
    """

    question: str
    searched: str
    passages: tuple[Passage, ...]
    coverage: Coverage


def asked(knowledge: Knowledge, subject: str, text: str) -> list[Asked]:
    """Search a mail question by question: each with the sentences that lead up to it, the first with the subject too.

    A mail with one question, or none that stands out, is searched as a whole; its subject alone asks nothing. A
    question without words of its own ("is that possible?") belongs to the one before.
    """
    wanted = _telling(knowledge, text)
    if len(wanted) < 2:
        return [_search(knowledge, " ".join(wanted) or text, f"{subject}\n{text}")]
    parts = _with_lead(text, wanted)
    searched = [f"{subject}\n{parts[0][1]}", *(words for _, words in parts[1:])]
    return [_search(knowledge, question, words) for (question, _), words in zip(parts, searched, strict=True)]


def _telling(knowledge: Knowledge, text: str) -> list[str]:
    """Return the questions of a mail that say by themselves what they are about."""
    return [question for question in questions(text) if knowledge.vocabulary.words(question)]


def _search(knowledge: Knowledge, question: str, searched: str) -> Asked:
    passages = tuple(knowledge.search(searched, FOUND))
    coverage = knowledge.vocabulary.coverage(passages[0].id, question, searched) if passages else Coverage()
    return Asked(question, searched, passages, coverage)


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

    def __init__(self, weights: NDArray[np.float64]) -> None:
        self._weights = [float(weight) for weight in weights]

    @classmethod
    def fit(cls, knowledge: Knowledge, labelled: Iterable[tuple[str, Sequence[str]]]) -> Answerable:
        """Fit on `(mail, ids of the articles that answer it)`, no id where none does; mails that ask one thing.

        Raises ValueError unless there are mails of both kinds.
        """
        labelled = list(labelled)
        own = [(article.id, text) for article in knowledge.articles for text in article.questions]
        against = list(islice(contrasts(knowledge), 0, None, _STEP))
        knowledge.expect([text for text, _ in labelled] + [text for _, text in own + against])
        searched = [
            (_search(knowledge, " ".join(_telling(knowledge, mail)) or mail, mail), ids) for mail, ids in labelled
        ]
        mails = [(found, bool(found.passages) and found.passages[0].id in ids) for found, ids in searched]
        if len({right for _, right in mails}) < 2:
            raise ValueError("give mails that the knowledge answers and some that it does not, both labelled")
        wordings = [(found, True) for found in _finding(knowledge, own)]
        wrong = [(found, False) for found in _finding(knowledge, against)]
        rows = [*mails, *wordings, *wrong]
        made = [_WEIGHT_OF_MADE * len(mails) / len(part) for part in (wordings, wrong) for _ in part]
        weights = [*[1.0] * len(mails), *made]
        return cls(_regress([_features(found) for found, _ in rows], [right for _, right in rows], weights))

    def confidence(self, found: Asked) -> float:
        """Return the probability, 0 to 1, that the first passage answers the question; 0 when none was found."""
        if not found.passages:
            return 0.0
        logit = sum(weight * value for weight, value in zip(self._weights, [*_features(found), 1.0], strict=True))
        return round(1 / (1 + math.exp(-logit)), 4)


def _finding(knowledge: Knowledge, made: Iterable[tuple[str, str]]) -> list[Asked]:
    """Search questions made from an article; keep those that find it."""
    found = ((name, _search(knowledge, text, text)) for name, text in made)
    return [result for name, result in found if result.passages and result.passages[0].id == name]


def _features(found: Asked) -> list[float]:
    """Return numbers that each speak for the passage."""
    first, second = [*(passage.score for passage in found.passages), 0.0, 0.0][:2]
    left = found.coverage
    return [
        (first - second) / (first + 1e-6),
        -left.foreign,
        -left.unknown,
        -float(left.other_action),
        -float(left.opposite),
        -float(left.apart),
    ]


def _regress(
    features: Sequence[Sequence[float]], right: Sequence[bool], weights: Sequence[float]
) -> NDArray[np.float64]:
    """Return the weights of a logistic regression, none below zero but the last, which is the constant's.

    The bound keeps a few odd examples from teaching that an opposite makes an answer likelier.
    """
    import numpy as np
    from scipy.optimize import minimize

    rows = np.column_stack((np.array(features), np.ones(len(features))))
    signs, weight = np.where(right, 1.0, -1.0), np.array(weights)

    def loss(by: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = signs * (rows @ by)
        penalised = np.append(by[:-1], 0.0) / _PENALTY
        slope = rows.T @ (-weight * signs / (1 + np.exp(margin))) + penalised
        return float(weight @ np.logaddexp(0, -margin) + by @ penalised / 2), slope

    bounds = [(0.0, None)] * (rows.shape[1] - 1) + [(None, None)]
    found: NDArray[np.float64] = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return found
