"""What people do to a thread between two mails: they move it by its label, or leave an answer waiting for approval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from desk_agent.agent import agent
from left import done_in, left

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime

ANA = "Ana Duarte <ana@example.com>"
DESK = "desk@sandbox.test"
Start = Callable[..., tuple[Runtime, Sandbox]]


def say(what: str) -> ScriptedBrain:
    return ScriptedBrain(Say={"what": what, "body": "It is blue."})


def labels_of(sandbox: Sandbox, thread_id: str) -> set[str]:
    return set(sandbox.client().inboxes.threads.get(DESK, thread_id).labels)


def runs(runtime: Runtime, thread_id: str) -> list[Any]:
    return list(runtime.context.journal.runs_of_thread(thread_id))


def moved_by_label(run_agent: Start, what: str, *, to: str, of: str) -> tuple[Runtime, Sandbox, Any]:
    """Let the desk handle a mail, and put the label `to` on its thread in place of `of`."""
    runtime, sandbox = run_agent(agent, say(what))
    mail = sandbox.post_mail(ANA, DESK, "Hi", text="What colour?")
    runtime.drain()
    sandbox.client().inboxes.threads.update(DESK, mail.thread_id, add_labels=[to], remove_labels=[of])
    return runtime, sandbox, mail


def test_a_person_may_move_a_thread_by_its_label(run_agent: Start) -> None:
    runtime, sandbox, mail = moved_by_label(run_agent, "escalate", to="desk/done", of="desk/with-human")
    sandbox.post_mail(ANA, DESK, "Re: Hi", text="More", in_reply_to=left(sandbox, "ana@example.com")[0].message_id)
    runtime.drain()
    moves = runtime.context.journal.moves_of_thread(mail.thread_id)
    assert [(move["by"], move["state"]) for move in moves] == [
        ("run", "with-human"),
        ("person", "done"),
        ("run", "with-human"),
    ]


def test_a_label_the_flow_forbids_is_put_back_and_a_person_is_asked(run_agent: Start) -> None:
    runtime, sandbox, mail = moved_by_label(run_agent, "escalate", to="desk/new", of="desk/with-human")
    sandbox.post_mail(ANA, DESK, "Re: Hi", text="More", in_reply_to=left(sandbox, "ana@example.com")[0].message_id)
    runtime.drain()
    assert {"desk/with-human", "needs-human"} <= labels_of(sandbox, mail.thread_id)
    assert "desk/new" not in labels_of(sandbox, mail.thread_id)


def test_mail_beside_a_label_the_flow_forbids_is_handled_in_the_last_known_state(run_agent: Start) -> None:
    runtime, sandbox, mail = moved_by_label(run_agent, "answer", to="desk/new", of="desk/done")
    sandbox.post_mail(ANA, DESK, "Re: Hi", text="And smoke comes out.", in_reply_to=mail.message_id)
    runtime.drain()
    assert len(left(sandbox, "ana@example.com")) == 2
    assert {"desk/done", "needs-human"} <= labels_of(sandbox, mail.thread_id)
    assert "desk/new" not in labels_of(sandbox, mail.thread_id)
    run = runs(runtime, mail.thread_id)[-1]
    assert run["status"] == "done"
    assert run["note"].startswith("a person set the label desk/new, but the flow has no move from DONE to NEW")
    moves = runtime.context.journal.moves_of_thread(mail.thread_id)
    assert [(move["by"], move["state"]) for move in moves] == [("run", "done"), ("run", "done")]


def test_mail_in_a_state_without_a_handler_is_marked_for_a_person(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"))
    mail = sandbox.post_mail(ANA, DESK, "Hi", text="What colour?")
    runtime.advance(timedelta(days=6))
    sandbox.post_mail(ANA, DESK, "Re: Hi", text="Help!", in_reply_to=mail.message_id)
    runtime.drain()
    assert {"desk/closed", "needs-human"} <= labels_of(sandbox, mail.thread_id)
    run = runs(runtime, mail.thread_id)[-1]
    assert (run["status"], run["note"]) == ("nothing", "desk has no handler for mail in State.CLOSED")


def held_answer(run_agent: Start) -> tuple[Runtime, Sandbox, Any]:
    runtime, sandbox = run_agent(agent, say("answer"))
    mail = sandbox.post_mail(ANA, DESK, "WHAT COLOUR", text="What colour is it?")
    runtime.drain()
    return runtime, sandbox, mail


def test_newer_mail_makes_a_held_answer_stale_and_takes_its_draft_back(run_agent: Start) -> None:
    runtime, sandbox, mail = held_answer(run_agent)
    sandbox.post_mail(ANA, DESK, "Re: what colour", text="And which size?", in_reply_to=mail.message_id)
    runtime.drain()
    old, new = runs(runtime, mail.thread_id)
    assert (old["status"], new["status"]) == ("stale", "done")
    assert old["note"] == "stale: newer mail came in before a person approved it"
    assert [row["status"] for row in done_in(runtime, old)] == ["refused"]
    assert sandbox.client().inboxes.drafts.list(DESK).drafts == []
    assert "waiting/approval" not in labels_of(sandbox, mail.thread_id)
    assert len(left(sandbox)) == 1


def test_a_held_answer_that_newer_mail_ends_without_another_leaves_it_to_a_person(run_agent: Start) -> None:
    runtime, sandbox, mail = held_answer(run_agent)
    runtime.context.brain.scripts["Say"] = {"what": "nothing", "body": ""}  # type: ignore[attr-defined]
    sandbox.post_mail(ANA, DESK, "Re: what colour", text="Thanks!", in_reply_to=mail.message_id)
    runtime.drain()
    assert "needs-human" in labels_of(sandbox, mail.thread_id)
    assert "waiting/approval" not in labels_of(sandbox, mail.thread_id)


def test_an_automatic_reply_leaves_a_held_answer_alone(run_agent: Start) -> None:
    runtime, sandbox, mail = held_answer(run_agent)
    away = {"Auto-Submitted": "auto-replied"}
    sandbox.post_mail(ANA, DESK, "Away", text="I am away.", headers=away, in_reply_to=mail.message_id)
    runtime.drain()
    assert runs(runtime, mail.thread_id)[0]["status"] == "held"
    assert len(sandbox.client().inboxes.drafts.list(DESK).drafts) == 1
    assert "waiting/approval" in labels_of(sandbox, mail.thread_id)


def test_a_short_answer_of_our_people_is_asked_about_and_gives_their_thread_no_state(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("escalate"))
    sandbox.post_mail(ANA, DESK, "Odd thing", text="It hums at night.")
    runtime.drain()
    note = left(sandbox, "team@example.com")[0]
    answer = sandbox.post_mail("team@example.com", DESK, "Re: Odd thing", text="Mine.", in_reply_to=note.message_id)
    runtime.drain()
    runtime.run_due()
    assert "Nothing was sent" in str(left(sandbox, "team@example.com")[0].text)
    labels = labels_of(sandbox, answer.thread_id)
    assert "internal" in labels
    assert not [label for label in labels if label.startswith("desk/")]
    assert "unread" not in labels
