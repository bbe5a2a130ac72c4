"""Measures count right."""

import pytest

from postroom_kit.classify import Prediction
from postroom_kit.classify.measures import accuracy, calibration_error, coverage


def test_coverage_stops_where_precision_falls_below_the_target() -> None:
    sure = [Prediction("a", 0.9, {})] * 20
    unsure = [Prediction("a", 0.5, {})] * 10
    foreign = [Prediction("a", 0.4, {}), Prediction(None, 0.9, {})]
    truth = ["a"] * 20 + ["b"] * 10 + [None, None]
    # The 20 right ones and one wrong one: 20 of 21 is just above 95 %.
    assert coverage([*sure, *unsure, *foreign], truth) == pytest.approx(21 / 30)


def test_a_foreign_text_accepted_is_an_error_and_covers_nothing() -> None:
    predictions = [Prediction("a", 0.9, {})] + [Prediction("a", 0.8, {})] * 19
    assert coverage(predictions, [None] + ["a"] * 19) == 1
    assert coverage(predictions, [None, None] + ["a"] * 18) == 0


def test_a_confidence_that_is_right_as_often_as_it_says_has_no_calibration_error() -> None:
    predictions = [Prediction("a", 0.75, {})] * 4
    assert calibration_error(predictions, ["a", "a", "a", "b"]) == 0
    assert calibration_error(predictions, ["b"] * 4) == pytest.approx(0.75)


def test_none_counts_as_a_label_in_accuracy() -> None:
    assert accuracy([Prediction(None, 0.9, {}), Prediction("a", 0.9, {})], [None, None]) == 0.5
