"""After a lost database what waits is asked for anew, of those who may approve it."""

from __future__ import annotations

from collections.abc import Callable

from desk_agent.agent import agent
from mail_wire import WiredSandbox

from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime
from postroom.runtime.rebuild import rebuild

DESK = "desk@sandbox.test"
Start = Callable[..., tuple[Runtime, WiredSandbox]]


def say(what: str) -> ScriptedBrain:
    return ScriptedBrain(Say={"what": what, "body": "It is blue."})


def labels_of(sandbox: WiredSandbox, thread_id: str | None) -> set[str]:
    return set(sandbox.client().inboxes.threads.get(DESK, str(thread_id)).labels)


def test_what_waits_is_asked_for_anew_and_may_be_approved(run_agent: Start) -> None:
    given = {"humans": "Bo <bo@example.com>"}
    old, sandbox = run_agent(agent, say("answer"), WiredSandbox(), **given)
    mail = sandbox.post_mail("ana@example.com", DESK, "COLOUR", text="What colour?")
    old.drain()
    new, _ = run_agent(agent, say("answer"), sandbox, **given)
    rebuild(new.context)
    new.run_due()
    review = sandbox.outbox("bo@example.com")[0]
    assert "it waited for approval when the database was lost" in review.text
    sandbox.post_mail("bo@example.com", DESK, f"Re: {review.subject}", text="approve", in_reply_to=review.message_id)
    new.drain()
    new.run_due()
    assert [sent.to for sent in sandbox.outbox("ana@example.com")] == [["ana@example.com"]]
    assert "waiting/approval" not in labels_of(sandbox, mail.thread_id)
    rebuild(new.context)
    new.run_due()
    assert len(sandbox.outbox("bo@example.com")) == 2  # of the old database, and of the new one


def test_who_asked_for_it_cannot_approve_it_after_a_loss_either(run_agent: Start) -> None:
    given = {"humans": "Bo <bo@example.com>, Cy <cy@example.com>"}
    old, sandbox = run_agent(agent, say("answer"), WiredSandbox(), **given)
    sandbox.post_mail("bo@example.com", DESK, "COLOUR", text="What colour?")
    old.drain()
    new, _ = run_agent(agent, say("answer"), sandbox, **given)
    rebuild(new.context)
    new.run_due()
    assert sandbox.outbox("bo@example.com") == []
    asked = [mail.subject for mail in sandbox.outbox("cy@example.com")]
    assert len(asked) == 2  # by the old database, and by the new one
    assert all("approve?" in subject for subject in asked)
