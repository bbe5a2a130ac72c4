"""Lists of addresses and domains to allow or block: ``/v0/lists/{direction}/{type}``, and those of one inbox."""

import re
import sqlite3
from collections.abc import Callable
from typing import Any

from agentmail.lists import (
    CreateListEntryRequest,
    ListEntry,
    ListListEntriesResponse,
    PodListEntry,
    PodListListEntriesResponse,
)
from flask import Blueprint, Response

from agentmail_sandbox import inboxes
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import Problem, invalid, not_found
from agentmail_sandbox.list_rules import ORGANIZATION
from agentmail_sandbox.store import add_row
from agentmail_sandbox.wire import answer, at, body_of, core, empty, fetch_page, paging, without_none

routes = Blueprint("lists", __name__, url_prefix="/v0")

# Whose lists there are.
OWNERS = ("", "/inboxes/<inbox_id>")
LIST = "/lists/<any(send, receive, reply):direction>/<any(allow, block):list_type>"
ONE = f"{LIST}/<list_entry:entry>"
DOMAIN = re.compile(r"(?=.{1,253}$)[^\s@.]+(\.[^\s@.]+)+")
EMAIL = re.compile(rf"[^\s@<>,;]+@{DOMAIN.pattern}")

View = Callable[..., Response]


def _for_each_owner(method: str, path: str) -> Callable[[View], View]:
    def register(view: View) -> View:
        for owner in OWNERS:
            routes.add_url_rule(f"{owner}{path}", view_func=view, methods=[method])
        return view

    return register


@_for_each_owner("GET", LIST)
def list_entries(direction: str, list_type: str, **owner: str) -> Response:
    with core().store.transaction() as db:
        scope = _scope(db, **owner)
        query = "SELECT * FROM list_entries WHERE scope = ? AND direction = ? AND list_type = ?"
        rows, about = fetch_page(db, query, [scope, direction, list_type], ("entry", "seq"), paging(ascending=True))
    model = PodListListEntriesResponse if scope else ListListEntriesResponse
    return answer(model, about | {"entries": [shown(row, core()) for row in rows]})


@_for_each_owner("POST", LIST)
def create_entry(direction: str, list_type: str, **owner: str) -> Response:
    """Add an entry; one that is there already is left as it is, and answered."""
    wanted = body_of(CreateListEntryRequest)
    entry = wanted.entry.strip().lower()
    if not (EMAIL.fullmatch(entry) or DOMAIN.fullmatch(entry)):
        raise invalid(f"{wanted.entry!r} is neither a mail address nor a domain.", "entry")
    with core().store.transaction() as db:
        key = {"scope": _scope(db, **owner), "direction": direction, "list_type": list_type, "entry": entry}
        if row_for(db, **key) is None:
            add_row(db, "list_entries", **key, reason=wanted.reason, created_at=core().stamp())
        return _answer(find(db, **key))


@_for_each_owner("GET", ONE)
def get_entry(direction: str, list_type: str, entry: str, **owner: str) -> Response:
    with core().store.transaction() as db:
        return _answer(find(db, scope=_scope(db, **owner), direction=direction, list_type=list_type, entry=entry))


@_for_each_owner("DELETE", ONE)
def delete_entry(direction: str, list_type: str, entry: str, **owner: str) -> Response:
    """Delete an entry. 403 for one that AgentMail made because mail came back: only its support can lift that."""
    with core().store.transaction() as db:
        row = find(db, scope=_scope(db, **owner), direction=direction, list_type=list_type, entry=entry)
        if row["read_only"]:
            text = f"{row['entry']} is read-only: AgentMail added it ({row['reason']}). Only its support can lift it."
            raise Problem(403, "ForbiddenError", "forbidden", text)
        db.execute("DELETE FROM list_entries WHERE seq = ?", (row["seq"],))
    return empty()


def _scope(db: sqlite3.Connection, inbox_id: str | None = None) -> str:
    return ORGANIZATION if inbox_id is None else str(inboxes.find(db, inbox_id)["inbox_id"])


def find(db: sqlite3.Connection, *, scope: str, direction: str, list_type: str, entry: str) -> sqlite3.Row:
    """Return an entry's row; 404 if the list has none such."""
    row = row_for(db, scope=scope, direction=direction, list_type=list_type, entry=entry)
    if row is None:
        raise not_found("List entry", entry)
    return row


def row_for(db: sqlite3.Connection, *, scope: str, direction: str, list_type: str, entry: str) -> sqlite3.Row | None:
    """Return an entry's row, or None."""
    query = "SELECT * FROM list_entries WHERE scope = ? AND direction = ? AND list_type = ? AND entry = ?"
    row: sqlite3.Row | None = db.execute(query, (scope, direction, list_type, entry.lower())).fetchone()
    return row


def _answer(row: sqlite3.Row) -> Response:
    return answer(PodListEntry if row["scope"] else ListEntry, shown(row, core()))


def shown(row: sqlite3.Row, of: Core) -> dict[str, Any]:
    """Return an entry as the API shows it; one that is not the organization's names its pod and inbox."""
    owner = {"pod_id": of.pod_id, "inbox_id": row["scope"]} if row["scope"] else {}
    return owner | without_none(
        {
            "entry": row["entry"],
            "organization_id": of.organization_id,
            "reason": row["reason"],
            "direction": row["direction"],
            "list_type": row["list_type"],
            "entry_type": "email" if "@" in row["entry"] else "domain",
            "created_at": at(row["created_at"]),
            "read_only": True if row["read_only"] else None,
        }
    )
