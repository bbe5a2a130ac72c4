"""What an arrival stops at once: follow-ups, what waits for approval, and after a hard bounce all mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
import structlog

from postroom.mail import Sender
from postroom.mailbox import labels as marks
from postroom.mailbox.client import patiently
from postroom.policy.gate import ALLOWED
from postroom.runtime import notices
from postroom.runtime import scene as scenes
from postroom.runtime.context import Context, Post, recipients_of
from postroom.runtime.effects import STALE, Effects, draft_of, withdraw_held, withdraw_plans
from postroom.runtime.ids import mailed_at, op_id, run_id
from postroom.runtime.journal import Row
from postroom.runtime.planning import action_row, said_in_plan
from postroom.runtime.tables import actions
from postroom.runtime.unreached import reached

log = structlog.get_logger(__name__)

KIND = "unreached"
"""The event of runs on a thread of which mail to one of our people bounced; no handler is asked for it."""


def settle(context: Context, post: Post, payload: Mapping[str, Any], row: Row | None, frozen: scenes.Frozen) -> None:
    """Stop what a run's cause stops, and send on what did not reach our people; safe to repeat."""
    told = notices.event_of(frozen, payload["message_id"]) if payload["kind"] == "mail" else None
    event = told or (row["cause"].get("event") if row else None) or {}
    doubted = event.get("doubted", False)
    complained = event.get("kind") == "complaint" and event.get("type") != "not-spam"  # RFC 6650 section 4.2
    hard = complained or event.get("type") == "Permanent"
    for address in recipients_of(event) if hard else []:
        named = Sender.parse(address).address
        if not told and named in context.people:  # anybody can write a notice: none cuts off our people
            _miss(context, post, payload, frozen, named, str(event["kind"]))
        else:
            context.suppress(address, str(event["kind"]), doubted=doubted)
    if event.get("kind") == KIND and frozen["state"]:
        _send_on(context, post, payload, frozen, event["op_id"])
    if (hard and not doubted) or frozen.get("from_person"):
        withdraw_plans(context, post.inbox_id, payload["thread_id"])
    _end_held(context, post, payload, frozen)


def _miss(
    context: Context, post: Post, payload: Mapping[str, Any], frozen: scenes.Frozen, address: str, reason: str
) -> None:
    """Write to one of our people no more, and have the thread that a mail was about looked at in its own lane."""
    log.warning("one of our people gets no mail; hand-overs go to the next", address=address, reason=reason)
    context.journal.suppress(address, reason, context.clock.now())
    if frozen["state"]:  # else the thread was deleted
        marks.relabel(context.client, post.inbox_id, payload["thread_id"], add=[marks.NEEDS_HUMAN], remove=[])
    # the journal of a run that has not ended may not have the message id yet
    labelled = [label for label in frozen["labels"] if label.startswith(marks.OP)]
    journal = context.journal
    sent = _that_sent(context, address, payload.get("message_id", ""))
    sent = sent or (journal.action(labelled[0]) if labelled else None)
    if sent is None or not sent["thread_id"] or sent["frozen"].get("purpose") != "internal":
        log.warning("a mail to our people bounced that is about no thread", thread_id=payload["thread_id"])
        return
    identifier, now = run_id(mailed_at(payload["run_id"]), "event", post.inbox_id, sent["op_id"]), context.clock.now()
    # no step of a run can hand in another: the clock does, as with a dead letter that is due
    journal.open_run(
        identifier, now, agent=post.agent.name, kind="event", inbox_id=post.inbox_id, thread_id=sent["thread_id"],
        status="queued", retry_at=now, cause={"event": {"kind": KIND, "op_id": sent["op_id"]}},
    )  # fmt: skip


def _that_sent(context: Context, recipient: str, message_id: str) -> Row | None:
    """Return the action that sent a mail to a recipient, if one did."""
    sent = (actions.c.recipient == recipient, actions.c.result["message_id"].as_string() == message_id)
    with context.journal.database.connect() as connection:
        return connection.execute(sa.select(actions).where(*sent)).mappings().first()


def _send_on(context: Context, post: Post, payload: Mapping[str, Any], frozen: scenes.Frozen, missed: str) -> None:
    """Send a mail that did not reach one of our people to the next, once; ask for a person on its thread."""
    sent = context.journal.action(missed)
    left = reached(context.journal, post.addresses)
    if sent is None:
        return
    address, status = sent["recipient"], "nobody is left"
    if left:
        mail = {**sent["frozen"], "to": left[:1], "notice": f"Mail does not reach {address}, whom this was for."}
        again = action_row(
            post, payload["run_id"], 0, sent["kind"], sent["thread_id"], mail, op_id=op_id(missed, 0), reason=address
        )
        if context.journal.action(again["op_id"]) is None:
            context.journal.record_plan(payload["run_id"], said_in_plan(ALLOWED), [again])
        scene = scenes.restore(context, post, payload, frozen, None)
        did = Effects(context, post, scene, frozen["state"]).perform(again["op_id"])
        status = f"sent again to {left[0]}: {did}"
        _drop_op_label(context, again["op_id"])
    frozen |= {"mark": marks.NEEDS_HUMAN, "note": f"mail does not reach {address}; {status}"}


def _drop_op_label(context: Context, identifier: str) -> None:
    """Take the op label off a mail: the journal has its message id now."""
    row = context.journal.action(identifier)
    if row is not None and row["status"] == "done":
        message_id = row["result"]["message_id"]
        update = context.client.inboxes.messages.update
        patiently(update, row["inbox_id"], message_id, remove_labels=[identifier])


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
