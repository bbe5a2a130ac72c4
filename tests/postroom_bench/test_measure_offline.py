"""The measuring command says what it needs, and counts right."""

from pathlib import Path

import pytest

from postroom_bench import measure_offline
from postroom_kit.classify import Prediction


def test_without_the_data_the_command_names_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSTROOM_DEV_DATA", str(tmp_path))
    assert measure_offline.main() == 1
    said = capsys.readouterr().err
    assert "banking77_train.csv" in said
    assert "POSTROOM_DEV_DATA" in said


def test_coverage_stops_where_precision_falls_below_the_target() -> None:
    sure = [Prediction("a", 0.9, {})] * 20
    unsure = [Prediction("a", 0.5, {})] * 10
    foreign = [Prediction("a", 0.4, {}), Prediction(None, 0.9, {})]
    right = [True] * 20 + [False] * 10 + [False, True]
    # The 20 right ones and one wrong one: 20 of 21 is just above 95 %.
    assert measure_offline._coverage([*sure, *unsure, *foreign], right, 30) == pytest.approx(21 / 30)


def test_a_confidence_that_is_right_as_often_as_it_says_has_no_calibration_error() -> None:
    predictions = [Prediction("a", 0.75, {})] * 4
    assert measure_offline._calibration_error(predictions, [True, True, True, False]) == 0
    assert measure_offline._calibration_error(predictions, [False] * 4) == pytest.approx(0.75)
