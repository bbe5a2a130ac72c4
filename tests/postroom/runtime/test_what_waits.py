"""Mail that waits for a person, or was refused: one draft of it at most, and a place where people see it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import State, agent
from left import left

from agentmail_sandbox import Sandbox
from postroom import Actions, Forward, Plan, Reply, Send, Suppress, Transition, days
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime import dead_letters
from postroom.runtime.app import Runtime

ANA = "ana@example.com"
STRANGER = "stranger@example.net"
DESK = "desk@sandbox.test"
Start = Callable[..., tuple[Runtime, Sandbox]]


def drafts(sandbox: Sandbox) -> list[Any]:
    return list(sandbox.client().inboxes.drafts.list(DESK).drafts)


def planned(run_agent: Start, monkeypatch: pytest.MonkeyPatch, **mail: Any) -> tuple[Runtime, Sandbox, str]:
    """Return a thread on which a follow-up is planned, edited by a person in its draft."""
    plan = Plan("plain", key="chase", after=days(2), body="Any news?")
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE, plan))
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    posted = sandbox.post_mail(ANA, DESK, "Order", text="The blue one.", **mail)
    runtime.drain()
    sandbox.client().inboxes.drafts.update(DESK, drafts(sandbox)[0].draft_id, text="Any news, dear Ana?")
    return runtime, sandbox, str(posted.thread_id)


def test_a_follow_up_that_is_held_leaves_one_draft_as_it_was_edited(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox, thread_id = planned(run_agent, monkeypatch, auth="none")
    runtime.advance(timedelta(days=3))
    follow_ups = [
        run for run in runtime.context.journal.runs_of_thread(thread_id) if run["cause"].get("timer") == "plan"
    ]
    assert [run["status"] for run in follow_ups] == ["held"]
    (draft,) = drafts(sandbox)
    assert "waiting/approval" in draft.labels
    assert "planned" not in draft.labels
    assert sandbox.client().inboxes.drafts.get(DESK, draft.draft_id).text == "Any news, dear Ana?"


@pytest.mark.parametrize("stop", ["suppressed", "switched off"])
def test_a_follow_up_that_is_refused_leaves_no_draft_and_can_be_taken_up(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    runtime, sandbox, thread_id = planned(run_agent, monkeypatch)
    journal = runtime.context.journal
    if stop == "suppressed":
        journal.suppress(ANA, "asked to stop", runtime.clock.now())
    else:
        journal.switch_off("all", "a wrong price", runtime.clock.now())
    runtime.advance(timedelta(days=3))
    run = journal.runs_of_thread(thread_id)[-1]
    assert (run["kind"], run["status"]) == ("timer", "refused")
    assert drafts(sandbox) == []
    if stop == "switched off":
        journal.switch_on("all")
        dead_letters.replay(runtime.context, run["run_id"])
        runtime.drain()
        assert [sent.text.strip() for sent in left(sandbox, ANA)] == ["Any news, dear Ana?"]


@pytest.mark.parametrize(
    "action",
    [
        Send("plain", to=STRANGER, subject="An offer", body="Buy this."),
        Forward("plain", to=STRANGER, body="For you."),
    ],
    ids=lambda action: type(action).__name__,
)
def test_mail_to_somebody_nobody_knows_waits_as_a_draft(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, action: Send | Forward
) -> None:
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE, action))
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    sandbox.post_mail(ANA, DESK, "Order", text="The blue one.")
    runtime.drain()
    (draft,) = drafts(sandbox)
    assert (draft.to, "waiting/approval" in draft.labels) == ([STRANGER], True)
    assert left(sandbox) == []


def test_mail_of_a_cron_that_is_held_waits_as_a_draft(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = Actions(Send("plain", to=STRANGER, subject="An offer", body="Buy this."))
    monkeypatch.setattr(agent, "crons", [dataclasses.replace(agent.crons[0], handler=lambda _: offer)])
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    runtime.tick()
    runtime.advance(timedelta(days=4))
    draft, *_ = drafts(sandbox)
    assert (draft.to, draft.subject) == ([STRANGER], "An offer")
    assert left(sandbox) == []


def test_an_opt_out_takes_effect_though_the_answer_beside_it_waits(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Transition(State.DONE, Suppress(reason="asked to stop"), Reply("plain", body="You are off the list."))
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: wanted)
    monkeypatch.setattr(agent, "hold", [lambda *_: "a person looks first"])
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    sandbox.post_mail(ANA, DESK, "Order", text="STOP")
    runtime.drain()
    assert runtime.context.journal.suppressed([ANA]) == {ANA: "asked to stop"}
    assert left(sandbox, ANA) == []
    assert len(drafts(sandbox)) == 1
