"""From raw scores to a confidence: how often a prediction that looks like this one was right.

The probabilities of a classifier fitted on few examples are far too modest (off by 13 to 21 points on public data),
and cannot see a text that belongs to no class at all. So a second, small model looks at how sure the first one is and
how near the nearest example lies. It learns from the classifier's own mistakes on examples it had not seen (each fold
predicted by a model fitted without it), from sentences that are about nothing in particular and, where there are many
classes, from each example looked at as if its class were unknown: a question of the same business that no class fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from .softmax import Softmax

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WRONG, RIGHT, OUT_OF_SCOPE = 0, 1, 2
_PRIOR = 5.0  # the weight, in examples, of what holds before any example is seen
_OUT_OF_SCOPE_SHARE = 0.2  # of the weight of the examples: one mail in six about something else
_CLASSLESS_WEIGHT = 0.02  # of an example looked at without its class, beside 1 with it
_CLASSES = 20  # from which on what is left without one of them still looks like all of them


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold what is known of each text: class probabilities (texts, classes); for each way of comparing the cosine to
    the nearest example of each class (texts, classes); the share of its words that the examples have (texts)."""

    probabilities: NDArray[np.float64]
    nearest: tuple[NDArray[np.float64], ...]
    known: NDArray[np.float64]

    def __getitem__(self, rows: NDArray[np.bool_]) -> Evidence:
        nearest = tuple(cosines[rows] for cosines in self.nearest)
        return Evidence(self.probabilities[rows], nearest, self.known[rows])

    def without(self, classes: NDArray[np.int64]) -> Evidence:
        """Return the evidence of each text as if its class, given for each, were none of ours."""
        import numpy as np

        rows = np.arange(len(classes))
        probabilities = self.probabilities.copy()
        probabilities[rows, classes] = 0.0
        probabilities /= np.clip(probabilities.sum(axis=1, keepdims=True), 1e-12, None)
        nearest = tuple(cosines.copy() for cosines in self.nearest)
        for cosines in nearest:
            cosines[rows, classes] = 0.0
        return Evidence(probabilities, nearest, self.known)

    def features(self) -> NDArray[np.float64]:
        """Return one row of features for each text."""
        import numpy as np

        chosen = self.probabilities.argmax(axis=1)
        ordered = np.sort(self.probabilities, axis=1)
        runner_up = ordered[:, -2] if ordered.shape[1] > 1 else np.zeros(len(ordered))
        entropy = -(self.probabilities * np.log(np.clip(self.probabilities, 1e-12, None))).sum(axis=1)
        top = ordered[:, -1]
        return np.column_stack(
            (
                top,
                np.log(np.clip(top, 1e-6, 1 - 1e-6) / (1 - np.clip(top, 1e-6, 1 - 1e-6))),
                top - runner_up,
                entropy,
                *(column for cosines in self.nearest for column in _nearness(cosines, chosen)),
                self.known,
            )
        )


def _nearness(cosines: NDArray[np.float64], chosen: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
    """Return the cosine to the nearest example, how far the chosen class leads in it, and whether it does."""
    import numpy as np

    rows = np.arange(len(chosen))
    others = cosines.copy()
    others[rows, chosen] = 0.0
    return cosines.max(axis=1), cosines[rows, chosen] - others.max(axis=1), cosines.argmax(axis=1) == chosen


class Calibrator(NamedTuple):
    """Estimate for each text the probabilities that its predicted class is wrong, right, or that none fits.

    Holds centre and spread of the features, and the fields of the regression on them (see Softmax).
    """

    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    weights: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    classes: NDArray[np.int64]

    @classmethod
    def fit(cls, scoped: Evidence, classes: NDArray[np.int64], foreign: Evidence, repeated: Evidence) -> Calibrator:
        """Fit on examples predicted unseen, on foreign texts, and lightly on the examples repeated word for word.

        The last are right by definition; they anchor the scale where a few examples teach nothing else. `classes` are
        those of the examples.
        """
        import numpy as np

        count = len(classes)
        right = scoped.probabilities.argmax(axis=1) == classes
        foreign_weight = min(1.0, (_OUT_OF_SCOPE_SHARE * count + _PRIOR) / max(len(foreign.known), 1))
        parts: list[tuple[NDArray[np.float64], NDArray[np.int64] | int, float]] = [
            (scoped.features(), np.where(right, RIGHT, WRONG), 1.0),
            (foreign.features(), OUT_OF_SCOPE, foreign_weight),
            (repeated.features(), RIGHT, min(1.0, _PRIOR / count)),
        ]
        if scoped.probabilities.shape[1] >= _CLASSES:
            parts.append((scoped.without(classes).features(), OUT_OF_SCOPE, _CLASSLESS_WEIGHT))
        features = np.vstack([found for found, _, _ in parts])
        centre, spread = features.mean(axis=0), features.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        outcomes = np.concatenate([np.broadcast_to(outcome, len(found)) for found, outcome, _ in parts])
        weights = np.concatenate([np.full(len(found), weight) for found, _, weight in parts])
        return cls(centre, spread, *Softmax.fit((features - centre) / spread, outcomes, 1.0, weights))

    def outcomes(self, evidence: Evidence) -> NDArray[np.float64]:
        """Return an array of shape (texts, 3) with columns WRONG, RIGHT, OUT_OF_SCOPE; rows sum to 1."""
        regression = Softmax(self.weights, self.intercepts, self.classes)
        return regression.probabilities((evidence.features() - self.centre) / self.spread, 3)


@cache
def out_of_scope_texts() -> tuple[str, ...]:
    """Return our list of short sentences that no business inbox has a class for."""
    return tuple(files(__package__).joinpath("out_of_scope.txt").read_text(encoding="utf-8").splitlines())
