"""Events: what AgentMail tells webhooks and WebSockets, each under one id that all of them share."""

import time
import uuid
from typing import Any

import pydantic
from agentmail.events import (
    DomainVerifiedEvent,
    MessageBouncedEvent,
    MessageComplainedEvent,
    MessageDeliveredEvent,
    MessageReceivedEvent,
    MessageRejectedEvent,
    MessageSentEvent,
)

from agentmail_sandbox import inboxes, webhooks
from agentmail_sandbox.core import Core, Event
from agentmail_sandbox.payloads import check, to_json
from agentmail_sandbox.store import add_row

# A webhook's payload has at most 1 MB: beyond it AgentMail leaves the bodies out. A WebSocket client of the SDK
# drops the connection at a frame above 1 MiB, so what is still too long loses its headers, then is cut short.
MOST_BYTES = 1_000_000
BODIES = frozenset({"text", "html", "extracted_text", "extracted_html"})
HEADERS = frozenset({"headers"})
LONGEST_TEXT = 500
LONGEST_LIST = 20

# Sent only to subscribers that name them.
ONLY_WHEN_NAMED = frozenset({"message.received.spam", "message.received.blocked", "message.received.unauthenticated"})
MODELS: dict[str, type[pydantic.BaseModel]] = {
    **dict.fromkeys(("message.received", *ONLY_WHEN_NAMED), MessageReceivedEvent),
    "message.sent": MessageSentEvent,
    "message.delivered": MessageDeliveredEvent,
    "message.bounced": MessageBouncedEvent,
    "message.complained": MessageComplainedEvent,
    "message.rejected": MessageRejectedEvent,
    "domain.verified": DomainVerifiedEvent,
}


def emit(core: Core, event_type: str, content: dict[str, Any], *, inbox_id: str = "", pod_id: str = "") -> None:
    """Record an event in the running transaction; when that commits, every subscriber gets it.

    It is an inbox's, or, without one, of a pod as a whole.
    """
    event_id = f"evt_{uuid.uuid4().hex}"
    payload = {"type": "event", "event_type": event_type, "event_id": event_id, **content}
    check(MODELS[event_type], payload)
    text = _fitting(payload)
    with core.store.transaction() as db:
        told = {"event_id": event_id, "event_type": event_type, "inbox_id": inbox_id, "payload": text}
        seq = add_row(db, "events", **told, created_at=core.stamp())
        pod_id = pod_id or inboxes.pod_of(db, inbox_id)
        for webhook in webhooks.listening(db, pod_id, event_type, inbox_id):
            address = {"svix_id": f"msg_{uuid.uuid4().hex}", "webhook_id": webhook["webhook_id"]}
            polled = webhook["token_hash"] is not None
            due_at = None if polled else time.time() + core.chaos.lateness(seq)
            add_row(db, "deliveries", **address, event_seq=seq, due_at=due_at)
    event = Event(event_type, pod_id, inbox_id, text)
    core.store.after_commit(lambda: core.publish(event))


def _fitting(payload: dict[str, Any]) -> str:
    """Write a payload as JSON of at most 1 MB, trimmed no more than that takes."""
    text = to_json(payload)
    for left_out in (BODIES, BODIES | HEADERS):
        if len(text.encode()) > MOST_BYTES and "message" in payload:
            message = {name: value for name, value in payload["message"].items() if name not in left_out}
            payload = payload | {"message": message}
            text = to_json(payload)
    return text if len(text.encode()) <= MOST_BYTES else to_json(_cut(payload))


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cut(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_cut(item) for item in value[:LONGEST_LIST]]
    return value[:LONGEST_TEXT] if isinstance(value, str) else value
