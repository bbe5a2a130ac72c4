"""A hand-over that nobody answers is sent once more, and then to the next of our people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from approval_desk import ANA, BO, CY, DESK, Desk
from desk_agent.agent import State, agent
from left import left

from postroom import Escalate, Transition, hours

Start = Callable[..., Any]


@pytest.fixture(autouse=True)
def within_four_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "answer_within", hours(4))


@pytest.fixture
def desk(run_agent: Start) -> Desk:
    made = Desk(run_agent, "escalate")
    made.thread_id = write(made)
    return made


def write(desk: Desk, text: str = "What colour?", sender: str = ANA, **more: Any) -> str:
    posted = desk.sandbox.post_mail(sender, DESK, more.pop("subject", "Colour"), text=text, **more)
    desk.settle()
    return str(posted.thread_id)


def told(desk: Desk) -> dict[str, list[str]]:
    """Return the subjects of the hand-overs that our people got, oldest first."""
    subjects = {who: [mail.subject for mail in reversed(left(desk.sandbox, who))] for who in (BO, CY)}
    return {who: [subject for subject in each if "unsure" in subject] for who, each in subjects.items()}


def pass_hours(desk: Desk, count: float) -> None:
    desk.runtime.advance(timedelta(hours=count))


def test_silence_repeats_and_then_goes_to_the_next(desk: Desk) -> None:
    pass_hours(desk, 3.9)
    assert [len(mails) for mails in told(desk).values()] == [1, 0]
    pass_hours(desk, 0.2)
    assert told(desk)[BO][1].startswith("Reminder: [desk ")
    assert [len(mails) for mails in told(desk).values()] == [2, 0]
    pass_hours(desk, 4.1)
    assert [len(mails) for mails in told(desk).values()] == [2, 1]
    newest = left(desk.sandbox, CY)[0]
    assert f"This was handed to {BO} on " in newest.text
    assert newest.text.count("nobody has answered yet") == 1
    assert "What colour?" in newest.text
    assert "needs-human" not in desk.labels(desk.thread_id)
    pass_hours(desk, 48)
    assert [len(mails) for mails in told(desk).values()] == [2, 1]
    assert "needs-human" in desk.labels(desk.thread_id)
    assert len(desk.to_customer()) == 1


def test_after_downtime_it_is_sent_once(desk: Desk) -> None:
    pass_hours(desk, 4.1)
    desk.sandbox.clock.advance(timedelta(days=9))
    desk.settle()
    assert [len(mails) for mails in told(desk).values()] == [2, 1]


@pytest.mark.parametrize("text", ["It is green, we looked.", "take over", "yes?"])
def test_whoever_answers_is_reminded_no_more(desk: Desk, text: str) -> None:
    (handed,) = left(desk.sandbox, BO)
    write(desk, text, BO, subject=f"Re: {handed.subject}", in_reply_to=handed.message_id)
    pass_hours(desk, 30)
    assert not any("Reminder" in subject for subject in told(desk)[BO])
    assert told(desk)[CY] == []


def test_a_label_that_a_person_sets_ends_it(desk: Desk) -> None:
    desk.client.inboxes.threads.update(
        DESK, desk.thread_id, add_labels=["desk/done"], remove_labels=["desk/with-human"]
    )
    pass_hours(desk, 30)
    assert [len(mails) for mails in told(desk).values()] == [1, 0]


def test_a_mail_from_the_inbox_ends_it(desk: Desk) -> None:
    first = desk.client.inboxes.messages.list(DESK, labels=["received"]).messages[0]
    desk.client.inboxes.messages.reply(DESK, first.message_id, text="It is green.")
    pass_hours(desk, 30)
    assert [len(mails) for mails in told(desk).values()] == [1, 0]


def test_more_mail_of_the_customer_does_not(desk: Desk) -> None:
    write(desk, "Hello?", in_reply_to=desk.to_customer()[0].message_id)
    pass_hours(desk, 4.1)
    assert any("Reminder" in subject for subject in told(desk)[BO])


def test_an_answer_to_a_reminder_counts_for_the_hand_over(desk: Desk) -> None:
    pass_hours(desk, 9)
    (reminder,) = left(desk.sandbox, CY)
    write(desk, "It is green, we looked.", CY, subject=f"Re: {reminder.subject}", in_reply_to=reminder.message_id)
    assert "It is green" in desk.to_customer()[0].text
    handed = left(desk.sandbox, BO)[-1]
    write(desk, "It is red, I looked.", BO, subject=f"Re: {handed.subject}", in_reply_to=handed.message_id)
    assert len(desk.to_customer()) == 2
    assert f"{CY} has answered this already" in left(desk.sandbox, BO)[0].text


def test_it_passes_over_whom_mail_does_not_reach(desk: Desk) -> None:
    desk.journal.suppress(BO, "bounced", desk.runtime.clock.now())
    pass_hours(desk, 4.1)
    assert [len(mails) for mails in told(desk).values()] == [1, 1]


@pytest.mark.parametrize("text", ["", "And which size?"])
def test_a_hand_over_that_leaves_its_thread_with_the_agent_is_repeated_too(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    steps = [Transition(State.DONE, Escalate("unsure")), Transition(State.CHASING)]
    for state in (State.NEW, State.DONE):
        monkeypatch.setitem(agent.on_mail, state, lambda *_: steps.pop(0))
    desk = Desk(run_agent)
    write(desk)
    if text:
        (first,) = desk.client.inboxes.messages.list(DESK, labels=["received"]).messages
        write(desk, text, in_reply_to=first.message_id)
    pass_hours(desk, 4.1)
    assert [len(mails) for mails in told(desk).values()] == [2, 0]
