"""Inboxes: addresses that receive and send. ``/v0/inboxes``."""

import json
import re
import sqlite3
import time
import uuid
from typing import Any

from agentmail.inboxes import CreateInboxRequest, Inbox, ListInboxesResponse, UpdateInboxRequest
from flask import Blueprint, Response

from agentmail_sandbox import domains
from agentmail_sandbox.access import scope
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import Problem, UnknownInbox, conflict, existing, invalid
from agentmail_sandbox.store import add_row, as_json, set_row
from agentmail_sandbox.wire import answer, at, body_of, core, empty, fetch_page, json_body, paging, without_none

routes = Blueprint("inboxes", __name__)

ROOT, ONE = "/inboxes", "/inboxes/<inbox_id>"
CLIENT_ID = re.compile(r"[A-Za-z0-9\-._~]{1,256}")
USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._+-]{0,62}[a-z0-9])?")
MOST_METADATA = 256
# So many messages of an inbox are deleted at once; then others have so many seconds to take their turn.
SLICE, TURN = 1000, 0.001


@routes.get(ROOT)
def list_inboxes() -> Response:
    with core().store.transaction() as db:
        page = paging()
        within, params = scope().owned()
        rows, about = fetch_page(db, f"SELECT * FROM inboxes WHERE {within}", params, ("created_at", "seq"), page)
    return answer(ListInboxesResponse, about | {"inboxes": [shown(row) for row in rows]})


@routes.post(ROOT)
def create_inbox() -> Response:
    wanted = body_of(CreateInboxRequest)
    client_id = checked_client_id(wanted.client_id)
    with core().store.transaction() as db:
        row = db.execute("SELECT * FROM inboxes WHERE client_id = ?", (client_id,)).fetchone()
        if row is not None:
            check_repeat(row["pod_id"], row["inbox_id"])
        return answer(Inbox, shown(row or _insert(db, wanted)))


def _insert(db: sqlite3.Connection, wanted: CreateInboxRequest) -> sqlite3.Row:
    username = (wanted.username or f"inbox-{uuid.uuid4().hex[:10]}").lower()
    if not USERNAME.fullmatch(username):
        raise invalid(f"{username!r} cannot be the local part of an address.", "username")
    pod_id = scope().pod_id or core().pod_id
    inbox_id = f"{username}@{domains.checked(core(), db, wanted.domain, pod_id)}"
    if db.execute("SELECT 1 FROM inboxes WHERE inbox_id = ?", (inbox_id,)).fetchone():
        raise Problem(403, "IsTakenError", "resource_taken", f"The address {inbox_id} is taken.")
    core().limits.check_room(db, "inboxes")
    metadata = _merged({}, _metadata_given())
    now = core().stamp()
    add_row(
        db,
        "inboxes",
        inbox_id=inbox_id,
        pod_id=pod_id,
        display_name=wanted.display_name,
        client_id=wanted.client_id,
        status=_status(wanted.status) or "active",
        metadata=as_json(metadata) if metadata else None,
        created_at=now,
        updated_at=now,
    )
    return find(db, inbox_id)


@routes.get(ONE)
def get_inbox(inbox_id: str) -> Response:
    with core().store.transaction() as db:
        return answer(Inbox, shown(find(db, inbox_id)))


@routes.patch(ONE)
def update_inbox(inbox_id: str) -> Response:
    wanted = body_of(UpdateInboxRequest)
    given = wanted.model_fields_set & {"display_name", "status", "metadata"}
    if not given:
        raise invalid("Give at least one of display_name, status, metadata.")
    if wanted.metadata == {}:
        raise invalid("metadata holds at least one key; null clears it.", "metadata")
    with core().store.transaction() as db:
        row = find(db, inbox_id)
        metadata = json.loads(row["metadata"] or "{}")
        if "metadata" in given:
            metadata = {} if wanted.metadata is None else _merged(metadata, _metadata_given())
        changes = {
            "display_name": wanted.display_name if "display_name" in given else row["display_name"],
            "status": _status(wanted.status) or row["status"],
            "metadata": as_json(metadata) if metadata else None,
        }
        set_row(db, "inboxes", row["seq"], **changes, updated_at=core().stamp())
        return answer(Inbox, shown(find(db, inbox_id)))


@routes.delete(ONE)
def delete_inbox(inbox_id: str) -> Response:
    """Delete an inbox with its mail, much of it slice by slice: meanwhile others have their turn, and see it shrink."""
    some = "DELETE FROM messages WHERE seq IN (SELECT seq FROM messages WHERE inbox_id = ? LIMIT ?)"
    deleted = SLICE
    while deleted == SLICE:
        with core().store.transaction() as db:
            address = find(db, inbox_id)["inbox_id"]
            deleted = db.execute(some, (address, SLICE)).rowcount
            for table in ("threads", "drafts", "inboxes") if deleted < SLICE else ():
                db.execute(f"DELETE FROM {table} WHERE inbox_id = ?", (address,))
        time.sleep(TURN if deleted == SLICE else 0)
    return empty()


def find(db: sqlite3.Connection, inbox_id: str) -> sqlite3.Row:
    """Return an inbox's row; 404 if there is none."""
    return existing(row_for(db, inbox_id), "Inbox", inbox_id)


def row_for(db: sqlite3.Connection, address: str) -> sqlite3.Row | None:
    """Return the row of the inbox with this (bare) address, or None."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM inboxes WHERE inbox_id = ?", (address.lower(),)).fetchone()
    return row


def pod_of(db: sqlite3.Connection, inbox_id: str) -> str:
    """Return the pod of an inbox; an empty text when the inbox is gone."""
    row = row_for(db, inbox_id)
    return "" if row is None else str(row["pod_id"])


def require(core: Core, address: str) -> None:
    """Raise UnknownInbox unless mail to ``address`` can be accepted here."""
    with core.store.transaction() as db:
        if row_for(db, address) is None:
            raise UnknownInbox(address)


def checked_client_id(client_id: str | None) -> str | None:
    """Return a client_id of AgentMail's alphabet; 400 for any other."""
    if client_id is not None and not CLIENT_ID.fullmatch(client_id):
        raise invalid("client_id must be 1 to 256 of A-Z a-z 0-9 - . _ ~", "client_id")
    return client_id


def check_repeat(pod_id: str | None, inbox_id: str | None) -> None:
    """Raise 409 when a ``client_id`` is that of something outside the request's scope, which must not be shown."""
    if not scope().covers(pod_id, inbox_id):
        raise client_id_taken()


def client_id_taken() -> Problem:
    """409: the ``client_id`` is that of something the request must not be shown."""
    return conflict("This client_id was given already, to something in another pod or inbox; give another.")


def shown(row: sqlite3.Row) -> dict[str, Any]:
    """Return an inbox as the API shows it."""
    return without_none(
        {
            **{name: row[name] for name in ("pod_id", "inbox_id", "display_name", "client_id")},
            "email": row["inbox_id"],
            "status": "paused" if row["status"] == "paused" else None,
            "metadata": json.loads(row["metadata"]) if row["metadata"] else None,
            "updated_at": at(row["updated_at"]),
            "created_at": at(row["created_at"]),
        }
    )


def _status(status: object) -> str | None:
    if status not in (None, "active", "paused"):
        raise invalid(f"status must be active or paused, not {status!r}.", "status")
    return None if status is None else str(status)


def _metadata_given() -> dict[str, Any]:
    """Return the metadata of a checked body as it was sent: the SDK's model makes 3.0 of 3."""
    return dict(json_body().get("metadata") or {})


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Merge metadata: a key set to None goes. 400 beyond 256 keys or 256 characters."""
    merged = {key: value for key, value in (old | new).items() if value is not None}
    too_long = [key for key, value in merged.items() if max(len(key), len(str(value))) > MOST_METADATA]
    if too_long or len(merged) > MOST_METADATA:
        raise invalid("metadata holds at most 256 keys; keys and values at most 256 characters.", "metadata")
    return merged
