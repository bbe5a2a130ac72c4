"""Lists of addresses and domains to allow or block. ``/v0/lists/{direction}/{type}``; kept, without effect on mail."""

import re
import sqlite3
from typing import Any

from agentmail.lists import CreateListEntryRequest, ListEntry, ListListEntriesResponse
from flask import Blueprint, Response

from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import invalid, not_found
from agentmail_sandbox.store import add_row
from agentmail_sandbox.wire import answer, at, body_of, core, empty, fetch_page, paging, without_none

routes = Blueprint("lists", __name__, url_prefix="/v0")

LIST = "/lists/<any(send, receive, reply):direction>/<any(allow, block):list_type>"
ONE = f"{LIST}/<entry>"
# Whose list it is: that of the whole organization.
ORGANIZATION = ""
DOMAIN = re.compile(r"(?=.{1,253}$)[^\s@.]+(\.[^\s@.]+)+")
EMAIL = re.compile(rf"[^\s@<>,;]+@{DOMAIN.pattern}")


@routes.get(LIST)
def list_entries(direction: str, list_type: str) -> Response:
    with core().store.transaction() as db:
        query = "SELECT * FROM list_entries WHERE scope = ? AND direction = ? AND list_type = ?"
        rows, about = fetch_page(
            db, query, [ORGANIZATION, direction, list_type], ("entry", "seq"), paging(ascending=True)
        )
    return answer(ListListEntriesResponse, about | {"entries": [shown(row, core()) for row in rows]})


@routes.post(LIST)
def create_entry(direction: str, list_type: str) -> Response:
    """Add an entry; one that is there already is left as it is, and answered."""
    wanted = body_of(CreateListEntryRequest)
    entry = wanted.entry.strip().lower()
    if not (EMAIL.fullmatch(entry) or DOMAIN.fullmatch(entry)):
        raise invalid(f"{wanted.entry!r} is neither a mail address nor a domain.", "entry")
    with core().store.transaction() as db:
        row = row_for(db, direction, list_type, entry)
        if row is None:
            key = {"scope": ORGANIZATION, "direction": direction, "list_type": list_type, "entry": entry}
            add_row(db, "list_entries", **key, reason=wanted.reason, created_at=core().stamp())
            row = find(db, direction, list_type, entry)
        return answer(ListEntry, shown(row, core()))


@routes.get(ONE)
def get_entry(direction: str, list_type: str, entry: str) -> Response:
    with core().store.transaction() as db:
        return answer(ListEntry, shown(find(db, direction, list_type, entry), core()))


@routes.delete(ONE)
def delete_entry(direction: str, list_type: str, entry: str) -> Response:
    with core().store.transaction() as db:
        db.execute("DELETE FROM list_entries WHERE seq = ?", (find(db, direction, list_type, entry)["seq"],))
    return empty()


def find(db: sqlite3.Connection, direction: str, list_type: str, entry: str) -> sqlite3.Row:
    """Return an entry's row; 404 if the list has none such."""
    row = row_for(db, direction, list_type, entry)
    if row is None:
        raise not_found("List entry", entry)
    return row


def row_for(db: sqlite3.Connection, direction: str, list_type: str, entry: str) -> sqlite3.Row | None:
    """Return an entry's row, or None."""
    query = "SELECT * FROM list_entries WHERE scope = ? AND direction = ? AND list_type = ? AND entry = ?"
    row: sqlite3.Row | None = db.execute(query, (ORGANIZATION, direction, list_type, entry.lower())).fetchone()
    return row


def shown(row: sqlite3.Row, of: Core) -> dict[str, Any]:
    """Return an entry as the API shows it."""
    return without_none(
        {
            "entry": row["entry"],
            "organization_id": of.organization_id,
            "reason": row["reason"],
            "direction": row["direction"],
            "list_type": row["list_type"],
            "entry_type": "email" if "@" in row["entry"] else "domain",
            "created_at": at(row["created_at"]),
        }
    )
