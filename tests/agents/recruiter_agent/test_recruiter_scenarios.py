"""The recruiter's scenarios, played on the offline brain on the moved clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.learning import learn_in
from postroom.loading import load_agent
from postroom_bench.play import CrashingEngine, play
from postroom_bench.scenario import Scenario, read_scenarios
from recruiter_agent.decisions import Answer, Answers, ReplyKind

RECRUITER = load_agent("recruiter")


@pytest.fixture(scope="module", autouse=True)
def learnt(offline_brain: OfflineBrain) -> None:
    """Learn before the first scenario."""
    offline_brain.warm(RECRUITER.folder, [ReplyKind, Answers, Answer])


@pytest.mark.parametrize("scenario", read_scenarios(RECRUITER.folder), ids=lambda scenario: scenario.name)
def test_the_recruiter_behaves(
    scenario: Scenario, run_agent: Callable[..., Any], offline_brain: OfflineBrain, tmp_path: Path
) -> None:
    learn_in(tmp_path)
    sandbox = Sandbox(start=scenario.given.clock)
    runtime, _ = run_agent(RECRUITER, offline_brain, sandbox, wrap_engine=CrashingEngine)
    faults = play(scenario, runtime, sandbox)
    assert not faults, faults
