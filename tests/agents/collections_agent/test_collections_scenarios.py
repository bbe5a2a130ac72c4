"""The scenarios of collections, played on the offline brain on the moved clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from collections_agent.decisions import Reading
from postroom.brain.offline import OfflineBrain
from postroom.learning import learn_in
from postroom.loading import load_agent
from postroom_bench.play import CrashingEngine, play
from postroom_bench.scenario import Scenario, read_scenarios

COLLECTIONS = load_agent("collections")


@pytest.fixture(scope="module", autouse=True)
def learnt(offline_brain: OfflineBrain) -> None:
    """Learn before the first scenario."""
    offline_brain.warm(COLLECTIONS.folder, [Reading])


@pytest.mark.parametrize("scenario", read_scenarios(COLLECTIONS.folder), ids=lambda scenario: scenario.name)
def test_collections_behaves(
    scenario: Scenario, run_agent: Callable[..., Any], offline_brain: OfflineBrain, tmp_path: Path
) -> None:
    learn_in(tmp_path)
    sandbox = Sandbox(start=scenario.given.clock)
    runtime, _ = run_agent(COLLECTIONS, offline_brain, sandbox, wrap_engine=CrashingEngine)
    assert play(scenario, runtime, sandbox) == []
