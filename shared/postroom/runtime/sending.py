"""Handing a frozen mail to AgentMail, with its key and its labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from postroom.human.escalation import noted, unattached
from postroom.letters import Letter
from postroom.mailbox import labels as marks
from postroom.mailbox.client import patiently
from postroom.runtime.attached import attached
from postroom.runtime.context import Context


def send_mail(context: Context, inbox_id: str, op_id: str, frozen: Mapping[str, Any]) -> Any:
    """Hand a frozen mail to AgentMail with its key and label; repeating it sends nothing twice."""
    messages = context.client.inboxes.messages
    internal = frozen["purpose"] == "internal"
    attachments, why_not = attached(context, inbox_id, frozen)
    letter = Letter(frozen["text"], frozen["html"])
    letter = unattached(letter, why_not) if why_not else letter
    letter = noted(letter, frozen["notice"]) if "notice" in frozen else letter
    common: dict[str, Any] = {
        "to": frozen["to"],
        "cc": frozen["cc"] or None,
        "text": letter.text,
        "html": letter.html,
        "headers": frozen["headers"] or None,
        "labels": [op_id, *([marks.INTERNAL] if internal else []), *labels_of_first(frozen)],
        "attachments": attachments or None,
        "idempotency_key": op_id,
    }
    if frozen.get("track_opens"):
        common["track_opens"] = True
    if frozen["purpose"] in ("answer", "follow_up"):
        return patiently(messages.reply, inbox_id, frozen["answers"], **common)
    return patiently(messages.send, inbox_id, subject=frozen["subject"], **common)


def labels_of_first(frozen: Mapping[str, Any]) -> list[str]:
    """Return the label by which a record's first mail is found again, from the moment on at which it is sent."""
    return [f"{marks.RECORD}{frozen['record']}"] if frozen["purpose"] == "first" and "record" in frozen else []
