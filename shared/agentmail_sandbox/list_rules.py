"""What the lists say of an address: may mail come from it, may mail go to it."""

import sqlite3
from dataclasses import dataclass
from typing import Literal

from agentmail_sandbox.addresses import bare
from agentmail_sandbox.core import Core

Direction = Literal["send", "receive", "reply"]
# The scope of the lists of the whole organization.
ORGANIZATION = ""


@dataclass(frozen=True)
class Verdict:
    """Why the lists refuse an address: an entry that blocks it, or (None) an allow list it is not on."""

    address: str
    entry: str | None
    reason: str | None = None

    def __str__(self) -> str:
        if self.entry is None:
            return f"{self.address} is not on the allow list, which is not empty."
        return f"{self.address} is blocked by the list entry {self.entry}{f' ({self.reason})' if self.reason else ''}."


def refusal(db: sqlite3.Connection, inbox: sqlite3.Row, direction: Direction, who: str) -> Verdict | None:
    """Return why mail of this direction is refused between an inbox and ``who``, or None when it is not.

    The lists of the inbox are asked first, then its pod's, then the organization's: the first with a match decides,
    and in it block beats allow. Without a match, an allow list that holds anything refuses. What AgentMail
    suppressed itself (read-only) no list lifts.
    """
    address = bare(who)
    scopes = [inbox["inbox_id"], inbox["pod_id"], ORGANIZATION]
    rows = db.execute(
        "SELECT * FROM list_entries WHERE direction = ? AND scope IN (?, ?, ?) AND entry IN (?, ?)",
        (direction, *scopes, address, address.rpartition("@")[2]),
    ).fetchall()
    rows.sort(key=lambda row: (not row["read_only"], scopes.index(row["scope"]), row["list_type"] == "allow"))
    if rows:
        deciding = rows[0]
        return Verdict(address, deciding["entry"], deciding["reason"]) if deciding["list_type"] == "block" else None
    query = "SELECT 1 FROM list_entries WHERE direction = ? AND list_type = 'allow' AND scope IN (?, ?, ?)"
    return Verdict(address, None) if db.execute(query, (direction, *scopes)).fetchone() else None


def suppress(core: Core, db: sqlite3.Connection, addresses: list[str], reason: str) -> None:
    """Block sending to addresses for good, as AgentMail does after a hard bounce, complaint or rejection."""
    db.executemany(
        "INSERT INTO list_entries (scope, direction, list_type, entry, reason, created_at, read_only) "
        "VALUES (?, 'send', 'block', ?, ?, ?, 1) "
        "ON CONFLICT DO UPDATE SET read_only = 1, reason = coalesce(reason, excluded.reason)",
        [(ORGANIZATION, bare(address), reason, core.stamp()) for address in addresses],
    )
