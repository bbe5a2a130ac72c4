"""What people hear of a debt: once, and with what they need."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.campaign import parse_campaign
from postroom.learning import learn_in
from postroom.loading import load_agent
from postroom.runtime import answers, approvals, records
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


RUTH = {
    "email": "ruth.oyelaran@example.com", "name": "Ruth Oyelaran", "number": "LK-20102", "account": "6613186091",
    "creditor": "Tilford Energy", "party": "third", "debt": "consumer", "due": "2026-01-16", "country": "US",
    "region": "CA", "zone": "America/Los_Angeles", "address_source": "consumer", "work_address": "no",
    "time_barred": "no", "language": "en",
}  # fmt: skip


@pytest.fixture
def placed(run_agent: Callable[..., Any], offline_brain: OfflineBrain, tmp_path: Path) -> Callable[..., Any]:
    """Return a function that takes in files of one row each: `runtime, sandbox = placed(march=row, april=row)`."""

    def take_in(**files: dict[str, str]) -> tuple[Any, Sandbox]:
        learn_in(tmp_path)
        sandbox = Sandbox(start=datetime(2026, 3, 3, 9, tzinfo=UTC))
        runtime, _ = run_agent(COLLECTIONS, offline_brain, sandbox)
        assert COLLECTIONS.outreach
        for name, row in files.items():
            sheet = parse_campaign(f"{name}.json", json.dumps([row]), COLLECTIONS.outreach.rows)
            records.take_in(runtime.context, runtime.context.posts["collections"], sheet)
        runtime.advance(timedelta(hours=10))
        return runtime, sandbox

    return take_in


def test_nobody_is_told_of_a_debt_that_the_ledger_has_under_another_address(placed: Callable[..., Any]) -> None:
    runtime, sandbox = placed(march={**RUTH, "email": "someone.else@example.com"})
    assert sandbox.outbox() == []
    assert runtime.context.journal.runs_with_status("held") == []


def test_a_debt_that_stands_in_two_files_is_begun_with_once(placed: Callable[..., Any]) -> None:
    runtime, sandbox = placed(march=RUTH, april=RUTH)
    for _ in range(2):
        for waiting in approvals.waiting(runtime.context.journal):
            answers.hand_in_said(runtime.context, waiting["token"], waiting["content"], "approve")
        runtime.advance(timedelta(hours=10))
    assert len(sandbox.outbox(RUTH["email"])) == 1
    found = records.of_campaign(runtime.context.journal, "collections")
    assert sorted(row["status"] for row in found) == ["refused", "started"]
