"""With one of our people in copy, support answers until they write on the thread, and again once they hand it back."""

from __future__ import annotations

from typing import Any

import pytest
from support_desk import ANSWER, CALM, INBOX, TEAM, Start, SupportDesk

from postroom.brain.scripted import ScriptedBrain
from support_agent.agent import agent


class Desk(SupportDesk):
    """A desk whose newest answer to Ana one of our people writes about."""

    def interfere(self, text: str) -> None:
        sent = self.sent_to()[0]
        self.sandbox.post_mail(TEAM, INBOX, f"Re: {sent.subject}", text=text, in_reply_to=sent.message_id)
        self.runtime.drain()
        self.runtime.run_due()


def test_support_is_silent_while_somebody_in_copy_has_the_thread(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "oversight", True)
    desk = Desk(run_agent, ScriptedBrain(0.95, Triage=CALM, Answer=ANSWER))
    mail: Any = desk.write("How do I start a return?")
    assert desk.sent_to()[0].cc == [TEAM]
    desk.interfere("I know her; I'll call.")
    assert "support/with-human" in desk.labels_of(mail)
    assert len(desk.sent_to()) == 1
    desk.interfere("hand back")
    assert "support/answered" in desk.labels_of(mail)
    desk.write("And once more: how do I start a return?", answers=desk.sent_to()[0].message_id)
    assert len(desk.sent_to()) == 2
