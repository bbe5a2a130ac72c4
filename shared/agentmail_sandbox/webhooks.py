"""Webhooks: who is told of which events. ``…/webhooks`` of the organization, of a pod, of an inbox."""

import base64
import json
import re
import secrets
import sqlite3
import uuid
from typing import Any, get_args

import httpx
from agentmail.events import EventType
from agentmail.webhooks import (
    CreateWebhookRequest,
    ListWebhooksResponse,
    UpdateWebhookHeadersRequest,
    UpdateWebhookRequest,
    Webhook,
    WebhookHeaderNamesResponse,
)
from flask import Blueprint, Response

from agentmail_sandbox import inboxes
from agentmail_sandbox.access import caller, scope
from agentmail_sandbox.errors import Problem, invalid, not_found
from agentmail_sandbox.scope import Condition, Scope
from agentmail_sandbox.store import add_row, as_json
from agentmail_sandbox.wire import answer, at, body_of, core, empty, fetch_page, paging, without_none

routes = Blueprint("webhooks", __name__)

# The SDK's EventType is Union[Literal[…], Any]: these are the names in the Literal.
EVENT_TYPES: frozenset[str] = frozenset(get_args(get_args(EventType)[0]))
MOST_SCOPES = 10
# RFC 9110, 5.1 and 5.5, without bytes beyond ASCII.
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"(?:[!-~](?:[ \t!-~]*[!-~])?)?")
# Set by the delivery itself, or about the connection.
OWN_HEADERS = frozenset({"content-type", "content-length", "user-agent", "host", "connection", "transfer-encoding"})
ROOT, ONE = "/webhooks", "/webhooks/<webhook_id>"
OWNER = ("owner_pod_id", "owner_inbox_id")


@routes.get(ROOT)
def list_webhooks() -> Response:
    rows, about = page_of(_ours())
    return answer(ListWebhooksResponse, about | {"webhooks": [shown(row) for row in rows]})


@routes.post(ROOT)
def create_webhook() -> Response:
    wanted = body_of(CreateWebhookRequest)
    client_id = inboxes.checked_client_id(wanted.client_id)
    _check_url(wanted.url)
    headers = _checked_headers(wanted.headers)
    event_types = checked_events(wanted.event_types)
    with core().store.transaction() as db:
        row = db.execute("SELECT * FROM webhooks WHERE client_id = ?", (client_id,)).fetchone()
        if row is not None:
            inboxes.check_repeat(row["owner_pod_id"], row["owner_inbox_id"])
            if row["token_hash"] is not None:
                raise inboxes.client_id_taken()
            return answer(Webhook, shown(row))
        within = subscribed(db, wanted.inbox_ids, wanted.pod_ids)
        webhook_id = add(db, event_types, *within, url=wanted.url, headers=as_json(headers), client_id=client_id)
        return answer(Webhook, shown(_find(db, webhook_id)))


@routes.get(ONE)
def get_webhook(webhook_id: str) -> Response:
    with core().store.transaction() as db:
        return answer(Webhook, shown(_find(db, webhook_id)))


@routes.patch(ONE)
def update_webhook(webhook_id: str) -> Response:
    wanted = body_of(UpdateWebhookRequest)
    with core().store.transaction() as db:
        row = _find(db, webhook_id)
        event_types = wanted.event_types or json.loads(row["event_types"])
        # To let events flow again takes what it took to ask for them.
        if wanted.event_types or wanted.enabled:
            event_types = _known(event_types)
        check_within(db, Scope(*(row[name] for name in OWNER)), wanted.add_inbox_ids, wanted.add_pod_ids)
        inbox_ids, pod_ids = json.loads(row["inbox_ids"]), json.loads(row["pod_ids"])
        # One that hears of everything goes on to: what is added can only be more.
        if inbox_ids + pod_ids:
            inbox_ids = _changed(inbox_ids, wanted.add_inbox_ids, wanted.remove_inbox_ids, "inbox_ids")
            pod_ids = _changed(pod_ids, wanted.add_pod_ids, wanted.remove_pod_ids, "pod_ids")
            if not inbox_ids + pod_ids:
                raise invalid("A webhook made for some inboxes or pods must keep at least one of them.")
        enabled = row["enabled"] if wanted.enabled is None else wanted.enabled
        db.execute(
            "UPDATE webhooks SET event_types = ?, inbox_ids = ?, pod_ids = ?, enabled = ?, updated_at = ?, "
            "failing_since = NULL WHERE seq = ?",
            (as_json(event_types), as_json(inbox_ids), as_json(pod_ids), enabled, core().stamp(), row["seq"]),
        )
        return answer(Webhook, shown(_find(db, webhook_id)))


@routes.delete(ONE)
def delete_webhook(webhook_id: str) -> Response:
    with core().store.transaction() as db:
        row = _find(db, webhook_id)
        db.execute("DELETE FROM webhooks WHERE seq = ?", (row["seq"],))
    return empty()


@routes.get(f"{ONE}/headers")
def get_headers(webhook_id: str) -> Response:
    with core().store.transaction() as db:
        names = list(json.loads(_find(db, webhook_id)["headers"]))
    return answer(WebhookHeaderNamesResponse, {"header_names": names})


@routes.patch(f"{ONE}/headers")
def update_headers(webhook_id: str) -> Response:
    wanted = body_of(UpdateWebhookHeadersRequest)
    added = _checked_headers(wanted.headers)
    new, gone = ({name.lower() for name in names} for names in (added, wanted.remove_headers or []))
    if not new | gone:
        raise invalid("Give headers, remove_headers, or both.")
    if both := sorted(new & gone):
        raise invalid(f"{', '.join(both)}: a header cannot be set and removed at once.", "remove_headers")
    with core().store.transaction() as db:
        row = _find(db, webhook_id)
        kept = {name: value for name, value in json.loads(row["headers"]).items() if name.lower() not in new | gone}
        changed = (as_json(kept | added), core().stamp(), row["seq"])
        db.execute("UPDATE webhooks SET headers = ?, updated_at = ? WHERE seq = ?", changed)
    return empty()


def page_of(within: Condition) -> tuple[list[sqlite3.Row], dict[str, Any]]:
    """Return the page of subscriptions, pushed or polled, that the request asks for, as ``fetch_page`` does."""
    condition, params = within
    query = f"SELECT * FROM webhooks WHERE {condition}"
    with core().store.transaction() as db:
        return fetch_page(db, query, params, ("created_at", "seq"), paging())


def row_of(db: sqlite3.Connection, within: Condition, names: str, name: str, missing: Problem) -> sqlite3.Row:
    """Return the subscription that has ``name`` in one of the columns ``names``; raise ``missing`` if there is none."""
    condition, params = within
    query = f"SELECT * FROM webhooks WHERE {condition} AND ? IN ({names})"
    row: sqlite3.Row | None = db.execute(query, [*params, name]).fetchone()
    if row is None:
        raise missing
    return row


def add(
    db: sqlite3.Connection, event_types: list[str], inbox_ids: list[str], pod_ids: list[str], **about: object
) -> str:
    """Store a new subscription of the request's scope and return its id."""
    webhook_id, now = f"ep_{uuid.uuid4().hex}", core().stamp()
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    owner = {"owner_pod_id": scope().pod_id, "owner_inbox_id": scope().inbox_id}
    heard = {"event_types": as_json(event_types), "inbox_ids": as_json(inbox_ids), "pod_ids": as_json(pod_ids)}
    made = {"secret": secret, "enabled": True, "created_at": now, "updated_at": now}
    add_row(db, "webhooks", webhook_id=webhook_id, **owner, **heard, **made, **about)
    return webhook_id


def listening(db: sqlite3.Connection, pod_id: str, event_type: str, inbox_id: str) -> list[sqlite3.Row]:
    """Return the enabled webhooks that want an event of this type from this inbox."""
    rows = db.execute("SELECT * FROM webhooks WHERE enabled").fetchall()
    return [
        row
        for row in rows
        if event_type in json.loads(row["event_types"])
        and Scope(*(row[name] for name in OWNER)).covers(pod_id, inbox_id)
        and in_scope(json.loads(row["inbox_ids"]), json.loads(row["pod_ids"]), inbox_id, pod_id)
    ]


def in_scope(inbox_ids: list[str], pod_ids: list[str], inbox_id: str, pod_id: str) -> bool:
    """Say whether a subscription to these inboxes and pods covers an inbox; naming none covers all."""
    return not (inbox_ids or pod_ids) or inbox_id in inbox_ids or pod_id in pod_ids


def subscribed(
    db: sqlite3.Connection, named_inboxes: list[str] | None, named_pods: list[str] | None
) -> tuple[list[str], list[str]]:
    """Return the inboxes and pods a new webhook hears of: those named, else all of its owner's."""
    owner = scope()
    inbox_ids, pod_ids = _scopes(named_inboxes, "inbox_ids"), _scopes(named_pods, "pod_ids")
    check_within(db, owner, inbox_ids, pod_ids)
    if owner.inbox_id is not None:
        return [owner.inbox_id], []
    if owner.pod_id is not None and not inbox_ids + pod_ids:
        return [], [owner.pod_id]
    return inbox_ids, pod_ids


def check_within(db: sqlite3.Connection, owner: Scope, inbox_ids: list[str] | None, pod_ids: list[str] | None) -> None:
    """Raise 404 for inboxes and pods outside a scope. The organization may name what is yet to come."""
    if owner == Scope():
        return
    for inbox_id in inbox_ids or []:
        if not owner.covers(inboxes.pod_of(db, inbox_id), inbox_id.lower()):
            raise not_found("Inbox", inbox_id)
    for pod_id in pod_ids or []:
        if owner.inbox_id is not None or pod_id != owner.pod_id:
            raise not_found("Pod", pod_id)


def _ours() -> Condition:
    within, params = scope().owned(*OWNER)
    return f"token_hash IS NULL AND {within}", params


def _find(db: sqlite3.Connection, webhook_id: str) -> sqlite3.Row:
    return row_of(db, _ours(), "webhook_id", webhook_id, not_found("Webhook", webhook_id))


def _check_url(url: str) -> None:
    try:
        parsed = httpx.URL(url)
        # What the resolver does with the host, which refuses labels beyond 63 letters.
        parsed.host.encode("idna")
    except (httpx.InvalidURL, UnicodeError) as wrong:
        raise invalid(f"url {url[:200]!r} cannot be posted to: {wrong}.", "url") from wrong
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise invalid(f"url must be an http or https URL, not {url[:200]!r}.", "url")


def _checked_headers(headers: dict[str, str] | None) -> dict[str, str]:
    """Check the custom headers of a webhook. 400 for what HTTP cannot carry, or what the delivery sets itself."""
    for name, value in (headers or {}).items():
        if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value):
            text = f"The header {name!r} cannot be sent: names are HTTP tokens, values ASCII without spaces around."
            raise invalid(text, "headers")
        if name.lower() in OWN_HEADERS or name.lower().startswith("svix-"):
            raise invalid(f"{name} is set by the delivery itself and cannot be given in headers.", "headers")
    if len({name.lower() for name in headers or {}}) < len(headers or {}):
        raise invalid("Two of the headers have the same name, whose case does not count.", "headers")
    return dict(headers or {})


def last_delivery(db: sqlite3.Connection, webhook_id: str) -> int:
    """Return the seq of the last event that went to a webhook, 0 when none did."""
    query = "SELECT coalesce(max(seq), 0) FROM deliveries WHERE webhook_id = ?"
    return int(db.execute(query, (webhook_id,)).fetchone()[0])


def checked_events(event_types: list[Any]) -> list[str]:
    """Return the event types of a new webhook, each once. 400 for none or unknown ones, 403 if not for this key."""
    if not event_types:
        raise invalid("Name at least one event type.", "event_types")
    return _known(event_types)


def _known(event_types: list[Any]) -> list[str]:
    found = [str(event_type) for event_type in event_types]
    if unknown := sorted(set(found) - EVENT_TYPES):
        raise invalid(f"Unknown event type: {', '.join(unknown)}.", "event_types")
    for event_type in found:
        for permission in permissions_for(event_type):
            caller().require(permission)
    return list(dict.fromkeys(found))


def permissions_for(event_type: str) -> list[str]:
    """Return the permissions a key needs to hear of an event: those to read what it tells of."""
    noun, _, rest = event_type.partition(".")
    label = rest.removeprefix("received.")
    labelled = [f"label_{label}_read"] if label != rest else []
    return {"message": ["message_read"], "domain": ["domain_read"]}.get(noun, ["calendar_event_read"]) + labelled


def _scopes(ids: list[str] | None, field: str) -> list[str]:
    found = list(dict.fromkeys(identifier.lower() for identifier in ids or []))
    if len(found) > MOST_SCOPES:
        raise invalid(f"{field} names at most {MOST_SCOPES}.", field)
    return found


def _changed(old: list[str], add: list[str] | None, remove: list[str] | None, field: str) -> list[str]:
    kept = [identifier for identifier in old if identifier not in map(str.lower, remove or [])]
    return _scopes([*kept, *(add or [])], field)


def shown(row: sqlite3.Row) -> dict[str, Any]:
    """Return a webhook as the API shows it."""
    return without_none(
        {
            "webhook_id": row["webhook_id"],
            "url": row["url"],
            "event_types": json.loads(row["event_types"]),
            "pod_ids": json.loads(row["pod_ids"]) or None,
            "inbox_ids": json.loads(row["inbox_ids"]) or None,
            "pod_id": row["owner_pod_id"],
            "inbox_id": row["owner_inbox_id"],
            "secret": row["secret"],
            "enabled": bool(row["enabled"]),
            "updated_at": at(row["updated_at"]),
            "created_at": at(row["created_at"]),
            "client_id": row["client_id"],
        }
    )
