"""When a mail about a debt leaves: never at night, whoever is owed, and also where a person said yes to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.learning import learn_in
from postroom.loading import load_agent
from postroom_bench.play import Stage
from postroom_bench.scenario import Step, read_scenario

COLLECTIONS = load_agent("collections")
HENRY = "henry.aldous@example.com"


@pytest.mark.parametrize(
    ("words", "answered", "approve"),
    [
        ("What is the balance today?", "Owed now", False),
        ("Could I pay this in three monthly parts?", "we can agree on", True),
        ("I dispute this. It is not mine.", "you do not agree", False),
    ],
)
def test_an_answer_about_a_debt_waits_for_the_morning(
    words: str, answered: str, approve: bool, run_agent: Callable[..., Any], offline_brain: OfflineBrain, tmp_path: Path
) -> None:
    learn_in(tmp_path)
    scenario = read_scenario(COLLECTIONS.folder / "scenarios" / "balance_asked.yaml")
    sandbox = Sandbox(start=scenario.given.clock)
    runtime, _ = run_agent(COLLECTIONS, offline_brain, sandbox)
    stage = Stage(runtime, sandbox, "collections@sandbox.test", "collections")
    stage.begin(scenario.given.records)
    for step in ({"advance": "8h"}, {"approve": "approve"}, {"advance": "5d"}, {"advance": "13h"}):
        stage.take(Step.model_validate(step))
    stage.take(Step.model_validate({"mail": {"from": HENRY, "reply": True, "text": words}}))  # midnight in Texas
    if approve:
        stage.take(Step.model_validate({"approve": "approve"}))
    runtime.advance(timedelta(hours=6))
    assert len(sandbox.outbox(HENRY)) == 1
    runtime.advance(timedelta(hours=3))
    assert len(sandbox.outbox(HENRY)) == 2
    assert answered in (sandbox.outbox(HENRY)[0].text or "")


def test_a_yes_to_what_the_law_holds_is_no_yes_to_the_night(
    run_agent: Callable[..., Any], offline_brain: OfflineBrain, tmp_path: Path
) -> None:
    learn_in(tmp_path)
    scenario = read_scenario(COLLECTIONS.folder / "scenarios" / "new_york_without_consent.yaml")
    ((row,),) = scenario.given.records.values()
    sandbox = Sandbox(start=scenario.given.clock)
    runtime, _ = run_agent(COLLECTIONS, offline_brain, sandbox)
    stage = Stage(runtime, sandbox, "collections@sandbox.test", "collections")
    stage.begin(scenario.given.records)
    runtime.advance(timedelta(hours=21))  # 1:00 in New York
    stage.take(Step.model_validate({"approve": "approve"}))
    runtime.advance(timedelta(hours=7))
    assert sandbox.outbox(row["email"]) == []
    runtime.advance(timedelta(hours=1))
    assert len(sandbox.outbox(row["email"])) == 1
