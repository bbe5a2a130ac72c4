"""Who calls, and what they may do: keys, the permission each route needs, and the scope each request is held to."""

import hashlib
import hmac
import json
import sqlite3
from dataclasses import dataclass
from functools import cache
from typing import cast

from flask import g, request

from agentmail_sandbox.clock import stamp
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import not_found, problem_of, unauthorized
from agentmail_sandbox.scope import Scope
from agentmail_sandbox.wire import core

# Under this id the key the sandbox was started with is shown; it is kept in no table.
MAIN_KEY_ID = "key_sandbox"

# The permission a route needs: <what the path names>_<what the method does>. None: every key may.
NOUNS = {
    "inboxes": "inbox",
    "events": "message",
    "messages": "message",
    "threads": "message",
    "drafts": "draft",
    "webhooks": "webhook",
    "lists": "list_entry",
    "domains": "domain",
    "metrics": "metrics",
    "api-keys": "api_key",
    "pods": "pod",
    "auth": None,
    "organizations": None,
}
VERBS = {"GET": "read", "HEAD": "read", "POST": "create", "PATCH": "update", "DELETE": "delete"}
# What a POST does when its path ends in one of these.
ACTIONS = {
    "send": "send",
    "reply": "send",
    "reply-all": "send",
    "forward": "send",
    "batch-get": "read",
    "batch-update": "update",
    "verify": "update",
}
# Permissions a key has in no case, whatever it was given: they reach beyond its scope.
BEYOND_POD = frozenset({"pod_create", "pod_update", "pod_delete"})
BEYOND_INBOX = BEYOND_POD | {"pod_read", "inbox_create", "domain_create", "domain_update", "domain_delete"}


@dataclass(frozen=True)
class Caller:
    """A key that was recognised. ``permissions`` None grants all; ``expires_at`` is as the database writes it."""

    api_key_id: str
    scope: Scope
    permissions: frozenset[str] | None
    expires_at: str | None

    def may(self, permission: str) -> bool:
        """Say whether the key grants a permission within its scope."""
        if self.scope.pod_id is not None:
            beyond = BEYOND_POD if self.scope.inbox_id is None else BEYOND_INBOX
            if permission in beyond:
                return False
        return self.permissions is None or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise 403 unless the key grants a permission within its scope."""
        if not self.may(permission):
            text = f"The API key lacks the permission {permission}; use one that has it, or one of wider scope."
            raise problem_of(403, text, "missing_permission")

    @property
    def rules_all(self) -> bool:
        """Whether this is a key of the whole organization without limits."""
        return self.permissions is None and self.scope == Scope()


def hashed(key: str) -> str:
    """Return what is kept of a key. Keys are random and long, so that one round of SHA-256 is enough."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


def identify(of: Core, key: str) -> Caller:
    """Recognise a key. 401 when it is unknown, or has expired by the sandbox's clock."""
    if hmac.compare_digest(key.encode(errors="replace"), of.api_key.encode()):
        return Caller(MAIN_KEY_ID, Scope(), None, None)
    with of.store.transaction() as db:
        row = db.execute("SELECT * FROM api_keys WHERE hash = ?", (hashed(key),)).fetchone()
    if row is None:
        raise unauthorized("unknown_api_key", "This sandbox does not know that API key.")
    if row["expires_at"] is not None and row["expires_at"] <= of.stamp():
        raise unauthorized("api_key_expired", f"The API key {row['prefix']}… expired at {row['expires_at']}.")
    granted = None if row["permissions"] is None else json.loads(row["permissions"])
    permissions = None if granted is None else frozenset(name for name, given in granted.items() if given)
    return Caller(row["api_key_id"], Scope(row["pod_id"], row["inbox_id"]), permissions, row["expires_at"])


def admit() -> None:
    """Let a request in: 401 without a valid key, 403 without the permission it needs, 404 outside the key's scope."""
    given = request.headers.get("Authorization")
    if not given:
        raise unauthorized("missing_authorization", "The request has no Authorization header.")
    if not given.startswith("Bearer "):
        raise unauthorized("invalid_token_type", "Authorization must be: Bearer <api key>.")
    g.caller = identify(core(), given.removeprefix("Bearer "))
    if request.path.startswith("/sandbox/"):
        if not caller().rules_all:
            text = "The routes under /sandbox need a key of the whole organization, without permissions."
            raise problem_of(403, text)
    elif request.url_rule is not None:
        needed = permission_for(request.method, request.url_rule.rule)
        if needed is not None:
            caller().require(needed)
        # A route of a pod's, or a narrow key: refuse what lies outside, whatever the view would look at.
        if g.path_scope.pod_id is not None or not caller().rules_all:
            scope()
        _note_use()
        _await_inbox()


def _await_inbox() -> None:
    """Find no inbox that chaos keeps out of sight: AgentMail takes a moment until it finds a fresh one."""
    within = core().chaos.fresh_404
    if within and g.path_scope.inbox_id is not None:
        since = stamp(core().clock.now() - within)
        query = "SELECT 1 FROM inboxes WHERE inbox_id = ? AND created_at > ?"
        with core().store.transaction() as db:
            if db.execute(query, (g.path_scope.inbox_id, since)).fetchone() is not None:
                raise not_found("Inbox", g.path_scope.inbox_id)


def _note_use() -> None:
    if caller().api_key_id != MAIN_KEY_ID:
        with core().store.transaction() as db:
            db.execute("UPDATE api_keys SET used_at = ? WHERE api_key_id = ?", (core().stamp(), caller().api_key_id))


@cache
def permission_for(method: str, rule: str) -> str | None:
    """Return the permission that a method on a route of ``/v0`` needs, or None when every key may."""
    parts = rule.removeprefix("/v0/").split("/")
    while parts[0] in ("pods", "inboxes") and parts[2:]:
        parts = parts[2:]
    noun = NOUNS[parts[0]]
    verb = ACTIONS.get(parts[-1], "create") if method == "POST" else VERBS.get(method)
    return None if noun is None or verb is None else f"{noun}_{verb}"


def _narrowed(db: sqlite3.Connection, scope: Scope, path: Scope) -> Scope:
    """Narrow a key's scope to the pod and inbox in the path; 404 for one that is not there or outside it."""
    if path.pod_id is not None:
        known = db.execute("SELECT 1 FROM pods WHERE pod_id = ?", (path.pod_id,)).fetchone()
        if known is None or scope.inbox_id is not None or not scope.covers(path.pod_id, None):
            raise not_found("Pod", path.pod_id)
        scope = Scope(path.pod_id)
    if path.inbox_id is not None:
        row = db.execute("SELECT * FROM inboxes WHERE inbox_id = ?", (path.inbox_id,)).fetchone()
        if row is None or not scope.covers(row["pod_id"], row["inbox_id"]):
            raise not_found("Inbox", path.inbox_id)
        scope = Scope(row["pod_id"], row["inbox_id"])
    return scope


def caller() -> Caller:
    """Return whose request this is."""
    return cast(Caller, g.caller)


def scope() -> Scope:
    """Return what this request is held to: the key's scope, narrowed to the pod or inbox in the path. 404 outside."""
    if "scope" not in g:
        with core().store.transaction() as db:
            g.scope = _narrowed(db, caller().scope, g.path_scope)
    return cast(Scope, g.scope)
