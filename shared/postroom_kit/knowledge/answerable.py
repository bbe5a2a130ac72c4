"""How likely the best passage found answers the question: what it leaves open, calibrated on labelled questions.

A search always finds something. Whether it is the answer shows in what the passage's article says nothing of, in how
far the next one is behind and, with embeddings, in how like it is (`likeness`); a logistic regression on these makes a
probability of it. It is fitted on mails whose right article (or lack of one) is known, and a little on the articles'
own wordings and on contrasts to them.

With embeddings two are fitted, one of them by words alone, and an answer is as sure as both are on average: what only
one of them finds is too often wrong (decision 18).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from ..kept import NOWHERE, Kept
from .asking import FOUND, Asked, search, whole
from .contrasts import contrasts
from .index import Knowledge
from .likeness import UNLIKE, Likeness, as_written
from .meanings import aimed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VERBATIM = 0.99  # how sure it is of a question that is a wording of the article itself
Labelled = tuple[str, str, Sequence[str]]
"""Subject and text of a mail, and the ids of the articles that answer it: none where none does."""

_PENALTY = 10.0  # as scikit-learn's C
_STEP = 4  # one contrast in four is enough, and fitted in less than a second
_STEP_EMBEDDED = 32  # with embeddings, which take longer and learn as much from fewer
_ANSWERABLE = 0.65  # of real mails; labelled near misses outnumber those that customers write
_WEIGHT_OF_MADE = 0.1  # of all wordings together, and of all contrasts, beside that of all mails


@dataclass(frozen=True, slots=True)
class Composed:
    """Hold an answer made of passages: their words by their ids, the questions left open, and how sure each is."""

    passages: dict[str, str]
    unanswered: list[str]
    confidences: list[float]

    @property
    def answer(self) -> dict[str, Any]:
        """Return it as JSON: `body`, `sources` with the words taken from each, and what is `unanswered`."""
        sources = [{"id": name, "quote": words} for name, words in self.passages.items()]
        return {"body": "\n\n".join(self.passages.values()), "sources": sources, "unanswered": self.unanswered}


class Answerable:
    """Judge a search result. Build it with `fit`."""

    def __init__(
        self,
        knowledge: Knowledge,
        weights: NDArray[np.float64],
        likeness: Likeness | None = None,
        by_words: Answerable | None = None,
    ) -> None:
        self._knowledge = knowledge
        self._weights = [float(weight) for weight in weights]
        self._likeness = likeness
        self._by_words = by_words

    @classmethod
    def fit(cls, knowledge: Knowledge, labelled: Iterable[Labelled], kept: Kept = NOWHERE) -> Answerable:
        """Fit on `(subject, text, ids of the articles that answer it)`, no id where none does; one question each.

        What `kept` holds of the same articles and mails is not fitted again. Raises ValueError unless there are mails
        of both kinds.
        """
        labelled = list(labelled)
        model = knowledge.embeddings.name if knowledge.embeddings else None
        given = ["answerable", knowledge.hash, model, labelled]
        weights, *mails = kept.fitted(given, lambda: _fitted(knowledge, labelled))
        if not mails:
            return cls(knowledge, weights)
        (vectors,) = mails
        by_words = cls.fit(knowledge.by_words, labelled, kept)
        return cls(knowledge, weights, _likeness(knowledge, vectors, labelled), by_words)

    def confidence(self, found: Asked) -> float:
        """Return the probability, 0 to 1, that the first passage answers the question.

        0 when none was found, and when the mail speaks against it.
        """
        if found.unmet:
            return 0.0
        sure = self._judged(found)
        return round((sure + self._by_words._of_same(found)) / 2, 4) if self._by_words else sure

    def _of_same(self, found: Asked) -> float:
        """Judge the passage that another search found first, where it is among those found here; else 0."""
        passages = self._knowledge.search(found.searched, FOUND, found.question) if found.passages else []
        same = [passage for passage in passages if passage.id == found.passages[0].id]
        if not same:
            return 0.0
        others = [passage for passage in passages if passage.id != same[0].id]
        return self._judged(replace(found, passages=(*same, *others)))

    def _judged(self, found: Asked) -> float:
        if not found.passages:
            return 0.0
        if found.coverage.verbatim:
            return VERBATIM
        if found.coverage.thin or found.coverage.other_kind:
            return 0.0
        logit = sum(
            weight * value
            for weight, value in zip(self._weights, [*_features(found, self._likeness), 1.0], strict=True)
        )
        return round(1 / (1 + math.exp(-logit)), 4)

    def compose(self, questions: Iterable[Asked], threshold: float) -> Composed:
        """Answer each question with its first passage, where the confidence in that reaches `threshold`."""
        judged = [(found, self.confidence(found)) for found in questions]
        used = [found.passages[0] for found, confidence in judged if confidence >= threshold]
        return Composed(
            passages={passage.id: passage.answer for passage in used},
            unanswered=[found.unmet or found.question for found, confidence in judged if confidence < threshold],
            confidences=[confidence for _, confidence in judged],
        )


def _fitted(knowledge: Knowledge, labelled: Sequence[Labelled]) -> list[NDArray[Any]]:
    """Return the weights that the mails, the articles' wordings and contrasts to them teach.

    With embeddings the vectors of the mails follow.
    """
    import numpy as np

    own = [(article.id, text) for article in knowledge.articles for text in article.questions]
    step = _STEP_EMBEDDED if knowledge.embeddings else _STEP
    against = _contrasts(knowledge.by_words)[::step]
    parts = [whole(knowledge, subject, text) for subject, text, _ in labelled]
    knowledge.expect([*chain.from_iterable(parts), *(text for _, text in own + against)])
    mails = [search(knowledge, *part) for part in parts]
    answered = [bool(f.passages) and f.passages[0].id in ids for f, (_, _, ids) in zip(mails, labelled, strict=True)]
    if len(set(answered)) < 2:
        raise ValueError("give mails that the knowledge answers and some that it does not, both labelled")
    wordings, wrong = _finding(knowledge, own), _finding(knowledge, against)
    rows, right = [*mails, *wordings, *wrong], [*answered, *(True for _ in wordings), *(False for _ in wrong)]
    share = {True: _ANSWERABLE / sum(answered), False: (1 - _ANSWERABLE) / (len(mails) - sum(answered))}
    made = [_WEIGHT_OF_MADE * len(mails) / len(part) for part in (wordings, wrong) for _ in part]
    weights = [*(share[is_answered] * len(mails) for is_answered in answered), *made]
    if not knowledge.embeddings:
        return [_regress([_features(found) for found in rows], right, weights)]
    vectors = np.array([aimed(knowledge.embeddings, *part) for part in parts])
    likeness = _likeness(knowledge, vectors, labelled)
    knowledge.expect([word for found in rows for word in _lacking(knowledge, found)])
    places = [*range(len(mails)), *(None for _ in made)]
    features = [_features(found, likeness, place) for found, place in zip(rows, places, strict=True)]
    return [_regress(features, right, weights), vectors]


@lru_cache(maxsize=1)
def _contrasts(knowledge: Knowledge) -> list[tuple[str, str]]:
    """Return all contrasts, made once for both judges."""
    return list(contrasts(knowledge))


def _likeness(knowledge: Knowledge, mails: NDArray[np.float32], labelled: Sequence[Labelled]) -> Likeness:
    assert knowledge.embeddings
    return Likeness(knowledge, knowledge.embeddings, mails, [ids for _, _, ids in labelled])


def _lacking(knowledge: Knowledge, found: Asked) -> list[str]:
    return as_written(knowledge.vocabulary, found.coverage.lacking, f"{found.question}\n{found.searched}")


def _finding(knowledge: Knowledge, made: Iterable[tuple[str, str]]) -> list[Asked]:
    """Search questions made from an article; keep those that find it."""
    found = ((name, search(knowledge, text, text)) for name, text in made)
    return [result for name, result in found if result.passages and result.passages[0].id == name]


def _features(found: Asked, likeness: Likeness | None = None, itself: int | None = None) -> list[float]:
    """Return numbers that each speak for the passage; `itself` is the place of a mail among those labelled."""
    first, second = [*(passage.score for passage in found.passages), 0.0, 0.0][:2]
    left = found.coverage
    by_meaning: Sequence[float] = ()
    if likeness and found.passages:
        by_meaning = likeness.of(found.passages[0].id, found.question, found.searched, left.lacking, itself)
    elif likeness:
        by_meaning = UNLIKE
    return [
        (first - second) / (first + 1e-6),
        -left.foreign,
        -left.unknown,
        -float(left.other_action),
        -float(left.opposite),
        -float(left.apart),
        -left.unsaid,
        -float(left.negated),
        *by_meaning,
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
