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
import re
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from ..kept import NOWHERE, Kept
from ..mail_reading import language
from .background import speaks_against, statements
from .contrasts import contrasts
from .coverage import Coverage
from .index import Knowledge, Passage
from .likeness import UNLIKE, Likeness, as_written
from .meanings import aimed
from .sentences import clauses, questions, unsigned

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VERBATIM = 0.99  # how sure it is of a question that is a wording of the article itself
Labelled = tuple[str, str, Sequence[str]]
"""Subject and text of a mail, and the ids of the articles that answer it: none where none does."""

FOUND = 3  # passages kept for each question
_RIVAL = 0.9  # of the best score: of passages as near as this, the one that leaves the least open comes first
_PENALTY = 10.0  # as scikit-learn's C
_STEP = 4  # one contrast in four is enough, and fitted in less than a second
_STEP_EMBEDDED = 32  # with embeddings, which take longer and learn as much from fewer
_ANSWERABLE = 0.65  # of real mails; labelled near misses outnumber those that customers write
_WEIGHT_OF_MADE = 0.1  # of all wordings together, and of all contrasts, beside that of all mails


_OF_BEFORE = re.compile(r"\b(?:it|its|they|them|their|theirs|those|these|one|ones)\b", re.IGNORECASE)
_ASKS_OF_BEFORE = re.compile(
    r"\W*(?:and |also )*(?:how|when|where|who|why)\b.*\b(?:it|its|they|them|their)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold one question of a mail, the words searched for it, and what was found, best first.

    `coverage` is what the first passage's article leaves open of the question; `unmet` a sentence beside it that speaks
    against this answer, empty where none does.
    """

    question: str
    searched: str
    passages: tuple[Passage, ...]
    coverage: Coverage
    unmet: str = ""


def asked(knowledge: Knowledge, subject: str, text: str, writer: str = "") -> list[Asked]:
    """Search a mail question by question: each with the sentences that lead up to it. `writer` is who signs it.

    A mail with one question, or none that stands out, is searched as a whole. A question without words of its own
    ("is that possible?") belongs to the one before, and one that speaks of what that is about ("how long do they
    last?") is searched with it. The subject asks nothing; it is searched with the first question where that does not
    say by itself what it is about ("how long does it take?").
    """
    text = unsigned(text, writer)
    wanted = _telling(knowledge, text)
    if len(wanted) < 2:
        return _against(knowledge, text, wanted, [_search(knowledge, *_whole(knowledge, subject, text))])
    (first, lead), *parts = _with_lead(text, wanted)
    found = [_search(knowledge, first, _placed(knowledge, subject, first, lead))]
    for question, words in parts:
        found.append(_search_next(knowledge, found[-1].question, question, words))
    return _against(knowledge, text, wanted, found)


def _search_next(knowledge: Knowledge, before: str, question: str, words: str) -> Asked:
    """Search a further question of a mail; with the one before where it speaks of what that is about.

    Without words of its own it must be asked in the way of a wording of what is found.
    """
    if not _OF_BEFORE.search(question):
        return _search(knowledge, question, words)
    if knowledge.vocabulary.words(question):
        return _search(knowledge, question, f"{before}\n{words}")
    found = _search(knowledge, f"{before} {question}", f"{before}\n{words}")
    asks_alike = found.passages and knowledge.vocabulary.asks_alike(found.passages[0].id, question)
    return found if asks_alike else replace(found, unmet=question)


def _against(knowledge: Knowledge, text: str, wanted: Sequence[str], found: list[Asked]) -> list[Asked]:
    """Name beside each question found what the mail says against its answer."""
    parts = clauses(text)
    is_english = language(text) in {"en", None}
    places = [parts.index(question) for question in wanted if question in parts]
    for place, (sentence, leads) in statements(parts, wanted):
        of = bisect(places, place) if leads else -1
        each = found[of]
        if each.passages and (
            (leads and _leads_elsewhere(knowledge, each, sentence))
            or speaks_against(knowledge.vocabulary, each.passages[0].id, sentence, is_english=is_english, leads=leads)
        ):
            found[of] = replace(each, unmet=each.unmet or sentence)
    return found


def _leads_elsewhere(knowledge: Knowledge, found: Asked, lead: str) -> bool:
    """Tell whether another passage found has every word of a lead and of its question, and the first lacks some."""
    lacking = [knowledge.vocabulary.coverage(p.id, lead, lead).lacking for p in found.passages]
    open_ones = [knowledge.vocabulary.coverage(p.id, found.question, found.searched).lacking for p in found.passages]
    others = zip(lacking[1:], open_ones[1:], strict=True)
    return bool(lacking[0]) and any(not words and len(left) <= len(open_ones[0]) for words, left in others)


def passages_of(questions: Iterable[Asked]) -> tuple[Passage, ...]:
    """Return all that was found for the questions of a mail, in their order."""
    return tuple(passage for question in questions for passage in question.passages)


def _whole(knowledge: Knowledge, subject: str, text: str) -> tuple[str, str]:
    """Take a mail as one question; return it and the words to search for it."""
    question = " ".join(_telling(knowledge, text)) or text
    return question, _placed(knowledge, subject, question, text)


def _placed(knowledge: Knowledge, subject: str, question: str, text: str) -> str:
    """Put before `text` what the subject says of a question that does not say enough by itself.

    Only words that some article has: one that says nothing must not blur the question.
    """
    if knowledge.vocabulary.tells(question):
        return text
    return f"{' '.join(word for word in subject.split() if knowledge.vocabulary.knows(word))}\n{text}"


def _telling(knowledge: Knowledge, text: str) -> list[str]:
    """Return the questions of a mail that say what they are about, or ask something of their own of one before."""
    told: list[str] = []
    for question in questions(text):
        if knowledge.vocabulary.words(question) or (told and _ASKS_OF_BEFORE.match(question)):
            told.append(question)
    return told


def _search(knowledge: Knowledge, question: str, searched: str) -> Asked:
    passages = knowledge.search(searched, FOUND, question)
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


@dataclass(frozen=True, slots=True)
class Composed:
    """Hold an answer made of passages: their words by their ids, the questions left open, and how sure each is."""

    passages: dict[str, str]
    unanswered: list[str]
    confidences: list[float]


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
        """Judge the passage that another search found first; 0 where it is not the first here."""
        again = _search(self._knowledge, found.question, found.searched)
        same = found.passages[:1] and again.passages[:1] and found.passages[0].id == again.passages[0].id
        return self._judged(again) if same else 0.0

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
    parts = [_whole(knowledge, subject, text) for subject, text, _ in labelled]
    knowledge.expect([*chain.from_iterable(parts), *(text for _, text in own + against)])
    mails = [_search(knowledge, *part) for part in parts]
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
    found = ((name, _search(knowledge, text, text)) for name, text in made)
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
