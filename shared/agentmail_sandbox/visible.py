"""Mail as the caller sees it: within the request's scope, and under no label its key may not read."""

import sqlite3

from agentmail_sandbox import labels, messages, threads
from agentmail_sandbox.access import caller, scope
from agentmail_sandbox.errors import not_found


def unreadable() -> list[str]:
    """Return the labels whose carriers the caller's key does not let it see."""
    return [label for label in labels.HIDDEN if not caller().may(f"label_{label}_read")]


def readable(db: sqlite3.Connection, rows: list[sqlite3.Row]) -> list[sqlite3.Row]:
    """Return those of these messages that the caller's key lets it see."""
    tags, hidden = labels.of_messages(db, [row["seq"] for row in rows]), set(unreadable())
    return [row for row in rows if not hidden.intersection(tags[row["seq"]])]


def message(db: sqlite3.Connection, inbox_id: str, message_id: str) -> sqlite3.Row:
    """Return a message's row; 404 if the caller sees none such."""
    refuse_hidden(db, inbox_id, message_id)
    return messages.find(db, inbox_id, message_id)


def refuse_hidden(db: sqlite3.Connection, inbox_id: str, message_id: str) -> None:
    """Raise 404 for a message that is there, but not for the caller's key to read."""
    row = messages.row_for(db, inbox_id, message_id)
    if row is not None and not readable(db, [row]):
        raise not_found("Message", message_id)


def thread(db: sqlite3.Connection, thread_id: str) -> sqlite3.Row:
    """Return a thread's row; 404 if the caller sees none such."""
    row = threads.find(db, thread_id, scope())
    if set(unreadable()).intersection(labels.of_threads(db, [row["seq"]])[row["seq"]]):
        raise not_found("Thread", thread_id)
    return row
