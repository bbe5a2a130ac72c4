"""What people do by labels: noticed within a minute, held against the flow, and never taken from our own runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import agent
from mail_wire import WiredSandbox

from agentmail_sandbox import Received
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime
from postroom.runtime.label_watch import look

DESK = "desk@sandbox.test"
EVENTS = r"GET /v0/inboxes/[^/]+/events"
Start = Callable[..., tuple[Runtime, WiredSandbox]]


def say(what: str) -> ScriptedBrain:
    return ScriptedBrain(Say={"what": what, "body": "It is blue."})


@pytest.fixture
def with_people(run_agent: Start) -> tuple[Runtime, WiredSandbox, Received]:
    """A thread that was handed over to people."""
    runtime, sandbox = run_agent(agent, say("escalate"), WiredSandbox())
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="x")
    runtime.drain()
    assert moves(runtime, mail) == [("run", "with-human")]
    return runtime, sandbox, mail


def relabel(sandbox: WiredSandbox, mail: Received, add: str, remove: str = "") -> None:
    client: Any = sandbox.client()
    removed = [remove] if remove else []
    client.inboxes.threads.update(DESK, mail.thread_id, add_labels=[add], remove_labels=removed)


def moves(runtime: Runtime, mail: Received) -> list[tuple[str, str]]:
    return [(row["by"], row["state"]) for row in runtime.context.journal.moves_of_thread(str(mail.thread_id))]


def labels(sandbox: WiredSandbox, mail: Received) -> set[str]:
    return set(sandbox.client().inboxes.threads.get(DESK, str(mail.thread_id)).labels)


def test_a_move_of_a_person_is_recorded_and_starts_the_timers_of_its_state(
    with_people: tuple[Runtime, WiredSandbox, Received],
) -> None:
    runtime, sandbox, mail = with_people
    relabel(sandbox, mail, "desk/done", "desk/with-human")
    runtime.drain()
    assert moves(runtime, mail) == [("run", "with-human"), ("person", "done")]
    timers = runtime.context.journal.timers_of_thread(str(mail.thread_id))
    (timer, silence) = sorted(timers, key=lambda timer: str(timer["name"]))
    assert (silence["name"], silence["state"]) == ("silence", "with-human")
    assert (timer["name"], timer["state"]) == ("close", "done")
    assert timer["due_at"] - timer["set_at"] == timedelta(days=5)
    runtime.advance(timedelta(days=6))
    assert moves(runtime, mail)[-1] == ("run", "closed")
    assert {label for label in labels(sandbox, mail) if label.startswith("desk/")} == {"desk/closed"}


def test_time_that_is_played_forward_sees_it_before_what_is_due(
    with_people: tuple[Runtime, WiredSandbox, Received],
) -> None:
    runtime, sandbox, mail = with_people
    relabel(sandbox, mail, "desk/done", "desk/with-human")
    runtime.advance(timedelta(days=30))
    assert moves(runtime, mail)[1:] == [("person", "done"), ("run", "closed")]


def test_a_label_added_beside_the_old_one_is_the_new_state(with_people: tuple[Runtime, WiredSandbox, Received]) -> None:
    runtime, sandbox, mail = with_people
    relabel(sandbox, mail, "desk/done")
    runtime.drain()
    assert moves(runtime, mail)[-1] == ("person", "done")
    assert {label for label in labels(sandbox, mail) if label.startswith("desk/")} == {"desk/done"}


def test_a_move_the_flow_forbids_is_taken_back_and_people_are_asked(
    with_people: tuple[Runtime, WiredSandbox, Received],
) -> None:
    runtime, sandbox, mail = with_people
    relabel(sandbox, mail, "desk/closed", "desk/with-human")
    runtime.drain()
    assert moves(runtime, mail) == [("run", "with-human")]
    assert {"desk/with-human", "needs-human"} <= labels(sandbox, mail)
    assert "desk/closed" not in labels(sandbox, mail)
    note = runtime.context.journal.runs_of_thread(str(mail.thread_id))[-1]["note"]
    assert "a person set the label desk/closed, but" in note
    runtime.drain()
    assert len(runtime.context.journal.runs_of_thread(str(mail.thread_id))) == 2


def test_our_own_changes_make_no_run_and_a_quiet_minute_costs_one_request(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    mails = [sandbox.post_mail(f"ana{number}@example.com", DESK, "Hi", text="x") for number in range(3)]
    runtime.drain()
    assert look(runtime.context) == 0
    assert [moves(runtime, mail) for mail in mails] == [[("run", "done")]] * 3
    assert [len(runtime.context.journal.runs_of_thread(str(mail.thread_id))) for mail in mails] == [1, 1, 1]
    before = len(sandbox.wire.calls)
    assert look(runtime.context) == 0
    assert [(call.method, call.path) for call in sandbox.wire.calls[before:]] == [("GET", f"/v0/inboxes/{DESK}/events")]


def test_a_busy_thread_is_left_to_its_run_and_looked_at_again(
    with_people: tuple[Runtime, WiredSandbox, Received], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox, mail = with_people
    relabel(sandbox, mail, "desk/done", "desk/with-human")
    with monkeypatch.context() as at_work:
        at_work.setattr(runtime.context.engine, "busy", lambda _: frozenset([mail.thread_id]))
        assert look(runtime.context) == 0
    assert len(runtime.context.journal.runs_of_thread(str(mail.thread_id))) == 1
    runtime.drain()
    assert moves(runtime, mail)[-1] == ("person", "done")


def test_other_labels_of_people_are_theirs(with_people: tuple[Runtime, WiredSandbox, Received]) -> None:
    runtime, sandbox, mail = with_people
    relabel(sandbox, mail, "priority/high")
    runtime.drain()
    assert len(runtime.context.journal.runs_of_thread(str(mail.thread_id))) == 1
    assert "priority/high" in labels(sandbox, mail)


def test_what_was_looked_at_stays_so_after_a_restart(with_people: tuple[Runtime, WiredSandbox, Received]) -> None:
    runtime, sandbox, mail = with_people
    runtime.drain()
    seen = runtime.context.journal.cursor(DESK)
    again = type(runtime)(runtime.context, sandbox)
    before = len(sandbox.wire.calls)
    assert look(again.context) == 0
    assert len(sandbox.wire.calls) == before + 1
    assert runtime.context.journal.cursor(DESK) == seen
    relabel(sandbox, mail, "desk/done", "desk/with-human")
    assert look(again.context) == 1


def test_more_changes_than_a_page_holds_are_all_seen(with_people: tuple[Runtime, WiredSandbox, Received]) -> None:
    runtime, sandbox, mail = with_people
    relabel(sandbox, mail, "desk/done", "desk/with-human")
    for number in range(60):
        relabel(sandbox, mail, f"note/{number}")
    before = sandbox.wire.count(EVENTS)
    runtime.drain()
    assert moves(runtime, mail)[-1] == ("person", "done")
    assert sandbox.wire.count(EVENTS) == before + 3  # whether there is anything new, and two pages


def test_a_server_without_events_stops_nothing(with_people: tuple[Runtime, WiredSandbox, Received]) -> None:
    runtime, sandbox, mail = with_people
    sandbox.chaos.fail(EVENTS, status=400, code="not_served", times=100)
    relabel(sandbox, mail, "desk/done", "desk/with-human")
    runtime.drain()
    assert moves(runtime, mail) == [("run", "with-human")]
    sandbox.post_mail("ana@example.com", DESK, "Re: Hi", text="y", in_reply_to=mail.message_id)
    runtime.drain()
    assert moves(runtime, mail)[1] == ("person", "done")


def test_once_a_minute_is_often_enough(
    with_people: tuple[Runtime, WiredSandbox, Received], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox, _ = with_people
    runtime.drain()
    now = runtime._looked
    before = sandbox.wire.count(EVENTS)
    monkeypatch.setattr("time.monotonic", lambda: now + 59)
    runtime.beat()
    assert sandbox.wire.count(EVENTS) == before
    monkeypatch.setattr("time.monotonic", lambda: now + 61)
    runtime.beat()
    runtime.beat()
    assert sandbox.wire.count(EVENTS) == before + 1
