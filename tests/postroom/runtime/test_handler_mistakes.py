"""What a handler may do wrong: each mistake stops its own run alone, before anything left, and says what to write."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import desk_agent.agent as desk
import pytest
from desk_agent.agent import State, agent, record

from agentmail_sandbox import Sandbox
from postroom import Actions, Do, Forward, Notify, Plan, Propose, Reply, Send, Suppress, Transition, days
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime

ANA = "ana@example.com"
DESK = "desk@sandbox.test"
REPLY = Reply("plain", body="It is blue.")
Start = Callable[..., tuple[Runtime, Sandbox]]


def leave(*_: Any, **__: Any) -> Any:
    raise SystemExit(3)


def cancel(*_: Any, **__: Any) -> Any:
    raise asyncio.CancelledError


def interrupt(*_: Any, **__: Any) -> Any:
    raise KeyboardInterrupt


def run_of(run_agent: Start, monkeypatch: pytest.MonkeyPatch, handler: Callable[..., Any]) -> tuple[Any, Sandbox]:
    """Let `handler` have one mail; return its run."""
    monkeypatch.setitem(agent.on_mail, State.NEW, handler)
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    mail = sandbox.post_mail(ANA, DESK, "Hi", text="What colour?")
    runtime.drain()
    (run,) = runtime.context.journal.runs_of_thread(str(mail.thread_id))
    return run, sandbox


@pytest.mark.parametrize("end", [leave, cancel, interrupt], ids=["SystemExit", "CancelledError", "KeyboardInterrupt"])
@pytest.mark.parametrize("where", ["handler", "hold rule", "Do"])
def test_code_of_an_agent_that_wants_to_end_the_process_ends_its_run_alone(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, where: str, end: Callable[..., Any]
) -> None:
    answer = Transition(State.DONE, REPLY)
    if where == "hold rule":
        monkeypatch.setattr(agent, "hold", (end,))
    if where == "Do":
        monkeypatch.setattr(desk, end.__name__, end, raising=False)
        monkeypatch.setattr(end, "__module__", desk.__name__)
        answer = Transition(State.DONE, Do(end, "once"))
    monkeypatch.setitem(agent.on_mail, State.NEW, end if where == "handler" else lambda *_: answer)
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    mail = sandbox.post_mail(ANA, DESK, "Hi", text="What colour?")
    runtime.drain()
    monkeypatch.setattr(agent, "hold", ())
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE, REPLY))
    sandbox.post_mail(ANA, DESK, "Re: Hi", text="And which size?", in_reply_to=mail.message_id)
    runtime.drain()
    first, second = runtime.context.journal.runs_of_thread(str(mail.thread_id))
    assert (first["status"], second["status"]) == ("dead", "done")
    assert f"in {end.__name__})" in first["error"]
    assert len(sandbox.outbox(ANA)) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (REPLY, "the handler returned Reply; a handler of a thread returns Transition(State.DONE, Reply(…)) or None"),
        ([REPLY], "the handler returned list; a handler of a thread returns Transition"),
        (Actions(REPLY), "the handler returned Actions; a handler of a thread returns Transition"),
        (
            Transition("done", REPLY),
            "the Transition goes to 'done', no state of desk; use one of State.NEW, State.DONE",
        ),  # type: ignore[arg-type]
    ],
    ids=["a bare action", "a list", "Actions", "a state as text"],
)
def test_an_answer_of_the_wrong_kind_says_what_to_return(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, answer: Any, error: str
) -> None:
    run, sandbox = run_of(run_agent, monkeypatch, lambda *_: answer)
    assert (run["status"], sandbox.outbox()) == ("dead", [])
    assert error in run["error"]


def test_what_is_proposed_is_returned_from_every_alone(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Transition(State.DONE, Propose(record, "blue", title="New rule", text="All is blue.", because="asked"))
    run, sandbox = run_of(run_agent, monkeypatch, lambda *_: asked)
    assert run["status"] == "dead"
    assert "return it from @agent.every" in run["error"]
    assert sandbox.outbox() == []


@pytest.mark.parametrize(
    "answer",
    [[Notify("plain", body="All is well.")], Transition(State.DONE, Notify("plain", body="All is well."))],
    ids=["a list", "a Transition"],
)
def test_a_cron_returns_actions_and_nothing_else(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    monkeypatch.setattr(agent, "crons", [dataclasses.replace(agent.crons[0], handler=lambda _: answer)])
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    runtime.tick()
    runtime.advance(timedelta(days=4))
    run, *_ = runtime.context.journal.runs_with_status("dead")
    advice = "a handler of @agent.every returns Actions(Notify(…)) or None"
    assert f"the handler returned {type(answer).__name__}; {advice}" in run["error"]
    assert sandbox.outbox() == []


@pytest.mark.parametrize(
    "label", ["internal", "Unread", "stuck", "planned", "waiting/approval", "waiting/x", "op-1", "", "  "]
)
def test_a_label_that_tells_the_runtime_what_to_do_is_no_agents_to_set(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    run, sandbox = run_of(run_agent, monkeypatch, lambda *_: Transition(State.DONE, REPLY, labels=[label]))
    assert (run["status"], sandbox.outbox()) == ("dead", [])
    assert f"labels hold {label.lower()!r}, which no agent sets" in run["error"]


@pytest.mark.parametrize("label", ["support/waiting", "Support/no-state-of-it", "support/", "press-desk/new"])
def test_a_label_of_another_agents_states_is_no_agents_to_set(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, label: str
) -> None:
    (tmp_path / "press_desk_agent").mkdir()
    (tmp_path / "press_desk_agent" / "agent.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    run, sandbox = run_of(run_agent, monkeypatch, lambda *_: Transition(State.DONE, REPLY, labels=["vip", label]))
    assert (run["status"], sandbox.outbox()) == ("dead", [])
    owner, _, state = label.lower().partition("/")
    assert f"labels hold {label.lower()!r}, a label of the agent {owner}, which it alone sets" in run["error"]
    assert f"such as category/{state}" in run["error"]


def test_a_label_of_an_agent_that_runs_beside_is_refused_wherever_its_folder_is(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE, REPLY, labels=["alfa/new"]))
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    sandbox.client().inboxes.create(request={"username": "alfa"})
    beside = dataclasses.replace(runtime.context.posts["desk"], inbox_id="alfa@sandbox.test")
    monkeypatch.setitem(runtime.context.posts, "alfa", beside)
    mail = sandbox.post_mail(ANA, DESK, "Hi", text="What colour?")
    runtime.drain()
    (run,) = runtime.context.journal.runs_of_thread(str(mail.thread_id))
    assert "labels hold 'alfa/new', a label of the agent alfa" in run["error"]
    assert sandbox.outbox() == []


@pytest.mark.parametrize("label", ["category/support", "supports/new", "support", "Press/new"])
def test_a_label_that_only_resembles_another_agents_is_set(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    run, sandbox = run_of(run_agent, monkeypatch, lambda *_: Transition(State.DONE, REPLY, labels=[label]))
    assert (run["status"], len(sandbox.outbox())) == ("done", 1)
    assert label.lower() in sandbox.client().threads.get(run["thread_id"]).labels


class Box:
    @staticmethod
    def put(op_id: str) -> None:
        """Stand for what a run that is taken up would not find by its module and name."""


@pytest.mark.parametrize("function", [lambda _: None, Box.put], ids=["a lambda", "a static method"])
def test_a_do_that_could_not_be_found_again_is_refused_before_anything_left(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any]
) -> None:
    run, sandbox = run_of(run_agent, monkeypatch, lambda *_: Transition(State.DONE, REPLY, Do(function, "once")))
    assert (run["status"], sandbox.outbox()) == ("dead", [])
    assert "cannot be found again; give it a function of a module" in run["error"]


def test_what_a_do_returns_is_kept_whatever_it_is(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def stamp(op_id: str) -> datetime:
        return datetime(2026, 3, 6, tzinfo=UTC)

    monkeypatch.setattr(desk, "record", stamp)
    monkeypatch.setattr(stamp, "__module__", desk.__name__)
    monkeypatch.setattr(stamp, "__qualname__", record.__qualname__)
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE, Do(stamp, "once")))
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    mail = sandbox.post_mail(ANA, DESK, "Hi", text="What colour?")
    runtime.drain()
    (run,) = runtime.context.journal.runs_of_thread(str(mail.thread_id))
    (done,) = runtime.context.journal.actions_of_run(run["run_id"])
    assert (run["status"], done["result"]) == ("done", {"returned": "2026-03-06 00:00:00+00:00"})


@pytest.mark.parametrize("address", ["nobody", "", None])
def test_to_suppress_nobody_is_refused_before_anything_left(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, address: str | None
) -> None:
    told = Actions(Notify("plain", body="All is well."), Suppress("asked to stop", address=address))
    monkeypatch.setattr(agent, "crons", [dataclasses.replace(agent.crons[0], handler=lambda _: told)])
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    runtime.tick()
    runtime.advance(timedelta(days=4))
    run, *_ = runtime.context.journal.runs_with_status("dead")
    assert "name the address that is to hear nothing more" in run["error"]
    assert sandbox.outbox() == []


def test_a_mail_that_would_say_none_does_not_leave(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    run, sandbox = run_of(run_agent, monkeypatch, lambda *_: Transition(State.DONE, Reply("plain", body=None)))
    assert (run["status"], sandbox.outbox()) == ("dead", [])
    assert run["error"].startswith("LetterError: desk_agent: emails/plain.md.j2: a value it shows is None")


@pytest.mark.parametrize("body", ["", " \n\t"], ids=["empty", "blank"])
@pytest.mark.parametrize(
    "action",
    [
        Reply,
        Notify,
        partial(Send, to=ANA, subject="Hi"),
        partial(Forward, to=ANA),
        partial(Plan, key="chase", after=days(2)),
    ],
    ids=["Reply", "Notify", "Send", "Forward", "Plan"],
)
def test_a_mail_around_an_empty_body_does_not_leave(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, action: Callable[..., Any], body: str
) -> None:
    run, sandbox = run_of(run_agent, monkeypatch, lambda *_: Transition(State.DONE, REPLY, action("plain", body=body)))
    assert (run["status"], sandbox.outbox(), sandbox.client().drafts.list().count) == ("dead", [], 0)
    said = f"LetterError: desk_agent: emails/plain.md.j2 is given the body {body!r}, which says nothing"
    assert run["error"].startswith(said)
