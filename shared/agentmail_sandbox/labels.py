"""Labels on messages; a thread's labels are the union of its messages'."""

import sqlite3

from agentmail.messages import BatchUpdateMessagesRequest, UpdateMessageRequest
from agentmail.threads import UpdateThreadRequest

from agentmail_sandbox.errors import invalid
from agentmail_sandbox.scope import Scope
from agentmail_sandbox.store import set_row

# AgentMail sets these itself: anyone may filter by them, nobody may add or remove them.
SYSTEM = frozenset({"received", "sent", "delivered", "bounced", "complained", "delayed", "rejected", "opened"})
# Left out of lists unless include_<label>=true.
HIDDEN = ("spam", "blocked", "unauthenticated", "trash")
# A request that adds labels and removes others.
Relabelling = UpdateMessageRequest | BatchUpdateMessagesRequest | UpdateThreadRequest


def checked(labels: str | list[str] | None, field: str) -> list[str]:
    """Read the labels of a request: one, several or none, in lower case. 400 for system labels and empty ones."""
    found = [labels] if isinstance(labels, str) else list(labels or [])
    lowered = list(dict.fromkeys(label.strip().lower() for label in found))
    if system := sorted(SYSTEM.intersection(lowered)):
        raise invalid(f"{', '.join(system)}: AgentMail sets this label itself; it cannot be changed.", field)
    if "" in lowered:
        raise invalid("A label cannot be empty.", field)
    return lowered


def changes(wanted: Relabelling) -> tuple[list[str], list[str]]:
    """Return the labels that a request adds, and those that it removes; errors as `checked`."""
    return checked(wanted.add_labels, "add_labels"), checked(wanted.remove_labels, "remove_labels")


# Counting stops here: beyond it, which of two labels is rarer hardly matters.
ENOUGH = 2000


def rarest_first(db: sqlite3.Connection, table: str, wanted: list[str], scope: Scope) -> list[str]:
    """Sort labels by how many rows of ``table`` carry them, so that a list walks the shortest index."""
    within, params = scope.mail()
    query = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE label = ? AND {within} LIMIT {ENOUGH})"
    counts = {label: db.execute(query, [label, *params]).fetchone()[0] for label in wanted}
    return sorted(counts, key=counts.__getitem__)


def of_messages(db: sqlite3.Connection, seqs: list[int]) -> dict[int, list[str]]:
    """Return the labels of each message, sorted."""
    return _of(db, "message_labels", "message_seq", seqs)


def of_threads(db: sqlite3.Connection, seqs: list[int]) -> dict[int, list[str]]:
    """Return the labels of each thread, sorted."""
    return _of(db, "thread_labels", "thread_seq", seqs)


def _of(db: sqlite3.Connection, table: str, column: str, seqs: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {seq: [] for seq in seqs}
    # SQLite would walk the whole table for an empty IN ().
    if found:
        places = ",".join("?" * len(found))
        query = f"SELECT {column}, label FROM {table} WHERE {column} IN ({places}) ORDER BY 1, 2"
        for seq, label in db.execute(query, list(found)):
            found[seq].append(label)
    return found


def change(db: sqlite3.Connection, message: sqlite3.Row, add: list[str], remove: list[str], now: str) -> list[str]:
    """Add and remove labels on a message and return those it then has; removing wins over adding."""
    before = of_messages(db, [message["seq"]])[message["seq"]]
    added = [label for label in add if label not in before and label not in remove]
    removed = [label for label in remove if label in before]
    if added or removed:
        put(db, message, added, now)
        gone = [(message["seq"], label) for label in removed]
        db.executemany("DELETE FROM message_labels WHERE message_seq = ? AND label = ?", gone)
        _record(db, message, "label.removed", removed, now)
        set_row(db, "messages", message["seq"], updated_at=now)
        set_row(db, "threads", message["thread_seq"], updated_at=now)
    return sorted({*before, *added} - {*removed})


def put(db: sqlite3.Connection, message: sqlite3.Row, names: list[str], now: str) -> None:
    """Add labels to a message that has none of them."""
    keys = (message["inbox_id"], message["thread_seq"], message["timestamp"])
    db.executemany(
        "INSERT INTO message_labels (message_seq, label, inbox_id, thread_seq, timestamp) VALUES (?, ?, ?, ?, ?)",
        [(message["seq"], label, *keys) for label in names],
    )
    _record(db, message, "label.added", names, now)


def _record(db: sqlite3.Connection, message: sqlite3.Row, event_type: str, names: list[str], now: str) -> None:
    """Note the labels that a message got or lost, for the events of its inbox."""
    about = (message["inbox_id"], message["message_id"], now, event_type)
    db.executemany(
        "INSERT INTO label_events (inbox_id, message_id, event_at, event_type, label) VALUES (?, ?, ?, ?, ?)",
        [(*about, label) for label in names],
    )
