"""The one door: what is unread is found to the last page, in its order, and handed in once."""

from __future__ import annotations

from collections.abc import Callable

from desk_agent.agent import agent

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime

DESK = "desk@sandbox.test"
Start = Callable[..., tuple[Runtime, Sandbox]]


def test_catch_up_reads_to_the_last_page_oldest_first(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    sent = [
        sandbox.post_mail(f"ana{number}@example.com", DESK, "Hi", text="x", auth="none" if number % 3 else "pass")
        for number in range(205)
    ]
    handed_in = list(runtime.door.unread())
    assert [payload["message_id"] for _, _, payload in handed_in] == [mail.message_id for mail in sent]
    identifiers = [identifier for identifier, _, _ in handed_in]
    assert len(set(identifiers)) == 205
    assert [item[:13] for item in identifiers] == sorted(item[:13] for item in identifiers)
    assert [lane for _, lane, _ in handed_in] == [mail.thread_id for mail in sent]


def test_mail_that_was_read_is_not_handed_in(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, ScriptedBrain(Say={"what": "nothing", "body": ""}))
    sandbox.post_mail("ana@example.com", DESK, "Hi", text="x")
    runtime.drain()
    assert list(runtime.door.unread()) == []
    assert runtime.door.catch_up() == 0


def test_an_event_and_a_catch_up_name_the_same_run(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, ScriptedBrain(Say={"what": "nothing", "body": ""}))
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="x")
    ((by_catch_up, _, _),) = runtime.door.unread()
    message = sandbox.client().inboxes.messages.get(DESK, str(mail.message_id))
    event = {"event_type": "message.received", "message": message.model_dump(by_alias=True, mode="json")}
    assert runtime.door.accept(event) == by_catch_up
    runtime.drain()


def test_an_event_that_concerns_nobody_names_no_run(run_agent: Start) -> None:
    runtime, _ = run_agent(agent, ScriptedBrain())
    details = {"inbox_id": DESK, "thread_id": "t", "message_id": "m", "timestamp": "2026-03-02T09:00:00Z"}
    assert runtime.door.accept({"event_type": "message.delivered", "event_id": "e", "delivery": details}) is None
    assert runtime.door.accept({"event_type": "message.sent"}) is None
    assert runtime.door.accept({}) is None
