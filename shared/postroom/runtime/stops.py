"""What an arrival stops at once: follow-ups, what waits for approval, and after a hard bounce all mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from postroom.mail import Sender
from postroom.runtime import missed, notices
from postroom.runtime import scene as scenes
from postroom.runtime.context import Context, Post, recipients_of
from postroom.runtime.effects import STALE, draft_of, withdraw_held, withdraw_plans
from postroom.runtime.journal import Row
from postroom.runtime.tables import reports


def settle(context: Context, post: Post, payload: Mapping[str, Any], row: Row | None, frozen: scenes.Frozen) -> None:
    """Stop what a run's cause stops; safe to repeat."""
    told = notices.event_of(frozen, payload["message_id"]) if payload["kind"] == "mail" else None
    event = told or (row["cause"].get("event") if row else None) or {}
    doubted = event.get("doubted", False)
    complained = event.get("kind") == "complaint" and event.get("type") != "not-spam"  # RFC 6650 section 4.2
    hard = complained or event.get("type") == "Permanent"
    bounced = event.get("kind") == "bounce" and event.get("action") != "delayed"
    if told and told.get("message_id") and not doubted and (complained or bounced):
        ours = {"message_id": told["message_id"], "inbox_id": post.inbox_id}
        context.journal.add(reports, {**ours, "kind": told["kind"], "at": context.clock.now()})
    for address in recipients_of(event) if hard else []:
        named = Sender.parse(address).address
        if not told and named in context.people:  # anybody can write a notice: none cuts off our people
            missed.miss(context, post, payload, frozen, named, str(event["kind"]))
        else:
            context.suppress(address, str(event["kind"]), doubted=doubted)
    of_others = hard and not {*recipients_of(event)} <= context.people  # a copy to our people may bounce alone
    if (of_others and not doubted) or frozen.get("from_person"):
        withdraw_plans(context, post.inbox_id, payload["thread_id"])
    _end_held(context, post, payload, frozen)


def _end_held(context: Context, post: Post, payload: Mapping[str, Any], frozen: Mapping[str, Any]) -> None:
    """End what waited for approval on the thread before this: newer mail came in, and it answers less than was written.

    What has no draft that a person could send ends also where the thread was moved since.
    """
    rows = [row for row in context.journal.held_on_thread(payload["thread_id"]) if row["run_id"] < payload["run_id"]]
    held = [run for run in context.journal.held_runs(payload["thread_id"]) if run["run_id"] < payload["run_id"]]
    reason = "newer mail came in before a person approved it"
    if not frozen.get("from_person"):
        drafted = {row["run_id"] for row in rows if draft_of(row)}
        held = [run for run in held if run["run_id"] not in drafted and run["frozen"]["state"] != frozen["state"]]
        rows = [row for row in rows if row["run_id"] in {run["run_id"] for run in held}]
        reason = f"the thread is in {frozen['state']} by now" if frozen["state"] else "the thread was deleted"
    for run in held:
        context.journal.update_run(run["run_id"], status="stale", note=f"{STALE}: {reason}")
    withdraw_held(context, post.inbox_id, rows, reason)
