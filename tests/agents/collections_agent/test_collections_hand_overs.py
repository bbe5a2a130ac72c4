"""What people hear of a debt: once, and with what they need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.learning import learn_in
from postroom.loading import load_agent
from postroom_bench.play import CrashingEngine, play
from postroom_bench.scenario import read_scenario

COLLECTIONS = load_agent("collections")


def test_a_returned_payment_is_told_to_people_once(
    run_agent: Callable[..., Any], offline_brain: OfflineBrain, tmp_path: Path
) -> None:
    learn_in(tmp_path)
    scenario = read_scenario(COLLECTIONS.folder / "scenarios" / "payment_returned.yaml")
    sandbox = Sandbox(start=scenario.given.clock)
    runtime, _ = run_agent(COLLECTIONS, offline_brain, sandbox, wrap_engine=CrashingEngine)
    assert play(scenario, runtime, sandbox) == []
    told = [mail.subject for mail in sandbox.outbox() if "$212.40 is open again" in mail.subject]
    assert len([subject for subject in told if not subject.startswith("Reminder: ")]) == 1
