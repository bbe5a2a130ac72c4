"""Messages as they are stored and shown. All SQL on messages is here."""

import json
import sqlite3
import uuid
from dataclasses import dataclass
from typing import Any

from agentmail_sandbox import labels, threads
from agentmail_sandbox.errors import existing
from agentmail_sandbox.filters import Filters, few, index, one_holds
from agentmail_sandbox.mime_read import Mail, Part, preview
from agentmail_sandbox.scope import Scope
from agentmail_sandbox.store import add_row, as_json
from agentmail_sandbox.wire import Paging, at, fetch_page, without_none


@dataclass(frozen=True)
class New:
    """A message about to be stored. ``thread`` is the thread it joins, None for one of its own."""

    inbox_id: str
    message_id: str
    mail: Mail
    raw: bytes
    labels: list[str]
    sent: bool
    thread: sqlite3.Row | None


def insert(db: sqlite3.Connection, new: New, now: str) -> sqlite3.Row:
    """Store a message with its attachments and labels, put it into its thread, and return its row."""
    mail, first_words = new.mail, preview(new.mail.text)
    joining = threads.Joining(new.inbox_id, new.message_id, mail, first_words, new.sent, len(new.raw))
    thread_seq, thread_id = threads.join(db, new.thread, joining, now)
    ids = [(str(uuid.uuid4()), part) for part in mail.parts]
    seq = add_row(
        db,
        "messages",
        inbox_id=new.inbox_id,
        message_id=new.message_id,
        thread_seq=thread_seq,
        thread_id=thread_id,
        sent=new.sent,
        sender=mail.sender,
        reply_to=as_json(mail.reply_to),
        recipients_to=as_json(mail.to),
        cc=as_json(mail.cc),
        bcc=as_json(mail.bcc),
        subject=mail.subject,
        preview=first_words,
        text=mail.text,
        html=mail.html,
        extracted_text=mail.extracted_text,
        extracted_html=mail.extracted_html,
        attachments=as_json([described(part, identifier) for identifier, part in ids]),
        in_reply_to=mail.in_reply_to,
        refs=as_json(mail.references),
        headers=as_json(mail.headers),
        size=len(new.raw),
        fingerprint=mail.fingerprint,
        **dict.fromkeys(("timestamp", "created_at", "updated_at"), now),
    )
    recipients = [*mail.to, *mail.cc, *mail.bcc]
    index(db, "message_filter", seq, sender=[mail.sender], recipients=recipients, subject=[mail.subject or ""])
    add_row(db, "raw_mails", message_seq=seq, raw=new.raw)
    for identifier, part in ids:
        keep_attachment(db, identifier, part, message_seq=seq)
    row: sqlite3.Row = db.execute("SELECT * FROM messages WHERE seq = ?", (seq,)).fetchone()
    labels.put(db, row, new.labels, now)
    return row


def described(part: Part, attachment_id: str) -> dict[str, Any]:
    """Return an attachment as messages and drafts list it."""
    return without_none(
        {
            "attachment_id": attachment_id,
            "filename": part.filename,
            "size": len(part.content),
            "content_type": part.content_type,
            "content_disposition": part.disposition,
            "content_id": part.content_id,
        }
    )


def keep_attachment(db: sqlite3.Connection, attachment_id: str, part: Part, **owner: int) -> None:
    """Store an attachment of a message (``message_seq=…``) or of a draft (``draft_seq=…``)."""
    about = described(part, attachment_id)
    about.pop("size")
    add_row(db, "attachments", **about, **owner, content=part.content)


def parts_of(db: sqlite3.Connection, column: str, seq: int) -> dict[str, Part]:
    """Return the attachments of a message (``message_seq``) or a draft (``draft_seq``) by their ids."""
    rows = db.execute(f"SELECT * FROM attachments WHERE {column} = ? ORDER BY seq", (seq,))
    return {
        row["attachment_id"]: Part(
            content=row["content"],
            filename=row["filename"],
            content_type=row["content_type"],
            disposition=row["content_disposition"],
            content_id=row["content_id"],
        )
        for row in rows
    }


def find(db: sqlite3.Connection, inbox_id: str, message_id: str) -> sqlite3.Row:
    """Return a message's row; 404 if this inbox has none such."""
    return existing(row_for(db, inbox_id, message_id), "Message", message_id)


def row_for(db: sqlite3.Connection, inbox_id: str, message_id: str) -> sqlite3.Row | None:
    """Return a message's row, or None."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM messages WHERE inbox_id = ? AND message_id = ?", (inbox_id, message_id)
    ).fetchone()
    return row


def delete(db: sqlite3.Connection, message: sqlite3.Row, now: str) -> None:
    """Delete a message for good, and its thread when that is then empty."""
    db.execute("DELETE FROM messages WHERE seq = ?", (message["seq"],))
    threads.recount(db, message["thread_seq"], now)


def select(
    db: sqlite3.Connection, inbox_id: str, wanted: Filters, page: Paging
) -> tuple[list[sqlite3.Row], dict[str, Any]]:
    """Return one page of an inbox's messages by time."""
    columns = ("sender", wanted.senders), ("recipients", wanted.recipients), ("subject", wanted.subject)
    candidates = few(db, "message_filter", columns)
    rarest = labels.rarest_first(db, "message_labels", wanted.labels, Scope(inbox_id=inbox_id))
    first, *others = rarest if candidates is None and rarest else ["", *rarest]
    if not first:
        table, tie, source = "messages", "seq", "messages"
        conditions, params = ["messages.inbox_id = ?"], [inbox_id]
    else:
        table, tie = "tagged", "message_seq"
        source = "message_labels AS tagged JOIN messages ON messages.seq = tagged.message_seq"
        conditions, params = ["tagged.inbox_id = ?", "tagged.label = ?"], [inbox_id, first]
    carries = "EXISTS (SELECT 1 FROM message_labels WHERE message_seq = messages.seq AND label = ?)"
    recipient = one_holds("recipients_to", "cc", "bcc")
    found, values = wanted.sql(table, carries, others, "instr(folded(sender), folded(?))", recipient)
    conditions, params = conditions + found, params + values
    if candidates is not None:
        source, params = "json_each(?) CROSS JOIN messages ON messages.seq = value", [as_json(candidates), *params]
    query = f"SELECT messages.* FROM {source} WHERE {' AND '.join(conditions)}"
    return fetch_page(db, query, params, (f"{table}.timestamp", f"{table}.{tie}"), page)


def items(db: sqlite3.Connection, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Return messages as lists show them: without bodies."""
    tags = labels.of_messages(db, [row["seq"] for row in rows])
    return [_item(row, tags[row["seq"]]) for row in rows]


def whole(db: sqlite3.Connection, rows: list[sqlite3.Row], *, bodies: bool = True) -> list[dict[str, Any]]:
    """Return messages as ``get`` shows them, with or without their bodies."""
    found = items(db, rows)
    for message, row in zip(found, rows, strict=True):
        fields = {"reply_to": _listed(row["reply_to"])}
        if bodies:
            fields |= {name: row[name] for name in ("text", "html", "extracted_text", "extracted_html")}
        message.update(without_none(fields))
    return found


def _listed(column: str) -> Any:
    return None if column == "[]" else json.loads(column)


def _item(row: sqlite3.Row, tags: list[str]) -> dict[str, Any]:
    return without_none(
        {
            "inbox_id": row["inbox_id"],
            "thread_id": row["thread_id"],
            "message_id": row["message_id"],
            "labels": tags,
            "timestamp": at(row["timestamp"]),
            "from": row["sender"],
            "to": json.loads(row["recipients_to"]),
            "cc": _listed(row["cc"]),
            "bcc": _listed(row["bcc"]),
            "subject": row["subject"],
            "preview": row["preview"],
            "attachments": _listed(row["attachments"]),
            "in_reply_to": row["in_reply_to"],
            "references": _listed(row["refs"]),
            "headers": json.loads(row["headers"]),
            "size": row["size"],
            "updated_at": at(row["updated_at"]),
            "created_at": at(row["created_at"]),
        }
    )
