"""Threads: which message belongs where, and what a thread says of itself. All SQL on threads is here."""

import json
import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agentmail_sandbox import labels
from agentmail_sandbox.addresses import unique
from agentmail_sandbox.errors import existing
from agentmail_sandbox.filters import Filters, few, index, one_holds
from agentmail_sandbox.mime_read import Mail
from agentmail_sandbox.scope import Scope
from agentmail_sandbox.store import add_row, as_json, set_row
from agentmail_sandbox.wire import Paging, at, fetch_page, without_none


@dataclass(frozen=True)
class Joining:
    """What a thread takes over from a message that joins it."""

    inbox_id: str
    message_id: str
    mail: Mail
    preview: str | None
    sent: bool
    size: int


# What a thread holds before its first message.
EMPTY: Mapping[str, Any] = {"senders": "[]", "recipients": "[]", "message_count": 0, "size": 0}


def thread_of(db: sqlite3.Connection, inbox_id: str, message_ids: list[str]) -> sqlite3.Row | None:
    """Return the thread that holds the first known of ``message_ids`` in this inbox, or None."""
    for message_id in message_ids:
        row: sqlite3.Row | None = db.execute(
            "SELECT threads.* FROM messages JOIN threads ON threads.seq = messages.thread_seq "
            "WHERE messages.inbox_id = ? AND messages.message_id = ?",
            (inbox_id, message_id),
        ).fetchone()
        if row is not None:
            return row
    return None


def join(db: sqlite3.Connection, thread: sqlite3.Row | None, message: Joining, now: str) -> tuple[int, str]:
    """Put a message of this moment into ``thread``, or into a new one when None; return that thread's seq and id."""
    mail, before = message.mail, thread or EMPTY
    recipients = [*json.loads(before["recipients"]), *mail.to, *mail.cc, *mail.bcc]
    changes = {
        "timestamp": now,
        "sent_timestamp" if message.sent else "received_timestamp": now,
        "senders": as_json(unique([*json.loads(before["senders"]), mail.sender])),
        "recipients": as_json(unique(recipients)),
        "preview": message.preview,
        "last_message_id": message.message_id,
        "message_count": before["message_count"] + 1,
        "size": before["size"] + message.size,
        "updated_at": now,
    }
    if thread is not None:
        set_row(db, "threads", thread["seq"], **changes)
        return thread["seq"], thread["thread_id"]
    thread_id = str(uuid.uuid4())
    about = {"thread_id": thread_id, "inbox_id": message.inbox_id, "subject": mail.subject, "created_at": now}
    seq = add_row(db, "threads", **about, **changes)
    index(db, "thread_filter", seq, subject=[mail.subject or ""])
    return seq, thread_id


def recount(db: sqlite3.Connection, thread_seq: int, now: str) -> None:
    """Work a thread out anew after a message left it; delete it when that was the last."""
    rows = db.execute("SELECT * FROM messages WHERE thread_seq = ? ORDER BY timestamp, seq", (thread_seq,)).fetchall()
    if not rows:
        db.execute("DELETE FROM threads WHERE seq = ?", (thread_seq,))
        return
    last = rows[-1]
    latest = {bool(row["sent"]): row["timestamp"] for row in rows}
    recipients = [address for row in rows for address in recipients_of(row)]
    changes = {
        "timestamp": last["timestamp"],
        "received_timestamp": latest.get(False),
        "sent_timestamp": latest.get(True),
        "senders": as_json(unique([row["sender"] for row in rows])),
        "recipients": as_json(unique(recipients)),
        "preview": last["preview"],
        "last_message_id": last["message_id"],
        "message_count": len(rows),
        "size": sum(row["size"] for row in rows),
    }
    set_row(db, "threads", thread_seq, **changes, updated_at=now)


def recipients_of(message: sqlite3.Row) -> list[str]:
    """Return everyone a stored message is addressed to."""
    return [*json.loads(message["recipients_to"]), *json.loads(message["cc"]), *json.loads(message["bcc"])]


def find(db: sqlite3.Connection, thread_id: str, scope: Scope) -> sqlite3.Row:
    """Return a thread's row; 404 if this scope has none such."""
    within, params = scope.mail()
    found = db.execute(f"SELECT * FROM threads WHERE thread_id = ? AND {within}", [thread_id, *params]).fetchone()
    return existing(found, "Thread", thread_id)


def messages_of(db: sqlite3.Connection, thread: sqlite3.Row) -> list[sqlite3.Row]:
    """Return every message of a thread, oldest first."""
    return db.execute(
        "SELECT * FROM messages WHERE thread_seq = ? ORDER BY timestamp, seq", (thread["seq"],)
    ).fetchall()


def delete(db: sqlite3.Connection, thread: sqlite3.Row) -> None:
    """Delete a thread with its messages."""
    db.execute("DELETE FROM messages WHERE thread_seq = ?", (thread["seq"],))
    db.execute("DELETE FROM threads WHERE seq = ?", (thread["seq"],))


def select(
    db: sqlite3.Connection, scope: Scope, wanted: Filters, page: Paging
) -> tuple[list[sqlite3.Row], dict[str, Any]]:
    """Return one page of threads by time."""
    candidates = _few(db, wanted)
    rarest = labels.rarest_first(db, "thread_labels", wanted.labels, scope)
    first, *others = rarest if candidates is None and rarest else ["", *rarest]
    if not first:
        table, source, conditions = "threads", "threads", []
    else:
        table, source = "tagged", "thread_labels AS tagged JOIN threads ON threads.seq = tagged.thread_seq"
        conditions = ["tagged.label = ?"]
    within, inside = scope.mail(f"{table}.inbox_id")
    carries = "EXISTS (SELECT 1 FROM thread_labels WHERE thread_seq = threads.seq AND label = ?)"
    found, values = wanted.sql(table, carries, others, one_holds("senders"), one_holds("recipients"))
    conditions += [within, *found]
    params: list[Any] = [*[first] * bool(first), *inside, *values]
    if candidates is not None:
        source, params = "json_each(?) CROSS JOIN threads ON threads.seq = value", [as_json(candidates), *params]
    tie = "thread_seq" if first else "seq"
    query = f"SELECT threads.* FROM {source} WHERE {' AND '.join(conditions)}"
    return fetch_page(db, query, params, (f"{table}.timestamp", f"{table}.{tie}"), page)


def _few(db: sqlite3.Connection, wanted: Filters) -> list[int] | None:
    """Return the seqs of all threads that may match the filters by text; None if those leave many."""
    found = few(db, "thread_filter", [("subject", wanted.subject)])
    if found is not None:
        return found
    messages = few(db, "message_filter", [("sender", wanted.senders), ("recipients", wanted.recipients)])
    if messages is None:
        return None
    query = "SELECT DISTINCT thread_seq FROM json_each(?) CROSS JOIN messages ON messages.seq = value"
    return [row[0] for row in db.execute(query, (as_json(messages),))]


def shown(db: sqlite3.Connection, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Return threads as lists show them."""
    tags = labels.of_threads(db, [row["seq"] for row in rows])
    return [_item(row, tags[row["seq"]], _attachments(db, row["seq"])) for row in rows]


def _attachments(db: sqlite3.Connection, seq: int) -> list[dict[str, Any]]:
    rows = db.execute(
        "SELECT attachments FROM messages WHERE thread_seq = ? AND attachments != '[]' ORDER BY timestamp, seq",
        (seq,),
    )
    return [attachment for row in rows for attachment in json.loads(row["attachments"])]


def _item(row: sqlite3.Row, tags: list[str], attachments: list[dict[str, Any]]) -> dict[str, Any]:
    return without_none(
        {
            "inbox_id": row["inbox_id"],
            "thread_id": row["thread_id"],
            "labels": tags,
            "timestamp": at(row["timestamp"]),
            "received_timestamp": at(row["received_timestamp"]),
            "sent_timestamp": at(row["sent_timestamp"]),
            "senders": json.loads(row["senders"]),
            "recipients": json.loads(row["recipients"]),
            "subject": row["subject"],
            "preview": row["preview"],
            "attachments": attachments or None,
            "last_message_id": row["last_message_id"],
            "message_count": row["message_count"],
            "size": row["size"],
            "updated_at": at(row["updated_at"]),
            "created_at": at(row["created_at"]),
        }
    )
