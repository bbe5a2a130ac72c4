"""Polling webhooks: events that wait to be fetched. ``…/webhooks/polling``, and where Svix's client fetches them."""

import base64
import json
import secrets
import sqlite3
from typing import Any

import pydantic
from agentmail.webhooks.polling import (
    CreatePollingWebhookRequest,
    CreatePollingWebhookResponse,
    ListPollingWebhooksResponse,
    PollingWebhook,
)
from flask import Blueprint, Response, request

from agentmail_sandbox import inboxes, webhooks
from agentmail_sandbox.access import hashed, scope
from agentmail_sandbox.errors import Problem, invalid, not_found, unauthorized
from agentmail_sandbox.scope import Condition
from agentmail_sandbox.store import add_row
from agentmail_sandbox.wire import answer, at, body_of, core, empty, plain, query_number, query_text

routes = Blueprint("polling", __name__)
ROOT, ONE = "/webhooks/polling", "/webhooks/polling/<webhook_id>"
CONSUMER = "/api/v1/app/<app_id>/polling-endpoint/<webhook_id>/consumer/<consumer_id>"
reading = Blueprint("polled", __name__, url_prefix=CONSUMER)
# AgentMail's limits: of polling webhooks of one owner, and of pods and inboxes together that one hears of.
MOST = 10
# Events in one answer; each has up to 1 MB.
USUAL_EVENTS, MOST_EVENTS = 50, 250


@routes.get(ROOT)
def list_polling() -> Response:
    """List those made at this very route: those of pods and inboxes are listed at theirs."""
    rows, about = webhooks.page_of(_own())
    return answer(ListPollingWebhooksResponse, about | {"polling_webhooks": [_shown(row) for row in rows]})


@routes.post(ROOT)
def create_polling() -> Response:
    """Make a subscription, or find the one with this ``client_id``; either way under a fresh token."""
    wanted = body_of(CreatePollingWebhookRequest)
    client_id = inboxes.checked_client_id(wanted.client_id)
    event_types = webhooks.checked_events(wanted.event_types)
    token = f"sk_poll_{secrets.token_hex(24)}"
    with core().store.transaction() as db:
        if db.execute("SELECT 1 FROM webhooks WHERE client_id = ?", (client_id,)).fetchone() is None:
            inbox_ids, pod_ids = webhooks.subscribed(db, wanted.inbox_ids, wanted.pod_ids)
            _check_count(db, len(inbox_ids) + len(pod_ids))
            about = {"client_id": client_id, "url": "", "headers": "{}", "token_hash": ""}
            webhooks.add(db, event_types, inbox_ids, pod_ids, **about)
        row = _find(db, wanted.client_id, taken=inboxes.client_id_taken())
        # The fresh token reads what the first request named, whatever this one does.
        webhooks.checked_events(json.loads(row["event_types"]))
        db.execute("UPDATE webhooks SET token_hash = ? WHERE seq = ?", (hashed(token), row["seq"]))
    return answer(CreatePollingWebhookResponse, _shown(row) | {"token": _token(row, token)})


@routes.get(ONE)
def get_polling(webhook_id: str) -> Response:
    with core().store.transaction() as db:
        return answer(PollingWebhook, _shown(_find(db, webhook_id)))


@routes.delete(ONE)
def delete_polling(webhook_id: str) -> Response:
    with core().store.transaction() as db:
        db.execute("DELETE FROM webhooks WHERE seq = ?", (_find(db, webhook_id)["seq"],))
    return empty()


def _own() -> Condition:
    condition = "token_hash IS NOT NULL AND owner_pod_id IS ? AND owner_inbox_id IS ?"
    return condition, [scope().pod_id, scope().inbox_id]


def _find(db: sqlite3.Connection, name: str, taken: Problem | None = None) -> sqlite3.Row:
    """Return a subscription of this owner by its id or its client_id; ``taken``, else 404, when it has none such."""
    missing = taken or not_found("Polling webhook", name)
    return webhooks.row_of(db, _own(), "webhook_id, client_id", name, missing)


def _check_count(db: sqlite3.Connection, channels: int) -> None:
    if channels > MOST:
        raise invalid(f"inbox_ids and pod_ids together name at most {MOST}.", "inbox_ids")
    within, params = _own()
    if db.execute(f"SELECT count(*) FROM webhooks WHERE {within}", params).fetchone()[0] >= MOST:
        text = f"There are {MOST} polling webhooks here already, which is the most; delete one first."
        raise Problem(409, "LimitExceededError", "limit_exceeded", text)


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    shown = webhooks.shown(row)
    return {name: value for name, value in shown.items() if name in PollingWebhook.model_fields}


def _token(row: sqlite3.Row, secret: str) -> str:
    """Return what Svix's ``AutoConfigConsumer`` takes: where to fetch, what, and with which key."""
    told = {
        "aid": core().organization_id,
        "eid": row["webhook_id"],
        "surl": (core().base_url or request.host_url).rstrip("/"),
        "esec": row["secret"],
        "tok": secret,
    }
    return "auto_v1_" + base64.b64encode(json.dumps(told).encode()).decode()


# Fetching


@reading.get("")
def receive(app_id: str, webhook_id: str, consumer_id: str) -> Response:
    """Return the events this consumer has not committed, oldest first; a new one begins with the first of all."""
    limit = query_number("limit", USUAL_EVENTS)
    if not 1 <= limit <= MOST_EVENTS:
        raise invalid(f"limit must be a whole number from 1 to {MOST_EVENTS}.", "limit")
    waiting = (
        "SELECT deliveries.seq AS offset, svix_id, events.* FROM deliveries JOIN events ON events.seq = event_seq "
        "WHERE webhook_id = ? AND deliveries.seq > ? ORDER BY deliveries.seq LIMIT ?"
    )
    with core().store.transaction() as db:
        position = _position(db, _admitted(db, app_id, webhook_id), consumer_id)
        rows = db.execute(waiting, (webhook_id, position, limit + 1)).fetchall()
    found = [
        {
            "offset": row["offset"],
            "id": row["svix_id"],
            **{name: row[name] for name in ("event_id", "event_type")},
            "payload": json.loads(row["payload"]),
            "timestamp": at(row["created_at"]),
        }
        for row in rows[:limit]
    ]
    return plain({"data": found, "done": len(rows) <= limit})


class Commit(pydantic.BaseModel):
    """Up to where a consumer is done."""

    offset: int = pydantic.Field(ge=0)


@reading.post("/commit")
def commit(app_id: str, webhook_id: str, consumer_id: str) -> Response:
    """Note that a consumer is done with all events up to an offset."""
    offset = body_of(Commit).offset
    with core().store.transaction() as db:
        _position(db, _admitted(db, app_id, webhook_id), consumer_id)
        db.execute(
            "UPDATE polling_consumers SET position = max(position, ?) WHERE webhook_id = ? AND consumer_id = ?",
            (min(offset, webhooks.last_delivery(db, webhook_id)), webhook_id, consumer_id),
        )
    return empty()


def _admitted(db: sqlite3.Connection, app_id: str, webhook_id: str) -> str:
    """Return the id of a subscription whose token the request carries. 401 without it."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    query = "SELECT 1 FROM webhooks WHERE webhook_id = ? AND token_hash = ?"
    known = db.execute(query, (webhook_id, hashed(given))).fetchone()
    if known is None or app_id != core().organization_id:
        raise unauthorized("unauthorized", "This token reads no polling webhook: a fresh one or a DELETE ended it.")
    return webhook_id


def _position(db: sqlite3.Connection, webhook_id: str, consumer_id: str) -> int:
    query = "SELECT position FROM polling_consumers WHERE webhook_id = ? AND consumer_id = ?"
    row = db.execute(query, (webhook_id, consumer_id)).fetchone()
    if row is not None:
        return int(row["position"])
    begin = webhooks.last_delivery(db, webhook_id) if query_text("starting_position") == "latest" else 0
    add_row(db, "polling_consumers", webhook_id=webhook_id, consumer_id=consumer_id, position=begin)
    return begin
