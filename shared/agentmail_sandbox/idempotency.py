"""Sends that happen once: the ``Idempotency-Key`` header."""

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from agentmail_sandbox.clock import moment
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import Problem, conflict, invalid
from agentmail_sandbox.sending import Sent
from agentmail_sandbox.store import add_row

KEY = re.compile(r"[A-Za-z0-9\-._~]{1,256}")
KEPT_FOR = timedelta(hours=24)
Act = Callable[[sqlite3.Connection], Sent]


def once(core: Core, key: str | None, given: Callable[[], tuple[object, object]], prepare: Callable[[], Act]) -> Sent:
    """Run what ``prepare`` returns in a transaction, at most once per key: a repeat gets the first answer.

    ``prepare`` may take its time, outside of any transaction, and is not called for a repeat.
    ``given`` returns what was called and the JSON body. 400 for an illegal key, 409 for a key that another
    request used or that is in use this moment. A send that fails leaves its key free.
    """
    if key is None:
        act = prepare()
        with core.store.transaction() as db:
            return act(db)
    if not KEY.fullmatch(key):
        raise invalid("Idempotency-Key must be 1 to 256 of A-Z a-z 0-9 - . _ ~", "Idempotency-Key")
    canonical = json.dumps(given(), sort_keys=True).encode()
    fingerprint = hashlib.sha256(canonical).hexdigest()
    with _claimed(core, key):
        with core.store.transaction() as db:
            earlier = _earlier(core, db, key)
        if earlier is not None:
            if earlier["fingerprint"] != fingerprint:
                text = f"Idempotency-Key {key} was used for another request; a new message needs a new key."
                raise Problem(409, "IdempotencyKeyConflictError", "conflict", text)
            return Sent(earlier["message_id"], earlier["thread_id"])
        act = prepare()
        with core.store.transaction() as db:
            sent = act(db)
            ids = {"message_id": sent.message_id, "thread_id": sent.thread_id}
            add_row(db, "idempotency", key=key, fingerprint=fingerprint, **ids, done_at=core.stamp())
            return sent


@contextmanager
def _claimed(core: Core, key: str) -> Iterator[None]:
    # In memory only: the send and its record are one transaction, so a crash leaves nothing in progress.
    with core.sending_lock:
        if key in core.sending_keys:
            raise conflict(f"A request with Idempotency-Key {key} is in progress; repeat this one in a moment.")
        core.sending_keys.add(key)
    try:
        yield
    finally:
        with core.sending_lock:
            core.sending_keys.discard(key)


def _earlier(core: Core, db: sqlite3.Connection, key: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute("SELECT * FROM idempotency WHERE key = ?", (key,)).fetchone()
    if row is not None and moment(row["done_at"]) + KEPT_FOR <= core.clock.now():
        db.execute("DELETE FROM idempotency WHERE key = ?", (key,))
        return None
    return row
