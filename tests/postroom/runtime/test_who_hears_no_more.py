"""Who hears no more stops mail to that address alone: not the answer beside it, and never mail to our people."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import State, agent

from agentmail_sandbox import Sandbox
from postroom import Escalate, Message, Plan, Reply, Suppress, Thread, Transition, days
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime

ANA, BOB, DESK = "ana@example.com", "bob@example.com", "desk@sandbox.test"
TEAM, LEAD = "team@example.com", "lead@example.com"
Start = Callable[..., tuple[Runtime, Sandbox]]
numbers = itertools.count()


def read(message: Message, thread: Thread) -> Transition:
    match message.new_text.split()[0]:
        case "stop":
            return Transition(State.DONE, Suppress("asked to stop"))
        case "person":
            return Transition(State.WITH_HUMAN, Escalate("unsure"), Reply("plain", body="A person will answer."))
        case "later":
            return Transition(State.DONE, Plan("plain", key="chase", after=days(2), body="Any news?"))
    return Transition(State.DONE, Reply("plain", body="Blue."))


@pytest.fixture
def desk(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> tuple[Runtime, Sandbox]:
    monkeypatch.setattr(agent, "crons", [])
    monkeypatch.setattr(agent, "on_events", {})
    for state in (State.NEW, State.DONE):
        monkeypatch.setitem(agent.on_mail, state, read)
    return run_agent(agent, ScriptedBrain(), humans=f"Team <{TEAM}>, Lead <{LEAD}>")


def write(desk: tuple[Runtime, Sandbox], text: str, from_: str = ANA, **more: Any) -> Any:
    runtime, sandbox = desk
    mail = sandbox.post_mail(from_, DESK, "Order", text=text, **more)
    runtime.drain()
    return mail


def happens(desk: tuple[Runtime, Sandbox], what: str, message: Any, *recipients: str, **more: Any) -> None:
    """Tell of a bounce or complaint as AgentMail does."""
    key, named = ("bounce", [{"address": address} for address in recipients])
    if what == "complained":
        key, named = "complaint", list(recipients)  # type: ignore[arg-type]
    ids = {"inbox_id": DESK, "thread_id": message.thread_id, "message_id": message.message_id}
    details = {**ids, "timestamp": desk[0].clock.now().isoformat(), "recipients": named, **more}
    desk[0].door.accept({"event_type": f"message.{what}", "event_id": f"evt_{next(numbers)}", key: details})
    desk[0].drain()


def sent(sandbox: Sandbox, to: str) -> Any:
    return next(
        mail for mail in sandbox.client().inboxes.messages.list(DESK, labels=["sent"]).messages if to in mail.to
    )


@pytest.mark.parametrize("auth", ["pass", "none"], ids=["suppressed", "doubted"])
def test_a_copy_for_who_hears_no_more_is_left_out_and_the_writer_is_answered(
    desk: tuple[Runtime, Sandbox], auth: str
) -> None:
    runtime, sandbox = desk
    mail = write(desk, "What colour?", cc=[BOB])
    write(desk, "And the size?", BOB, in_reply_to=mail.message_id)
    write(desk, "stop", BOB, auth=auth)
    write(desk, "And now?", cc=[BOB], in_reply_to=mail.message_id)
    assert [answer.cc for answer in sandbox.outbox(ANA)] == [[], []]
    (row,) = runtime.context.journal.actions_of_run(
        runtime.context.journal.runs_of_thread(mail.thread_id)[-1]["run_id"]
    )
    assert (row["status"], row["reason"]) == ("done", f"left out in Cc: {BOB} (asked to stop)")


def test_a_copy_of_a_follow_up_is_left_out_when_it_is_due(desk: tuple[Runtime, Sandbox]) -> None:
    runtime, sandbox = desk
    mail = write(desk, "What colour?", cc=[BOB])
    write(desk, "And the size?", BOB, in_reply_to=mail.message_id)
    write(desk, "later", cc=[BOB], in_reply_to=mail.message_id)
    write(desk, "stop", BOB)
    runtime.advance(timedelta(days=2, hours=1))
    assert [answer.cc for answer in sandbox.outbox(ANA)] == [[], []]


def test_a_reply_to_that_hears_no_more_gives_way_to_the_from(desk: tuple[Runtime, Sandbox]) -> None:
    write(desk, "stop", BOB)
    write(desk, "What colour?", headers={"Reply-To": BOB})
    assert len(desk[1].outbox(ANA)) == 1


def test_after_a_bounce_of_one_of_our_people_the_next_gets_the_hand_overs(desk: tuple[Runtime, Sandbox]) -> None:
    _, sandbox = desk
    write(desk, "person please")
    pack = sent(sandbox, TEAM)
    happens(desk, "bounced", pack, TEAM, type="Permanent")
    desk[0].tick()
    assert "needs-human" in sandbox.client().inboxes.threads.get(DESK, pack.thread_id).labels
    write(desk, "person please", "cy@example.com")
    assert (len(sandbox.outbox(TEAM)), len(sandbox.outbox(LEAD))) == (1, 2)
    assert sandbox.client().lists.list("send", "block").entries == []


def test_a_bounce_of_one_of_our_people_counts_though_its_thread_was_deleted(desk: tuple[Runtime, Sandbox]) -> None:
    runtime, sandbox = desk
    write(desk, "person please")
    pack = sent(sandbox, TEAM)
    sandbox.client().inboxes.threads.delete(DESK, pack.thread_id)
    happens(desk, "bounced", pack, TEAM, type="Permanent")
    assert runtime.context.journal.runs_with_status("dead") == []
    write(desk, "person please")
    assert len(sandbox.outbox(LEAD)) == 1


def test_where_none_of_our_people_can_be_reached_the_thread_is_theirs_by_its_label(
    desk: tuple[Runtime, Sandbox],
) -> None:
    runtime, sandbox = desk
    for person in (TEAM, LEAD):
        write(desk, "person please")
        happens(desk, "bounced", sent(sandbox, person), person, type="Permanent")
    mail = write(desk, "person please", "di@example.com")
    assert {"desk/with-human", "needs-human"} <= set(sandbox.client().inboxes.threads.get(DESK, mail.thread_id).labels)
    assert sandbox.outbox("di@example.com") == []
    (run,) = runtime.context.journal.runs_of_thread(mail.thread_id)
    assert run["note"].startswith(f"people/bounced: {TEAM} gets no mail (bounce)")


@pytest.mark.parametrize("auth", ["pass", "none"])
def test_no_mail_keeps_hand_overs_from_our_people(desk: tuple[Runtime, Sandbox], auth: str) -> None:
    write(desk, "stop it", TEAM, auth=auth)  # "stop" alone of theirs would stop the agent
    write(desk, "person please")
    assert len(desk[1].outbox(TEAM)) == 1


@pytest.mark.parametrize("what", ["bounced", "complained"])
def test_a_suppress_on_a_bounce_or_complaint_means_who_bounced_or_complained(
    desk: tuple[Runtime, Sandbox], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    runtime, sandbox = desk
    for kind in ("bounce", "complaint"):
        monkeypatch.setitem(agent.on_events, (kind, None), lambda *_: Transition(State.DONE, Suppress("does not work")))
    write(desk, "What colour?")
    happens(desk, what, sent(sandbox, ANA), ANA, BOB, type="Transient")
    stopped = runtime.context.journal.suppressed([ANA, BOB, DESK])
    assert set(stopped) == {ANA, BOB}
    assert {entry.entry for entry in sandbox.client().lists.list("send", "block").entries} == {ANA, BOB}


def test_a_suppress_of_our_own_inbox_is_a_mistake_of_the_handler(
    desk: tuple[Runtime, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, _ = desk
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE, Suppress("why not", DESK)))
    write(desk, "What colour?")
    (run,) = runtime.context.journal.runs_with_status("dead")
    assert f"Suppress has {DESK}, one of our own inboxes; name the address" in run["error"]


def test_a_stop_in_the_name_of_our_own_inbox_stops_nothing(desk: tuple[Runtime, Sandbox]) -> None:
    runtime, _ = desk
    write(desk, "stop", DESK, auth="none")
    assert runtime.context.journal.stops([DESK])["doubted"] == {}
    assert runtime.context.journal.runs_with_status("dead") == []
