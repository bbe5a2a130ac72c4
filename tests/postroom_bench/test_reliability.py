"""The table that shows whether confidence means what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from postroom_bench.checkout import ROOT
from postroom_bench.reliability import of_answers, of_held_back_answers, of_triage, table
from support_agent.checks import SURE_OF_ANSWER


def test_each_tenth_that_occurs_has_a_line() -> None:
    head, *lines = table([(0.05, False), (0.92, True), (0.98, True), (1.0, True), (0.99, False)])
    assert head.split() == ["confidence", "mails", "mean", "sure", "right"]
    assert [line.split()[:6] for line in lines] == [
        ["0.0", "to", "0.1", "1", "0.05", "0.00"],
        ["0.9", "to", "1.0", "4", "0.97", "0.75"],
    ]
    assert lines[1].endswith("#" * 15)


def test_an_agent_without_examples_has_none(tmp_path: Path) -> None:
    assert of_triage(tmp_path, None) == []


@pytest.mark.parametrize("judge", [of_triage, of_answers])
def test_supports_confidence_tells_right_from_wrong(judge: object) -> None:
    judged = judge(ROOT / "agents" / "support_agent", None)  # type: ignore[operator]
    sure, unsure = ([right for c, right in judged if low <= c < low + 0.5] for low in (0.6, 0.0))
    assert len(judged) > 400
    assert sum(sure) / len(sure) > sum(unsure) / len(unsure) + 0.2


def test_those_held_back_are_judged_apart_by_all_others() -> None:
    judged = of_held_back_answers(ROOT / "agents" / "support_agent", None)
    assert 100 < len(judged) < 200
    surely = [right for sure, right in judged if sure >= SURE_OF_ANSWER]
    assert sum(surely) >= 0.8 * len(surely) > 0
