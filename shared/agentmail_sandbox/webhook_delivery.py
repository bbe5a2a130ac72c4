"""Webhooks leave: signed as Svix signs, tried as Svix tries, remembered across restarts."""

import json
import logging
import queue
import sqlite3
import ssl
import threading
import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx

from agentmail_sandbox.core import Core

if TYPE_CHECKING:
    from svix.webhooks import Webhook as Signer

# Svix's documented waits before each attempt after the first, in seconds.
RETRY_WAITS = (5, 300, 1800, 7200, 18000, 36000, 36000)
# A receiver has this long for its 2xx.
PATIENCE = 15.0
SENDERS = 8
MOST_QUEUED = 64
log = logging.getLogger(__name__)


@cache
def _trusted_authorities() -> ssl.SSLContext:
    """Return the TLS settings of every client here; loading the authorities' certificates takes a while."""
    return httpx.create_ssl_context()


class WebhookDelivery:
    """Deliver pending webhooks. ``due`` finds them, a few threads post them over kept-alive connections."""

    def __init__(self, core: Core, retry_scale: float) -> None:
        self._core = core
        self._scale = retry_scale
        self._queue: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._under_way: set[int] = set()
        self._closed = False
        self._http = httpx.Client(
            timeout=PATIENCE, follow_redirects=False, trust_env=False, verify=_trusted_authorities()
        )
        self._threads = [
            threading.Thread(target=self._send_queued, name=f"webhook-{number}", daemon=True)
            for number in range(SENDERS)
        ]
        for thread in self._threads:
            thread.start()

    def due(self) -> float | None:
        """Queue deliveries whose time has come; return the seconds until the next, None if there is none."""
        room = MOST_QUEUED - len(self._under_way)
        with self._core.store.transaction() as db:
            rows = db.execute(
                "SELECT seq, due_at FROM deliveries WHERE due_at IS NOT NULL ORDER BY due_at LIMIT ?",
                (MOST_QUEUED + 1,),
            ).fetchall()
        waiting = [row for row in rows if row["seq"] not in self._under_way]
        now = time.time()
        for row in waiting[:room]:
            if row["due_at"] > now:
                return float(row["due_at"] - now)
            self._under_way.add(row["seq"])
            self._queue.put(row["seq"])
        return None

    def _send_queued(self) -> None:
        # svix takes a good part of a second to import: here, nobody waits for it.
        from svix.webhooks import Webhook as Signer

        while (seq := self._queue.get()) is not None:
            try:
                self._attempt(seq, Signer)
            except Exception:  # the thread must live on for the next delivery
                if not self._closed:
                    log.exception("webhook delivery %s failed inside the sandbox", seq)
            finally:
                self._under_way.discard(seq)
            if not self._closed:
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
        """Post once; return ``ok``, or what went wrong."""
        sent_at = datetime.now(UTC)
        headers: dict[str, Any] = {
            **json.loads(row["headers"]),
            "content-type": "application/json",
            "user-agent": "Svix-Webhooks/sandbox",
            "svix-id": row["svix_id"],
            "svix-timestamp": str(int(sent_at.timestamp())),
            "svix-signature": signer(row["secret"]).sign(row["svix_id"], sent_at, row["payload"]),
        }
        try:
            answer = self._http.post(row["url"], content=row["payload"].encode(), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as wrong:
            return f"{type(wrong).__name__}: {wrong}"
        return "ok" if answer.is_success else f"HTTP {answer.status_code}"

    def _record(self, row: sqlite3.Row, outcome: str) -> None:
        if self._closed:
            return
        attempts = row["attempts"] + 1
        over = outcome in ("ok", "disabled") or attempts > len(RETRY_WAITS)
        due_at = None if over else time.time() + RETRY_WAITS[attempts - 1] * self._scale
        with self._core.store.transaction() as db:
            db.execute(
                "UPDATE deliveries SET attempts = ?, due_at = ?, outcome = ? WHERE seq = ?",
                (attempts, due_at, outcome, row["seq"]),
            )
        if outcome != "ok":
            log.info("webhook %s, attempt %s: %s", row["url"], attempts, outcome)

    def close(self) -> None:
        """Stop; what is not delivered stays pending in the database."""
        self._closed = True
        for _ in self._threads:
            self._queue.put(None)
        self._http.close()
