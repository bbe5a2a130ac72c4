"""Approvals of first mails of a cron, notes beside a hand-over, calls, follow-ups, drafts that a person sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from approval_desk import ANA, BO, Desk, Start
from desk_agent.agent import CALLED, agent, record

from postroom import Actions, Notify, Propose, Send
from postroom.agent import Cron
from postroom.runtime import approvals
from postroom.runtime.answers import hand_in_said
from postroom.runtime.approvals import waiting
from postroom.runtime.dead_letters import replay

OFFER = Send("plain", to="dan@example.com", subject="An offer", body="We have blue ones.")


def test_the_first_mail_of_a_cron_is_approved_though_it_has_no_thread(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cron,) = agent.crons
    monkeypatch.setattr(agent, "crons", [Cron(cron.name, cron.crontab, cron.trigger, lambda _inbox: Actions(OFFER))])
    desk = Desk(run_agent)
    desk.runtime.run_due()
    desk.runtime.advance(timedelta(days=4))
    review = desk.reviews()[0]
    assert "We have blue ones." in review.text
    assert desk.to_customer("dan@example.com") == []
    desk.answer("approve", review=review)
    assert [mail.subject for mail in desk.to_customer("dan@example.com")] == ["An offer"]
    draft_id = desk.drafts()[0].draft_id
    desk.client.inboxes.drafts.update("desk@sandbox.test", draft_id, subject="A better offer")
    for each in desk.reviews():
        desk.answer("approve", review=each)
    desk.answer("approve")
    assert "A better offer" in desk.reviews()[-1].text
    assert "A better offer" in {mail.subject for mail in desk.to_customer("dan@example.com")}


def test_what_a_cron_proposes_waits_alone_and_is_done_once_as_it_was_approved(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    CALLED.clear()
    asked = Propose(record, "blue", title="New rule", text="All is blue.", because="two people ask", colour="blue")
    (cron,) = agent.crons
    done = Actions(asked, Notify("plain", subject="beside it", body="All is well."))
    monkeypatch.setattr(agent, "crons", [Cron(cron.name, cron.crontab, cron.trigger, lambda _inbox: done)])
    desk = Desk(run_agent, drafts="all")
    desk.runtime.run_due()
    desk.runtime.advance(timedelta(days=1))
    assert "[desk] beside it" in {mail.subject for mail in desk.sandbox.outbox(BO)}
    (review,) = desk.reviews()
    assert review.subject.endswith("approve? New rule")
    assert "two people ask" in review.text
    assert "> All is blue." in review.text
    desk.answer("edit\nAll is green.", review=review)
    desk.answer("approve", review=review)
    assert CALLED == []
    (edited,) = [mail for mail in desk.reviews() if "All is green." in mail.text]
    desk.answer("approve", review=edited)
    desk.answer("approve", review=edited)
    assert [values for _, values in CALLED] == [{"text": "All is green.", "colour": "blue"}]
    assert {row["rule"] for row in waiting(desk.journal)} <= {"proposed"}


def test_a_text_put_in_before_an_approval_that_failed_is_taken_up_again_is_not_done(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    CALLED.clear()
    asked = Propose(record, "blue", title="New rule", text="All is blue.", because="two people ask")
    (cron,) = agent.crons
    monkeypatch.setattr(agent, "crons", [Cron(cron.name, cron.crontab, cron.trigger, lambda _inbox: Actions(asked))])
    desk = Desk(run_agent)
    desk.runtime.run_due()
    desk.runtime.advance(timedelta(days=1))
    (review,) = desk.reviews()
    with monkeypatch.context() as broken:
        broken.setattr(approvals, "change", lambda *_args, **_columns: 1 / 0)
        desk.answer("approve", review=review)
    desk.answer("edit\nAll is green.", review=review)
    assert CALLED == []
    (dead,) = desk.journal.runs_with_status("dead")
    replay(desk.runtime.context, dead["run_id"])
    desk.settle()
    assert [values["text"] for _, values in CALLED] == ["All is blue."]


def test_the_note_to_a_customer_beside_a_hand_over_is_approved_by_itself(run_agent: Start) -> None:
    desk = Desk(run_agent, what="escalate")
    thread_id = desk.shout()
    assert {"desk/with-human", "waiting/approval"} <= desk.labels(thread_id)
    (note,) = waiting(desk.journal)
    assert (note["rule"], desk.reviews()) == ("hold/big_words", [])
    hand_in_said(desk.runtime.context, note["token"], note["content"], "approve")
    desk.settle()
    assert len(desk.to_customer()) == 1
    assert desk.labels(thread_id) == {"desk/with-human", "category/hard"}


def test_a_call_waits_with_its_mail_and_is_made_with_it_once(run_agent: Start) -> None:
    CALLED.clear()
    desk = Desk(run_agent, what="do")
    desk.shout()
    assert "Do record: text It is blue." in desk.reviews()[-1].text
    assert CALLED == []
    desk.answer("approve")
    assert [values for _, values in CALLED] == [{"text": "It is blue."}]
    assert len(desk.to_customer()) == 1


def test_a_follow_up_is_planned_when_its_step_is_approved(run_agent: Start) -> None:
    desk = Desk(run_agent, what="chase")
    thread_id = desk.shout()
    desk.answer("approve")
    assert "desk/chasing" in desk.labels(thread_id)
    assert len(desk.to_customer()) == 1
    (draft,) = desk.drafts()
    assert "planned" in draft.labels


def test_a_draft_that_a_person_sends_in_agentmail_needs_no_answer_any_more(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.shout()
    desk.client.inboxes.drafts.send("desk@sandbox.test", desk.drafts()[0].draft_id)
    desk.settle()
    assert len(desk.to_customer()) == 1
    desk.answer("approve")
    assert len(desk.to_customer(ANA)) == 1
    assert "out of date" in desk.notices(BO)[-1]


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_new_text_without_a_word_is_refused(run_agent: Start, text: str) -> None:
    desk = Desk(run_agent)
    desk.shout()
    (asked,) = waiting(desk.journal)
    assert "is empty" in hand_in_said(desk.runtime.context, asked["token"], asked["content"], "edit", text=text)
    desk.settle()
    assert "It is blue." in desk.drafts()[0].preview
