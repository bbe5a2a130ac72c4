"""What an arrival stops at once: follow-ups, what waits for approval, and after a hard bounce all mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from postroom.mailbox import labels as marks
from postroom.runtime.context import Context, Post, recipients_of
from postroom.runtime.effects import STALE, withdraw_held, withdraw_plans
from postroom.runtime.journal import Row

log = structlog.get_logger(__name__)


def settle(
    context: Context, post: Post, payload: Mapping[str, Any], row: Row | None, frozen: Mapping[str, Any]
) -> None:
    """Stop what a run's cause stops; safe to repeat."""
    event = (row["cause"].get("event") or {}) if row else {}
    hard = event.get("kind") == "complaint" or event.get("type") == "Permanent"
    for address in recipients_of(event) if hard else []:
        if address not in context.people:
            context.suppress(address, str(event["kind"]))
        else:
            log.warning("one of our people gets no mail; hand-overs go to the next", address=address)
            context.journal.suppress(address, str(event["kind"]), context.clock.now())
            if frozen["state"]:  # else the thread was deleted
                marks.relabel(context.client, post.inbox_id, payload["thread_id"], add=[marks.NEEDS_HUMAN], remove=[])
    if hard or frozen.get("from_person"):
        withdraw_plans(context, post.inbox_id, payload["thread_id"])
    if frozen.get("from_person"):
        _end_held(context, post, payload)


def _end_held(context: Context, post: Post, payload: Mapping[str, Any]) -> None:
    """End what waits for approval on the thread: it answers less than what was written by now."""
    journal, reason = context.journal, "newer mail came in before a person approved it"
    held = [row for row in journal.held_on_thread(payload["thread_id"]) if row["run_id"] != payload["run_id"]]
    for run in journal.runs_of_thread(payload["thread_id"]) if held else ():
        if run["status"] == "held":
            journal.update_run(run["run_id"], status="stale", note=f"{STALE}: {reason}")
    withdraw_held(context, post.inbox_id, held, reason)
