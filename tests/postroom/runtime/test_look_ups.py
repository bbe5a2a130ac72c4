"""What an agent's own code looks up: recorded once, heard again on a replay, shown to people."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from desk_agent.agent import State, agent
from mail_wire import WiredSandbox
from test_dead_letters import ask, run_of, take_up

from postroom import Actions, Inbox, Message, Notify, Reply, Thread, Transition
from postroom.brain.question import LOOK_UP
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime
from postroom_bench.play import CrashingEngine

ASKED: list[str] = []
STOCK: dict[str, Any] = {}


def stock_of(colour: str) -> Any:
    """Return what is there of a colour; raises OSError while the shelf is out of reach."""
    ASKED.append(colour)
    if isinstance(found := STOCK[colour], OSError):
        raise found
    return found


@pytest.fixture(autouse=True)
def stock(monkeypatch: pytest.MonkeyPatch) -> None:
    ASKED.clear()
    STOCK.clear()
    STOCK["blue"] = {"left": 3, "price": Decimal("9.50")}
    monkeypatch.setitem(agent.on_mail, State.NEW, answer_from_stock)


def answer_from_stock(message: Message, thread: Thread) -> Transition:
    found = thread.look_up(stock_of, colour="blue")
    return Transition(State.DONE, Reply("plain", body=f"{found['left']} at {found['price']}."))


def start(run_agent: Callable[..., Any], **options: Any) -> tuple[Runtime, WiredSandbox]:
    runtime, sandbox = run_agent(agent, ScriptedBrain(), WiredSandbox(), **options)
    return runtime, sandbox


def words(sandbox: WiredSandbox) -> list[str]:
    return [mail.text or "" for mail in sandbox.outbox()]


def test_a_look_up_is_recorded_as_json_with_what_was_asked(run_agent: Callable[..., Any]) -> None:
    runtime, sandbox = start(run_agent)
    run = run_of(runtime, ask(runtime, sandbox))
    assert "3 at 9.50." in words(sandbox)[0]
    (row,) = runtime.context.journal.decisions_of_run(run["run_id"])
    assert (row["type"], row["brain"], row["confidence"], row["cost_usd"]) == ("stock_of", LOOK_UP, None, 0)
    assert (row["seen"], row["value"]) == (
        {"context": {"colour": "blue"}},
        {"answer": {"left": 3, "price": "9.50"}},
    )


@pytest.mark.parametrize("after", ["stock_of", "plan", "Reply"])
def test_a_run_taken_up_after_a_crash_hears_what_it_heard(run_agent: Callable[..., Any], after: str) -> None:
    runtime, sandbox = start(run_agent, wrap_engine=CrashingEngine)
    runtime.context.engine.after = after  # type: ignore[attr-defined]
    ask(runtime, sandbox)
    assert ["3 at 9.50." in text for text in words(sandbox)] == [True]
    assert ASKED == ["blue"]


def test_a_replay_that_looks_up_something_else_is_a_dead_letter(
    run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def another_colour(message: Message, thread: Thread) -> Transition:
        thread.look_up(stock_of, colour="red")
        raise AssertionError("the look-up must not return")

    def fail_after(message: Message, thread: Thread) -> Transition:
        thread.look_up(stock_of, colour="blue")
        raise ValueError("a bug")

    runtime, sandbox = start(run_agent)
    monkeypatch.setitem(agent.on_mail, State.NEW, fail_after)
    thread_id = ask(runtime, sandbox)
    monkeypatch.setitem(agent.on_mail, State.NEW, another_colour)
    take_up(runtime, run_of(runtime, thread_id)["run_id"])
    run = run_of(runtime, thread_id)
    assert run["error"].startswith("Diverged: look:stock_of (number 0) was asked something else")
    assert ASKED == ["blue"]


def test_what_a_look_up_raises_fails_the_run_and_it_is_asked_again(run_agent: Callable[..., Any]) -> None:
    STOCK["blue"] = OSError("the shelf is out of reach")
    runtime, sandbox = start(run_agent)
    thread_id = ask(runtime, sandbox)
    run = run_of(runtime, thread_id)
    assert (run["status"], run["error"].partition(" (")[0]) == ("dead", "OSError: the shelf is out of reach")
    assert list(runtime.context.journal.decisions_of_run(run["run_id"])) == []
    STOCK["blue"] = {"left": 1, "price": 9}
    take_up(runtime, run["run_id"])
    assert "1 at 9." in words(sandbox)[0]


def test_a_look_up_works_on_the_run_s_own_thread_only(
    run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(message: Message, thread: Thread) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: thread.look_up(stock_of, colour="blue")).result()

    monkeypatch.setitem(agent.on_mail, State.NEW, elsewhere)
    runtime, sandbox = start(run_agent)
    run = run_of(runtime, ask(runtime, sandbox))
    assert run["error"].startswith("RuntimeError: look_up works only on the run's own thread")
    assert ASKED == []


def test_an_inbox_of_no_run_says_that_it_cannot_look_up() -> None:
    inbox = Inbox("desk@sandbox.test", "desk", datetime(2026, 3, 2, tzinfo=UTC))
    with pytest.raises(RuntimeError, match="only inside a run"):
        inbox.look_up(stock_of, colour="blue")


def test_a_schedule_looks_up_too(run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:

    def digest(inbox: Inbox) -> Actions:
        left = inbox.look_up(stock_of, colour="blue")["left"]
        return Actions(Notify("plain", subject="stock", body=f"{left} left."))

    monkeypatch.setattr(agent, "crons", [replace(cron, handler=digest) for cron in agent.crons])
    runtime, sandbox = start(run_agent)
    runtime.tick()
    runtime.advance(timedelta(days=7))
    assert ["3 left." in text for text in words(sandbox)] == [True] * 5
