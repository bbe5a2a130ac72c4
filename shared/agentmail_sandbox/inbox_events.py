"""What happened to the labels of an inbox's messages. ``/v0/inboxes/{inbox_id}/events``."""

import sqlite3

from agentmail.inbox_events import ListInboxEventsResponse
from flask import Blueprint, Response

from agentmail_sandbox import inboxes, visible
from agentmail_sandbox.wire import answer, at, core, fetch_page, paging

routes = Blueprint("inbox_events", __name__, url_prefix="/v0/inboxes/<inbox_id>/events")


@routes.get("")
def list_events(inbox_id: str) -> Response:
    """List label changes, the latest first; ``ascending=true`` turns that round. None of mail hidden from the key."""
    with core().store.transaction() as db:
        inbox = inboxes.find(db, inbox_id)
        hidden = visible.unreadable()
        query = (
            "SELECT * FROM label_events AS told WHERE inbox_id = ? AND NOT EXISTS (SELECT 1 FROM messages "
            "JOIN message_labels ON message_seq = messages.seq WHERE messages.inbox_id = told.inbox_id "
            f"AND messages.message_id = told.message_id AND label IN ({', '.join('?' * len(hidden))}))"
        )
        rows, about = fetch_page(db, query, [inbox["inbox_id"], *hidden], ("seq", "seq"), paging())
    return answer(ListInboxEventsResponse, about | {"events": [_shown(row, inbox["pod_id"]) for row in rows]})


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
