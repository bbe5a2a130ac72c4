"""What machines report in mail: read from the raw mail where headers may say too little, and fixed for the run."""

from __future__ import annotations

import email.utils
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import httpx
import sqlalchemy as sa
import structlog
from agentmail.core.api_error import ApiError

from postroom.mail import Message
from postroom.mailbox import reading
from postroom.mailbox.client import download, error_text, is_passing, patiently
from postroom.runtime.context import Context
from postroom.runtime.tables import actions
from postroom_kit import mail_reading

log = structlog.get_logger(__name__)

Notice = dict[str, Any]
"""What a mail is, in `kind`, and what it reports: the event that handlers of `@agent.on_event` get."""

LARGEST = 30_000_000
"""Bytes of a raw mail that are fetched; a report that returns more is read by what AgentMail shows of it."""


def read_page(context: Context, page: reading.Page, at_hand: str | None) -> list[Message]:
    """Return the messages of a page, those that may be a machine's of the kind their raw mail shows.

    What was read is in `page.notices`, also of a person's mail that only looked so: each is fetched once in a
    thread's life. Raises ApiError and httpx.HTTPError where a raw mail may be had later.
    """
    messages = page.messages()
    doubtful = [message for message in messages if _is_doubtful(message, at_hand)]
    if not doubtful:
        return messages
    known: dict[str, Notice] = {}
    for run in context.journal.runs_of_thread(page.thread_id):
        known |= (run["frozen"] or {}).get("notices", {})
    page.notices = {
        message.message_id: known.get(message.message_id) or _read(context, messages, message) for message in doubtful
    }
    return page.messages()


def event_of(frozen: Mapping[str, Any], message_id: str | None) -> Notice | None:
    """Return what the mail at hand of a run reports; None for a person's."""
    notice: Notice | None = frozen.get("notices", {}).get(message_id)
    return notice if notice and notice["kind"] != "human" else None


def _is_doubtful(message: Message, at_hand: str | None) -> bool:
    if not message.received or (message.kind != "human" and message.message_id != at_hand):
        return False
    types = [attachment.content_type for attachment in message.attachments]
    return mail_reading.needs_raw(message.kind, str(message.sender), message.subject, types)


def _read(context: Context, messages: Sequence[Message], message: Message) -> Notice:
    mail = mail_reading.parse(_raw(context, message))
    # what the headers give away as a machine's stays one, whatever the raw mail makes of itself
    kind = message.kind if mail.kind == "human" else mail.kind
    if kind == "bounce":
        bounce = mail.bounce or mail_reading.Bounce((), permanent=False)
        ours = _about_ours(context, message, messages, bounce.recipients, bounce.message_id)
        ours["recipients"] = [{"address": address, "status": bounce.status} for address in ours["recipients"]]
        known = {"type": "Permanent" if bounce.permanent else "Transient", "permanent": bounce.permanent}
        return {**ours, "kind": kind, **known, "action": bounce.action, "diagnostic": bounce.diagnostic}
    if kind == "complaint":
        complaint = mail.complaint or mail_reading.Complaint("abuse", (), "")
        ours = _about_ours(context, message, messages, complaint.recipients, complaint.message_id)
        return {**ours, "kind": kind, "type": complaint.feedback_type}
    if kind == "auto_reply":
        until = mail.auto_reply.until if mail.auto_reply else None
        return {"kind": kind, "until": until.isoformat() if until else None}
    if kind == "calendar":
        said = mail.calendar or mail_reading.Calendar("")
        start = said.start.isoformat() if said.start else None
        answer = {"method": said.method, "attendee": said.attendee, "partstat": said.partstat}
        return {"kind": kind, **answer, "uid": said.uid, "start": start}
    return {"kind": kind}


def _raw(context: Context, message: Message) -> bytes:
    """Fetch a raw mail; where it cannot be had, put together what AgentMail shows of it."""
    try:
        found = patiently(context.client.inboxes.messages.get_raw, message.inbox_id, message.message_id)
        if found.size <= LARGEST:
            return download(context.http, found.download_url)
        log.warning("a raw mail is too large to be read whole", message_id=message.message_id, size=found.size)
    except (ApiError, httpx.HTTPError) as error:
        if is_passing(error):
            raise
        log.warning("a raw mail cannot be had", message_id=message.message_id, error=error_text(error))
    sent = email.utils.format_datetime(message.timestamp)
    shown = {"from": str(message.sender), "subject": message.subject, "date": sent}
    shown |= {name.lower(): value for name, value in message.headers.items()}
    kind, body = ("plain", message.text) if message.text.strip() else ("html", message.html)
    shown = {name: value for name, value in shown.items() if not name.startswith("content-")}
    lines = [f"{name}: {' '.join(value.split())}" for name, value in shown.items()]
    return "\n".join([*lines, f"content-type: text/{kind}; charset=utf-8", "", body]).encode("utf-8", "replace")


def _about_ours(
    context: Context, notice: Message, messages: Sequence[Message], named: Collection[str], original: str
) -> Notice:
    """Return whom a notice is about, of those we wrote to, and which mail of ours.

    Anybody can write a notice: it counts for an address to which the mail went that it names. Of others that we wrote
    to some time it is `doubted`, as is a wish in unauthenticated mail; of strangers it tells us nothing.
    """
    addresses = list(dict.fromkeys(address.lower() for address in named))
    sent = _sent(context, notice.inbox_id, f"<{original}>") if original else None
    proven = [address for address in addresses if sent and address in {*sent.to, *sent.cc}]
    written = {address for message in messages if not message.received for address in (*message.to, *message.cc)}
    ours = proven or [address for address in addresses if address in written | _written_to(context, addresses)]
    return {"recipients": ours, "message_id": sent.message_id if sent else "", "doubted": bool(ours and not proven)}


def _sent(context: Context, inbox_id: str, message_id: str) -> Message | None:
    """Return the mail of that id if the inbox sent it."""
    try:
        found = patiently(context.client.inboxes.messages.get, inbox_id, message_id)
    except ApiError as error:
        if is_passing(error):
            raise
        return None
    return reading.message_from(found) if reading.SENT_LABEL in (found.labels or ()) else None


def _written_to(context: Context, addresses: Collection[str]) -> set[str]:
    done = sa.select(actions.c.recipient).where(actions.c.recipient.in_(addresses), actions.c.status == "done")
    with context.journal.database.connect() as connection:
        return set(connection.execute(done).scalars())
