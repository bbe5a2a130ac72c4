"""A hand-over that bounces goes to the next of our people, once, and its customer's thread asks for a person."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from desk_agent.agent import State, agent

from agentmail_sandbox import Sandbox
from postroom import Escalate, Reply, Transition
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime import dead_letters
from postroom.runtime.app import Runtime
from postroom.runtime.unreached import reach_again

ANA, DESK = "ana@example.com", "desk@sandbox.test"
TEAM, LEAD = "team@example.com", "lead@example.com"
Desk = tuple[Runtime, Sandbox]
numbers = itertools.count()


@pytest.fixture
def start(
    run_agent: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], tuple[Runtime, Sandbox, str]]:
    """Return a function that runs a desk of these people, which has handed one thread over."""
    told = Reply("plain", body="A colleague has it.")
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.WITH_HUMAN, Escalate("unsure"), told))
    monkeypatch.setattr(agent, "on_events", {})

    def begin(humans: str) -> tuple[Runtime, Sandbox, str]:
        runtime, sandbox = run_agent(agent, ScriptedBrain(), humans=humans)
        mail = sandbox.post_mail(ANA, DESK, "Order", text="A person, please.")
        runtime.drain()
        return runtime, sandbox, str(mail.thread_id)

    return begin


def bounces(runtime: Runtime, sandbox: Sandbox, address: str, kind: str = "Permanent") -> None:
    """Tell that the one mail to `address` bounced, as AgentMail does."""
    (mail,) = sandbox.client().inboxes.messages.list(DESK, labels=["sent"], to=[address]).messages
    ids = {"inbox_id": DESK, "thread_id": mail.thread_id, "message_id": mail.message_id}
    more: dict[str, Any] = {"recipients": [{"address": address}], "type": kind}
    details = {**ids, "timestamp": runtime.clock.now().isoformat(), **more}
    runtime.door.accept({"event_type": "message.bounced", "event_id": f"evt_{next(numbers)}", "bounce": details})
    runtime.drain()
    runtime.tick()
    runtime.drain()


def labels_of(sandbox: Sandbox, thread_id: str) -> set[str]:
    return set(sandbox.client().inboxes.threads.get(DESK, thread_id).labels)


def test_a_hand_over_that_bounces_goes_to_the_next_and_its_thread_asks_for_a_person(start: Any) -> None:
    runtime, sandbox, thread_id = start(f"Team <{TEAM}>, Lead <{LEAD}>")
    assert "needs-human" not in labels_of(sandbox, thread_id)
    bounces(runtime, sandbox, TEAM)
    assert {"needs-human", "desk/with-human"} <= labels_of(sandbox, thread_id)
    (again,) = sandbox.outbox(LEAD)
    assert again.subject == sandbox.outbox(TEAM)[0].subject
    assert f"Mail does not reach {TEAM}, whom this was for." in again.text
    run = runtime.context.journal.runs_of_thread(thread_id)[-1]
    assert run["note"] == f"mail does not reach {TEAM}; sent again to {LEAD}: done"
    (sent,) = sandbox.client().inboxes.messages.list(DESK, labels=["sent"], to=[LEAD]).messages
    assert [label for label in sent.labels if label.startswith("op-")] == []


def test_a_hand_over_is_sent_on_once_however_often_its_bounce_is_told(start: Any) -> None:
    runtime, sandbox, thread_id = start(f"Team <{TEAM}>, Lead <{LEAD}>")
    bounces(runtime, sandbox, TEAM)
    bounces(runtime, sandbox, TEAM)
    assert (len(sandbox.outbox(LEAD)), len(sandbox.outbox(TEAM)), len(sandbox.outbox(ANA))) == (1, 1, 1)
    assert runtime.context.journal.runs_with_status("dead") == []
    bounces(runtime, sandbox, LEAD)
    assert (len(sandbox.outbox(LEAD)), len(sandbox.outbox(TEAM))) == (1, 1)
    assert runtime.context.journal.runs_of_thread(thread_id)[-1]["note"].endswith("nobody is left")


def test_a_hand_over_whose_sending_on_fails_for_a_while_reaches_the_next_once(start: Any) -> None:
    runtime, sandbox, thread_id = start(f"Team <{TEAM}>, Lead <{LEAD}>")
    send = r"POST /v0/inboxes/[^/]+/messages/send$"
    sandbox.chaos.fail(send, status=503, headers={"Retry-After": "0"}, times=5, after=True)
    bounces(runtime, sandbox, TEAM)
    (dead,) = runtime.context.journal.runs_with_status("dead")
    sandbox.clock.set(dead["retry_at"])
    runtime.tick()
    runtime.drain()
    assert len(sandbox.outbox(LEAD)) == 1
    assert "needs-human" in labels_of(sandbox, thread_id)
    assert runtime.context.journal.runs_with_status("dead") == []


def test_a_hand_over_that_may_not_be_sent_on_is_refused_and_can_be_replayed(start: Any) -> None:
    runtime, sandbox, thread_id = start(f"Team <{TEAM}>, Lead <{LEAD}>")
    journal = runtime.context.journal
    journal.switch_off("all", "a wrong price", runtime.clock.now())
    bounces(runtime, sandbox, TEAM)
    run = journal.runs_of_thread(thread_id)[-1]
    assert (run["status"], sandbox.outbox(LEAD)) == ("refused", [])
    assert run["note"].startswith(f"mail does not reach {TEAM}; sent again to {LEAD}: refused; kill-switch: ")
    journal.switch_on("all")
    dead_letters.replay(runtime.context, run["run_id"])
    runtime.drain()
    assert len(sandbox.outbox(LEAD)) == 1
    assert journal.runs_of_thread(thread_id)[-1]["status"] == "done"
    assert "needs-human" in labels_of(sandbox, thread_id)


def test_without_another_person_the_thread_asks_for_one_by_its_label(start: Any) -> None:
    runtime, sandbox, thread_id = start(f"Team <{TEAM}>")
    bounces(runtime, sandbox, TEAM)
    assert "needs-human" in labels_of(sandbox, thread_id)
    assert len(sandbox.outbox(TEAM)) == 1


def asks_in_vain(start: Any, humans: str = f"Team <{TEAM}>") -> tuple[Runtime, Sandbox, Any]:
    """Write to a desk of whose people mail reaches none."""
    runtime, sandbox, _ = start(humans)
    bounces(runtime, sandbox, TEAM)
    mail = sandbox.post_mail("cy@example.com", DESK, "Order", text="A person, please.")
    runtime.drain()
    return runtime, sandbox, mail


def statuses(runtime: Runtime, run_id: str) -> list[tuple[str, str]]:
    return [(row["kind"], row["status"]) for row in runtime.context.journal.actions_of_run(run_id)]


def test_no_customer_is_told_that_a_person_has_their_mail_where_the_hand_over_reached_nobody(start: Any) -> None:
    runtime, sandbox, mail = asks_in_vain(start)
    assert sandbox.outbox("cy@example.com") == []
    (run,) = runtime.context.journal.runs_with_status("refused")
    assert statuses(runtime, run["run_id"]) == [("Escalate", "refused"), ("Reply", "refused")]
    assert {"needs-human", "desk/with-human"} <= labels_of(sandbox, mail.thread_id)
    with pytest.raises(dead_letters.NotReplayable, match="postroom resume --address"):
        dead_letters.replay(runtime.context, run["run_id"])


def test_both_leave_once_the_hand_over_is_replayed_and_somebody_can_be_reached(start: Any) -> None:
    runtime, sandbox, mail = asks_in_vain(start)
    (run,) = runtime.context.journal.runs_with_status("refused")
    reach_again(runtime.context, TEAM)
    before = len(sandbox.outbox(TEAM))
    dead_letters.replay(runtime.context, run["run_id"])
    runtime.drain()
    assert (len(sandbox.outbox(TEAM)), len(sandbox.outbox("cy@example.com"))) == (before + 1, 1)
    assert [row["status"] for row in runtime.context.journal.runs_of_thread(mail.thread_id)] == ["done"]
    assert "needs-human" not in labels_of(sandbox, mail.thread_id)


def test_a_hand_over_replayed_after_a_person_wrote_says_nothing_more_to_the_customer(start: Any) -> None:
    runtime, sandbox, mail = asks_in_vain(start)
    (run,) = runtime.context.journal.runs_with_status("refused")
    sandbox.client().inboxes.messages.reply(DESK, mail.message_id, text="I am on it.")
    reach_again(runtime.context, TEAM)
    dead_letters.replay(runtime.context, run["run_id"])
    runtime.drain()
    (sent,) = sandbox.outbox("cy@example.com")
    assert "I am on it." in (sent.text or "")


def test_a_hand_over_that_fails_is_seen_and_the_customer_told_only_with_its_replay(
    start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox, _ = start(f"Team <{TEAM}>")
    told = Reply("plain", body="A colleague has it.")  # named first, as any agent may
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.WITH_HUMAN, told, Escalate("unsure")))
    sandbox.chaos.fail(r"POST /v0/inboxes/[^/]+/messages/send$", status=400, times=1)
    mail = sandbox.post_mail("cy@example.com", DESK, "Order", text="A person, please.")
    runtime.drain()
    assert sandbox.outbox("cy@example.com") == []
    assert {"needs-human", "stuck"} <= labels_of(sandbox, mail.thread_id)
    (run,) = runtime.context.journal.runs_with_status("dead")
    dead_letters.replay(runtime.context, run["run_id"])
    runtime.drain()
    assert statuses(runtime, run["run_id"]) == [("Escalate", "done"), ("Reply", "done")]
    assert not {"needs-human", "stuck"} & labels_of(sandbox, mail.thread_id)


def test_a_bounce_that_passes_changes_nothing(start: Any) -> None:
    runtime, sandbox, thread_id = start(f"Team <{TEAM}>, Lead <{LEAD}>")
    bounces(runtime, sandbox, TEAM, "Transient")
    assert sandbox.outbox(LEAD) == []
    assert "needs-human" not in labels_of(sandbox, thread_id)


def test_a_thread_deleted_meanwhile_needs_nobody(start: Any) -> None:
    runtime, sandbox, thread_id = start(f"Team <{TEAM}>, Lead <{LEAD}>")
    sandbox.client().inboxes.threads.delete(DESK, thread_id)
    bounces(runtime, sandbox, TEAM)
    assert sandbox.outbox(LEAD) == []
    assert runtime.context.journal.runs_with_status("dead") == []
