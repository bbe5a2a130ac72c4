"""Classify short texts from a few labelled examples, with a confidence that means what it says."""

from .classifier import Classifier, Prediction

__all__ = ["Classifier", "Prediction"]
