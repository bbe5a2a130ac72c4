"""What must not leave, and who must not act: cases in which people, switch and autonomy meet."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from approval_desk import ANA, BO, CY, DESK, Desk
from desk_agent.agent import State, agent
from left import left

from postroom.autonomy import Autonomy
from postroom.runtime import effects, kill_switch
from postroom.runtime.kill_switch import press
from postroom.runtime.undo_run import NotUndoable, undo
from postroom.settings import Settings

Start = Callable[..., Any]


def write(desk: Desk, text: str = "What colour?", sender: str = ANA, **more: Any) -> str:
    posted = desk.sandbox.post_mail(sender, more.pop("to", DESK), more.pop("subject", "Colour"), text=text, **more)
    desk.settle()
    return str(posted.thread_id)


def now_may(desk: Desk, written: str) -> None:
    desk.runtime.context = dataclasses.replace(desk.runtime.context, autonomy=Autonomy.parse(written))


@pytest.mark.parametrize("level", ["approve", "suggest"])
def test_a_follow_up_planned_when_its_agent_might_send_waits_once_it_may_not(run_agent: Start, level: str) -> None:
    desk = Desk(run_agent, "chase")
    thread_id = write(desk)
    now_may(desk, level)
    desk.runtime.advance(timedelta(days=3))
    assert len(desk.to_customer()) == 1
    assert "waiting/approval" in desk.labels(thread_id)


def test_a_release_that_had_begun_is_waited_for_and_named(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(run_agent)
    desk.shout()
    monkeypatch.setattr(kill_switch, "PATIENCE", 0)
    told, real = [], effects.send_mail

    def pressed(context: Any, inbox_id: str, op_id: str, frozen: Any) -> Any:
        if frozen["purpose"] == "answer":
            told.append(press(desk.runtime.context, "all", "a wrong price").told())
        return real(context, inbox_id, op_id, frozen)

    monkeypatch.setattr(effects, "send_mail", pressed)
    # by the queue, as in a running process
    review = desk.reviews()[-1]
    desk.sandbox.post_mail(BO, DESK, f"Re: {review.subject}", text="approve", in_reply_to=review.message_id)
    desk.runtime.drain()
    desk.runtime.tick()
    desk.runtime.drain()
    assert told == [[f"a Reply to {ANA} was being sent already"]]


def test_a_draft_that_cannot_be_unscheduled_keeps_no_other_from_it(run_agent: Start) -> None:
    desk = Desk(run_agent)
    at = desk.runtime.clock.now() + timedelta(hours=2)
    for number in range(2):
        desk.client.inboxes.drafts.create(DESK, to=[ANA], subject=f"Offer {number}", text="x", send_at=at)
    other = desk.client.inboxes.create(request={"username": "gone"}).inbox_id  # type: ignore[arg-type]
    post = dataclasses.replace(desk.runtime.context.posts["desk"], inbox_id=other)
    desk.runtime.context = dataclasses.replace(desk.runtime.context, posts={"gone": post, **desk.runtime.context.posts})
    desk.client.inboxes.delete(other)
    pressed = press(desk.runtime.context, "all", "a wrong price")
    assert len(pressed.unscheduled) == 2
    assert any(other in said and "may still leave" in said for said in pressed.told())


def test_stop_in_answer_to_a_hand_over_is_heard_from_those_who_may_approve_alone(run_agent: Start) -> None:
    desk = Desk(run_agent, "escalate", approvers=f"Cy <{CY}>")
    write(desk)
    (handed,) = left(desk.sandbox, BO)
    write(desk, "stop all", BO, subject=f"Re: {handed.subject}", in_reply_to=handed.message_id)
    assert desk.journal.switched_off() == {}
    assert "only those who may approve" in desk.notices()[-1]


def test_an_opt_out_of_before_survives_the_undo_of_another(run_agent: Start) -> None:
    desk = Desk(run_agent, "stop")
    write(desk)
    second = write(desk)
    undo(desk.runtime.context, next(run for run in desk.journal.runs_of_thread(second) if run["plan"])["run_id"])
    desk.settle()
    assert desk.journal.suppressed([ANA]) == {ANA: "asked to stop"}


def test_a_run_that_may_be_tried_again_is_not_undone(run_agent: Start) -> None:
    desk = Desk(run_agent, "crash")
    thread_id = write(desk)
    (run,) = desk.journal.runs_of_thread(thread_id)
    assert run["status"] == "dead"
    with pytest.raises(NotUndoable, match="is dead"):
        undo(desk.runtime.context, run["run_id"])


@pytest.fixture
def overseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "oversight", True)
    monkeypatch.setattr(agent, "hand_back", State.DONE)
    moves = {state: frozenset(to) for state, to in agent.flow.moves.items()}
    monkeypatch.setattr(agent.flow, "moves", moves | {State.WITH_HUMAN: frozenset({State.DONE, State.WITH_HUMAN})})


@pytest.mark.usefixtures("overseen")
def test_mail_that_came_in_right_behind_an_overseers_is_theirs(run_agent: Start) -> None:
    desk = Desk(run_agent)
    write(desk)
    first = desk.to_customer()[0]
    desk.sandbox.post_mail(BO, DESK, f"Re: {first.subject}", text="I take this.", in_reply_to=first.message_id)
    desk.sandbox.post_mail(ANA, DESK, f"Re: {first.subject}", text="And now?", in_reply_to=first.message_id)
    desk.settle()
    assert len(desk.to_customer()) == 1


@pytest.mark.usefixtures("overseen")
@pytest.mark.parametrize("since", ["left", "no oversight", "a lawyer in copy"])
def test_what_was_said_among_us_stays_so(run_agent: Start, monkeypatch: pytest.MonkeyPatch, since: str) -> None:
    desk = Desk(run_agent)
    write(desk)
    first = desk.to_customer()[0]
    to = [DESK, "lawyer@example.com"] if since == "a lawyer in copy" else [DESK]
    ours = {"in_reply_to": first.message_id, "subject": f"Re: {first.subject}"}
    write(desk, "This one never pays, mind.", BO, to=to, **ours)
    write(desk, "hand back", BO, **ours)
    if since == "left":
        settings = Settings(_env_file=None, humans=f"Cy <{CY}>")  # type: ignore[call-arg]
        post = desk.runtime.context.posts["desk"]
        people = tuple(settings.humans_of("desk"))
        posts = {"desk": dataclasses.replace(post, people=people, approvers={"": list(people)})}
        desk.runtime.context = dataclasses.replace(desk.runtime.context, posts=posts)
    if since == "no oversight":
        monkeypatch.setattr(agent, "oversight", False)
    seen, handler = [], agent.on_mail[State.DONE]

    def reads(message: Any, thread: Any) -> Any:
        seen.extend(mail.new_text for mail in thread.messages)
        return handler(message, thread)

    monkeypatch.setitem(agent.on_mail, State.DONE, reads)
    write(desk, "And which size?", in_reply_to=first.message_id)
    assert "What colour?" in seen
    assert not any("never pays" in text for text in seen)
