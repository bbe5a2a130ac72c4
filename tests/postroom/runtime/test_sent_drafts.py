"""A person sends what waited for approval from its draft in AgentMail: that approves it, of whatever kind it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import CALLED, State, agent, record
from left import done_in, left

from agentmail_sandbox import Sandbox
from postroom import Actions, Do, Forward, Notify, Reply, Send, Transition
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime import sent_drafts
from postroom.runtime.app import Runtime
from postroom.transition import Action

ANA, STRANGER, DESK = "ana@example.com", "stranger@example.net", "desk@sandbox.test"
OFFER = Send("plain", to=STRANGER, subject="An offer", body="Buy this.")
Start = Callable[..., tuple[Runtime, Sandbox]]
Held = tuple[Runtime, Sandbox, str]


@pytest.fixture
def hold(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Held]:
    """Return a function that lets the desk hold a step of these actions; it returns the thread's id too."""

    def begin(*actions: Action) -> Held:
        monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE, *actions))
        runtime, sandbox = run_agent(agent, ScriptedBrain(Say={"what": "answer", "body": "Still blue."}))
        mail = sandbox.post_mail(ANA, DESK, "WHAT COLOUR", text="What colour is it?")
        runtime.drain()
        return runtime, sandbox, str(mail.thread_id)

    return begin


def send_draft(sandbox: Sandbox) -> Any:
    drafts: Any = sandbox.client().inboxes.drafts
    return drafts.send(DESK, drafts.list(DESK).drafts[0].draft_id)


def labels_of(sandbox: Sandbox, thread_id: str) -> set[str]:
    return set(sandbox.client().inboxes.threads.get(DESK, thread_id).labels)


@pytest.mark.parametrize(
    "action",
    [Reply("plain", body="It is blue."), OFFER, Forward("plain", to=STRANGER, body="For you.")],
    ids=lambda action: type(action).__name__,
)
def test_a_held_mail_that_a_person_sends_is_done_and_its_thread_moves(
    hold: Callable[..., Held], action: Action
) -> None:
    runtime, sandbox, thread_id = hold(action)
    sent = send_draft(sandbox)
    runtime.drain()
    held, looked = runtime.context.journal.runs_of_thread(thread_id)
    assert (held["status"], held["note"]) == ("done", "a person sent its draft in AgentMail")
    assert looked["kind"] == "event"
    (row,) = done_in(runtime, held)
    assert (row["status"], row["rule"], row["result"]["message_id"]) == ("done", "sent-by-person", sent.message_id)
    assert labels_of(sandbox, thread_id) - {"received", "sent", "delivered"} == {"desk/done"}
    assert labels_of(sandbox, sent.thread_id) <= {"received", "sent", "delivered", "desk/done"}
    (move,) = runtime.context.journal.moves_of_thread(thread_id)
    assert (move["state"], move["run_id"]) == ("done", held["run_id"])
    runtime.advance(timedelta(days=6))
    assert runtime.context.journal.moves_of_thread(thread_id)[-1]["state"] == "closed"
    assert len(left(sandbox)) - len(left(sandbox, "team@example.com")) == 1


def test_mail_that_comes_in_before_anybody_looked_finds_it_done(hold: Callable[..., Held]) -> None:
    runtime, sandbox, thread_id = hold(Reply("plain", body="It is blue."))
    sent = send_draft(sandbox)
    sandbox.post_mail(ANA, DESK, "Re: what colour", text="And which size?", in_reply_to=sent.message_id)
    runtime.drain()
    held, *newer = runtime.context.journal.runs_of_thread(thread_id)
    assert held["status"] == "done"
    assert "done" in [run["status"] for run in newer]
    assert len(left(sandbox, ANA)) == 2
    assert "waiting/approval" not in labels_of(sandbox, thread_id)


def test_a_step_waits_on_until_each_of_its_drafts_was_sent(hold: Callable[..., Held]) -> None:
    runtime, sandbox, thread_id = hold(Reply("plain", body="It is blue."), OFFER)
    for status in ("held", "done"):
        send_draft(sandbox)
        runtime.drain()
        assert runtime.context.journal.runs_of_thread(thread_id)[0]["status"] == status
        assert ("waiting/approval" in labels_of(sandbox, thread_id)) is (status == "held")


def test_what_has_no_draft_is_left_to_people(hold: Callable[..., Held]) -> None:
    CALLED.clear()
    runtime, sandbox, thread_id = hold(Reply("plain", body="It is blue."), Do(record, "note", text="blue"))
    send_draft(sandbox)
    runtime.drain()
    held = runtime.context.journal.runs_of_thread(thread_id)[0]
    assert (held["status"], held["note"]) == ("done", "a person sent its draft in AgentMail; not done: Do")
    assert labels_of(sandbox, thread_id) >= {"desk/done", "needs-human"}
    assert CALLED == []


def test_a_thread_that_a_person_moved_stays_where_they_put_it(hold: Callable[..., Held]) -> None:
    runtime, sandbox, thread_id = hold(OFFER)
    client: Any = sandbox.client()
    client.inboxes.threads.update(DESK, thread_id, add_labels=["desk/with-human"], remove_labels=["desk/new"])
    send_draft(sandbox)
    runtime.drain()
    assert runtime.context.journal.runs_of_thread(thread_id)[0]["status"] == "done"
    assert labels_of(sandbox, thread_id) - {"received"} == {"desk/with-human"}


def test_the_note_of_a_hand_over_that_waited_is_done_too(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, ScriptedBrain(Say={"what": "escalate", "body": "A colleague will write."}))
    mail = sandbox.post_mail(ANA, DESK, "IT HUMS", text="It hums.")
    runtime.drain()
    assert "waiting/approval" in labels_of(sandbox, str(mail.thread_id))
    send_draft(sandbox)
    runtime.drain()
    run = runtime.context.journal.runs_of_thread(str(mail.thread_id))[0]
    assert [row["status"] for row in done_in(runtime, run)] == ["done", "done"]
    assert "waiting/approval" not in labels_of(sandbox, str(mail.thread_id))


def send_offer_of_cron(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> tuple[Runtime, Sandbox, Any]:
    """Let a cron hold an offer, and a person send its draft; nobody has looked since."""
    offer = Actions(OFFER, Notify("plain", subject="digest", body="All is well."))
    monkeypatch.setattr(agent, "crons", [dataclasses.replace(agent.crons[0], handler=lambda _: offer)])
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    runtime.tick()
    while not sandbox.client().inboxes.drafts.list(DESK).drafts:
        runtime.advance(timedelta(days=1))
    drafts: Any = sandbox.client().inboxes.drafts
    (offered,) = [draft for draft in drafts.list(DESK).drafts if draft.to == [STRANGER]]
    return runtime, sandbox, drafts.send(DESK, offered.draft_id)


def test_mail_of_a_cron_that_a_person_sends_waits_no_more(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime, sandbox, sent = send_offer_of_cron(run_agent, monkeypatch)
    runtime.drain()
    assert runtime.context.journal.runs_with_status("held") == []
    assert labels_of(sandbox, sent.thread_id) == {"sent", "delivered"}


class Killed(BaseException):
    """Stands for the death of the process."""


def test_a_run_whose_process_died_before_it_ended_ends_at_the_next_look(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, _, _ = send_offer_of_cron(run_agent, monkeypatch)

    def dies(*_: Any) -> bool:
        raise Killed

    with monkeypatch.context() as death:
        death.setattr(sent_drafts, "_end", dies)
        with pytest.raises(Killed):
            sent_drafts.look(runtime.context)
    assert len(runtime.context.journal.runs_with_status("held")) == 1
    assert sent_drafts.look(runtime.context) == 0
    assert runtime.context.journal.runs_with_status("held") == []


def test_what_waits_is_found_without_reading_all_that_an_inbox_ever_did(hold: Callable[..., Held]) -> None:
    runtime, _, _ = hold(Reply("plain", body="Hello."))
    asked = "select * from postroom_actions where inbox_id = ? and status = ? limit 1"
    with runtime.context.journal.database.connect() as connection:
        steps = connection.exec_driver_sql(f"explain query plan {asked}", (DESK, "held")).all()
    assert "postroom_actions_held_in_inbox" in steps[0][-1]
