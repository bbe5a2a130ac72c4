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

from ..kept import NOWHERE, Kept
from .contrasts import contrasts
from .coverage import Coverage
from .index import Knowledge, Passage
from .sentences import clauses, questions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VERBATIM = 0.99  # how sure it is of a question that is a wording of the article itself
FOUND = 3  # passages kept for each question
_RIVAL = 0.9  # of the best score: of passages as near as this, the one that leaves the least open comes first
_PENALTY = 10.0  # as scikit-learn's C
_STEP = 4  # one contrast in four is enough, and fitted in less than a second
_ANSWERABLE = 0.65  # of real mails; labelled near misses outnumber those that customers write
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
    """Search a mail question by question: each with the sentences that lead up to it.

    A mail with one question, or none that stands out, is searched as a whole. A question without words of its own
    ("is that possible?") belongs to the one before. The subject asks nothing; it is searched with the first question
    where that does not say by itself what it is about ("how long does it take?").
    """
    wanted = _telling(knowledge, text)
    if len(wanted) < 2:
        return [_whole(knowledge, subject, text)]
    (first, lead), *parts = _with_lead(text, wanted)
    parts = [(first, _placed(knowledge, subject, first, lead)), *parts]
    return [_search(knowledge, question, words) for question, words in parts]


def _whole(knowledge: Knowledge, subject: str, text: str) -> Asked:
    """Search a mail as one question."""
    question = " ".join(_telling(knowledge, text)) or text
    return _search(knowledge, question, _placed(knowledge, subject, question, text))


def _placed(knowledge: Knowledge, subject: str, question: str, text: str) -> str:
    """Put before `text` what the subject says of a question that does not say enough by itself.

    Only words that some article has: one that says nothing must not blur the question.
    """
    if knowledge.vocabulary.tells(question):
        return text
    return f"{' '.join(word for word in subject.split() if knowledge.vocabulary.knows(word))}\n{text}"


def _telling(knowledge: Knowledge, text: str) -> list[str]:
    """Return the questions of a mail that say by themselves what they are about."""
    return [question for question in questions(text) if knowledge.vocabulary.words(question)]


def _search(knowledge: Knowledge, question: str, searched: str) -> Asked:
    passages = knowledge.search(searched, FOUND)
    if not passages:
        return Asked(question, searched, (), Coverage())
    rivals = [passage for passage in passages if passage.score >= _RIVAL * passages[0].score]
    coverages = [knowledge.vocabulary.coverage(rival.id, question, searched) for rival in rivals]
    best = min(range(len(rivals)), key=lambda number: coverages[number].foreign + coverages[number].unknown)
    return Asked(question, searched, (passages.pop(best), *passages), coverages[best])


def _with_lead(text: str, wanted: Sequence[str]) -> list[tuple[str, str]]:
    """Cut a mail behind each of its questions; what follows the last one belongs to that."""
    parts: list[tuple[str, list[str]]] = []
    lead: list[str] = []
    for sentence in clauses(text):
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
    def fit(
        cls, knowledge: Knowledge, labelled: Iterable[tuple[str, str, Sequence[str]]], kept: Kept = NOWHERE
    ) -> Answerable:
        """Fit on `(subject, text, ids of the articles that answer it)`, no id where none does; one question each.

        What `kept` holds of the same articles and mails is not fitted again. Raises ValueError unless there are mails
        of both kinds.
        """
        labelled = list(labelled)
        model = knowledge.embeddings.name if knowledge.embeddings else None
        given = ["answerable", knowledge.hash, model, labelled]
        return cls(*kept.fitted(given, lambda: [_fitted(knowledge, labelled)]))

    def confidence(self, found: Asked) -> float:
        """Return the probability, 0 to 1, that the first passage answers the question; 0 when none was found."""
        if not found.passages:
            return 0.0
        if found.coverage.verbatim:
            return VERBATIM
        if found.coverage.thin or found.coverage.other_kind:
            return 0.0
        logit = sum(weight * value for weight, value in zip(self._weights, [*_features(found), 1.0], strict=True))
        return round(1 / (1 + math.exp(-logit)), 4)


def _fitted(knowledge: Knowledge, labelled: Sequence[tuple[str, str, Sequence[str]]]) -> NDArray[np.float64]:
    """Return the weights that the mails, the articles' wordings and contrasts to them teach."""
    own = [(article.id, text) for article in knowledge.articles for text in article.questions]
    against = list(islice(contrasts(knowledge), 0, None, _STEP))
    knowledge.expect([text for _, text, _ in labelled] + [text for _, text in own + against])
    searched = [(_whole(knowledge, subject, text), ids) for subject, text, ids in labelled]
    mails = [(found, bool(found.passages) and found.passages[0].id in ids) for found, ids in searched]
    if len({right for _, right in mails}) < 2:
        raise ValueError("give mails that the knowledge answers and some that it does not, both labelled")
    wordings = [(found, True) for found in _finding(knowledge, own)]
    wrong = [(found, False) for found in _finding(knowledge, against)]
    rows = [*mails, *wordings, *wrong]
    made = [_WEIGHT_OF_MADE * len(mails) / len(part) for part in (wordings, wrong) for _ in part]
    answerable = sum(right for _, right in mails)
    share = {True: _ANSWERABLE / answerable, False: (1 - _ANSWERABLE) / (len(mails) - answerable)}
    weights = [*(share[right] * len(mails) for _, right in mails), *made]
    return _regress([_features(found) for found, _ in rows], [right for _, right in rows], weights)


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
        -left.unsaid,
        -float(left.negated),
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
