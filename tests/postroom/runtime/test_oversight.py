"""CC oversight: one of our people is in copy of every mail, and has the thread once they write on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from approval_desk import ANA, BO, CY, DESK, Desk, bounced
from desk_agent.agent import State, agent
from left import left

from postroom.agent import AgentError
from postroom.runtime.unreached import reached

Start = Callable[..., Any]


@pytest.fixture(autouse=True)
def overseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "oversight", True)
    monkeypatch.setattr(agent, "hand_back", State.DONE)
    moves = {state: frozenset(to) for state, to in agent.flow.moves.items()}
    monkeypatch.setattr(agent.flow, "moves", moves | {State.WITH_HUMAN: frozenset({State.DONE, State.WITH_HUMAN})})


def write(desk: Desk, text: str = "What colour?", sender: str = ANA, **more: Any) -> str:
    posted = desk.sandbox.post_mail(sender, more.pop("to", DESK), more.pop("subject", "Colour"), text=text, **more)
    desk.settle()
    return str(posted.thread_id)


def interfere(desk: Desk, text: str, sender: str = BO, **more: Any) -> str:
    """Have one of our people write on the thread of the newest mail to the customer."""
    answered = desk.to_customer()[0]
    more = {"in_reply_to": answered.message_id, "to": [DESK], **more}
    return write(desk, text, sender, subject=f"Re: {answered.subject}", **more)


def test_every_mail_to_a_customer_has_one_of_our_people_in_copy(run_agent: Start) -> None:
    desk = Desk(run_agent, "chase")
    write(desk)
    (sent,) = desk.to_customer()
    assert (sent.to, sent.cc) == ([ANA], [BO])
    (planned,) = desk.drafts()
    assert planned.cc == [BO]


def test_mail_to_our_people_has_no_copy(run_agent: Start) -> None:
    desk = Desk(run_agent, "escalate")
    write(desk)
    (handed,) = [mail for mail in left(desk.sandbox, BO) if ANA not in mail.to]
    assert handed.cc == []


def test_the_copy_goes_to_the_next_where_mail_does_not_reach_the_first(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.journal.suppress(BO, "bounced", desk.runtime.clock.now())
    assert reached(desk.journal, [BO, CY]) == [CY]
    write(desk)
    assert desk.to_customer()[0].cc == [CY]


def test_a_draft_that_waits_shows_the_copy_and_leaves_with_it(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.shout()
    assert [draft.cc for draft in desk.drafts()] == [[BO]]
    desk.answer("approve")
    assert desk.to_customer()[0].cc == [BO]


@pytest.mark.parametrize("to", [[DESK], [DESK, ANA]])
def test_whatever_they_write_takes_the_thread_over(run_agent: Start, to: list[str]) -> None:
    desk = Desk(run_agent)
    thread_id = write(desk)
    assert interfere(desk, "It is green, I looked.", to=to) == thread_id
    assert "desk/with-human" in desk.labels(thread_id)
    assert len(desk.to_customer()) == 1
    run = desk.journal.runs_of_thread(thread_id)[-1]
    assert (run["status"], run["note"]) == ("recorded", f"{BO} has taken the thread over")


def test_the_agent_is_silent_until_the_thread_is_handed_back(run_agent: Start) -> None:
    desk = Desk(run_agent)
    thread_id = write(desk)
    interfere(desk, "I take this.")
    first = desk.to_customer()[0].message_id
    write(desk, "And now?", in_reply_to=first)
    assert len(desk.to_customer()) == 1
    interfere(desk, "hand back")
    assert "desk/done" in desk.labels(thread_id)
    write(desk, "And which size?", in_reply_to=first)
    assert len(desk.to_customer()) == 2
    assert desk.to_customer()[0].to == [ANA]


def test_what_they_write_to_us_alone_reaches_no_handler_and_no_customer(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(run_agent)
    write(desk)
    interfere(desk, "This one never pays, mind.")
    interfere(desk, "hand back")
    seen = []
    handler = agent.on_mail[State.DONE]

    def reads(message: Any, thread: Any) -> Any:
        seen.extend(mail.new_text for mail in thread.messages)
        return handler(message, thread)

    monkeypatch.setitem(agent.on_mail, State.DONE, reads)
    write(desk, "And which size?", in_reply_to=desk.to_customer()[0].message_id)
    assert "What colour?" in seen
    assert not any("never pays" in text for text in seen)
    assert not any("never pays" in str(mail.text) for mail in desk.to_customer())


def test_what_waited_and_what_was_planned_ends_when_they_write(run_agent: Start) -> None:
    desk = Desk(run_agent, "chase")
    write(desk)
    interfere(desk, "Leave them alone.")
    assert desk.drafts() == []


def test_what_they_struck_out_gives_nothing_back(run_agent: Start) -> None:
    desk = Desk(run_agent)
    thread_id = write(desk)
    interfere(desk, "hand back", html="<p><s>hand back</s></p>")
    assert "desk/with-human" in desk.labels(thread_id)


def test_an_automatic_reply_of_theirs_takes_nothing_over(run_agent: Start) -> None:
    desk = Desk(run_agent)
    thread_id = write(desk)
    interfere(desk, "I am away until Monday.", headers={"Auto-Submitted": "auto-replied"})
    assert "desk/done" in desk.labels(thread_id)
    assert len(desk.to_customer()) == 1


def test_mail_that_only_claims_to_be_theirs_is_not_followed_and_people_see_it(run_agent: Start) -> None:
    desk = Desk(run_agent)
    thread_id = write(desk)
    interfere(desk, "hand back", auth="none")
    assert {"desk/done", "needs-human"} <= desk.labels(thread_id)
    assert len(desk.to_customer()) == 1


def test_one_of_our_people_may_be_a_customer_too(run_agent: Start) -> None:
    desk = Desk(run_agent)
    thread_id = write(desk, sender=CY)
    assert "desk/done" in desk.labels(thread_id)
    assert [mail.to for mail in desk.sandbox.outbox(CY)] == [[CY]]
    write(desk, "And which size?", sender=CY, in_reply_to=desk.sandbox.outbox(CY)[0].message_id)
    assert len(desk.sandbox.outbox(CY)) == 2


def test_stop_in_copy_stops_the_agent(run_agent: Start) -> None:
    desk = Desk(run_agent)
    write(desk)
    interfere(desk, "stop")
    assert set(desk.journal.switched_off()) == {"agent:desk"}


def test_oversight_needs_a_state_to_hand_back_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "hand_back", None)
    with pytest.raises(AgentError, match="oversight needs hand_back"):
        agent.check()


@pytest.mark.parametrize("more", [{"auth": "none"}, {"headers": {"Auto-Submitted": "auto-replied"}}])
def test_what_they_wrote_to_us_alone_is_shown_to_no_handler_where_it_is_not_followed_either(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    desk = Desk(run_agent)
    write(desk)
    interfere(desk, "This one never pays, mind.", **more)
    seen = []
    handler = agent.on_mail[State.DONE]

    def reads(message: Any, thread: Any) -> Any:
        seen.extend(mail.new_text for mail in thread.messages)
        return handler(message, thread)

    monkeypatch.setitem(agent.on_mail, State.DONE, reads)
    write(desk, "And which size?", in_reply_to=desk.to_customer()[0].message_id)
    assert "What colour?" in seen
    assert not any("never pays" in text for text in seen)


def test_what_one_of_our_people_answers_to_a_hand_over_has_the_copy_too(run_agent: Start) -> None:
    desk = Desk(run_agent, "escalate")
    write(desk)
    handed = next(mail for mail in left(desk.sandbox, BO) if ANA not in mail.to)
    write(desk, "We have it in blue and green.", CY, subject=f"Re: {handed.subject}", in_reply_to=handed.message_id)
    newest = desk.to_customer()[0]
    assert (newest.to, newest.cc, "blue and green" in newest.text) == ([ANA], [BO], True)


def test_a_copy_that_bounces_ends_no_follow_up_of_the_customer(run_agent: Start) -> None:
    desk = Desk(run_agent, "chase")
    write(desk)
    bounced(desk, desk.to_customer()[0].message_id, BO)
    assert [draft.to for draft in desk.drafts()] == [[ANA]]
