"""Lists of addresses and domains to allow or block: ``…/lists/{direction}/{type}`` of organization, pod and inbox."""

import re
import sqlite3
from typing import Any

from agentmail.lists import (
    CreateListEntryRequest,
    ListEntry,
    ListListEntriesResponse,
    PodListEntry,
    PodListListEntriesResponse,
)
from flask import Blueprint, Response, request

from agentmail_sandbox.access import scope
from agentmail_sandbox.addresses import bare
from agentmail_sandbox.errors import existing, invalid, problem_of
from agentmail_sandbox.list_rules import ORGANIZATION
from agentmail_sandbox.wire import answer, at, body_of, core, empty, fetch_page, paging, without_none

routes = Blueprint("lists", __name__)

LIST = "/lists/<direction>/<list_type>"
KNOWN = {"direction": ("send", "receive", "reply"), "list_type": ("allow", "block")}
ONE = f"{LIST}/<list_entry:entry>"
DOMAIN = re.compile(r"(?=.{1,253}$)[^\s@.*/:]+(\.[^\s@.*/:]+)+")
EMAIL = re.compile(rf"[^\s@<>(),;:]+@{DOMAIN.pattern}")


@routes.before_request
def _check_list() -> None:
    for name, known in KNOWN.items():
        given = (request.view_args or {})[name]
        if given not in known:
            raise invalid(f"The {name} of a list is one of {', '.join(known)}, not {given[:40]!r}.", name)


@routes.get(LIST)
def list_entries(direction: str, list_type: str) -> Response:
    with core().store.transaction() as db:
        query = "SELECT * FROM list_entries WHERE scope = ? AND direction = ? AND list_type = ?"
        rows, about = fetch_page(db, query, [_owner(), direction, list_type], ("entry", "seq"), paging(ascending=True))
    model = PodListListEntriesResponse if _owner() else ListListEntriesResponse
    return answer(model, about | {"entries": [_shown(row) for row in rows]})


@routes.post(LIST)
def create_entry(direction: str, list_type: str) -> Response:
    """Add an entry; one that is there already is left as it is, and answered."""
    wanted = body_of(CreateListEntryRequest)
    entry = bare(wanted.entry)
    if not (EMAIL.fullmatch(wanted.entry.strip()) or DOMAIN.fullmatch(wanted.entry.strip())):
        raise invalid(f"{wanted.entry!r} is neither a mail address nor a domain.", "entry")
    with core().store.transaction() as db:
        db.execute(
            "INSERT INTO list_entries (scope, direction, list_type, entry, reason, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (_owner(), direction, list_type, entry, wanted.reason, core().stamp()),
        )
        return _answer(find(db, scope=_owner(), direction=direction, list_type=list_type, entry=entry))


@routes.get(ONE)
def get_entry(direction: str, list_type: str, entry: str) -> Response:
    with core().store.transaction() as db:
        return _answer(find(db, scope=_owner(), direction=direction, list_type=list_type, entry=entry))


@routes.delete(ONE)
def delete_entry(direction: str, list_type: str, entry: str) -> Response:
    """Delete an entry. 403 for one that AgentMail made because mail came back: only its support can lift that."""
    with core().store.transaction() as db:
        row = find(db, scope=_owner(), direction=direction, list_type=list_type, entry=entry)
        if row["read_only"]:
            text = f"{row['entry']} is read-only: AgentMail added it ({row['reason']}). Only its support can lift it."
            raise problem_of(403, text)
        db.execute("DELETE FROM list_entries WHERE seq = ?", (row["seq"],))
    return empty()


def _owner() -> str:
    """Return whose lists the request is about: a narrow key has those of its pod or inbox at every route."""
    return scope().inbox_id or scope().pod_id or ORGANIZATION


def find(db: sqlite3.Connection, *, scope: str, direction: str, list_type: str, entry: str) -> sqlite3.Row:
    """Return an entry's row; 404 if the list has none such."""
    query = "SELECT * FROM list_entries WHERE scope = ? AND direction = ? AND list_type = ? AND entry = ?"
    row = db.execute(query, (scope, direction, list_type, bare(entry))).fetchone()
    return existing(row, "List entry", entry)


def _answer(row: sqlite3.Row) -> Response:
    return answer(PodListEntry if row["scope"] else ListEntry, _shown(row))


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    """Return an entry as the API shows it; one that is not the organization's names its pod and inbox."""
    return without_none(
        {
            "pod_id": scope().pod_id,
            "inbox_id": scope().inbox_id,
            "entry": row["entry"],
            "organization_id": core().organization_id,
            "reason": row["reason"],
            "direction": row["direction"],
            "list_type": row["list_type"],
            "entry_type": "email" if "@" in row["entry"] else "domain",
            "created_at": at(row["created_at"]),
            "read_only": True if row["read_only"] else None,
        }
    )
