"""An approval that breaks off at any of its steps goes on where it ended: what was approved leaves once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from approval_desk import Desk, Start

from postroom.runtime.dead_letters import replay

BOUNDARIES = [f"{when} {step}" for step in ("judge", "record", "release:op-", "settle") for when in ("before", "after")]


class Breaking:
    """An engine that breaks off once, before or after a step of that name, while `armed`."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.armed = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        def breaking() -> Any:
            self._break_off(f"before {name}")
            result = work()
            self._break_off(f"after {name}")
            return result

        return self._engine.step(name, breaking)

    def _break_off(self, where: str) -> None:
        if self.armed and where.startswith(self.armed):
            self.armed = ""
            raise RuntimeError("broken off")


def broken_desk(run_agent: Start) -> tuple[Desk, Breaking]:
    made: list[Breaking] = []

    def wrap(engine: Any) -> Breaking:
        made.append(Breaking(engine))
        return made[0]

    return Desk(run_agent, wrap_engine=wrap), made[0]


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize(("words", "sent"), [("approve", 1), ("reject", 0)])
def test_an_answer_that_breaks_off_is_carried_out_once_when_it_is_taken_up(
    run_agent: Start, boundary: str, words: str, sent: int
) -> None:
    desk, engine = broken_desk(run_agent)
    thread_id = desk.shout()
    engine.armed = boundary
    desk.answer(words)
    broken = [run for run in desk.journal.runs_of_thread(thread_id) if run["status"] == "dead"]
    assert len(broken) == (0 if words == "reject" and "release" in boundary else 1)
    for run in broken:
        replay(desk.runtime.context, run["run_id"])
    desk.settle()
    assert len(desk.to_customer()) == sent
    assert desk.held(thread_id)["status"] == ("done" if sent else "refused")
    assert "waiting/approval" not in desk.labels(thread_id)
    assert desk.drafts() == []


@pytest.mark.parametrize("boundary", ["before ask", "after ask", "before labels"])
def test_one_review_mail_is_sent_though_the_run_that_asks_breaks_off(run_agent: Start, boundary: str) -> None:
    desk, engine = broken_desk(run_agent)
    engine.armed = boundary
    thread_id = desk.shout()
    (broken,) = [run for run in desk.journal.runs_of_thread(thread_id) if run["status"] == "dead"]
    replay(desk.runtime.context, broken["run_id"])
    desk.settle()
    assert len(desk.reviews()) == 1
    desk.answer("approve")
    assert len(desk.to_customer()) == 1


@pytest.mark.parametrize("boundary", ["after judge", "after record", "before release:op-"])
def test_what_a_person_sent_by_hand_while_its_approval_was_broken_off_leaves_once(
    run_agent: Start, boundary: str
) -> None:
    desk, engine = broken_desk(run_agent)
    thread_id = desk.shout()
    engine.armed = boundary
    desk.answer("approve")
    (draft,) = desk.drafts()
    desk.client.inboxes.drafts.send("desk@sandbox.test", draft.draft_id)
    for run in desk.journal.runs_of_thread(thread_id):
        if run["status"] == "dead":
            replay(desk.runtime.context, run["run_id"])
    desk.settle()
    assert len(desk.to_customer()) == 1


def test_what_was_approved_does_not_leave_late_after_newer_mail_of_the_customer(run_agent: Start) -> None:
    desk, engine = broken_desk(run_agent)
    thread_id = desk.shout()
    engine.armed = "before release:op-"
    desk.answer("approve")
    first = desk.client.inboxes.threads.get("desk@sandbox.test", thread_id).messages[-1].message_id
    desk.sandbox.post_mail("ana@example.com", "desk@sandbox.test", "RE: CANCEL", text="Cancel that.", in_reply_to=first)
    desk.runtime.drain()
    for run in desk.journal.runs_of_thread(thread_id):
        if run["status"] == "dead":
            replay(desk.runtime.context, run["run_id"])
    desk.settle()
    assert desk.to_customer() == []
