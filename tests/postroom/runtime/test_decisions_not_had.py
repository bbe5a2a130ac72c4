"""Decisions that cannot be had: people get the thread, or the brain is asked again later; a crash changes neither."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import State, agent
from mail_wire import WiredSandbox
from test_dead_letters import Begin, ask, labels_of, run_of, start, take_up

from postroom import Message, Reply, Thread
from postroom.brain import BrainAway, BrainError, Question
from postroom.brain.scripted import ScriptedBrain
from postroom_bench.play import CrashingEngine

__all__ = ["start"]


def test_a_brain_that_cannot_answer_hands_the_thread_to_people(start: Begin) -> None:
    runtime, sandbox, brain = start()
    brain.scripts.clear()  # type: ignore[attr-defined]
    thread_id = ask(runtime, sandbox)
    assert run_of(runtime, thread_id)["status"] == "done"
    assert "desk/with-human" in labels_of(sandbox, thread_id)
    (told,) = sandbox.outbox()
    assert told.to == ["team@example.com"]
    assert "the script has no answer for Say" in told.text
    (failed,) = runtime.context.journal.decisions_of_run(run_of(runtime, thread_id)["run_id"])
    assert (failed["value"], failed["confidence"]) == ({}, None)
    assert failed["seen"]["failed"].startswith("the script has no answer for Say")


def test_where_the_flow_allows_no_hand_over_a_person_is_asked_and_a_replay_asks_the_brain_again(
    start: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox, brain = start()
    brain.scripts.clear()  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        patch.setitem(agent.flow.moves, State.NEW, {State.DONE})  # type: ignore[arg-type]
        thread_id = ask(runtime, sandbox)
    assert run_of(runtime, thread_id)["error"].startswith("BrainError: the script has no answer for Say")
    assert {"stuck", "needs-human"} <= labels_of(sandbox, thread_id)
    brain.scripts["Say"] = {"what": "answer", "body": "Blue."}  # type: ignore[index]
    take_up(runtime, run_of(runtime, thread_id)["run_id"])
    assert run_of(runtime, thread_id)["status"] == "done"
    assert [mail.to for mail in sandbox.outbox()] == [["ana@example.com"]]


def test_a_brain_that_is_away_is_asked_again_later(start: Begin) -> None:
    def away(question: Question) -> dict[str, str]:
        raise BrainAway("overloaded")

    runtime, sandbox, brain = start()
    script = brain.scripts["Say"]
    brain.scripts["Say"] = away  # type: ignore[index]
    thread_id = ask(runtime, sandbox)
    run = run_of(runtime, thread_id)
    assert (run["status"], run["error"].partition(" (")[0]) == ("dead", "BrainAway: overloaded")
    assert "needs-human" not in labels_of(sandbox, thread_id)
    brain.scripts["Say"] = script  # type: ignore[index]
    runtime.advance(timedelta(minutes=2))
    assert run_of(runtime, thread_id)["status"] == "done"
    assert [mail.to for mail in sandbox.outbox()] == [["ana@example.com"]]


def test_a_crash_in_the_hand_over_neither_asks_again_nor_tells_twice(
    run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Question] = []

    def fail_once(question: Question) -> dict[str, Any]:
        asked.append(question)
        if len(asked) == 1:
            raise BrainError("refused")
        return {"what": "answer", "body": "Blue."}

    monkeypatch.setattr(agent, "on_holding", hold_on)
    sandbox = WiredSandbox()
    runtime, _ = run_agent(agent, ScriptedBrain(Say=fail_once), sandbox, wrap_engine=CrashingEngine)
    runtime.context.engine.after = "Escalate"
    thread_id = ask(runtime, sandbox)
    assert len(asked) == 1
    assert run_of(runtime, thread_id)["plan"]["state"] == "with-human"
    assert sorted(mail.to for mail in sandbox.outbox()) == [["ana@example.com"], ["team@example.com"]]


def hold_on(message: Message, thread: Thread) -> Reply:
    return Reply("plain", body=f"A person reads {thread.subject} of {message.sender.address}.")


def fail(question: Question) -> dict[str, Any]:
    raise BrainError("spend cap: nothing is left")


def test_the_customer_hears_once_that_a_person_has_the_mail(start: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "on_holding", hold_on)
    monkeypatch.setitem(agent.on_mail, State.WITH_HUMAN, agent.on_mail[State.NEW])
    monkeypatch.setitem(agent.flow.moves, State.WITH_HUMAN, {State.WITH_HUMAN})  # type: ignore[arg-type]
    runtime, sandbox, brain = start()
    brain.scripts["Say"] = fail  # type: ignore[index]
    first = sandbox.post_mail("ana@example.com", "desk@sandbox.test", "Hi", text="What colour?")
    runtime.drain()
    assert [mail.to for mail in reversed(sandbox.outbox())] == [["team@example.com"], ["ana@example.com"]]
    assert "A person reads Hi of ana@example.com." in (sandbox.outbox("ana@example.com")[0].text or "")
    sandbox.post_mail("ana@example.com", "desk@sandbox.test", "Hi", text="And?", in_reply_to=first.message_id)
    runtime.drain()
    assert (len(sandbox.outbox("team@example.com")), len(sandbox.outbox("ana@example.com"))) == (2, 1)
    assert "desk/with-human" in labels_of(sandbox, str(first.thread_id))


def test_an_agent_may_have_nothing_to_say_then(start: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "on_holding", lambda *_: None)
    runtime, sandbox, brain = start()
    brain.scripts["Say"] = fail  # type: ignore[index]
    ask(runtime, sandbox)
    assert [mail.to for mail in sandbox.outbox()] == [["team@example.com"]]


def test_a_timer_that_gets_no_decision_tells_people_alone(start: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "on_holding", hold_on)
    timers = [
        dataclasses.replace(timer, handler=lambda thread: agent.on_mail[State.NEW](None, thread))
        for timer in agent.timers
    ]
    monkeypatch.setattr(agent, "timers", timers)
    monkeypatch.setattr(agent, "crons", [])
    runtime, sandbox, brain = start()
    ask(runtime, sandbox)
    brain.scripts["Say"] = fail  # type: ignore[index]
    runtime.advance(timedelta(days=5, hours=1))
    assert (len(sandbox.outbox("team@example.com")), len(sandbox.outbox("ana@example.com"))) == (1, 1)
