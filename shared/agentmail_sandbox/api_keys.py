"""API keys of the organization, of a pod, of an inbox. ``…/api-keys``; bearer keys only."""

import json
import secrets
import sqlite3
import uuid
from datetime import datetime
from typing import Any

from agentmail.api_keys import (
    ApiKeyPermissions,
    BearerApiKey,
    CreateApiKeyResponse,
    CreateBearerApiKeyRequest,
    ListApiKeysResponse,
    UpdateApiKeyRequest,
)
from flask import Blueprint, Response

from agentmail_sandbox.access import caller, hashed, scope
from agentmail_sandbox.errors import Problem, existing, invalid, problem_of
from agentmail_sandbox.store import add_row, as_json, set_row
from agentmail_sandbox.wire import (
    answer,
    at,
    body_moment,
    body_of,
    core,
    empty,
    fetch_page,
    json_body,
    paging,
    query_text,
    without_none,
)

routes = Blueprint("api_keys", __name__)

ROOT, ONE = "/api-keys", "/api-keys/<api_key_id>"
# So much of a key is shown ever after, to tell it from others.
SHOWN = 12


@routes.get(ROOT)
def list_keys() -> Response:
    """List keys, the newest first, without ``limit``: AgentMail's list has none."""
    kind = query_text("type") or "bearer"
    if kind not in ("bearer", "public_key"):
        raise invalid(f"type must be bearer or public_key, not {kind!r}.", "type")
    within, params = scope().owned()
    # Public keys are not served, so there are none.
    query = f"SELECT * FROM api_keys WHERE {within} AND ? = 'bearer'"
    with core().store.transaction() as db:
        rows, about = fetch_page(db, query, [*params, kind], ("created_at", "seq"), paging())
    about.pop("limit")
    return answer(ListApiKeysResponse, about | {"api_keys": [shown(row) for row in rows]})


@routes.post(ROOT)
def create_key() -> Response:
    """Make a key for the request's scope. Only this answer holds the key itself."""
    if "public_key" in json_body():
        raise Problem(400, "NotServedError", "not_served", "This sandbox makes bearer keys only, no public keys.")
    wanted = body_of(CreateBearerApiKeyRequest)
    key, api_key_id, now = f"am_{secrets.token_hex(32)}", f"key_{uuid.uuid4().hex}", core().stamp()
    with core().store.transaction() as db:
        add_row(
            db,
            "api_keys",
            api_key_id=api_key_id,
            hash=hashed(key),
            prefix=key[:SHOWN],
            name=wanted.name or f"Key {key[:SHOWN]}",
            pod_id=scope().pod_id,
            inbox_id=scope().inbox_id,
            permissions=_granted(wanted.permissions),
            expires_at=_expiry(wanted.expires_at),
            created_at=now,
            updated_at=now,
        )
        made = shown(_find(db, api_key_id))
    told = {name: value for name, value in made.items() if name in CreateApiKeyResponse.model_fields}
    return answer(CreateApiKeyResponse, told | {"api_key": key})


@routes.get(ONE)
def get_key(api_key_id: str) -> Response:
    with core().store.transaction() as db:
        return answer(BearerApiKey, shown(_find(db, api_key_id)))


@routes.patch(ONE)
def update_key(api_key_id: str) -> Response:
    """Rename a key or change what it may do; ``permissions: null`` lets it do everything within its scope."""
    wanted = body_of(UpdateApiKeyRequest)
    given = wanted.model_fields_set & {"name", "permissions"}
    if not given:
        raise invalid("Give name, permissions, or both.")
    with core().store.transaction() as db:
        row = _find(db, api_key_id)
        permissions = _granted(wanted.permissions) if "permissions" in given else row["permissions"]
        changes = {"name": wanted.name or row["name"], "permissions": permissions}
        set_row(db, "api_keys", row["seq"], **changes, updated_at=core().stamp())
        return answer(BearerApiKey, shown(_find(db, api_key_id)))


@routes.delete(ONE)
def delete_key(api_key_id: str) -> Response:
    with core().store.transaction() as db:
        db.execute("DELETE FROM api_keys WHERE seq = ?", (_find(db, api_key_id)["seq"],))
    return empty()


def _find(db: sqlite3.Connection, api_key_id: str) -> sqlite3.Row:
    within, params = scope().owned()
    query = f"SELECT * FROM api_keys WHERE api_key_id = ? AND {within}"
    return existing(db.execute(query, [api_key_id, *params]).fetchone(), "API key", api_key_id)


def _granted(permissions: ApiKeyPermissions | None) -> str | None:
    """Return permissions as they are kept. 403 for more than the caller's own key grants."""
    own = caller().permissions
    if permissions is None:
        if own is not None:
            text = "Only a key without permissions of its own makes one that may do everything; name the permissions."
            raise problem_of(403, text, "unrestricted_key_required")
        return None
    # The SDK lets any name through, but a misspelt one would silently grant nothing.
    if unknown := sorted(permissions.model_extra or {}):
        raise invalid(f"Unknown permission: {', '.join(unknown)}.", "permissions")
    granted = permissions.model_dump(exclude_none=True)
    beyond = sorted(name for name, given in granted.items() if given and own is not None and name not in own)
    if beyond:
        raise _escalation(f"The API key cannot grant what it lacks itself: {', '.join(beyond)}.")
    return as_json(granted)


def _expiry(expires_at: datetime | None) -> str | None:
    """Return when a new key expires: as given, else when the caller's does. 403 for later than that."""
    own = caller().expires_at
    if expires_at is None:
        return own
    wanted = body_moment(expires_at, "expires_at")
    if wanted <= core().stamp():
        raise invalid(f"expires_at must be in the future, not {wanted}.", "expires_at")
    if own is not None and wanted > own:
        raise _escalation(f"A key cannot outlive the one that makes it, which expires at {own}.")
    return wanted


def _escalation(why: str) -> Problem:
    return problem_of(403, why, "permission_escalation")


def shown(row: sqlite3.Row) -> dict[str, Any]:
    """Return a key as the API shows it: never the key itself."""
    return without_none(
        {
            "type": "bearer",
            **{name: row[name] for name in ("api_key_id", "prefix", "name", "pod_id", "inbox_id")},
            "permissions": None if row["permissions"] is None else json.loads(row["permissions"]),
            **{name: at(row[name]) for name in ("used_at", "created_at", "updated_at", "expires_at")},
        }
    )
