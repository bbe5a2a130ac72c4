"""The support agent's scenarios, played on the offline brain, as POSTROOM_KNOWLEDGE says by words or by meaning too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.loading import load_agent
from postroom_bench.play import CrashingEngine, play
from postroom_bench.scenario import Scenario, read_scenarios
from support_agent.decisions import Answer, Triage

SUPPORT = load_agent("support")


@pytest.fixture(scope="module", autouse=True)
def learnt(offline_brain: OfflineBrain) -> None:
    """Learn before the first scenario: by meaning that takes so long that its runs would be given up."""
    offline_brain.warm(SUPPORT.folder, [Triage, Answer])


@pytest.mark.parametrize("scenario", read_scenarios(SUPPORT.folder), ids=lambda scenario: scenario.name)
def test_support_behaves(scenario: Scenario, run_agent: Callable[..., Any], offline_brain: OfflineBrain) -> None:
    sandbox = Sandbox(start=scenario.given.clock)
    runtime, _ = run_agent(SUPPORT, offline_brain, sandbox, wrap_engine=CrashingEngine)
    assert play(scenario, runtime, sandbox) == []
