"""Webhooks leave: signed as Svix signs, tried as Svix tries, remembered across restarts."""

import json
import logging
import queue
import sqlite3
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from agentmail_sandbox.core import Core
from agentmail_sandbox.network import trusted_authorities
from agentmail_sandbox.workers import PAUSE_AFTER_BUG, next_attempt

if TYPE_CHECKING:
    from svix.webhooks import Webhook as Signer

# A receiver has this long for its 2xx.
PATIENCE = 15.0
SENDERS = 16
# Of these, one webhook keeps so many busy: a slow receiver must not hold up the others.
MOST_PER_WEBHOOK = 4
# So many seconds of nothing but failures, as at Svix: then nothing is sent until someone enables it again.
DISABLED_AFTER = 5 * 86_400
log = logging.getLogger(__name__)


class WebhookDelivery:
    """Deliver pending webhooks. ``due`` finds them, a few threads post them over kept-alive connections."""

    def __init__(self, core: Core, retry_scale: float) -> None:
        self._core = core
        self._scale = retry_scale
        self._queue: queue.SimpleQueue[tuple[str, int] | None] = queue.SimpleQueue()
        # The deliveries queued or being posted, by webhook.
        self._under_way: dict[str, set[int]] = {}
        self._closed = threading.Event()
        self._http = httpx.Client(
            timeout=PATIENCE, follow_redirects=False, trust_env=False, verify=trusted_authorities()
        )
        self._threads = [
            threading.Thread(target=self._send_queued, name=f"webhook-{number}", daemon=True)
            for number in range(SENDERS)
        ]
        for thread in self._threads:
            thread.start()

    def due(self) -> float | None:
        """Queue deliveries whose time has come; return the seconds until the next, None if there is none.

        A webhook that has all it may have under way is left out: the end of a delivery calls this again.
        """
        now = time.time()
        waits: list[float] = []
        for webhook_id, waiting in self._waiting().items():
            under_way = self._under_way.setdefault(webhook_id, set())
            for seq, due_at in waiting:
                if len(under_way) >= MOST_PER_WEBHOOK:
                    break
                if due_at > now:
                    waits.append(due_at - now)
                    break
                if seq not in under_way:
                    under_way.add(seq)
                    self._queue.put((webhook_id, seq))
        return min(waits, default=None)

    def _waiting(self) -> dict[str, list[tuple[int, float]]]:
        """Return the first deliveries of each webhook with when they are due, the earliest first."""
        first = (
            "SELECT seq, due_at FROM deliveries WHERE webhook_id = ? AND due_at IS NOT NULL "
            f"ORDER BY due_at, seq LIMIT {2 * MOST_PER_WEBHOOK}"
        )
        with self._core.store.transaction() as db:
            webhooks = [row["webhook_id"] for row in db.execute("SELECT webhook_id FROM webhooks")]
            return {name: [(row["seq"], row["due_at"]) for row in db.execute(first, (name,))] for name in webhooks}

    def _send_queued(self) -> None:
        # svix takes a good part of a second to import: here, nobody waits for it.
        from svix.webhooks import Webhook as Signer

        while (delivery := self._queue.get()) is not None and not self._closed.is_set():
            webhook_id, seq = delivery
            try:
                self._attempt(seq, Signer)
            except Exception:  # the thread must live on for the next delivery
                if not self._closed.is_set():
                    log.exception("webhook delivery %s failed inside the sandbox", seq)
                    # It is still due: do not spin.
                    self._closed.wait(PAUSE_AFTER_BUG)
            finally:
                self._under_way[webhook_id].discard(seq)
            if not self._closed.is_set():
                self._core.work()

    def _attempt(self, seq: int, signer: "type[Signer]") -> None:
        with self._core.store.transaction() as db:
            row: sqlite3.Row | None = db.execute(
                "SELECT deliveries.*, webhooks.url, webhooks.secret, webhooks.headers, webhooks.enabled, "
                "events.payload FROM deliveries JOIN events ON events.seq = deliveries.event_seq "
                "JOIN webhooks ON webhooks.webhook_id = deliveries.webhook_id WHERE deliveries.seq = ? "
                # Done meanwhile, by a thread that finished between the look for work and now.
                "AND deliveries.due_at <= ?",
                (seq, time.time()),
            ).fetchone()
        if row is None:
            return
        outcome = self._post(row, signer) if row["enabled"] else "disabled"
        self._record(row, outcome)

    def _post(self, row: sqlite3.Row, signer: "type[Signer]") -> str:
        """Post once; return ``ok``, or what went wrong: an attempt, whatever it was."""
        sent_at = datetime.now(UTC)
        try:
            headers: dict[str, Any] = {
                **json.loads(row["headers"]),
                "content-type": "application/json",
                "user-agent": "Svix-Webhooks/sandbox",
                "svix-id": row["svix_id"],
                "svix-timestamp": str(int(sent_at.timestamp())),
                "svix-signature": signer(row["secret"]).sign(row["svix_id"], sent_at, row["payload"]),
            }
            with self._http.stream("POST", row["url"], content=row["payload"].encode(), headers=headers) as answer:
                # Once all of it is read the connection can be kept; what does not end is not waited for.
                any(time.time() > sent_at.timestamp() + PATIENCE for _ in answer.iter_raw())
        except Exception as wrong:  # of a codec, say: not counted as an attempt, it would be due again at once
            if not isinstance(wrong, httpx.HTTPError) and not self._closed.is_set():
                log.warning("webhook %s cannot be posted to", row["url"], exc_info=True)
            return f"{type(wrong).__name__}: {wrong}"
        return "ok" if answer.is_success else f"HTTP {answer.status_code}"

    def _record(self, row: sqlite3.Row, outcome: str) -> None:
        if self._closed.is_set():
            return
        attempts = row["attempts"] + 1
        due_at = None if outcome in ("ok", "disabled") else next_attempt(attempts, self._scale)
        if outcome == "ok" != row["outcome"] and self._core.chaos.strikes("duplicate", row["event_seq"]):
            # As when the receiver's 2xx is lost: the same webhook again, under the same id.
            due_at = time.time()
        with self._core.store.transaction() as db:
            self._note_health(db, row, failing=outcome not in ("ok", "disabled"), given_up=due_at is None)
            db.execute(
                "UPDATE deliveries SET attempts = ?, due_at = ?, outcome = ? WHERE seq = ?",
                (attempts, due_at, outcome, row["seq"]),
            )
        if outcome != "ok":
            log.info("webhook %s, attempt %s: %s", row["url"], attempts, outcome)

    def _note_health(self, db: sqlite3.Connection, row: sqlite3.Row, *, failing: bool, given_up: bool) -> None:
        """Disable a webhook to which nothing could be delivered for days, when a delivery is given up."""
        now = time.time()
        since = db.execute("SELECT failing_since FROM webhooks WHERE webhook_id = ?", (row["webhook_id"],)).fetchone()
        began = now if since is None or since["failing_since"] is None else float(since["failing_since"])
        hopeless = failing and given_up and now - began >= DISABLED_AFTER * self._scale
        db.execute(
            "UPDATE webhooks SET failing_since = ?, enabled = enabled AND ? WHERE webhook_id = ?",
            (began if failing else None, not hopeless, row["webhook_id"]),
        )
        if hopeless:
            log.warning("webhook %s is disabled: nothing could be delivered for days", row["url"])

    def close(self) -> None:
        """Stop; what is not delivered stays pending in the database."""
        self._closed.set()
        for _ in self._threads:
            self._queue.put(None)
        self._http.close()
