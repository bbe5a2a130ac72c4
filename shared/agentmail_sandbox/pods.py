"""Pods: what keeps the inboxes, keys and webhooks of one customer apart from the next. ``/v0/pods``."""

import sqlite3
import uuid
from typing import Any

from agentmail.pods import CreatePodRequest, ListPodsResponse, Pod
from flask import Blueprint, Response

from agentmail_sandbox import inboxes
from agentmail_sandbox.access import scope
from agentmail_sandbox.errors import Problem, not_found
from agentmail_sandbox.store import add_row
from agentmail_sandbox.wire import answer, at, body_of, core, empty, fetch_page, paging, without_none

routes = Blueprint("pods", __name__, url_prefix="/v0/pods")

# What a pod must no longer hold when it is deleted, and the column that says whose it is.
HOLDINGS = {"inboxes": "pod_id", "domains": "pod_id", "api_keys": "pod_id", "webhooks": "owner_pod_id"}


@routes.get("")
def list_pods() -> Response:
    with core().store.transaction() as db:
        within, params = scope().owned()
        rows, about = fetch_page(db, f"SELECT * FROM pods WHERE {within}", params, ("created_at", "seq"), paging())
    return answer(ListPodsResponse, about | {"pods": [shown(row) for row in rows]})


@routes.post("")
def create_pod() -> Response:
    wanted = body_of(CreatePodRequest)
    client_id = inboxes.checked_client_id(wanted.client_id)
    with core().store.transaction() as db:
        row = db.execute("SELECT * FROM pods WHERE client_id = ?", (client_id,)).fetchone()
        if row is None:
            pod_id, now = str(uuid.uuid4()), core().stamp()
            about = {"name": wanted.name or f"Pod {pod_id[:8]}", "client_id": client_id}
            add_row(db, "pods", pod_id=pod_id, **about, created_at=now, updated_at=now)
            row = find(db, pod_id)
        return answer(Pod, shown(row))


@routes.get("/<pod_id>")
def get_pod(pod_id: str) -> Response:
    with core().store.transaction() as db:
        return answer(Pod, shown(find(db, pod_id)))


@routes.delete("/<pod_id>")
def delete_pod(pod_id: str) -> Response:
    """Delete a pod that holds nothing; 409 ``cannot_delete`` for another, and for the default one."""
    with core().store.transaction() as db:
        find(db, pod_id)
        if pod_id == core().pod_id:
            raise _cannot_delete("This is the pod of everything made without one.")
        held = [table.replace("_", " ") for table, column in HOLDINGS.items() if _holds(db, table, column, pod_id)]
        if held:
            raise _cannot_delete(f"The pod still holds {' and '.join(held)}; delete them first.")
        db.execute("DELETE FROM pods WHERE pod_id = ?", (pod_id,))
    return empty()


def _holds(db: sqlite3.Connection, table: str, column: str, pod_id: str) -> bool:
    return db.execute(f"SELECT 1 FROM {table} WHERE {column} = ? LIMIT 1", (pod_id,)).fetchone() is not None


def _cannot_delete(why: str) -> Problem:
    return Problem(409, "CannotDeleteError", "cannot_delete", why)


def find(db: sqlite3.Connection, pod_id: str) -> sqlite3.Row:
    """Return a pod's row; 404 if the request's scope has none such."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM pods WHERE pod_id = ?", (pod_id,)).fetchone()
    if row is None or not scope().covers(pod_id, None):
        raise not_found("Pod", pod_id)
    return row


def shown(row: sqlite3.Row) -> dict[str, Any]:
    """Return a pod as the API shows it."""
    return without_none(
        {
            "pod_id": row["pod_id"],
            "name": row["name"],
            "client_id": row["client_id"],
            "updated_at": at(row["updated_at"]),
            "created_at": at(row["created_at"]),
        }
    )
