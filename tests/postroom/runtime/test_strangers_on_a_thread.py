"""Mail of others on a thread: what was meant for one person goes to nobody else, and is stopped by nobody else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import State, agent
from left import left

from agentmail_sandbox import Sandbox
from postroom import Message, Plan, Reply, Thread, Transition, days
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime

ANA = "ana@example.com"
BOB = "bob@example.org"
MALLORY = "mallory@example.net"
DESK = "desk@sandbox.test"
Start = Callable[..., tuple[Runtime, Sandbox]]

STRANGERS: list[dict[str, Any]] = [
    {"from_": MALLORY},
    {"from_": MALLORY, "auth": "none"},
    {"from_": ANA, "auth": "none"},
]
IDS = ["another person", "another person, forged", "the customer's address, forged"]


def answer_the_first(message: Message, thread: Thread) -> Transition | None:
    if len(thread.messages) > 1:
        return None
    return Transition(State.DONE, Reply("plain", body="Which size?"))


def nudge(thread: Thread) -> Transition:
    return Transition(State.CLOSED, Reply("plain", body="Any news?"))


@pytest.fixture(autouse=True)
def no_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the mail of crons out of what is counted here."""
    monkeypatch.setattr(agent, "crons", [])


@pytest.fixture
def nudging(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> tuple[Runtime, Sandbox]:
    """Return the desk agent as one that answers the first mail of a thread, nothing else, and reminds after silence."""
    for state in (State.NEW, State.DONE):
        monkeypatch.setitem(agent.on_mail, state, answer_the_first)
    monkeypatch.setattr(agent, "timers", [dataclasses.replace(agent.timers[0], handler=nudge)])
    return run_agent(agent, ScriptedBrain())


def write(runtime: Runtime, sandbox: Sandbox, *, from_: str = ANA, subject: str = "Order", **more: Any) -> Any:
    mail = sandbox.post_mail(from_, DESK, subject, text="The blue one.", **more)
    runtime.drain()
    return mail


def drafts(sandbox: Sandbox) -> list[Any]:
    return list(sandbox.client().inboxes.drafts.list(DESK).drafts)


def labels_of(sandbox: Sandbox, thread_id: str) -> set[str]:
    return set(sandbox.client().inboxes.threads.get(DESK, thread_id).labels)


@pytest.mark.parametrize("other", [{"from_": BOB}, *STRANGERS], ids=["a colleague in Cc", *IDS])
def test_a_reminder_goes_to_the_person_who_was_answered(
    nudging: tuple[Runtime, Sandbox], other: dict[str, Any]
) -> None:
    runtime, sandbox = nudging
    mail = write(runtime, sandbox, cc=[BOB])
    write(runtime, sandbox, **other, in_reply_to=mail.message_id)
    runtime.advance(timedelta(days=6))
    reminder = left(sandbox, ANA)[0]
    assert "Any news?" in reminder.text
    assert (reminder.to, reminder.in_reply_to) == ([ANA], mail.message_id)
    assert left(sandbox, MALLORY) == []


def test_a_stranger_who_is_answered_again_and_again_gets_no_reminder_and_ends_no_wait(
    nudging: tuple[Runtime, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox = nudging
    answered = Transition(State.DONE, Reply("plain", body="Which size?"))
    monkeypatch.setitem(agent.on_mail, State.DONE, lambda *_: answered)
    mail = write(runtime, sandbox)
    for _ in range(2):
        write(runtime, sandbox, from_=MALLORY, in_reply_to=mail.message_id)
    runtime.advance(timedelta(days=6))
    assert len(left(sandbox, MALLORY)) == 2
    assert left(sandbox, ANA)[0].in_reply_to == mail.message_id
    frozen = [run["frozen"]["from_person"] for run in runtime.context.journal.runs_of_thread(mail.thread_id)]
    assert frozen == [True, False, False, False]


def test_where_the_first_writer_is_not_authenticated_a_reminder_is_held_for_that_person_alone(
    nudging: tuple[Runtime, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox = nudging
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE))
    mail = write(runtime, sandbox, auth="none")
    write(runtime, sandbox, from_=MALLORY, in_reply_to=mail.message_id)
    runtime.advance(timedelta(days=6))
    assert (left(sandbox), [draft.to for draft in drafts(sandbox)]) == ([], [[ANA]])


def test_a_reminder_answers_the_newest_mail_of_that_person(nudging: tuple[Runtime, Sandbox]) -> None:
    runtime, sandbox = nudging
    mail = write(runtime, sandbox)
    newest = write(runtime, sandbox, in_reply_to=mail.message_id)
    write(runtime, sandbox, from_=MALLORY, in_reply_to=mail.message_id)
    runtime.advance(timedelta(days=6))
    assert left(sandbox, ANA)[0].in_reply_to == newest.message_id


def test_where_nobody_was_answered_a_reminder_goes_to_the_first_who_wrote(
    nudging: tuple[Runtime, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox = nudging
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE))
    mail = write(runtime, sandbox)
    write(runtime, sandbox, from_=MALLORY, in_reply_to=mail.message_id)
    runtime.advance(timedelta(days=6))
    assert [sent.to for sent in left(sandbox)] == [[ANA]]


@pytest.fixture
def planning(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> tuple[Runtime, Sandbox]:
    """Return the desk agent as one that plans a follow-up on the first mail of a thread, and wants nothing after."""

    def plan(message: Message, thread: Thread) -> Transition | None:
        if len(thread.messages) > 1:
            return None
        return Transition(State.DONE, Plan("plain", key="chase", after=days(2), body="Any news?"))

    for state in (State.NEW, State.DONE):
        monkeypatch.setitem(agent.on_mail, state, plan)
    return run_agent(agent, ScriptedBrain())


@pytest.mark.parametrize("other", STRANGERS, ids=IDS)
def test_a_stranger_stops_no_follow_up_and_a_person_is_asked(
    planning: tuple[Runtime, Sandbox], other: dict[str, Any]
) -> None:
    runtime, sandbox = planning
    mail = write(runtime, sandbox)
    write(runtime, sandbox, **other, in_reply_to=mail.message_id)
    assert len(drafts(sandbox)) == 1
    assert "needs-human" in labels_of(sandbox, mail.thread_id)
    runtime.advance(timedelta(days=3))
    assert [sent.to for sent in left(sandbox)] == [[ANA]]


@pytest.mark.parametrize("person", [ANA, BOB], ids=["the customer", "whom the customer put in Cc"])
def test_a_person_of_the_thread_stops_its_follow_up(planning: tuple[Runtime, Sandbox], person: str) -> None:
    runtime, sandbox = planning
    mail = write(runtime, sandbox, cc=[BOB])
    write(runtime, sandbox, from_=person, in_reply_to=mail.message_id)
    assert drafts(sandbox) == []
    assert "needs-human" not in labels_of(sandbox, mail.thread_id)


def test_a_stranger_makes_nobody_one_of_the_thread(planning: tuple[Runtime, Sandbox]) -> None:
    runtime, sandbox = planning
    mail = write(runtime, sandbox)
    write(runtime, sandbox, from_=MALLORY, auth="none", cc=[BOB], in_reply_to=mail.message_id)
    write(runtime, sandbox, from_=BOB, in_reply_to=mail.message_id)
    assert len(drafts(sandbox)) == 1


@pytest.mark.parametrize("other", STRANGERS, ids=IDS)
def test_a_stranger_ends_no_answer_that_waits_for_approval(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, other: dict[str, Any]
) -> None:
    monkeypatch.setitem(agent.on_mail, State.NEW, answer_the_first)
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    mail = write(runtime, sandbox, subject="SHOUTED")
    write(runtime, sandbox, **other, in_reply_to=mail.message_id)
    first, second = runtime.context.journal.runs_of_thread(mail.thread_id)
    assert (first["status"], second["status"]) == ("held", "nothing")
    assert [draft.to for draft in drafts(sandbox)] == [[ANA]]
    assert {"waiting/approval", "needs-human"} <= labels_of(sandbox, mail.thread_id)
