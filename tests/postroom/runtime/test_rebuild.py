"""After a lost database: AgentMail alone brings states and timers back, and nobody is answered twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from desk_agent.agent import agent
from left import done_in, left
from mail_wire import WiredSandbox

from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime
from postroom.runtime.rebuild import lost_threads, rebuild

DESK = "desk@sandbox.test"
Start = Callable[..., tuple[Runtime, WiredSandbox]]


def say(what: str, body: str = "It is blue.") -> ScriptedBrain:
    return ScriptedBrain(Say={"what": what, "body": body})


def counts(**found: int) -> dict[str, int]:
    return dict.fromkeys(["threads", "timers", "follow-ups", "drafts", "suppressed"], 0) | found


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
    assert rebuild(new.context) == counts(threads=2, timers=1, drafts=1)
    assert last_state(new, mail.thread_id) == ("rebuild", "done")
    assert last_state(new, other.thread_id) == ("rebuild", "new")
    (timer,) = new.context.journal.timers_of_thread(str(mail.thread_id))
    assert (timer["name"], timer["state"]) == (lost["name"], lost["state"])
    assert abs(timer["due_at"] - lost["due_at"]) < timedelta(minutes=1)
    new.advance(timedelta(days=6))
    assert "desk/closed" in labels_of(sandbox, mail.thread_id)
    assert len(left(sandbox, "ana@example.com")) == 1


def test_a_thread_with_spam_in_it_is_restored_too(run_agent: Start) -> None:
    old, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    old.drain()
    (sent,) = left(sandbox)
    sandbox.post_mail(
        "ana@example.com", DESK, text="Buy!", in_reply_to=sent.message_id, headers={"X-Sandbox-Spam": "yes"}
    )
    new, _ = run_agent(agent, say("answer"), sandbox)
    assert rebuild(new.context) == counts(threads=1, timers=1)
    assert last_state(new, mail.thread_id) == ("rebuild", "done")


def test_a_second_rebuild_and_one_that_was_not_needed_change_nothing(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    runtime.drain()
    before = [dict(row) for row in runtime.context.journal.timers_of_thread(str(mail.thread_id))]
    assert rebuild(runtime.context) == counts()
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
    sandbox.chaos.fail(r"PATCH /v0/inboxes/[^/]+/threads/", status=400, code="bad_request", times=1)
    old.drain()
    assert len(left(sandbox)) == 1
    assert "unread" in labels_of(sandbox, mail.thread_id)
    assert any(label.startswith("op-") for label in labels_of(sandbox, mail.thread_id))

    new, _ = run_agent(agent, say("answer", body), sandbox)
    rebuild(new.context)
    new.drain()
    assert len(left(sandbox)) == 1
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
    assert [mail.text is not None and "Still blue." in mail.text for mail in left(sandbox)] == [True, False]


def test_all_pages_of_threads_are_read(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    client: Any = sandbox.client()
    for number in range(101):
        mail = sandbox.post_mail(f"ana{number}@example.com", DESK, "Hi", text="x")
        client.inboxes.threads.update(DESK, mail.thread_id, add_labels=["desk/done"], remove_labels=["unread"])
    assert rebuild(runtime.context) == counts(threads=101, timers=101, drafts=0)


def test_a_planned_follow_up_comes_back_and_leaves_when_it_is_due(run_agent: Start) -> None:
    old, sandbox = run_agent(agent, say("chase"), WiredSandbox())
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="x")
    old.drain()
    (lost,) = old.context.journal.timers_of_thread(str(mail.thread_id))
    (draft,) = sandbox.client().inboxes.drafts.list(DESK).drafts
    due = lost["due_at"].astimezone(UTC).isoformat().lower()
    assert draft.labels == ["planned", f"due/{due}", "key/chase", "state/chasing"]

    new, _ = run_agent(agent, say("chase"), sandbox)
    assert rebuild(new.context) == counts(threads=1, **{"follow-ups": 1})
    (timer,) = new.context.journal.timers_of_thread(str(mail.thread_id))
    for column in ("timer_id", "due_at", "state", "name", "thread_id"):
        assert timer[column] == lost[column]
    assert timer["plan"]["key"] == "chase"
    assert rebuild(new.context) == counts()
    new.advance(timedelta(days=4))
    first, second = left(sandbox, "ana@example.com")
    assert "Any news?" in str(first.text)
    assert first.headers["Auto-Submitted"] == "auto-replied"
    assert first.in_reply_to == second.in_reply_to == mail.message_id
    assert sandbox.client().inboxes.drafts.list(DESK).drafts == []


def test_a_follow_up_that_came_back_is_withdrawn_by_a_reply(run_agent: Start) -> None:
    old, sandbox = run_agent(agent, say("chase"), WiredSandbox())
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="x")
    old.drain()
    new, _ = run_agent(agent, say("answer"), sandbox)
    rebuild(new.context)
    sandbox.post_mail("ana@example.com", DESK, "Re: Hi", text="Here I am", in_reply_to=mail.message_id)
    new.drain()
    assert sandbox.client().inboxes.drafts.list(DESK).drafts == []
    new.advance(timedelta(days=4))
    assert len(left(sandbox, "ana@example.com")) == 2


def test_a_follow_up_to_a_thread_that_moved_on_does_not_leave(run_agent: Start) -> None:
    old, sandbox = run_agent(agent, say("chase"), WiredSandbox())
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="x")
    old.drain()
    client: Any = sandbox.client()
    client.inboxes.threads.update(DESK, mail.thread_id, add_labels=["desk/done"], remove_labels=["desk/chasing"])
    new, _ = run_agent(agent, say("chase"), sandbox)
    rebuild(new.context)
    new.advance(timedelta(days=4))
    assert len(left(sandbox, "ana@example.com")) == 1


def test_a_draft_that_waits_for_approval_gets_its_run_back(run_agent: Start) -> None:
    old, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    mail = sandbox.post_mail("ana@example.com", DESK, "HURRY", text="What colour?")
    old.drain()
    (lost,) = old.context.journal.runs_of_thread(str(mail.thread_id))
    (lost_action,) = done_in(old, lost)
    assert lost["status"] == "held"

    new, _ = run_agent(agent, say("answer"), sandbox)
    assert rebuild(new.context) == counts(threads=1, drafts=1)
    (run,) = new.context.journal.runs_of_thread(str(mail.thread_id))
    assert (run["run_id"], run["status"], run["plan"]["outcome"]) == (lost["run_id"], "held", "hold")
    assert (run["plan"]["origin"], run["plan"]["state"]) == ("new", "done")
    (action,) = done_in(new, run)
    for column in ("op_id", "number", "kind", "status", "recipient", "result"):
        assert action[column] == lost_action[column]
    for name in ("to", "cc", "text", "headers", "answers"):
        assert action["frozen"][name] == lost_action["frozen"][name]
    assert rebuild(new.context) == counts()
    new.drain()
    assert left(sandbox) == []
    assert "waiting/approval" in labels_of(sandbox, mail.thread_id)


def test_all_pages_of_drafts_are_read(run_agent: Start) -> None:
    old, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    mail = sandbox.post_mail("ana@example.com", DESK, "HURRY", text="x")
    old.drain()
    client: Any = sandbox.client()
    for number in range(101):
        client.inboxes.drafts.create(
            DESK, in_reply_to=mail.message_id, text="x", labels=["waiting/approval"], client_id=f"op-{number}"
        )
    new, _ = run_agent(agent, say("answer"), sandbox)
    assert rebuild(new.context)["drafts"] == 102


def test_drafts_of_people_and_of_deleted_mail_are_left_alone(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    client: Any = sandbox.client()
    kept, gone = [sandbox.post_mail("ana@example.com", DESK, subject, text="x") for subject in ("Hi", "Ho")]
    client.inboxes.drafts.create(DESK, to=["ana@example.com"], text="x", labels=["planned"])
    client.inboxes.drafts.create(DESK, in_reply_to=kept.message_id, labels=["planned", "due/soon"], client_id="theirs")
    client.inboxes.drafts.create(DESK, in_reply_to=gone.message_id, labels=["waiting/approval"], client_id="gone")
    client.inboxes.messages.delete(DESK, gone.message_id)
    assert rebuild(runtime.context) == counts()


def test_nobody_who_asked_to_stop_is_written_to_after_a_loss(run_agent: Start) -> None:
    old, sandbox = run_agent(agent, say("stop"), WiredSandbox())
    sandbox.post_mail("Ana <Ana@example.com>", DESK, "Stop", text="Stop writing to me")
    old.drain()
    (entry,) = sandbox.client().lists.list("send", "block").entries
    assert (entry.entry, entry.reason) == ("ana@example.com", "asked to stop")

    new, _ = run_agent(agent, say("answer"), sandbox)
    assert rebuild(new.context)["suppressed"] == 1
    assert new.context.journal.suppressed(["ana@example.com"]) == {"ana@example.com": "asked to stop"}
    sandbox.post_mail("ana@example.com", DESK, "Other", text="x")
    new.drain()
    assert left(sandbox) == []


def test_a_hard_bounce_is_blocked_at_agentmail_too_and_all_pages_come_back(run_agent: Start) -> None:
    old, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    old.context.suppress("Bo <bo@example.com>", "bounce")
    client: Any = sandbox.client()
    for number in range(100):
        client.lists.create("send", "block", entry=f"cy{number}@example.com")
    client.lists.create("send", "block", entry="example.net")
    new, _ = run_agent(agent, say("answer"), sandbox)
    assert rebuild(new.context) == counts(suppressed=101)
    assert new.context.journal.suppressed(["bo@example.com"]) == {"bo@example.com": "bounce"}


def test_where_lists_are_not_served_the_journal_alone_suppresses(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("stop"), WiredSandbox())
    sandbox.chaos.fail(r"/v0/lists/", status=400, code="not_served", times=100)
    sandbox.post_mail("ana@example.com", DESK, "Stop", text="Stop")
    runtime.drain()
    assert runtime.context.journal.suppressed(["ana@example.com"])
    assert rebuild(runtime.context)["suppressed"] == 0


def test_what_holds_no_address_cannot_be_suppressed(run_agent: Start) -> None:
    runtime, _ = run_agent(agent, say("stop"))
    with pytest.raises(ValueError, match="holds no mail address"):
        runtime.context.suppress("", "asked to stop")


def test_only_a_new_database_beside_threads_that_carry_states_counts_as_lost(run_agent: Start) -> None:
    old, sandbox = run_agent(agent, say("answer"), WiredSandbox())
    assert lost_threads(old.context) == 0
    sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    old.drain()
    assert lost_threads(old.context) == 0
    sandbox.post_mail("bo@example.com", DESK, "New", text="What colour?")
    new, _ = run_agent(agent, say("answer"), sandbox)
    assert lost_threads(new.context) == 1
    rebuild(new.context)
    assert lost_threads(new.context) == 0
