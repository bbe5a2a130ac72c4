"""What people hear of a debt: once, and with what they need."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.campaign import parse_campaign
from postroom.learning import learn_in
from postroom.loading import load_agent
from postroom.runtime import records
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


def test_nobody_is_told_of_a_debt_that_the_ledger_has_under_another_address(
    run_agent: Callable[..., Any], offline_brain: OfflineBrain, tmp_path: Path
) -> None:
    learn_in(tmp_path)
    sandbox = Sandbox(start=datetime(2026, 3, 3, 9, tzinfo=UTC))
    runtime, _ = run_agent(COLLECTIONS, offline_brain, sandbox)
    post = runtime.context.posts["collections"]
    row = {
        "email": "someone.else@example.com", "name": "Ruth Oyelaran", "number": "LK-20102", "account": "6613186091",
        "creditor": "Tilford Energy", "party": "third", "debt": "consumer", "due": "2026-01-16", "country": "US",
        "region": "CA", "zone": "America/Los_Angeles", "address_source": "consumer", "work_address": "no",
        "time_barred": "no", "language": "en",
    }  # fmt: skip
    sheet = parse_campaign("placements.json", json.dumps([row]), COLLECTIONS.outreach.rows)
    records.take_in(runtime.context, post, sheet)
    runtime.advance(timedelta(hours=10))
    assert sandbox.outbox() == []
    assert runtime.context.journal.runs_with_status("held") == []
