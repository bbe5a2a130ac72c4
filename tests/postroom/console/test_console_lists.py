"""The list of an inbox says what AgentMail has: how many threads stand where, and which hold doubtful mail."""

from __future__ import annotations

from typing import Any

import pytest

from postroom.console import views

DESK = "desk@sandbox.test"


def test_states_are_counted_from_what_agentmail_has(console: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = [console.mail(f"number {number}") for number in range(3)]
    console.sandbox.client().inboxes.threads.delete(DESK, threads[0])
    assert "done 2 " in console.text("/")
    monkeypatch.setattr(views, "MOST_COUNTED", 1)
    narrowed = console.text("/")
    assert "done 1+ " in narrowed
    assert " chasing " in narrowed


@pytest.mark.parametrize(
    ("more", "says"),
    [({"headers": {"X-Sandbox-Spam": "yes"}}, "has spam"), ({"auth": "none"}, "has an unverified sender")],
)
def test_a_doubtful_mail_marks_a_conversation_and_hides_it_not(console: Any, more: dict[str, Any], says: str) -> None:
    thread = console.mail("Colour")
    assert says not in console.text("/")
    (sent,) = console.sandbox.outbox()
    console.mail("Re: Colour", in_reply_to=sent.message_id, **more)
    assert f"{says} " in console.text("/")
    assert says in console.text(f"/threads/{thread}")
    assert "done 1 " in console.text("/")


def test_blocked_mail_marks_a_conversation_and_hides_it_not(console: Any) -> None:
    console.sandbox.client().lists.create("receive", "block", entry="ana@example.com")
    console.mail("Colour")
    assert "Colour" in console.text("/")
    assert "has blocked mail" in console.text("/")
    assert "working" not in console.text("/")
