"""A review, or an answer to one, that breaks off at any of its steps goes on where it ended: all of it happens once."""

from __future__ import annotations

import pytest
from approval_desk import ANA, BO, Start
from desk_agent.agent import State, agent
from review_desk import ReviewDesk, reviewed
from test_approvals_interrupted import Breaking

from postroom.runtime.dead_letters import replay


@pytest.fixture(autouse=True)
def each_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    reviewed(monkeypatch)


def broken_desk(run_agent: Start, what: str = "answer") -> tuple[ReviewDesk, Breaking]:
    made: list[Breaking] = []

    def wrap(engine: object) -> Breaking:
        made.append(Breaking(engine))
        return made[0]

    return ReviewDesk(run_agent, what, wrap_engine=wrap), made[0]


def take_up(desk: ReviewDesk) -> int:
    broken = desk.journal.runs_with_status("dead")
    for run in broken:
        replay(desk.runtime.context, run["run_id"])
    desk.finish()
    return len(broken)


@pytest.mark.parametrize(
    "boundary",
    [f"{when} {step}" for step in ("load", "plan", "act:0:Digest", "labels") for when in ("before", "after")],
)
def test_one_review_is_sent_though_its_run_breaks_off(run_agent: Start, boundary: str) -> None:
    desk, engine = broken_desk(run_agent)
    desk.to_review()
    desk.shout()
    engine.armed = boundary
    desk.to_review()
    assert take_up(desk) == 1
    assert len(desk.digests()) == 2
    desk.say("1 approve")
    assert len(desk.to_customer()) == 1


@pytest.mark.parametrize(
    "boundary",
    [f"{when} {step}"
     for step in ("read", "hand in:1", "wait", "tell", "act:0:Notify", "close", "judge", "release", "settle")
     for when in ("before", "after")],
)  # fmt: skip
def test_each_line_is_carried_out_once_though_the_answer_breaks_off(run_agent: Start, boundary: str) -> None:
    desk, engine = broken_desk(run_agent)
    desk.shout()
    desk.to_review()
    engine.armed = boundary
    desk.say("1 approve\n9 approve")
    assert engine.armed == ""
    assert take_up(desk) == 1
    assert len(desk.to_customer()) == 1
    (told,) = desk.notices()
    assert "9: Nothing was done" in told
    if not boundary.endswith(("judge", "release", "settle")):  # those are of the approval's own run
        assert f"1: approved by {BO}" in told


@pytest.mark.parametrize("boundary", ["before hand in:1", "after hand in:1", "before tell"])
def test_a_failed_run_is_taken_up_once_though_the_answer_breaks_off(run_agent: Start, boundary: str) -> None:
    desk, engine = broken_desk(run_agent, "wrong move")
    desk.sandbox.post_mail(ANA, "desk@sandbox.test", "Colour", text="What colour?")
    desk.runtime.drain()
    desk.to_review()
    desk.runtime.context.brain.scripts["Say"] = {"what": "answer", "body": "It is blue."}  # type: ignore[attr-defined]
    engine.armed = boundary
    desk.say("1 retry")
    assert take_up(desk) == 1
    assert len(desk.to_customer()) == 1


@pytest.mark.parametrize("boundary", ["after hand in:1", "before tell"])
def test_a_thread_is_handed_back_once_though_the_answer_breaks_off(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, boundary: str
) -> None:
    monkeypatch.setattr(agent, "hand_back", State.DONE)
    desk, engine = broken_desk(run_agent, "escalate")
    thread_id = str(desk.sandbox.post_mail(ANA, "desk@sandbox.test", "Hard", text="What colour?").thread_id)
    desk.runtime.drain()
    desk.to_review()
    engine.armed = boundary
    desk.say("1 hand back")
    assert take_up(desk) == 1
    assert [move["state"] for move in desk.journal.moves_of_thread(thread_id)] == ["with-human", "done"]
    assert f"1: {BO} gave the thread back" in desk.notices()[-1]


def test_a_review_that_failed_is_not_sent_once_a_later_one_told_of_its_time_too(run_agent: Start) -> None:
    desk, engine = broken_desk(run_agent)
    desk.to_review()
    desk.sandbox.post_mail(ANA, "desk@sandbox.test", "Colour", text="What colour?")
    desk.runtime.drain()
    engine.armed = "before plan"
    desk.to_review()
    (broken,) = desk.journal.runs_with_status("dead")
    assert "answers: 1" in desk.to_review().text
    replay(desk.runtime.context, broken["run_id"])
    desk.finish()
    assert desk.journal.run(broken["run_id"])["status"] == "stale"
    assert len(desk.digests()) == 2
