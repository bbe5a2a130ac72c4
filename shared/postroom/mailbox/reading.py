"""From AgentMail's objects to the plain data that handlers read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from email.utils import getaddresses
from functools import lru_cache
from typing import Any

from agentmail import AgentMail

from postroom.mail import Attachment, Kind, Message, Sender
from postroom.mailbox.client import patiently
from postroom_kit import mail_reading

SENT_LABEL = "sent"
UNREAD_LABEL = "unread"
UNAUTHENTICATED_LABEL = "unauthenticated"
WITH_DOUBTS = {"include_spam": True, "include_blocked": True, "include_unauthenticated": True}
"""For a list of threads: one message of such a label would hide a whole conversation."""
PAGE = 100
LONGEST_NEW_TEXT = 50_000
"""Characters: forty pages. Brain and search take seconds for each megabyte, and nobody reads that much in a mail."""
LONGEST_KEPT = 100_000
"""Characters of a mail up to which what was read of it is kept in memory."""


class Page:
    """The newest messages of a thread, oldest first, as AgentMail gives them, with its labels.

    `notices` has, by message id, the `kind` of mail whose raw form was read.
    """

    def __init__(self, thread: Any, messages: Sequence[Any] | None = None, older: str | None = None) -> None:
        self.thread_id: str = thread.thread_id
        self.subject: str = thread.subject or ""
        self.labels: frozenset[str] = frozenset(thread.labels or ())
        self.message_count: int = thread.message_count
        self.raw: list[Any] = list(thread.messages if messages is None else messages)
        self.senders = frozenset(addresses(thread.senders))
        self.older = older  # the token of the page before these messages, if there is one
        self.notices: dict[str, Any] = {}

    def messages(self) -> list[Message]:
        """Return the messages, oldest first."""
        return [message_from(raw, self.notices.get(raw.message_id, {}).get("kind")) for raw in self.raw]


def read_thread(client: AgentMail, inbox_id: str, thread_id: str, wanted: Collection[str] = ()) -> Page:
    """Fetch a thread with its newest 100 messages, and more of them where one of the ids `wanted` is older.

    Raises agentmail.NotFoundError when the thread is gone.
    """
    thread = patiently(client.inboxes.threads.get, inbox_id, thread_id, limit=PAGE)
    messages, token = list(thread.messages), thread.next_page_token
    while token and not {message.message_id for message in messages}.issuperset(wanted):
        older = patiently(client.inboxes.threads.get, inbox_id, thread_id, limit=PAGE, page_token=token)
        messages, token = [*older.messages, *messages], older.next_page_token
    return Page(thread, messages, token)


def earlier_writers(client: AgentMail, inbox_id: str, page: Page, copied: Collection[str]) -> frozenset[str]:
    """Return which of the addresses `copied` wrote, authenticated, before the messages of `page`.

    Older pages are fetched only while AgentMail names one of them among the thread's senders and it was not found yet.
    """
    sought, found, token = page.senders.intersection(copied), frozenset[str](), page.older
    while token and not found.issuperset(sought):
        older = patiently(client.inboxes.threads.get, inbox_id, page.thread_id, limit=PAGE, page_token=token)
        came_in = [raw for raw in older.messages if not {SENT_LABEL, UNAUTHENTICATED_LABEL} & {*(raw.labels or ())}]
        found |= sought.intersection(Sender.parse(raw.from_ or "").address for raw in came_in)
        token = older.next_page_token
    return found


def thread_labels(client: AgentMail, inbox_id: str, thread_id: str) -> frozenset[str]:
    """Fetch the labels a thread carries now. Raises agentmail.NotFoundError when the thread is gone."""
    return frozenset(patiently(client.inboxes.threads.get, inbox_id, thread_id, limit=1).labels or ())


def message_from(raw: Any, kind: Kind | None = None) -> Message:
    """Turn an SDK Message into ours, of the kind that its headers tell where none is given.

    Odd or missing parts become empty, never an error.
    """
    labels = frozenset(raw.labels or ())
    headers = dict(raw.headers or {})
    text, html = raw.text or "", raw.html or ""
    words, left_out = own_words(text, html, raw.extracted_text, forwarded=mail_reading.is_forward(raw.subject or ""))
    return Message(
        message_id=raw.message_id,
        thread_id=raw.thread_id,
        inbox_id=raw.inbox_id,
        sender=Sender.parse(raw.from_ or "", authenticated=UNAUTHENTICATED_LABEL not in labels),
        subject=raw.subject or "",
        new_text=words,
        timestamp=as_datetime(raw.timestamp),
        kind=kind or mail_reading.kind(headers, raw.from_ or "", raw.subject or "", by_name=False),
        received=SENT_LABEL not in labels,
        to=addresses(raw.to),
        cc=addresses(raw.cc),
        reply_to=addresses(raw.reply_to),
        text=text,
        html=html,
        labels=labels,
        attachments=tuple(attachment_from(item) for item in raw.attachments or ()),
        headers=headers,
        in_reply_to=raw.in_reply_to,
        left_out=left_out,
        size=raw.size or 0,
    )


def own_words(
    text: str | None, html: str | None, extracted_text: str | None = None, *, forwarded: bool = False
) -> tuple[str, int]:
    """Return what a mail's sender newly wrote, as far as anything looks at it, and how many characters are left out."""
    small = len(text or "") + len(html or "") <= LONGEST_KEPT
    return (_own_words if small else _own_words.__wrapped__)(text, html, extracted_text, forwarded)


@lru_cache(maxsize=256)  # a thread's mails are read again in each of its runs
def _own_words(text: str | None, html: str | None, extracted_text: str | None, forwarded: bool) -> tuple[str, int]:
    # Postgres takes no NUL: a reason that repeats these words could not be written down
    words = mail_reading.new_text(text, html, extracted_text, forwarded=forwarded).replace("\x00", "\ufffd")
    return words[:LONGEST_NEW_TEXT], max(len(words) - LONGEST_NEW_TEXT, 0)


def attachment_from(raw: Any) -> Attachment:
    """Turn an SDK Attachment into ours."""
    kind, inline = raw.content_type or "application/octet-stream", raw.content_disposition == "inline"
    return Attachment(raw.attachment_id, raw.filename or "", kind, raw.size, inline)


def addresses(values: str | list[str] | None) -> tuple[str, ...]:
    """Return the bare lower-case addresses of header values."""
    listed = [values] if isinstance(values, str) else list(values or ())
    return tuple(address.lower() for _, address in getaddresses(listed) if address)


def as_datetime(value: datetime | str) -> datetime:
    """Return an aware datetime; the SDK leaves some as text."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
