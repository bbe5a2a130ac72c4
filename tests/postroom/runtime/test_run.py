"""One mail, one run: what a thread looks like afterwards, and what people can read about it."""

from __future__ import annotations

import dataclasses
import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import CALLED, Say, State, agent
from left import left

from agentmail_sandbox import Sandbox
from postroom import Message, Thread, Transition
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime

ANA = "Ana Duarte <ana@example.com>"
DESK = "desk@sandbox.test"
Start = Callable[..., tuple[Runtime, Sandbox]]


def say(what: str, body: str = "It is blue.") -> ScriptedBrain:
    return ScriptedBrain(Say={"what": what, "body": body})


def labels_of(sandbox: Sandbox, thread_id: str) -> set[str]:
    return set(sandbox.client().inboxes.threads.get(DESK, thread_id).labels)


def runs(runtime: Runtime, thread_id: str) -> list[Any]:
    return list(runtime.context.journal.runs_of_thread(thread_id))


def test_an_answer_goes_to_the_sender_and_the_state_becomes_a_label(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"))
    mail = sandbox.post_mail(ANA, DESK, "What colour?", text="What colour is it?")
    runtime.drain()
    (sent,) = left(sandbox)
    assert sent.to == ["ana@example.com"]
    assert "It is blue." in sent.text
    assert sent.headers["Auto-Submitted"] == "auto-replied"
    assert sent.in_reply_to == mail.message_id
    assert labels_of(sandbox, mail.thread_id) == {"desk/done", "category/easy", "received", "sent", "delivered"}
    (run,) = runs(runtime, mail.thread_id)
    assert run["status"] == "done"
    assert run["plan"]["state"] == "done"


def test_a_second_delivery_of_the_same_mail_changes_nothing(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"))
    sandbox.post_mail(ANA, DESK, "What colour?", text="What colour is it?")
    handed_in = list(runtime.door.unread())
    for item in handed_in * 3:
        runtime.context.engine.enqueue(*item)
    runtime.drain()
    assert len(left(sandbox)) == 1


def test_a_move_the_flow_forbids_is_refused_and_recorded(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("wrong move"))
    mail = sandbox.post_mail(ANA, DESK, "Hi", text="Hi there")
    runtime.drain()
    assert left(sandbox) == []
    (run,) = runs(runtime, mail.thread_id)
    assert (run["status"], run["plan"]["rule"]) == ("refused", "flow")
    assert {"needs-human", "desk/new"} <= labels_of(sandbox, mail.thread_id)


def test_a_held_transition_changes_nothing_and_leaves_a_draft(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"))
    mail = sandbox.post_mail(ANA, DESK, "WHAT COLOUR", text="What colour is it?")
    runtime.drain()
    assert left(sandbox) == []
    assert {"waiting/approval", "desk/new"} <= labels_of(sandbox, mail.thread_id)
    (run,) = runs(runtime, mail.thread_id)
    assert (run["status"], run["plan"]["rule"]) == ("held", "hold/big_words")
    (draft,) = sandbox.client().inboxes.drafts.list(DESK, labels=["waiting/approval"]).drafts
    assert draft.to == ["ana@example.com"]


def test_a_hand_over_writes_to_our_people_first_with_the_original_attached(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("escalate"))
    mail = sandbox.post_mail(ANA, DESK, "Odd thing", text="It hums at night.")
    runtime.drain()
    customer, team = left(sandbox)
    assert team.to == ["team@example.com"]
    assert "It hums at night." in team.text
    assert team.headers["Auto-Submitted"] == "auto-generated"
    assert customer.to == ["ana@example.com"]
    thread = sandbox.client().inboxes.threads.get(DESK, mail.thread_id)
    assert "desk/with-human" in thread.labels
    raw = sandbox.client().inboxes.messages.list(DESK, labels=["internal"]).messages[0]
    assert [item.content_type for item in raw.attachments or []] == ["message/rfc822"]


@pytest.mark.parametrize(
    "headers",
    [{"Auto-Submitted": "auto-replied"}, {"List-Id": "<news.example.com>", "Precedence": "bulk"}],
    ids=["automatic reply", "mailing list"],
)
def test_mail_of_machines_is_recorded_and_never_answered(run_agent: Start, headers: dict[str, str]) -> None:
    brain = say("answer")
    runtime, sandbox = run_agent(agent, brain)
    mail = sandbox.post_mail(ANA, DESK, "Away", text="I am away.", headers=headers)
    runtime.drain()
    assert left(sandbox) == []
    assert brain.asked == []
    (run,) = runs(runtime, mail.thread_id)
    assert run["status"] == "recorded"
    assert "unread" not in labels_of(sandbox, mail.thread_id)


def test_a_null_reverse_path_is_never_answered(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"))
    port = sandbox.start_smtp(0)
    for mail_from in ("", "ana@example.com"):
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as smtp:
            smtp.sendmail(mail_from, [DESK], f"From: {ANA}\r\nSubject: Of {mail_from}\r\n\r\nWhat colour?".encode())
    runtime.drain()
    assert [mail.subject for mail in left(sandbox)] == ["Re: Of ana@example.com"]
    assert {run["status"] for run in runtime.context.journal.runs_with_status("recorded", "done")} == {
        "recorded",
        "done",
    }


def test_an_unauthenticated_sender_gets_nothing_until_a_person_agrees(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"))
    mail = sandbox.post_mail(ANA, DESK, "Hi", text="What colour?", auth="none")
    runtime.drain()
    assert left(sandbox) == []
    (run,) = runs(runtime, mail.thread_id)
    assert run["plan"]["rule"] == "recipients/unauthenticated"


def test_a_thread_gets_five_answers_a_day_and_then_a_person(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"))
    mail = sandbox.post_mail(ANA, DESK, "Hi", text="Once?")
    for _ in range(6):
        runtime.drain()
        last = left(sandbox, "ana@example.com")[0].message_id
        sandbox.post_mail(ANA, DESK, "Re: Hi", text="And again?", in_reply_to=last)
    runtime.drain()
    assert len(left(sandbox)) == 5
    assert runs(runtime, mail.thread_id)[-1]["plan"]["rule"] == "budget/thread"
    assert "needs-human" in labels_of(sandbox, mail.thread_id)


def test_the_kill_switch_stops_the_next_mail_and_says_why(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"))
    runtime.context.journal.switch_off("agent:desk", "a wrong price", runtime.clock.now())
    mail = sandbox.post_mail(ANA, DESK, "Hi", text="What colour?")
    runtime.drain()
    assert left(sandbox) == []
    (run,) = runs(runtime, mail.thread_id)
    assert (run["status"], run["plan"]["rule"]) == ("refused", "kill-switch")
    assert "a wrong price" in run["plan"]["reason"]


def test_a_suppressed_address_hears_nothing_more(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("stop"))
    mail = sandbox.post_mail(ANA, DESK, "Stop", text="Stop writing to me.")
    runtime.drain()
    assert left(sandbox) == []
    assert runtime.context.journal.suppressed(["ana@example.com"]) == {"ana@example.com": "asked to stop"}
    assert runs(runtime, mail.thread_id)[0]["status"] == "refused"


def test_an_action_outside_mail_gets_its_op_id(run_agent: Start) -> None:
    CALLED.clear()
    runtime, sandbox = run_agent(agent, say("do", "a note"))
    sandbox.post_mail(ANA, DESK, "Hi", text="Note this.")
    runtime.drain()
    ((op_id, values),) = CALLED
    assert op_id.startswith("op-")
    assert values == {"text": "a note"}


def test_a_thread_closes_after_silence_and_a_mail_before_that_resets_the_timer(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"))
    mail = sandbox.post_mail(ANA, DESK, "Hi", text="What colour?")
    runtime.advance(timedelta(days=4))
    assert "desk/done" in labels_of(sandbox, mail.thread_id)
    sandbox.post_mail(ANA, DESK, "Re: Hi", text="And now?", in_reply_to=left(sandbox, "ana@example.com")[0].message_id)
    runtime.advance(timedelta(days=4))
    assert "desk/done" in labels_of(sandbox, mail.thread_id)
    runtime.advance(timedelta(days=2))
    assert "desk/closed" in labels_of(sandbox, mail.thread_id)


def test_a_planned_follow_up_is_a_draft_until_it_is_due(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("chase"))
    sandbox.post_mail(ANA, DESK, "Hi", text="What colour?")
    runtime.drain()
    drafts = sandbox.client().inboxes.drafts
    (draft,) = drafts.list(DESK).drafts
    drafts.update(DESK, draft.draft_id, text="Any news, dear Ana?")
    runtime.advance(timedelta(days=3))
    assert left(sandbox, "ana@example.com")[0].text.strip() == "Any news, dear Ana?"
    assert left(sandbox, "ana@example.com")[0].headers["Auto-Submitted"] == "auto-replied"
    assert drafts.list(DESK).drafts == []


def test_a_reply_takes_the_planned_follow_up_back(run_agent: Start) -> None:
    brain = ScriptedBrain(Say={"what": "chase", "body": "Soon."})
    runtime, sandbox = run_agent(agent, brain)
    sandbox.post_mail(ANA, DESK, "Hi", text="What colour?")
    runtime.drain()
    brain.scripts["Say"] = {"what": "nothing", "body": ""}  # type: ignore[index]
    sandbox.post_mail(ANA, DESK, "Re: Hi", text="Thanks", in_reply_to=left(sandbox, "ana@example.com")[0].message_id)
    runtime.advance(timedelta(days=3))
    assert len(left(sandbox, "ana@example.com")) == 1
    assert sandbox.client().inboxes.drafts.list(DESK).drafts == []


def test_an_automatic_reply_leaves_the_planned_follow_up_alone(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("chase"))
    sandbox.post_mail(ANA, DESK, "Hi", text="What colour?")
    runtime.drain()
    away, answered = {"Auto-Submitted": "auto-replied"}, left(sandbox, "ana@example.com")[0].message_id
    sandbox.post_mail(ANA, DESK, "Away", text="Back on Monday.", headers=away, in_reply_to=answered)
    runtime.advance(timedelta(days=3))
    assert "Any news?" in (left(sandbox, "ana@example.com")[0].text or "")


def test_a_cron_runs_once_a_slot_and_once_only_after_downtime(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"))
    runtime.tick()
    runtime.advance(timedelta(days=7))
    assert len([mail for mail in left(sandbox) if "digest" in mail.subject]) == 5
    sandbox.clock.advance(timedelta(days=7))
    runtime.run_due()
    assert len([mail for mail in left(sandbox) if "digest" in mail.subject]) == 6


def test_a_decision_is_asked_for_on_the_run_s_own_thread_only(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(message: Message, thread: Thread) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(thread.decide, Say, message).result()

    monkeypatch.setitem(agent.on_mail, State.NEW, elsewhere)
    brain = say("answer")
    runtime, sandbox = run_agent(agent, brain)
    mail = sandbox.post_mail(ANA, DESK, "Hi", text="What colour?")
    runtime.drain()
    (run,) = runs(runtime, mail.thread_id)
    assert (run["status"], brain.asked) == ("dead", [])
    assert run["error"].startswith("RuntimeError: thread.decide works only on the run's own thread")


@pytest.mark.parametrize("answer", ["digest", "nothing"])
def test_a_cron_whose_mail_is_refused_or_that_wants_none_is_no_dead_letter(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    if answer == "nothing":
        monkeypatch.setattr(agent, "crons", [dataclasses.replace(cron, handler=lambda _: None) for cron in agent.crons])
    runtime, sandbox = run_agent(agent, say("answer"))
    runtime.tick()
    runtime.context.journal.switch_off("all", "a wrong price", runtime.clock.now())
    runtime.advance(timedelta(days=4))
    ended = runtime.context.journal.runs_with_status("refused", "nothing", "recorded", "done", "stale", "dead")
    assert {run["status"] for run in ended} == {"refused" if answer == "digest" else "nothing"}
    assert left(sandbox) == []


@pytest.mark.parametrize("label", ["desk/closed", "Desk/Closed", "received"])
def test_a_label_cannot_move_a_thread_past_the_flow(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE, labels=[label]))
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="x")
    runtime.drain()
    (run,) = runtime.context.journal.runs_of_thread(str(mail.thread_id))
    assert (run["status"], f"labels hold {label.lower()!r}" in run["error"]) == ("dead", True)
    labels = sandbox.client().inboxes.threads.get(DESK, str(mail.thread_id)).labels
    assert not [name for name in labels if name.startswith("desk/")]
