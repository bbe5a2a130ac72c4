"""How good predictions are, measured on texts whose label is known (None: belongs to no class)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from .classifier import Prediction

TARGET = 0.95
"""The precision at which coverage is read."""

_BINS = 10  # of equal width


def accuracy(predictions: Sequence[Prediction], truth: Sequence[str | None]) -> float:
    """Return the share of texts, 0 to 1, that got their label; None counts as one."""
    return sum(_right(predictions, truth)) / max(len(truth), 1)


def calibration_error(predictions: Sequence[Prediction], truth: Sequence[str | None]) -> float:
    """Return the expected calibration error: how far confidence is from the share that is right, 0 to 1."""
    bins: dict[int, list[float]] = defaultdict(list)
    for prediction, correct in zip(predictions, _right(predictions, truth), strict=True):
        bins[min(int(prediction.confidence * _BINS), _BINS - 1)].append(prediction.confidence - correct)
    return sum(abs(sum(gaps)) for gaps in bins.values()) / max(len(truth), 1)


def coverage(predictions: Sequence[Prediction], truth: Sequence[str | None]) -> float:
    """Return the share of the texts of a class that can be accepted, surest first, at the target precision."""
    right = _right(predictions, truth)
    ranked = sorted(
        (number for number, prediction in enumerate(predictions) if prediction.label is not None),
        key=lambda number: -predictions[number].confidence,
    )
    hits = accepted = 0
    for count, number in enumerate(ranked, start=1):
        hits += right[number]
        if hits >= TARGET * count:
            accepted = count
    scoped = [label is not None for label in truth]
    return sum(scoped[number] for number in ranked[:accepted]) / max(sum(scoped), 1)


def _right(predictions: Sequence[Prediction], truth: Sequence[str | None]) -> list[bool]:
    return [prediction.label == label for prediction, label in zip(predictions, truth, strict=True)]
