"""A hand-over is never out of date: one that an outage stopped reaches our people however the thread went on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_agent.agent import State, agent
from test_taken_up_again import AT_ONCE, Desk, Start, first_run, labels_of, start, states_of, texts_to_ana, write
from test_taken_up_in_order import TEAM, pause, statuses

from postroom import Escalate, Notify, Suppress, Transition
from postroom.runtime import dead_letters

__all__ = ["start"]
SEND = r"POST /v0/inboxes/[^/]+/messages/send$"
BLUE = {"what": "answer", "body": "Blue."}


def outage(desk: Desk, mails: int = 1) -> None:
    desk[1].chaos.fail(SEND, status=503, headers=AT_ONCE, times=5 * mails)


def then_answered(desk: Desk) -> str:
    """Write a mail whose hand-over fails, then one that is answered."""
    outage(desk)
    mail = write(desk, "I was charged twice.")
    desk[2].scripts["Say"] = BLUE  # type: ignore[index]
    write(desk, "And what colour is it?", mail.message_id)
    assert statuses(desk, mail.thread_id) == ["dead", "done"]
    assert desk[1].outbox(TEAM) == []
    return str(mail.thread_id)


def test_a_hand_over_that_an_outage_stopped_reaches_our_people_though_newer_mail_was_answered(start: Start) -> None:
    desk = start("escalate")
    thread_id = then_answered(desk)
    desk[0].advance(timedelta(minutes=2))
    (told,) = desk[1].outbox(TEAM)
    assert "I was charged twice." in (told.text or "")
    assert len(texts_to_ana(desk)) == 1, "the note beside the hand-over is out of date"
    assert statuses(desk, thread_id) == ["stale", "done"]
    assert states_of(desk, thread_id) == {"desk/done"}
    assert "needs-human" in labels_of(desk, thread_id)
    assert "stuck" not in labels_of(desk, thread_id)


@pytest.mark.parametrize("action", [Escalate("wants a refund"), Notify("plain", body="A refund is asked for.")])
def test_a_thread_whose_people_were_told_late_and_nothing_else_is_marked_too(
    start: Start, monkeypatch: pytest.MonkeyPatch, action: Escalate | Notify
) -> None:
    answers = iter([Transition(State.WITH_HUMAN, Suppress("asked to stop", "bo@example.com"), action)])
    read = agent.on_mail[State.NEW]
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *given: next(answers, None) or read(*given))
    desk = start("answer")
    thread_id = then_answered(desk)
    desk[0].advance(timedelta(minutes=2))
    assert len(desk[1].outbox(TEAM)) == 1
    assert statuses(desk, thread_id) == ["done", "done"]
    assert states_of(desk, thread_id) == {"desk/done"}
    assert "needs-human" in labels_of(desk, thread_id)


def test_of_two_mails_in_an_outage_each_reaches_our_people(start: Start) -> None:
    desk = start("escalate")
    outage(desk, mails=2)
    mail = write(desk, "I was charged twice.")
    write(desk, "My order is number 123456.", mail.message_id)
    assert statuses(desk, mail.thread_id) == ["dead", "dead"]
    desk[0].advance(timedelta(hours=1))
    told = " ".join(sent.text or "" for sent in desk[1].outbox(TEAM))
    assert "I was charged twice." in told
    assert "My order is number 123456." in told
    assert len(desk[1].outbox(TEAM)) == 2
    assert len(texts_to_ana(desk)) == 1
    assert states_of(desk, mail.thread_id) == {"desk/with-human"}
    assert "needs-human" in labels_of(desk, mail.thread_id)


def test_a_late_hand_over_that_fails_again_is_tried_again(start: Start) -> None:
    desk = start("escalate")
    thread_id = then_answered(desk)
    outage(desk)
    desk[0].advance(timedelta(minutes=2))
    assert (statuses(desk, thread_id)[0], desk[1].outbox(TEAM)) == ("dead", [])
    desk[0].advance(timedelta(hours=1))
    assert (statuses(desk, thread_id)[0], len(desk[1].outbox(TEAM))) == ("stale", 1)


def test_a_late_hand_over_that_a_pause_stops_leaves_its_thread_marked(start: Start) -> None:
    desk = start("escalate")
    thread_id = then_answered(desk)
    pause(desk)
    desk[0].advance(timedelta(minutes=2))
    assert (statuses(desk, thread_id)[0], desk[1].outbox(TEAM)) == ("stale", [])
    assert "needs-human" in labels_of(desk, thread_id)


def test_a_thread_that_was_deleted_is_not_handed_over(start: Start) -> None:
    desk = start("escalate")
    outage(desk)
    thread_id = write(desk, "I was charged twice.").thread_id
    desk[1].client().inboxes.threads.delete("desk@sandbox.test", thread_id)
    dead_letters.replay(desk[0].context, first_run(desk, thread_id)["run_id"])
    desk[0].drain()
    assert (first_run(desk, thread_id)["note"], desk[1].outbox(TEAM)) == ("stale: the thread was deleted", [])
