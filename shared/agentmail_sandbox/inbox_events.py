"""What happened to the labels of an inbox's messages. ``/v0/inboxes/{inbox_id}/events``."""

import sqlite3
from collections.abc import Iterable

from agentmail.inbox_events import ListInboxEventsResponse
from flask import Blueprint, Response

from agentmail_sandbox import inboxes
from agentmail_sandbox.wire import answer, at, core, fetch_page, paging

routes = Blueprint("inbox_events", __name__, url_prefix="/v0/inboxes/<inbox_id>/events")


@routes.get("")
def list_events(inbox_id: str) -> Response:
    """List label changes, the latest first; ``ascending=true`` turns that round."""
    with core().store.transaction() as db:
        inbox = inboxes.find(db, inbox_id)
        query = "SELECT * FROM label_events WHERE inbox_id = ?"
        rows, about = fetch_page(db, query, [inbox["inbox_id"]], ("seq", "seq"), paging())
    return answer(ListInboxEventsResponse, about | {"events": [_shown(row, inbox["pod_id"]) for row in rows]})


def record(
    db: sqlite3.Connection, message: sqlite3.Row, added: Iterable[str], removed: Iterable[str], now: str
) -> None:
    """Note the labels that a message got and lost."""
    about = (message["inbox_id"], message["message_id"], now)
    changes = [("label.added", label) for label in added] + [("label.removed", label) for label in removed]
    db.executemany(
        "INSERT INTO label_events (inbox_id, message_id, event_at, event_type, label) VALUES (?, ?, ?, ?, ?)",
        [(*about, event_type, label) for event_type, label in changes],
    )


def _shown(row: sqlite3.Row, pod_id: str) -> dict[str, object]:
    return {
        "organization_id": core().organization_id,
        "pod_id": pod_id,
        "inbox_id": row["inbox_id"],
        # Sorts as it happened: AgentMail orders by it.
        "event_id": f"evt_{row['seq']:016d}",
        "event_type": row["event_type"],
        "message_id": row["message_id"],
        "label": row["label"],
        "event_at": at(row["event_at"]),
        "created_at": at(row["event_at"]),
    }
