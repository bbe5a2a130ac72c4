"""Who asks us to stop hears no more, whatever becomes of the rest; nobody is cut off in another's name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import State, agent

from agentmail_sandbox import Sandbox
from postroom import Escalate, Message, Plan, Reply, Suppress, Thread, Transition, days
from postroom.agent import Timer
from postroom.brain.scripted import ScriptedBrain
from postroom.policy.gate import MOST_PER_THREAD_AND_DAY
from postroom.runtime import refusals
from postroom.runtime.app import Runtime

ANA = "ana@example.com"
DESK = "desk@sandbox.test"
REPLY = r"POST /v0/inboxes/[^/]+/messages/[^/]+/reply$"
BLOCK = r"POST /v0/lists/send/block"
AT_ONCE = {"Retry-After": "0"}
PASSES: dict[str, Any] = {"status": 503, "headers": AT_ONCE, "times": 5}
Start = Callable[..., tuple[Runtime, Sandbox]]


def read(message: Message, thread: Thread) -> Transition | None:
    if "stop" in message.new_text:
        to = State.CLOSED if "now" in message.new_text else State.DONE
        return Transition(to, Suppress("asked to stop"), Reply("plain", body="You hear no more."))
    return Transition(State.DONE, Reply("plain", body="Blue."), Plan("plain", key="chase", after=days(2), body="So?"))


@pytest.fixture
def desk(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> tuple[Runtime, Sandbox]:
    monkeypatch.setattr(agent, "crons", [])
    monkeypatch.setattr(agent, "timers", [])
    for state in (State.NEW, State.DONE):
        monkeypatch.setitem(agent.on_mail, state, read)
    return run_agent(agent, ScriptedBrain())


def write(desk: tuple[Runtime, Sandbox], text: str, from_: str = ANA, **more: Any) -> Any:
    runtime, sandbox = desk
    mail = sandbox.post_mail(from_, DESK, "Order", text=text, **more)
    runtime.drain()
    return mail


def paused(desk: tuple[Runtime, Sandbox]) -> None:
    desk[0].context.journal.switch_off("all", "a wrong price", desk[0].clock.now())


def spent(desk: tuple[Runtime, Sandbox]) -> Any:
    mail = write(desk, "Hi", "bo@example.com")
    for _ in range(MOST_PER_THREAD_AND_DAY - 1):
        write(desk, "Hi", "bo@example.com", in_reply_to=mail.message_id)
    return mail


@pytest.mark.parametrize("hindrance", ["the kill switch", "a budget", "the flow"])
def test_an_opt_out_is_carried_out_when_its_answer_is_refused(desk: tuple[Runtime, Sandbox], hindrance: str) -> None:
    runtime, sandbox = desk
    write(desk, "What colour?")
    about: dict[str, Any] = {}
    if hindrance == "the kill switch":
        paused(desk)
    if hindrance == "a budget":
        about = {"in_reply_to": spent(desk).message_id}
    write(desk, "stop now" if hindrance == "the flow" else "stop", **about)
    runtime.context.journal.switch_on("all")
    assert runtime.context.journal.suppressed([ANA]) == {ANA: "asked to stop"}
    assert len(runtime.context.journal.runs_with_status("refused")) == 1
    runtime.advance(timedelta(days=3))
    assert len(sandbox.outbox(ANA)) == 1


def goodbye_first(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = Transition(State.DONE, Reply("plain", body="You hear no more."), Suppress("asked to stop"))
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: wanted)


@pytest.mark.parametrize("fault", [{"status": 403}, PASSES], ids=["for good", "until it is tried again"])
def test_an_opt_out_is_carried_out_though_the_mail_before_it_failed(
    desk: tuple[Runtime, Sandbox], monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    runtime, sandbox = desk
    write(desk, "What colour?")
    goodbye_first(monkeypatch)
    sandbox.chaos.fail(REPLY, **fault)
    write(desk, "stop")
    assert len(runtime.context.journal.runs_with_status("dead")) == 1
    assert runtime.context.journal.suppressed([ANA]) == {ANA: "asked to stop"}
    assert [entry.entry for entry in sandbox.client().lists.list("send", "block").entries] == [ANA]
    runtime.advance(timedelta(days=3))
    assert len(sandbox.outbox(ANA)) == 1, "neither the follow-up nor a late goodbye"


def test_an_opt_out_that_agentmail_did_not_take_stops_mail_at_once_and_is_told_it_later(
    desk: tuple[Runtime, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox = desk
    goodbye_first(monkeypatch)
    sandbox.chaos.fail(REPLY, **PASSES)
    sandbox.chaos.fail(BLOCK, **PASSES)
    write(desk, "stop")
    assert runtime.context.journal.suppressed([ANA]) == {ANA: "asked to stop"}
    assert sandbox.client().lists.list("send", "block").entries == []
    runtime.advance(timedelta(hours=1))
    assert [entry.entry for entry in sandbox.client().lists.list("send", "block").entries] == [ANA]


def test_a_goodbye_before_the_opt_out_leaves(desk: tuple[Runtime, Sandbox], monkeypatch: pytest.MonkeyPatch) -> None:
    goodbye_first(monkeypatch)
    write(desk, "stop")
    assert len(desk[1].outbox(ANA)) == 1
    assert desk[0].context.journal.suppressed([ANA]) == {ANA: "asked to stop"}


def test_a_hand_over_that_a_pause_refused_beside_an_opt_out_is_taken_up(
    desk: tuple[Runtime, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox = desk
    wanted = Transition(State.WITH_HUMAN, Suppress("asked to stop"), Escalate("wants all data deleted"))
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: wanted)
    paused(desk)
    write(desk, "stop, and delete what you have of me")
    runtime.context.journal.switch_on("all")
    assert [taken["objection"] for taken in refusals.take_up(runtime.context)] == [""]
    runtime.drain()
    assert len(sandbox.outbox("team@example.com")) == 1
    assert runtime.context.journal.suppressed([ANA]) == {ANA: "asked to stop"}


def test_an_automatic_answer_that_may_be_forged_cuts_nobody_off(
    desk: tuple[Runtime, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox = desk
    monkeypatch.setitem(agent.on_events, ("auto_reply", None), lambda *_: Transition(State.DONE, Suppress("left")))
    forged = {"auth": "none", "headers": {"Auto-Submitted": "auto-replied"}}
    write(desk, "I have left the company.", **forged)
    write(desk, "What colour?")
    assert len(sandbox.outbox(ANA)) == 1
    write(desk, "I have left the company.", headers=forged["headers"])
    assert runtime.context.journal.suppressed([ANA]) == {ANA: "left"}


def test_a_timer_cuts_nobody_off_on_a_thread_that_may_be_forged(
    desk: tuple[Runtime, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, _ = desk
    silent = Timer("silent", days(1), (State.DONE,), lambda _: Transition(State.CLOSED, Suppress("silent")))
    monkeypatch.setattr(agent, "timers", [silent])
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE))
    write(desk, "Hi", auth="none")
    runtime.advance(timedelta(days=2))
    assert runtime.context.journal.suppressed([ANA]) == {}
    write(desk, "Hi")
    runtime.advance(timedelta(days=2))
    assert runtime.context.journal.suppressed([ANA]) == {ANA: "silent"}
