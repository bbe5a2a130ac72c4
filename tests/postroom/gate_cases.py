"""Mails for tests of the gate."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from postroom import Message, Sender
from postroom.policy import Outgoing

OURS = "support@sandbox.test"
ANA = "ana@example.com"


def mail_from(address: str = ANA, **fields: Any) -> Message:
    fields = {"sender": Sender(address, authenticated=True), "to": (OURS,), **fields}
    return Message("<1>", "t", OURS, subject="Hi", new_text="Hi", timestamp=datetime(2026, 3, 2, tzinfo=UTC), **fields)


def answer(message: Message, to: tuple[str, ...] = (ANA,), **fields: Any) -> Outgoing:
    return Outgoing("support", OURS, "t", "answer", to, answers=message, **fields)
