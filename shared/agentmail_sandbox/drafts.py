"""Drafts: messages that wait to be sent, by a call or at their ``send_at``. All SQL on drafts is here."""

import json
import sqlite3
import uuid
from datetime import datetime
from typing import Any

from agentmail.drafts import CreateDraftRequest, UpdateDraftRequest

from agentmail_sandbox import composing, labels, messages
from agentmail_sandbox.addresses import recipients
from agentmail_sandbox.composing import Content
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import conflict, existing, invalid, not_found
from agentmail_sandbox.inboxes import checked_client_id, client_id_taken
from agentmail_sandbox.mime_read import Part, preview
from agentmail_sandbox.scope import Scope
from agentmail_sandbox.sending import Outgoing, Sent, refuse_crowd, send
from agentmail_sandbox.store import add_row, as_json, set_row
from agentmail_sandbox.wire import at, body_moment, without_none

SCHEDULED = "scheduled"
# A time in the past means at once; one before there was e-mail of today's kind is a mistake.
EARLIEST = "1970-01-01T00:00:00.000Z"
ADDRESSED = {"reply_to": "reply_to", "to": "recipients_to", "cc": "cc", "bcc": "bcc"}


def of_client_id(db: sqlite3.Connection, inbox_id: str, client_id: str | None) -> sqlite3.Row | None:
    """Return the draft of an inbox that has this client_id, or None. 409 if one elsewhere has it, 400 if it is none."""
    query = "SELECT * FROM drafts WHERE client_id = ?"
    row: sqlite3.Row | None = db.execute(query, (checked_client_id(client_id),)).fetchone()
    if row is not None and row["inbox_id"] != inbox_id:
        raise client_id_taken()
    return row


def create(
    core: Core, db: sqlite3.Connection, inbox_id: str, wanted: CreateDraftRequest, parts: list[Part]
) -> sqlite3.Row:
    """Store a new draft and return its row."""
    now = core.stamp()
    send_at = _checked_time(wanted.send_at)
    tags = _checked_labels(wanted.labels, "labels") + [SCHEDULED] * (send_at is not None)
    draft_id = str(uuid.uuid4())
    seq = add_row(
        db,
        "drafts",
        draft_id=draft_id,
        inbox_id=inbox_id,
        labels=as_json(tags),
        **_addressed(db, inbox_id, wanted),
        **{name: getattr(wanted, name) for name in ("client_id", "text", "html", "in_reply_to", "forward_of")},
        send_at=send_at,
        send_status=None if send_at is None else SCHEDULED,
        created_at=now,
        updated_at=now,
    )
    for part in parts:
        messages.keep_attachment(db, str(uuid.uuid4()), part, draft_seq=seq)
    core.store.after_commit(core.work)
    return find(db, draft_id, Scope(inbox_id=inbox_id))


def _addressed(db: sqlite3.Connection, inbox_id: str, wanted: CreateDraftRequest) -> dict[str, Any]:
    """Work out recipients, subject and references: as given, else from the message replied to or forwarded."""
    if wanted.in_reply_to is not None and wanted.forward_of is not None:
        raise invalid("A draft is a reply or a forward, not both.", "forward_of")
    to, cc = recipients(wanted.to, "to"), recipients(wanted.cc, "cc")
    bcc = recipients(wanted.bcc, "bcc")
    if wanted.reply_all and (to or cc or bcc):
        raise invalid("A reply to all takes its recipients from the thread; leave out to, cc and bcc.", "reply_all")
    parent = composing.parent_of(db, inbox_id, wanted.in_reply_to or wanted.forward_of)
    subject = wanted.subject
    if parent is not None and wanted.in_reply_to is not None:
        derived = composing.reply_recipients(parent, everyone=bool(wanted.reply_all))
        to, cc = to or derived.to, cc or derived.cc
        subject = subject or composing.reply_subject(parent)
    elif parent is not None:
        subject = subject or composing.forward_subject(parent)
    refuse_crowd(to, cc, bcc)
    return {
        "reply_to": as_json(recipients(wanted.reply_to, "reply_to")),
        "recipients_to": as_json(to),
        "cc": as_json(cc),
        "bcc": as_json(bcc),
        "subject": subject,
        "refs": as_json(composing.references_to(parent)),
    }


def update(
    core: Core, db: sqlite3.Connection, draft: sqlite3.Row, wanted: UpdateDraftRequest, added: list[Part]
) -> None:
    """Change what is given; None clears. 409 while the draft is being sent, 404 for an attachment it has not."""
    _not_sending(draft)
    given = wanted.model_fields_set
    values: dict[str, Any] = {name: getattr(wanted, name) for name in ("subject", "text", "html") if name in given}
    for name, column in ADDRESSED.items():
        if name in given:
            values[column] = as_json(recipients(getattr(wanted, name), name))
    refuse_crowd(*(json.loads(values.get(column, draft[column])) for column in ("recipients_to", "cc", "bcc")))
    remove = _checked_labels(wanted.remove_labels, "remove_labels")
    tags = [*json.loads(draft["labels"]), *_checked_labels(wanted.add_labels, "add_labels")]
    tags = [label for label in dict.fromkeys(tags) if label not in remove]
    if "send_at" in given:
        send_at = _checked_time(wanted.send_at)
        values |= {"send_at": send_at, "send_status": None if send_at is None else SCHEDULED}
        tags = [label for label in tags if label != SCHEDULED] + [SCHEDULED] * (send_at is not None)
    values |= {"labels": as_json(tags), "updated_at": core.stamp()}
    set_row(db, "drafts", draft["seq"], **values)
    for part in added:
        messages.keep_attachment(db, str(uuid.uuid4()), part, draft_seq=draft["seq"])
    for attachment_id in wanted.remove_attachments or []:
        query = "DELETE FROM attachments WHERE attachment_id = ? AND draft_seq = ?"
        if not db.execute(query, (attachment_id, draft["seq"])).rowcount:
            raise not_found("Attachment", attachment_id)
    core.store.after_commit(core.work)


def delete(core: Core, db: sqlite3.Connection, draft: sqlite3.Row) -> None:
    """Delete a draft, which cancels its sending. 409 while it is being sent."""
    _not_sending(draft)
    db.execute("DELETE FROM drafts WHERE seq = ?", (draft["seq"],))
    core.store.after_commit(core.work)


def _not_sending(draft: sqlite3.Row) -> None:
    if draft["send_status"] == "sending":
        raise conflict(f"The draft {draft['draft_id']} is being sent and can no longer be changed.")


def _checked_time(send_at: datetime | None) -> str | None:
    if send_at is None:
        return None
    written = body_moment(send_at, "send_at")
    if written < EARLIEST:
        raise invalid(f"send_at {send_at.isoformat()} cannot be meant; the earliest time is {EARLIEST}.", "send_at")
    return written


def _checked_labels(given: str | list[str] | None, field: str) -> list[str]:
    found = labels.checked(given, field)
    if SCHEDULED in found:
        raise invalid(f"The label {SCHEDULED} follows from send_at; set or clear that instead.", field)
    return found


def find(db: sqlite3.Connection, draft_id: str, scope: Scope) -> sqlite3.Row:
    """Return a draft's row; 404 if this scope has none such."""
    within, params = scope.mail()
    query = f"SELECT * FROM drafts WHERE draft_id = ? AND {within}"
    return existing(db.execute(query, [draft_id, *params]).fetchone(), "Draft", draft_id)


# Sending


def send_now(core: Core, db: sqlite3.Connection, inbox: sqlite3.Row, draft: sqlite3.Row, tags: list[str]) -> Sent:
    """Send a draft as a message with these labels, and delete it."""
    parent_id = draft["in_reply_to"] or draft["forward_of"]
    parent = None if parent_id is None else messages.row_for(db, draft["inbox_id"], parent_id)
    content = Content(draft["text"], draft["html"], list(messages.parts_of(db, "draft_seq", draft["seq"]).values()))
    if draft["forward_of"] is not None:
        content = composing.forwarded(db, existing(parent, "Message", parent_id), content)
    outgoing = Outgoing(
        inbox,
        **{name: json.loads(draft[column]) for name, column in ADDRESSED.items()},
        subject=draft["subject"],
        text=content.text,
        html=content.html,
        parts=content.parts,
        labels=[label for label in tags if label != SCHEDULED],
        parent=parent,
        ancestors=json.loads(draft["refs"]),
    )
    sent = send(core, db, outgoing)
    db.execute("DELETE FROM drafts WHERE seq = ?", (draft["seq"],))
    return sent


def next_send_at(db: sqlite3.Connection) -> str | None:
    """Return when the earliest scheduled draft is due, or None."""
    due: str | None = db.execute("SELECT min(send_at) FROM drafts WHERE send_status = 'scheduled'").fetchone()[0]
    return due


def take_due(db: sqlite3.Connection, now: str) -> sqlite3.Row | None:
    """Mark the earliest due draft as being sent and return its row, or None when none is due."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM drafts WHERE send_status = 'scheduled' AND send_at <= ? ORDER BY send_at, seq LIMIT 1", (now,)
    ).fetchone()
    if row is not None:
        set_status(db, row, "sending")
    return row


def set_status(db: sqlite3.Connection, draft: sqlite3.Row, status: str) -> None:
    """Note how far the sending of a draft has come: scheduled, sending or failed."""
    set_row(db, "drafts", draft["seq"], send_status=status)


def reschedule_interrupted(db: sqlite3.Connection) -> None:
    """Put back the drafts whose sending a stopped process never finished: sent ones are gone from here."""
    db.execute("UPDATE drafts SET send_status = 'scheduled' WHERE send_status = 'sending'")


def shown(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    """Return a draft as the API shows it."""
    parts = messages.parts_of(db, "draft_seq", row["seq"])
    listed = {name: json.loads(row[column]) or None for name, column in ADDRESSED.items()}
    return without_none(
        {
            **{name: row[name] for name in ("inbox_id", "draft_id", "client_id", "subject", "text", "html")},
            **listed,
            "labels": json.loads(row["labels"]),
            "preview": preview(row["text"]),
            "attachments": [messages.described(part, key) for key, part in parts.items()] or None,
            "in_reply_to": row["in_reply_to"],
            "forward_of": row["forward_of"],
            "references": json.loads(row["refs"]) or None,
            "send_status": row["send_status"],
            "send_at": at(row["send_at"]),
            "updated_at": at(row["updated_at"]),
            "created_at": at(row["created_at"]),
        }
    )
