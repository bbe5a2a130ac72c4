"""Death between the journal's writes of a run: whichever were made, the run ends once and the same way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from desk_agent.agent import agent
from mail_wire import WiredSandbox
from test_dead_letters import ask, labels_of, run_of

from postroom.brain.scripted import ScriptedBrain
from postroom.runtime import tables
from postroom_bench.play import Crash, CrashingEngine

WRITES = ["freeze_run", "record_decision", "record_plan", "claim", "update_action", "close_run"]
"""Of a run that answers a mail, in order: `claim` is before the send, `update_action` after it."""


def start(run_agent: Callable[..., Any]) -> tuple[Any, WiredSandbox]:
    brain = ScriptedBrain(Say={"what": "answer", "body": "It is blue."})
    return run_agent(agent, brain, WiredSandbox(), wrap_engine=CrashingEngine)  # type: ignore[no-any-return]


def die_at(number: int, wrote: bool, runtime: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the process die once, before or after the write of that number; return the list of writes that begin."""
    begun: list[str] = []

    def mortal(name: str, write: Callable[..., Any]) -> Callable[..., Any]:
        def dying(*args: Any, **values: Any) -> Any:
            begun.append(name)
            if len(begun) != number + 1:
                return write(*args, **values)
            if wrote:
                write(*args, **values)
            runtime.context.engine.crashed.set()
            raise Crash(name)

        return dying

    for name in set(WRITES):
        monkeypatch.setattr(runtime.context.journal, name, mortal(name, getattr(runtime.context.journal, name)))
    return begun


@pytest.mark.parametrize("wrote", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(len(WRITES)), ids=lambda number: f"{number}-{WRITES[number]}")
def test_a_death_at_any_write_leaves_one_mail_one_move_and_clean_labels(
    number: int, wrote: bool, run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox = start(run_agent)
    begun = die_at(number, wrote, runtime, monkeypatch)
    thread_id = ask(runtime, sandbox)

    assert begun[: number + 1] == WRITES[: number + 1]
    assert len(begun) > number + 1
    run, journal = run_of(runtime, thread_id), runtime.context.journal
    assert run["status"] == "done"
    assert [mail.to for mail in sandbox.outbox()] == [["ana@example.com"]]
    assert [move["state"] for move in journal.moves_of_thread(thread_id)] == ["done"]
    assert len(journal.decisions_of_run(run["run_id"])) == 1
    messages = sandbox.client().inboxes.threads.get("desk@sandbox.test", thread_id).messages
    labels = [label for message in messages for label in message.labels]
    assert not [label for label in labels if label == "unread" or label.startswith("op-")]
    assert "desk/done" in labels_of(sandbox, thread_id)


def test_a_run_whose_journal_row_is_lost_under_way_sends_nothing(
    run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox = start(run_agent)
    engine = runtime.context.engine._engine
    take_up = engine.resume

    def with_an_older_journal(*args: Any) -> None:
        with runtime.context.journal.database.begin() as connection:
            connection.execute(sa.delete(tables.runs))
        take_up(*args)

    monkeypatch.setattr(engine, "resume", with_an_older_journal)
    die_at(WRITES.index("record_decision"), False, runtime, monkeypatch)
    run = run_of(runtime, ask(runtime, sandbox))
    assert (run["status"], sandbox.outbox()) == ("dead", [])
    assert "the journal has lost run" in run["error"]
