"""From what a request says to the message that leaves: replies, forwards, attachments."""

import base64
import binascii
import json
import sqlite3
from dataclasses import dataclass

from agentmail.attachments import SendAttachment

from agentmail_sandbox import messages
from agentmail_sandbox.addresses import bare, mailbox, unique
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import invalid
from agentmail_sandbox.fetching import MOST_BYTES, Fetched, fetch
from agentmail_sandbox.mime_read import Part


@dataclass(frozen=True)
class Recipients:
    """Who a message goes to."""

    to: list[str]
    cc: list[str]


def reply_recipients(parent: sqlite3.Row, *, everyone: bool) -> Recipients:
    """Work out who a reply goes to.

    To one's own message: to whom that went. Otherwise to its Reply-To, else its From; ``everyone`` adds the
    others it was addressed to, without this inbox. What is no address (``Reply-To: <>``) is left out.
    """
    listed = [json.loads(parent[column]) for column in ("recipients_to", "cc", "reply_to")]
    to, cc, reply_to, sender = ([one for one in given if mailbox(one)] for given in (*listed, [parent["sender"]]))
    if parent["sent"]:
        return Recipients(unique(to), unique(cc) if everyone else [])
    own = {parent["inbox_id"]}
    authors = reply_to or sender
    if not everyone:
        return Recipients(unique(authors), [])
    answered = unique([*authors, *to], own) or unique(authors)
    return Recipients(answered, unique(cc, own | {bare(address) for address in answered}))


def reply_subject(parent: sqlite3.Row) -> str:
    """Return the parent's subject with one ``Re:`` before it."""
    subject = parent["subject"] or ""
    return subject if subject.lower().startswith("re:") else f"Re: {subject}".strip()


def forward_subject(parent: sqlite3.Row) -> str:
    """Return the parent's subject with one ``Fwd:`` before it."""
    subject = parent["subject"] or ""
    return subject if subject.lower().startswith(("fwd:", "fw:")) else f"Fwd: {subject}".strip()


@dataclass(frozen=True)
class Content:
    """What a message says."""

    text: str | None
    html: str | None
    parts: list[Part]


def forwarded(db: sqlite3.Connection, parent: sqlite3.Row, own: Content) -> Content:
    """Put the forwarded message below one's own words, and its attachments behind one's own."""
    lines = [
        "---------- Forwarded message ---------",
        f"From: {parent['sender']}",
        f"Date: {parent['timestamp']}",
        f"Subject: {parent['subject'] or ''}",
        f"To: {', '.join(json.loads(parent['recipients_to']))}",
    ]
    text = "\n".join([own.text or "", "", *lines, "", parent["text"] or ""]).lstrip("\n")
    html = None
    if own.html is not None or parent["html"] is not None:
        head = "<br>".join(line.replace("&", "&amp;").replace("<", "&lt;") for line in lines)
        inner = parent["html"] if parent["html"] is not None else _as_html(parent["text"] or "")
        html = f"{own.html or _as_html(own.text or '')}<br><div>{head}<br><br>{inner}</div>"
    return Content(text, html, [*own.parts, *messages.parts_of(db, "message_seq", parent["seq"]).values()])


def _as_html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<div style="white-space: pre-wrap">{escaped}</div>' if escaped else ""


def attachments(core: Core, given: list[SendAttachment] | None) -> list[Part]:
    """Read the attachments of a request; fetch those with a url, which takes its time: never in a transaction.

    400 when one has neither or both of content and url, 403 for a url that cannot be fetched.
    """
    parts: list[Part] = []
    left = MOST_BYTES
    for attachment in given or []:
        parts.append(_part(attachment, left, private=core.private_urls))
        left -= len(parts[-1].content) * (attachment.url is not None)
    return parts


def _part(given: SendAttachment, most: int, *, private: bool) -> Part:
    if (given.content is None) == (given.url is None):
        raise invalid("An attachment has either content (base64) or url.", "attachments")
    # Python's mail library breaks lines where str.splitlines does.
    if any(value and value.splitlines() != [value] for value in (given.filename, given.content_type, given.content_id)):
        raise invalid("filename, content_type and content_id are single lines.", "attachments")
    if given.content_disposition not in (None, "inline", "attachment"):
        text = f"content_disposition must be inline or attachment, not {given.content_disposition!r}."
        raise invalid(text, "attachments")
    fetched = None if given.url is None else fetch(given.url, most, private=private)
    found = fetched or Fetched(_decoded(given), None, None)
    return Part(
        content=found.content,
        filename=given.filename or found.name,
        content_type=given.content_type or found.content_type,
        disposition=given.content_disposition,
        content_id=given.content_id,
    )


def _decoded(given: SendAttachment) -> bytes:
    try:
        return base64.b64decode(given.content or "", validate=True)
    except binascii.Error as wrong:
        raise invalid(f"The content of {given.filename or 'an attachment'} is not base64.", "attachments") from wrong


def parent_of(db: sqlite3.Connection, inbox_id: str, message_id: str | None) -> sqlite3.Row | None:
    """Return the message that is replied to or forwarded; 404 if the inbox has none such."""
    return None if message_id is None else messages.find(db, inbox_id, message_id)


def references_to(parent: sqlite3.Row | None) -> list[str]:
    """Return the ids that lead to a reply to ``parent``, oldest first, its own last."""
    if parent is None:
        return []
    earlier = [reference for reference in json.loads(parent["refs"]) if reference != parent["message_id"]]
    return [*dict.fromkeys(earlier), parent["message_id"]]
