"""With a periodic review, support's people read each morning what it did, and release what waits by its number."""

from __future__ import annotations

import pytest
from support_desk import ANSWER, CALM, INBOX, TEAM, Start, SupportDesk

from postroom.agent import periodic_review
from postroom.brain.scripted import ScriptedBrain
from support_agent.agent import agent


def test_support_sends_in_the_morning_what_waited_and_was_approved_by_its_number(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "crons", [])
    agent.every("0 8 * * *")(periodic_review)
    desk = SupportDesk(run_agent, ScriptedBrain(0.95, Triage=CALM, Answer=ANSWER), autonomy="approve")
    desk.runtime.tick()
    desk.write("How do I start a return?")
    assert desk.sent_to() == []
    desk.after(days=1)
    (review,) = [mail for mail in desk.sandbox.outbox(TEAM) if "] review: 1 for approval" in mail.subject]
    assert "How do I start a return?" in review.text
    desk.sandbox.post_mail(TEAM, INBOX, f"Re: {review.subject}", text="1 approve", in_reply_to=review.message_id)
    desk.after(minutes=1)
    assert len(desk.sent_to()) == 1
    (told,) = [mail for mail in desk.sandbox.outbox(TEAM) if "your answer" in mail.subject]
    assert f"1: approved by {TEAM}" in told.text
