"""The support agent's scenarios, played on the offline brain, as POSTROOM_KNOWLEDGE says by words or by meaning too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.loading import load_agent
from postroom.runtime.chain import exported, read_export
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
    with runtime.context.journal.database.connect() as connection:
        told = list(exported(connection))
    assert read_export(told)[0] == len(told) - 1
    texts = [mail.text for mail in sandbox.outbox()] + [step.mail.text for step in scenario.steps if step.mail]
    named = {"@"} | {line for text in texts for line in (text or "").splitlines() if len(line) > 12}
    assert not [words for words in named if any(words in line for line in told)]
