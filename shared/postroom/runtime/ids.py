"""Ids that follow from their cause, so that the same cause never has two effects."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Literal

from postroom.mailbox.labels import OP

RunKind = Literal["mail", "timer", "cron", "approve", "event", "start"]


def run_id(created: datetime, kind: RunKind, inbox_id: str, cause_id: str) -> str:
    """Return the id of the run for a cause: it sorts by time, so that a lane keeps the order of arrival."""
    cause = hashlib.sha256(f"{inbox_id}\n{cause_id}".encode()).hexdigest()[:24]
    return f"{int(created.timestamp() * 1000):013d}:{kind}:{cause}"


def mailed_at(run: str) -> datetime:
    """Return when the cause of a run was there: for a mail, when it came in."""
    return datetime.fromtimestamp(int(run.partition(":")[0]) / 1000, UTC)


def op_id(run: str, number: int) -> str:
    """Return the id of a run's n-th action: client_id, Idempotency-Key and label of what it makes."""
    digest = hashlib.sha256(f"{run},{number}".encode()).hexdigest()
    return f"{OP}{digest[:32]}"


def fingerprint(value: Any) -> str:
    """Return a hash of JSON-like data that does not depend on the order of keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
