"""What left the sandbox, what never entered it, and what happened: the records people and tests read."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agentmail_sandbox.addresses import bare
from agentmail_sandbox.clock import moment


@dataclass(frozen=True)
class OutsideMail:
    """A mail that left to addresses outside; ``number`` grows with every such mail."""

    number: int
    inbox_id: str
    message_id: str
    sender: str
    to: list[str]
    cc: list[str]
    envelope_to: list[str]
    subject: str | None
    text: str | None
    html: str | None
    headers: dict[str, str]
    in_reply_to: str | None
    timestamp: datetime


def outbox(db: sqlite3.Connection, *, to: str | None = None, after: int = 0, limit: int = 100) -> list[OutsideMail]:
    """Return mails that left, newest first: to this address only, and only those numbered above ``after``."""
    query, params = "SELECT * FROM outside_mails WHERE seq > ?", [after]
    if to is not None:
        query += " AND EXISTS (SELECT 1 FROM json_each(envelope_to) WHERE value = ?)"
    rows = db.execute(f"{query} ORDER BY seq DESC LIMIT ?", [*params, *([bare(to)] if to is not None else []), limit])
    return [_outside(row) for row in rows]


def _outside(row: sqlite3.Row) -> OutsideMail:
    same = ("inbox_id", "message_id", "sender", "subject", "text", "html", "in_reply_to")
    return OutsideMail(
        number=row["seq"],
        **{name: row[name] for name in same},
        to=json.loads(row["recipients_to"]),
        cc=json.loads(row["cc"]),
        envelope_to=json.loads(row["envelope_to"]),
        headers=json.loads(row["headers"]),
        timestamp=moment(row["timestamp"]),
    )


def dropped(db: sqlite3.Connection, *, after: int = 0, limit: int = 100) -> list[dict[str, Any]]:
    """Return mails that were accepted and not stored, oldest first, with the reason."""
    rows = db.execute("SELECT * FROM dropped_mails WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
    return [dict(row) for row in rows]


def events(db: sqlite3.Connection, *, after: int = 0, limit: int = 100) -> list[dict[str, Any]]:
    """Return events, oldest first, each with its number in ``seq``."""
    rows = db.execute("SELECT seq, payload FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
    return [{"seq": row["seq"], "event": json.loads(row["payload"])} for row in rows]
