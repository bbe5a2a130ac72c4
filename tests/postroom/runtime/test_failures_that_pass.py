"""Failures of the journal and its surroundings: no mail is lost, what passes is tried again, people see the rest."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from desk_agent.agent import agent
from mail_wire import WiredSandbox, until

from postroom.brain.scripted import ScriptedBrain
from postroom.runtime import dead_letters
from postroom.runtime.app import Runtime
from postroom.runtime.dead_letters import may_pass

DESK = "desk@sandbox.test"
REPLY = r"POST /v0/inboxes/[^/]+/messages/[^/]+/reply$"
Start = Callable[..., tuple[Runtime, WiredSandbox]]


@pytest.fixture
def desk(run_agent: Start) -> tuple[Runtime, WiredSandbox]:
    return run_agent(agent, ScriptedBrain(Say={"what": "answer", "body": "It is blue."}), WiredSandbox())


@contextmanager
def unwritable(runtime: Runtime) -> Iterator[None]:
    """Let every change of a run fail, as on a full disk."""
    full = "CREATE TRIGGER full BEFORE UPDATE ON postroom_runs BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    with runtime.context.journal.database.begin() as connection:
        connection.execute(sa.text(full))
    yield
    with runtime.context.journal.database.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER full"))


def ask(runtime: Runtime, sandbox: WiredSandbox) -> str:
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    runtime.drain()
    return str(mail.thread_id)


def run_of(runtime: Runtime, thread_id: str) -> Any:
    (run,) = runtime.context.journal.runs_of_thread(thread_id)
    return run


def test_a_run_whose_failure_could_not_be_written_down_is_tried_again(desk: tuple[Runtime, WiredSandbox]) -> None:
    runtime, sandbox = desk
    with unwritable(runtime):
        thread_id = ask(runtime, sandbox)
    assert (run_of(runtime, thread_id)["status"], sandbox.outbox()) == ("running", [])
    assert dead_letters.adopt_broken_off(runtime.context) == 1
    run = run_of(runtime, thread_id)
    assert (run["status"], run["attempts"], run["retry_at"] is not None) == ("dead", 1, True)
    assert "the journal could not be written to say why" in run["error"]
    assert dead_letters.adopt_broken_off(runtime.context) == 0
    runtime.advance(timedelta(minutes=2))
    assert run_of(runtime, thread_id)["status"] == "done"
    assert dead_letters.adopt_broken_off(runtime.context) == 0
    assert len(sandbox.outbox()) == 1
    assert "stuck" not in sandbox.client().inboxes.threads.get(DESK, thread_id).labels


def test_a_try_that_could_not_be_written_down_either_is_tried_once_more(desk: tuple[Runtime, WiredSandbox]) -> None:
    runtime, sandbox = desk
    with unwritable(runtime):
        thread_id = ask(runtime, sandbox)
    dead_letters.adopt_broken_off(runtime.context)
    sandbox.clock.advance(timedelta(minutes=2))
    ((identifier, lane, payload),) = runtime.ticker.due()
    with unwritable(runtime):
        runtime.context.engine.enqueue(identifier, lane, payload)
        runtime.drain()
    runtime.ticker.settle(payload)
    assert run_of(runtime, thread_id)["retry_at"] is None
    assert dead_letters.adopt_broken_off(runtime.context) == 1
    assert run_of(runtime, thread_id)["attempts"] == 2
    runtime.advance(timedelta(minutes=6))
    assert run_of(runtime, thread_id)["status"] == "done"
    assert len(sandbox.outbox()) == 1


def test_a_run_that_is_at_work_again_is_left_alone(desk: tuple[Runtime, WiredSandbox]) -> None:
    runtime, sandbox = desk
    with unwritable(runtime):
        thread_id = ask(runtime, sandbox)
    adopted: list[int] = []

    def meanwhile(_question: Any) -> dict[str, str]:
        adopted.append(dead_letters.adopt_broken_off(runtime.context))
        return {"what": "answer", "body": "It is blue."}

    run_id = run_of(runtime, thread_id)["run_id"]
    runtime.context.journal.update_run(run_id, status="dead")
    runtime.context.brain.scripts["Say"] = meanwhile  # type: ignore[attr-defined]
    dead_letters.replay(runtime.context, run_id, from_start=True)
    runtime.drain()
    assert (adopted, run_of(runtime, thread_id)["status"]) == ([0], "done")


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (sa.exc.OperationalError("UPDATE", {}, Exception("the server closed the connection")), True),
        (sa.exc.InterfaceError("UPDATE", {}, Exception("the connection is closed")), True),
        (OSError(errno.ENOSPC, "no space left on device"), True),
        (sa.exc.IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed")), False),
        (OSError(errno.EACCES, "permission denied"), False),
        (ValueError("a bug"), False),
    ],
    ids=["away", "closed", "disk full", "twice", "forbidden", "bug"],
)
def test_a_database_that_is_away_and_a_full_disk_pass(error: Exception, passes: bool) -> None:
    assert may_pass(error) is passes


def test_a_database_that_is_away_while_a_handler_works_is_waited_for(desk: tuple[Runtime, WiredSandbox]) -> None:
    runtime, sandbox = desk
    answers: list[Any] = [sa.exc.OperationalError("SELECT", {}, Exception("gone")), {"what": "answer", "body": "Blue."}]

    def flaky(_question: Any) -> dict[str, str]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    runtime.context.brain.scripts["Say"] = flaky  # type: ignore[attr-defined]
    thread_id = ask(runtime, sandbox)
    assert run_of(runtime, thread_id)["retry_at"] is not None
    runtime.advance(timedelta(minutes=2))
    assert run_of(runtime, thread_id)["status"] == "done"


def test_no_text_of_a_mail_is_in_the_error_of_a_database(desk: tuple[Runtime, WiredSandbox]) -> None:
    journal = desk[0].context.journal
    with unwritable(desk[0]):
        ask(*desk)
        (run,) = journal.runs_with_status("running", "dead")
        with pytest.raises(sa.exc.IntegrityError) as caught:
            journal.update_run(run["run_id"], note="my account number is 1234")
    assert "1234" not in str(caught.value)


def test_the_first_retry_comes_no_earlier_than_agentmail_asked(
    desk: tuple[Runtime, WiredSandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox = desk
    monkeypatch.setattr("postroom.mailbox.client.LONGEST_WAIT", 0.0)
    sandbox.chaos.fail(REPLY, status=429, headers={"Retry-After": "1800"}, times=5)
    thread_id = ask(runtime, sandbox)
    wait = run_of(runtime, thread_id)["retry_at"] - runtime.clock.now()
    assert timedelta(minutes=29) < wait <= timedelta(minutes=30)
    runtime.advance(timedelta(minutes=31))
    assert run_of(runtime, thread_id)["status"] == "done"


def test_a_dead_letter_on_a_long_thread_is_labelled_too(desk: tuple[Runtime, WiredSandbox]) -> None:
    runtime, sandbox = desk
    runtime.context.brain.scripts["Say"] = {"what": "crash", "body": ""}  # type: ignore[attr-defined]
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    away = {"Auto-Submitted": "auto-replied"}
    for _ in range(100):
        sandbox.post_mail("ana@example.com", DESK, "Away", text="I am away.", headers=away, in_reply_to=mail.message_id)
    runtime.context.engine.enqueue(*next(runtime.door.unread()))
    until(lambda: runtime.context.engine.unfinished(runtime.context.name) == 0)
    assert run_of(runtime, str(mail.thread_id))["status"] == "dead"
    assert "stuck" in sandbox.client().inboxes.threads.get(DESK, str(mail.thread_id)).labels
