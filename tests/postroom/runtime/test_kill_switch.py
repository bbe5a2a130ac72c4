"""The kill switch: from the press on nothing is done any more, whatever it is and whoever pressed it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from approval_desk import ANA, BO, CY, DESK, Desk
from desk_agent.agent import CALLED
from left import left

from postroom.runtime import effects, kill_switch, refusals
from postroom.runtime.answers import hand_in_said
from postroom.runtime.approvals import waiting
from postroom.runtime.kill_switch import press

Start = Callable[..., Any]


def write(desk: Desk, sender: str = ANA, text: str = "What colour?", **more: Any) -> str:
    thread_id = str(desk.sandbox.post_mail(sender, DESK, more.pop("subject", "Colour"), text=text, **more).thread_id)
    desk.settle()
    return thread_id


def off(desk: Desk) -> set[str]:
    return set(desk.journal.switched_off())


def test_an_action_outside_mail_is_not_called_any_more(run_agent: Start) -> None:
    desk = Desk(run_agent, "do")
    CALLED.clear()
    press(desk.runtime.context, "agent:desk", "a wrong price")
    thread_id = write(desk)
    assert CALLED == []
    rows = desk.journal.actions_of_run(desk.held(thread_id)["run_id"])
    assert [(row["kind"], row["status"], row["rule"]) for row in rows] == [
        ("Do", "refused", "kill-switch"),
        ("Reply", "refused", "kill-switch"),
    ]


def test_what_was_pressed_between_two_actions_stops_the_second(run_agent: Start, monkeypatch: Any) -> None:
    desk = Desk(run_agent, "do")
    CALLED.clear()
    recorded = effects.plain

    def pressed(value: Any) -> Any:
        press(desk.runtime.context, "all", "while the action ran")
        return recorded(value)

    monkeypatch.setattr(kill_switch, "PATIENCE", 0)
    monkeypatch.setattr(effects, "plain", pressed)
    write(desk)
    assert len(CALLED) == 1
    assert desk.to_customer() == []


def test_a_follow_up_gets_no_draft_while_its_agent_is_off(run_agent: Start) -> None:
    desk = Desk(run_agent, "chase")
    press(desk.runtime.context, f"inbox:{DESK}", "a wrong price")
    write(desk)
    assert desk.drafts() == []


def test_what_it_refused_is_done_once_it_is_on_again(run_agent: Start) -> None:
    desk = Desk(run_agent, "do")
    CALLED.clear()
    press(desk.runtime.context, "all", "a drill")
    write(desk)
    desk.journal.switch_on("all")
    refusals.take_up(desk.runtime.context)
    desk.settle()
    assert len(CALLED) == 1
    assert len(desk.to_customer()) == 1


def scheduled(desk: Desk, subject: str, inbox: str = DESK) -> Any:
    at = desk.runtime.clock.now() + timedelta(hours=2)
    return desk.client.inboxes.drafts.create(inbox, to=[ANA], subject=subject, text="Soon.", send_at=at)


def test_drafts_that_were_to_leave_by_themselves_are_unscheduled_and_named(run_agent: Start) -> None:
    desk = Desk(run_agent)
    drafts = [scheduled(desk, f"Offer {number}") for number in range(3)]
    pressed = press(desk.runtime.context, "agent:desk", "a wrong price")
    assert len(pressed.unscheduled) == 3
    assert f"'Offer 1' to {ANA}" in " ".join(pressed.told())
    desk.runtime.advance(timedelta(hours=3))
    assert left(desk.sandbox) == []
    still = [desk.client.inboxes.drafts.get(DESK, draft.draft_id) for draft in drafts]
    assert [draft.send_at for draft in still] == [None] * 3


def test_more_drafts_than_a_page_holds_are_unscheduled(run_agent: Start) -> None:
    desk = Desk(run_agent)
    for number in range(130):
        scheduled(desk, f"Offer {number}")
    assert len(press(desk.runtime.context, "all", "a wrong price").unscheduled) == 130


def test_drafts_of_another_inbox_keep_their_time(run_agent: Start) -> None:
    desk = Desk(run_agent)
    other = desk.client.inboxes.create(request={"username": "other"}).inbox_id  # type: ignore[arg-type]
    draft = scheduled(desk, "Theirs", other)
    assert press(desk.runtime.context, "agent:desk", "a wrong price").unscheduled == []
    assert desk.client.inboxes.drafts.get(other, draft.draft_id).send_at is not None


def test_a_draft_that_is_being_sent_is_named(run_agent: Start) -> None:
    desk = Desk(run_agent)
    draft = scheduled(desk, "Offer")
    with desk.sandbox._core.store.transaction() as db:  # what AgentMail sets while it sends
        db.execute("UPDATE drafts SET send_status = 'sending' WHERE draft_id = ?", (draft.draft_id,))
    pressed = press(desk.runtime.context, "all", "a wrong price")
    assert pressed.unscheduled == []
    assert pressed.told() == [f"'Offer' to {ANA} was being sent already"]


def test_a_press_waits_for_what_had_begun(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(run_agent)
    sending, done, pressed = threading.Event(), threading.Event(), []
    real = effects.send_mail

    def slowly(*given: Any) -> Any:
        sending.set()
        # long enough for the press to look, and over as soon as it has
        done.wait(0.2)
        return real(*given)

    monkeypatch.setattr(effects, "send_mail", slowly)

    def press_now() -> None:
        sending.wait(10)
        pressed.append(press(desk.runtime.context, "all", "a wrong price"))

    beside = threading.Thread(target=press_now)
    beside.start()
    desk.sandbox.post_mail(ANA, DESK, "Colour", text="What colour?")
    desk.runtime.drain()
    beside.join()
    assert pressed[0].sending == []
    assert len(desk.to_customer()) == 1


def test_what_does_not_end_in_time_is_named(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(run_agent)
    monkeypatch.setattr(kill_switch, "PATIENCE", 0)
    told = []
    real = effects.send_mail

    def pressed(*given: Any) -> Any:
        told.append(press(desk.runtime.context, "all", "a wrong price").told())
        return real(*given)

    monkeypatch.setattr(effects, "send_mail", pressed)
    write(desk)
    assert told == [[f"a Reply to {ANA} was being sent already"]]


# -- by a mail of its own ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("stop", "agent:desk"),
        ("Stop!\n\nBo", "agent:desk"),
        ("please stop all", "all"),
        ("Alles anhalten, danke", "all"),
    ],
)
def test_one_who_may_approve_stops_the_agent_by_a_mail(run_agent: Start, text: str, scope: str) -> None:
    desk = Desk(run_agent)
    thread_id = write(desk, f"Bo <{BO}>", text, subject="now")
    assert off(desk) == {scope}
    assert desk.journal.runs_of_thread(thread_id)[0]["note"].startswith(f"{BO} said stop")
    write(desk)
    assert left(desk.sandbox) == []


def test_a_subject_says_stop_where_the_text_says_nothing(run_agent: Start) -> None:
    desk = Desk(run_agent)
    write(desk, BO, "", subject="Stop")
    assert off(desk) == {"agent:desk"}


@pytest.mark.parametrize("text", ["Stop the order please", "Don't stop", "> stop", "Can we stop?", "stop and go on"])
def test_other_words_of_theirs_stop_nothing(run_agent: Start, text: str) -> None:
    desk = Desk(run_agent)
    write(desk, BO, text)
    assert off(desk) == set()


def test_nobody_else_stops_it(run_agent: Start) -> None:
    desk = Desk(run_agent, approvers=f"Bo <{BO}>")
    write(desk, ANA, "stop")
    write(desk, CY, "stop")  # gets hand-overs, and may approve nothing
    write(desk, BO, "stop", auth="none")
    write(desk, BO, "stop", headers={"Auto-Submitted": "auto-replied"})
    write(desk, "bo@example.com.evil.test", "stop")
    assert off(desk) == set()


def test_stop_all_in_answer_to_a_review_stops_all(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.shout()
    desk.answer("stop everything")
    assert off(desk) == {"all"}


def test_stop_all_in_answer_to_a_hand_over_stops_all(run_agent: Start) -> None:
    desk = Desk(run_agent, "escalate")
    write(desk)
    (handed,) = left(desk.sandbox, BO)
    write(desk, BO, "stop all", subject=f"Re: {handed.subject}", in_reply_to=handed.message_id)
    assert off(desk) == {"all"}


def comes_in(desk: Desk, sender: str, text: str, **more: Any) -> None:
    """Have AgentMail tell of a mail, and nobody take up its run."""
    mail = desk.sandbox.post_mail(sender, DESK, "now", text=text, **more)
    raw = desk.client.inboxes.messages.get(DESK, str(mail.message_id))
    ids = {"inbox_id": DESK, "thread_id": raw.thread_id, "message_id": raw.message_id}
    message = {**ids, "from": raw.from_, "created_at": raw.created_at.isoformat()}
    desk.runtime.door.accept({"event_type": "message.received", "event_id": "evt_1", "message": message})


def test_a_mail_stops_at_once_and_not_when_its_turn_comes(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(run_agent)
    monkeypatch.setattr(desk.runtime.context.engine, "enqueue", lambda *_: None)
    comes_in(desk, f"Bo <{BO}>", "stop all")
    assert off(desk) == {"all"}


@pytest.mark.parametrize(("sender", "text", "auth"), [(ANA, "stop", "pass"), (BO, "stop", "none"), (BO, "Hi", "pass")])
def test_no_other_mail_stops_anything_as_it_comes_in(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch, sender: str, text: str, auth: Any
) -> None:
    desk = Desk(run_agent)
    monkeypatch.setattr(desk.runtime.context.engine, "enqueue", lambda *_: None)
    comes_in(desk, sender, text, auth=auth)
    assert off(desk) == set()


def test_what_was_resumed_before_the_turn_of_its_mail_stays_on(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(run_agent)
    with monkeypatch.context() as patched:
        patched.setattr(desk.runtime.context.engine, "enqueue", lambda *_: None)
        comes_in(desk, BO, "stop")
    desk.journal.switch_on("agent:desk")
    desk.settle()
    assert off(desk) == set()


# -- a yes while it is off ---------------------------------------------------------------------------------


def test_a_yes_while_it_is_off_is_asked_for_again_of_the_same_person_once_it_is_on(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.shout()
    press(desk.runtime.context, "agent:desk", "a drill")
    desk.answer("approve")
    desk.runtime.advance(timedelta(hours=30))  # longer than anybody is waited for
    assert (desk.to_customer(), len(desk.reviews()), desk.reviews(CY)) == ([], 1, [])
    desk.journal.switch_on("agent:desk")
    desk.runtime.advance(timedelta(hours=1.1))
    assert (len(desk.reviews()), desk.reviews(CY)) == (2, [])
    desk.answer("approve")
    assert len(desk.to_customer()) == 1


def test_on_the_page_it_says_that_nothing_leaves_while_it_is_off(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.shout()
    (row,) = waiting(desk.journal)
    press(desk.runtime.context, "all", "a drill")
    said = hand_in_said(desk.runtime.context, row["token"], row["content"], "approve")
    assert said == "nothing was sent, and it waits still: all is switched off: a drill"
    desk.journal.switch_on("all")
    assert hand_in_said(desk.runtime.context, row["token"], row["content"], "approve") == ""
    desk.settle()
    assert len(desk.to_customer()) == 1
