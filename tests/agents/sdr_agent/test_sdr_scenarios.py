"""The SDR's scenarios, played on the offline brain on the moved clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.loading import load_agent
from postroom_bench.play import CrashingEngine, play
from postroom_bench.scenario import Scenario, read_scenarios
from sdr_agent.decisions import Answer, Objection, ReplyKind

SDR = load_agent("sdr")


@pytest.fixture(scope="module", autouse=True)
def learnt(offline_brain: OfflineBrain) -> None:
    """Learn before the first scenario."""
    offline_brain.warm(SDR.folder, [ReplyKind, Objection, Answer])


@pytest.mark.parametrize("scenario", read_scenarios(SDR.folder), ids=lambda scenario: scenario.name)
def test_the_sdr_behaves(scenario: Scenario, run_agent: Callable[..., Any], offline_brain: OfflineBrain) -> None:
    sandbox = Sandbox(start=scenario.given.clock)
    runtime, _ = run_agent(SDR, offline_brain, sandbox, wrap_engine=CrashingEngine)
    assert play(scenario, runtime, sandbox) == []
