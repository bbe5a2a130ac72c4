"""Sends whose answer was lost, taken up again however far the sandbox's clock has moved: once, and never twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_agent.agent import agent
from mail_wire import WiredSandbox

from postroom.brain.scripted import ScriptedBrain
from postroom.runtime import dead_letters
from postroom.runtime.app import Runtime

DESK = "desk@sandbox.test"
ANA = "ana@example.com"
REPLY = r"POST /v0/inboxes/[^/]+/messages/[^/]+/reply$"
PASSING: dict[str, Any] = {"status": 503, "headers": {"Retry-After": "0"}, "times": 5}
Desk = tuple[Runtime, WiredSandbox]


@pytest.fixture
def desk(run_agent: Callable[..., Desk]) -> Desk:
    return run_agent(agent, ScriptedBrain(Say={"what": "answer", "body": "It is blue."}), WiredSandbox())


def ask(desk: Desk) -> str:
    """Write to the desk; return the run, which failed."""
    runtime, sandbox = desk
    sandbox.post_mail(ANA, DESK, "Hi", text="What colour?")
    runtime.drain()
    (run,) = runtime.context.journal.runs_with_status("dead")
    return str(run["run_id"])


def take_up(desk: Desk, run_id: str) -> Any:
    runtime = desk[0]
    dead_letters.replay(runtime.context, run_id)
    runtime.drain()
    return runtime.context.journal.run(run_id)


def test_an_answer_that_left_unheard_is_not_sent_again_once_the_sandbox_has_forgotten_its_key(desk: Desk) -> None:
    runtime, sandbox = desk
    sandbox.chaos.fail(REPLY, **PASSING, after=True)
    run_id = ask(desk)
    sandbox.clock.advance(timedelta(days=2))
    assert take_up(desk, run_id)["status"] == "done"
    (sent,) = sandbox.outbox(ANA)
    (action,) = runtime.context.journal.actions_of_run(run_id)
    assert action["result"]["message_id"] == sent.message_id


def test_an_answer_that_never_left_is_sent_when_it_is_taken_up(desk: Desk) -> None:
    _, sandbox = desk
    sandbox.chaos.fail(REPLY, **PASSING)
    run_id = ask(desk)
    sandbox.clock.advance(timedelta(days=2))
    assert take_up(desk, run_id)["status"] == "done"
    assert len(sandbox.outbox(ANA)) == 1


def test_an_attempt_of_yesterday_that_cannot_be_found_is_left_to_people(desk: Desk) -> None:
    runtime, sandbox = desk
    sandbox.chaos.fail(REPLY, status=400, code="bad_request")
    run_id = ask(desk)
    (action,) = runtime.context.journal.actions_of_run(run_id)
    yesterday = datetime.now(UTC) - timedelta(hours=21)
    runtime.context.journal.update_action(action["op_id"], first_attempt_at=yesterday)
    run = take_up(desk, run_id)
    assert (run["status"], run["retry_at"]) == ("dead", None)
    assert "is not among the sent mails" in run["error"]
    assert sandbox.outbox(ANA) == []
