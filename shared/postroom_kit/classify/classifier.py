"""A few-shot text classifier: logistic regression over TF-IDF similarities, calibrated, able to say "none of these".

With embeddings a second regression, on what the texts mean, is stacked on it. The lexical one is fitted in the space
the examples span (from their cosines), which has the same solution as fitting it on the words themselves and is small:
as many numbers as there are examples. What was fitted is plain numbers; kept on disk, they predict without
scikit-learn, which takes longer to load than most examples take to fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from ..kept import NOWHERE, Kept
from .confidence import OUT_OF_SCOPE, RIGHT, Calibrator, Evidence, out_of_scope_texts
from .meaning import meaning_of
from .similarity import space_of
from .softmax import Softmax

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..embeddings import Embeddings

_FOLDS = 5
_LEXICAL_SHARE = 0.35  # of the stack; the rest is for the meaning
_PENALTY = 30.0  # scikit-learn's C; 10 to 100 are within a point of each other


@dataclass(frozen=True, slots=True)
class Prediction:
    """Hold the label (None: none of these), the probability that it is right, and each class's raw share."""

    label: str | None
    confidence: float
    probabilities: dict[str, float]


class _Space(Protocol):
    """A way of comparing texts: see `similarity.Space`, `meaning.MeaningSpace`."""

    @property
    def points(self) -> NDArray[np.float64]: ...
    @property
    def between(self) -> NDArray[np.float64]: ...
    def look(self, texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...


@dataclass(frozen=True, slots=True)
class _View:
    """A way of comparing, the regression fitted on it, and its share of the stack."""

    space: _Space
    regression: Softmax
    share: float


class Classifier:
    """Predict labels for texts. Build it with `fit`; the same examples always give the same predictions."""

    def __init__(
        self,
        labelled: Sequence[tuple[str, str]],
        foreign: Sequence[str],
        embeddings: Embeddings | None = None,
        kept: Kept = NOWHERE,
    ) -> None:
        import numpy as np
        from threadpoolctl import threadpool_limits

        texts = tuple(text for text, _ in labelled)
        self.labels = sorted({label for _, label in labelled})
        self._classes = np.array([self.labels.index(label) for _, label in labelled])
        given = ["classifier", labelled, foreign, embeddings.name if embeddings else None]
        # These matrices are small: a second BLAS thread waits more than it works, tenfold on a busy machine.
        with threadpool_limits(limits=1):
            self._words = space_of(texts, kept)
            spaces: list[tuple[_Space, float]] = [(self._words, 1.0)]
            if embeddings:
                meaning = meaning_of(texts, tuple(foreign), embeddings)
                spaces = [(self._words, _LEXICAL_SHARE), (meaning, 1 - _LEXICAL_SHARE)]
            self._views = [
                _View(space, Softmax(*kept.fitted([*given, "view", number], partial(self._regress, space))), share)
                for number, (space, share) in enumerate(spaces)
            ]
            calibrated = kept.fitted([*given, "calibrated"], partial(self._calibrate, texts, foreign))
            self._calibrator = Calibrator(*calibrated)

    @classmethod
    def fit(
        cls,
        examples: Iterable[Mapping[str, str | None]],
        embeddings: Embeddings | None = None,
        kept: Kept = NOWHERE,
    ) -> Classifier:
        """Fit on mappings with `text` and `label`; a label of None marks a text that belongs to no class.

        `embeddings` compare texts by what they mean too, which needs half the examples for the same accuracy.
        What `kept` holds of the same examples is not fitted again, and predicts the same.
        Two examples a class are enough to start; ValueError when there is none with a label at all.
        """
        given = dict.fromkeys((" ".join((row["text"] or "").split()), row["label"]) for row in examples)
        labelled = [(text, label) for text, label in given if text and label is not None]
        if not labelled:
            raise ValueError("no example has both a text and a label; give at least two for each label.")
        return cls(labelled, [text for text, label in given if text and label is None], embeddings, kept)

    def predict(self, text: str) -> Prediction:
        """Predict one text; an empty one is (None, 0.0)."""
        return self.predict_many([text])[0]

    def predict_many(self, texts: Sequence[str]) -> list[Prediction]:
        """Predict texts, in order."""
        if not texts:
            return []
        evidence = self._look(texts)
        outcomes = self._calibrator.outcomes(evidence)
        return [
            self._prediction(probabilities, outcome) if text.strip() else Prediction(None, 0.0, {})
            for text, probabilities, outcome in zip(texts, evidence.probabilities, outcomes, strict=True)
        ]

    def _prediction(self, probabilities: NDArray[np.float64], outcome: NDArray[np.float64]) -> Prediction:
        shares = {label: round(float(share), 4) for label, share in zip(self.labels, probabilities, strict=True)}
        if outcome[OUT_OF_SCOPE] > outcome[RIGHT]:
            return Prediction(None, round(float(outcome[OUT_OF_SCOPE]), 4), shares)
        label = self.labels[int(probabilities.argmax())]
        # Laplace's rule of succession: no surer than so many examples allow, however well they agree.
        seen = len(self._classes)
        return Prediction(label, round(float(outcome[RIGHT]) * seen / (seen + 2), 4), shares)

    def _regress(self, space: _Space) -> Softmax:
        return Softmax.fit(space.points, self._classes, _PENALTY)

    def _calibrate(self, texts: Sequence[str], foreign: Sequence[str]) -> Calibrator:
        scoped = self._unseen(texts)
        return Calibrator.fit(scoped, self._classes, self._foreign(foreign, scoped), self._look(texts))

    def _look(self, texts: Sequence[str]) -> Evidence:
        import numpy as np

        probabilities = np.zeros((len(texts), len(self.labels)))
        nearest = []
        for view in self._views:
            points, cosines = view.space.look(texts)
            probabilities += view.share * view.regression.probabilities(points, len(self.labels))
            nearest.append(self._nearest(cosines, self._classes))
        return Evidence(probabilities, tuple(nearest), np.array([self._words.place(text)[1] for text in texts]))

    def _nearest(self, cosines: NDArray[np.float64], classes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the cosine to the nearest example of each class; `classes` are those of the columns of `cosines`."""
        import numpy as np

        nearest = np.zeros((len(cosines), len(self.labels)))
        for number in np.unique(classes):
            nearest[:, number] = cosines[:, classes == number].max(axis=1)
        return nearest

    def _unseen(self, texts: Sequence[str]) -> Evidence:
        """Return the evidence of each example by a model that has not seen it."""
        import numpy as np

        folds = _folds(self._classes)
        probabilities = np.zeros((len(texts), len(self.labels)))
        nearest = tuple(np.zeros_like(probabilities) for _ in self._views)
        for fold in np.unique(folds):
            held, seen = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
            if not len(seen):
                continue
            for view, found in zip(self._views, nearest, strict=True):
                points, cosines = view.space.points, view.space.between
                regression = Softmax.fit(points[seen], self._classes[seen], _PENALTY)
                probabilities[held] += view.share * regression.probabilities(points[held], len(self.labels))
                found[held] = self._nearest(cosines[np.ix_(held, seen)], self._classes[seen])
        known = np.array([self._words.similarity.known_share(text, in_texts=2) for text in texts])
        return Evidence(probabilities, nearest, known)

    def _foreign(self, own: Sequence[str], scoped: Evidence) -> Evidence:
        """Return the evidence of texts that belong to no class: the user's own, and ours that do not look like a class.

        To a travel desk "do I need a visa" is no foreign text, whatever our list says.
        """
        import numpy as np

        evidence = self._look([*own, *out_of_scope_texts()])
        near = evidence.nearest[-1].max(axis=1) >= np.median(scoped.nearest[-1].max(axis=1))
        near &= evidence.known >= np.median(scoped.known)
        near[: len(own)] = False
        return evidence[~near]


def _folds(classes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Deal the examples of each class out to the folds in turn, so that each fold holds a like share of each class."""
    import numpy as np

    folds = np.zeros(len(classes), dtype=np.int64)
    for number in np.unique(classes):
        members = np.flatnonzero(classes == number)
        folds[members] = np.arange(len(members)) % _FOLDS
    return folds
