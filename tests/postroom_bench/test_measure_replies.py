"""The measure of replies shows figures for each class, and no row of those held back."""

import pytest

from postroom_bench import measure_replies


def test_a_reply_may_be_of_several_classes_or_none() -> None:
    assert measure_replies.labels("Not interested. Remove me from your list.") == {"decline", "opt_out"}
    assert measure_replies.labels("What does it cost?") == set()


def test_figures_are_told_and_no_row_of_test(capsys: pytest.CaptureFixture[str]) -> None:
    assert measure_replies.main("test", verbose=True) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines[:6]] == list(measure_replies._CLASSES)
    assert len(lines) == 7
