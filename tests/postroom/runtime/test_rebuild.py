"""After a lost database: AgentMail alone brings states and timers back, and nobody is answered twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import agent
from mail_wire import WiredSandbox

from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime
from postroom.runtime.rebuild import rebuild

DESK = "desk@sandbox.test"
Start = Callable[..., tuple[Runtime, WiredSandbox]]


def say(what: str, body: str = "It is blue.") -> ScriptedBrain:
    return ScriptedBrain(Say={"what": what, "body": body})


def labels_of(sandbox: WiredSandbox, thread_id: str | None) -> set[str]:
    return set(sandbox.client().inboxes.threads.get(DESK, str(thread_id)).labels)


def last_state(runtime: Runtime, thread_id: str | None) -> tuple[str, str]:
    move = runtime.context.journal.last_move(str(thread_id))
    assert move is not None
    return move["by"], move["state"]


def test_states_and_timers_come_back_and_the_timer_fires(run_agent: Start) -> None:
    old, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    other = sandbox.post_mail("bo@example.com", DESK, "Hi", text="What colour?", auth="none")
    old.drain()
    (lost,) = old.context.journal.timers_of_thread(str(mail.thread_id))

    new, _ = run_agent(agent, say("answer"), sandbox)
    assert new.context.journal.last_move(str(mail.thread_id)) is None
    assert rebuild(new.context) == {"threads": 2, "timers": 1, "drafts": 1}
    assert last_state(new, mail.thread_id) == ("rebuild", "done")
    assert last_state(new, other.thread_id) == ("rebuild", "new")
    (timer,) = new.context.journal.timers_of_thread(str(mail.thread_id))
    assert (timer["name"], timer["state"]) == (lost["name"], lost["state"])
    assert abs(timer["due_at"] - lost["due_at"]) < timedelta(minutes=1)
    new.advance(timedelta(days=6))
    assert "desk/closed" in labels_of(sandbox, mail.thread_id)
    assert len(sandbox.outbox("ana@example.com")) == 1


def test_a_second_rebuild_and_one_that_was_not_needed_change_nothing(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    runtime.drain()
    before = [dict(row) for row in runtime.context.journal.timers_of_thread(str(mail.thread_id))]
    assert rebuild(runtime.context) == {"threads": 0, "timers": 0, "drafts": 0}
    assert [dict(row) for row in runtime.context.journal.timers_of_thread(str(mail.thread_id))] == before
    assert last_state(runtime, mail.thread_id) == ("run", "done")


def test_a_thread_that_carries_no_state_yet_is_left_to_its_first_run(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    assert rebuild(runtime.context)["threads"] == 0
    runtime.drain()
    assert last_state(runtime, mail.thread_id) == ("run", "done")


@pytest.mark.parametrize("body", ["It is blue.", "It is green by now."], ids=["same words", "other words"])
def test_mail_that_was_answered_before_the_loss_is_not_answered_again(run_agent: Start, body: str) -> None:
    old, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    # the answer leaves, and then the process and its database are gone before a label tells of it
    sandbox.wire.fail(r"PATCH /v0/inboxes/[^/]+/threads/", status=400, code="bad_request", times=1)
    old.drain()
    assert len(sandbox.outbox()) == 1
    assert "unread" in labels_of(sandbox, mail.thread_id)
    assert any(label.startswith("op-") for label in labels_of(sandbox, mail.thread_id))

    new, _ = run_agent(agent, say("answer", body), sandbox)
    rebuild(new.context)
    new.drain()
    assert len(sandbox.outbox()) == 1
    assert last_state(new, mail.thread_id) == ("run", "done")
    labels = labels_of(sandbox, mail.thread_id)
    assert "desk/done" in labels
    assert not [label for label in labels if label in ("unread", "stuck") or label.startswith("op-")]


def test_mail_that_came_during_the_loss_is_answered(run_agent: Start) -> None:
    old, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    first = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    old.drain()
    sandbox.post_mail("ana@example.com", DESK, "Re: Hi", text="And now?", in_reply_to=first.message_id)
    new, _ = run_agent(agent, say("answer", "Still blue."), sandbox)
    rebuild(new.context)
    new.drain()
    assert [mail.text is not None and "Still blue." in mail.text for mail in sandbox.outbox()] == [True, False]


def test_all_pages_of_threads_are_read(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    client: Any = sandbox.client()
    for number in range(101):
        mail = sandbox.post_mail(f"ana{number}@example.com", DESK, "Hi", text="x")
        client.inboxes.threads.update(DESK, mail.thread_id, add_labels=["desk/done"], remove_labels=["unread"])
    assert rebuild(runtime.context) == {"threads": 101, "timers": 101, "drafts": 0}
