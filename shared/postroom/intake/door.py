"""The one door: whatever says that mail came or something happened ends here, and is handed in once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import structlog

from postroom.mailbox.client import pages
from postroom.mailbox.reading import UNREAD_LABEL, as_datetime
from postroom.runtime.answers import heed
from postroom.runtime.context import Context, Post
from postroom.runtime.first_start import is_backlog
from postroom.runtime.ids import run_id
from postroom.runtime.tables import reports

log = structlog.get_logger(__name__)

RECEIVED = ("message.received", "message.received.unauthenticated")
EVENTS = {
    "message.bounced": ("bounce", "bounce"),
    "message.rejected": ("bounce", "reject"),
    "message.complained": ("complaint", "complaint"),
    "message.delivered": ("delivered", "delivery"),
    "message.opened": ("opened", "open"),
}
"""From AgentMail's event type to our kind and the key of its details."""
ALWAYS_RECORDED = ("bounce", "complaint")
REPORTED = (*ALWAYS_RECORDED, "delivered")
"""What rates are made of: of each a row, whether an agent handles it or not."""

HandIn = tuple[str, str, dict[str, Any]]
"""Run id, lane, payload."""


class Door:
    """Turns events and unread messages into runs. Ids follow from their cause, so repeats change nothing."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.looked = time.monotonic()  # when AgentMail last told what is unread; a start gets as long as any look

    def accept(self, event: Mapping[str, Any]) -> str | None:
        """Hand in an AgentMail event; return its run id, or None for one that concerns none of our agents."""
        item = self._from_event(event)
        if item is None:
            return None
        self.context.engine.enqueue(*item)
        return item[0]

    def catch_up(self) -> int:
        """Hand in every message that is still unread, oldest first; return how many there were.

        This repairs any gap: `unread` goes off only when a message's run has ended.
        """
        count = 0
        for item in self.unread():
            self.context.engine.enqueue(*item)
            count += 1
        self.looked = time.monotonic()
        return count

    def unread(self) -> Iterator[HandIn]:
        """Yield a hand-in for each unread message of our inboxes, unauthenticated mail included."""
        for post in self.context.at_inboxes():
            listed = pages(
                self.context.client.inboxes.messages.list, post.inbox_id, labels=[UNREAD_LABEL], ascending=True,
                include_unauthenticated=True,
            )  # fmt: skip
            for message in (message for page in listed for message in page.messages):
                created = as_datetime(message.created_at)
                if self.context.backlog or not is_backlog(self.context, post.inbox_id, created):
                    heed(self.context, post, message.from_ or "", message.message_id)
                    yield self._mail(post, message.thread_id, message.message_id, created)

    def _mail(self, post: Post, thread_id: str, message_id: str, created: datetime) -> HandIn:
        identifier = run_id(created, "mail", post.inbox_id, message_id)
        payload = self.context.payload(identifier, "mail", post.agent.name, post.inbox_id, thread_id)
        return identifier, thread_id, payload | {"message_id": message_id}

    def _from_event(self, event: Mapping[str, Any]) -> HandIn | None:
        event_type = event.get("event_type")
        if event_type in RECEIVED:
            message = event["message"]
            post = self.context.post_of_inbox(message["inbox_id"])
            if post is None:
                return None
            created = as_datetime(message["created_at"])
            heed(self.context, post, message.get("from") or "", message["message_id"])
            return self._mail(post, message["thread_id"], message["message_id"], created)
        if event_type in EVENTS:
            return self._happening(event, *EVENTS[event_type])
        return None

    def _happening(self, event: Mapping[str, Any], kind: str, key: str) -> HandIn | None:
        details = event[key]
        post = self.context.post_of_inbox(details["inbox_id"])
        if post is None:
            return None
        at, happened = as_datetime(details["timestamp"]), {"kind": kind, **details}
        if kind in REPORTED and key != "reject":  # a refused mail never left
            told = {"message_id": details["message_id"], "kind": kind, "inbox_id": post.inbox_id, "at": at}
            self.context.journal.add(reports, told)
        outreach = post.agent.outreach
        tracked = kind == "opened" and outreach is not None and outreach.track_opens
        if not tracked and kind not in ALWAYS_RECORDED and all(name != kind for name, _ in post.agent.on_events):
            return None
        return self.context.open_event(
            post, at, event["event_id"], details["thread_id"], happened, details["message_id"]
        )
