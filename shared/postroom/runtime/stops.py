"""What an arrival stops at once: follow-ups, what waits for approval, and after a hard bounce all mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from postroom.mail import Message, Sender
from postroom.runtime import campaign_stop, missed, notices, records
from postroom.runtime import scene as scenes
from postroom.runtime.context import Context, Post, recipients_of
from postroom.runtime.drafts import STALE, draft_of, withdraw_held, withdraw_plans
from postroom.runtime.journal import Row
from postroom.runtime.tables import reports
from postroom.runtime.unsubscribe import asked_by_mail
from postroom_kit.outreach.providers import of_many
from postroom_kit.replies.stopping import wants_no_more


def settle(
    context: Context, post: Post, payload: Mapping[str, Any], row: Row | None, frozen: scenes.Frozen,
    mail: Message | None = None,
) -> None:  # fmt: skip
    """Stop what a run's cause stops, a `mail` or an event; safe to repeat."""
    told = notices.event_of(frozen, payload["message_id"]) if payload["kind"] == "mail" else None
    event = told or (row["cause"].get("event") if row else None) or {}
    doubted = event.get("doubted", False)
    complained = event.get("kind") == "complaint" and event.get("type") != "not-spam"  # RFC 6650 section 4.2
    hard = complained or event.get("type") == "Permanent"
    bounced = event.get("kind") == "bounce" and event.get("action") != "delayed"
    if told and told.get("message_id") and not doubted and (complained or bounced):
        ours = {"message_id": told["message_id"], "inbox_id": post.inbox_id}
        context.journal.add(reports, {**ours, "kind": told["kind"], "at": context.clock.now()})
    opt_out(context, post, frozen, mail)
    for address in recipients_of(event) if hard else []:
        named = Sender.parse(address).address
        if not told and named in context.people:  # anybody can write a notice: none cuts off our people
            missed.miss(context, post, payload, frozen, named, str(event["kind"]))
        else:
            context.suppress(address, str(event["kind"]), doubted=doubted)
    of_others = hard and not {*recipients_of(event)} <= context.people  # a copy to our people may bounce alone
    if (of_others and not doubted) or frozen.get("from_person"):
        withdraw_plans(context, post.inbox_id, payload["thread_id"])
    if frozen.get("from_person") and mail and records.of_thread(context.journal, payload["thread_id"]) is None:
        # who answers in a mail of their own has answered all the same
        for row in records.begun_with(context.journal, post.agent.name, [mail.sender.address]):
            withdraw_plans(context, row["inbox_id"], row["thread_id"])
    _end_held(context, post, payload, frozen)
    if frozen.get("record") and (complained or bounced):
        campaign_stop.look(context, post.agent.name, frozen["record"]["campaign"])


def opt_out(context: Context, post: Post, frozen: Mapping[str, Any], mail: Message | None) -> None:
    """Stop all mail of campaigns to who wants no more of it, by the link of a mail or in plain words.

    A wish about a whole company stops its domain, unless that is one at which anybody has mail. Unauthenticated, it
    stops what we begin by ourselves, not answers: else anybody could cut a customer off.
    """
    if post.agent.outreach is None or mail is None or not mail.received:
        return
    record = frozen.get("record")
    if row := asked_by_mail(context, mail.subject):  # whichever program wrote it: we made its token
        unsubscribe(context, row, "unsubscribed by mail", in_run=True)
    wish = wants_no_more(mail.subject, mail.new_text) if mail.kind == "human" else None
    if wish is None:
        return
    reason = "wants no more mail"  # not their words: it outlives an erasure
    named = {mail.sender.address, *([record["address"]] if record else [])} - {""}
    if not mail.sender.authenticated:
        for address in named:
            context.suppress(address, reason, doubted=True)
        return
    stop(context, sorted(named), reason)
    if wish.scope == "company" and not of_many(mail.sender.domain):
        context.suppress(f"@{mail.sender.domain}", reason)


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


def unsubscribe(context: Context, row: Row, reason: str, *, in_run: bool = False) -> None:
    """Write to a record's person no more, of any campaign; its thread hears of it as an event. Safe to repeat.

    `in_run`: the clock hands the event in, as no step of a run can.
    """
    stop(context, [row["address"]], reason)
    post = context.posts.get(row["agent"])
    if post is None or not row["thread_id"]:
        return
    event = {"kind": "unsubscribed", "recipients": [row["address"]], "reason": reason}
    identifier = f"unsubscribed {row['record_id']}"
    at = row["started_at"] or row["imported_at"]  # the same at each click, so that one run comes of them
    item = context.open_event(post.at(row["inbox_id"]), at, identifier, row["thread_id"], event)
    if not in_run:
        context.engine.enqueue(*item)
        return
    run = context.journal.run(item[0])
    if run is not None and run["status"] == "queued":
        context.journal.update_run(item[0], retry_at=context.clock.now(), attempts=1)


def stop(context: Context, addresses: Sequence[str], reason: str) -> None:
    """Suppress addresses, and withdraw what is planned for them on whichever thread; safe to repeat."""
    for address in addresses:
        context.suppress(address, reason)
    records.refuse(context.journal, addresses, reason)
    found = records.of_address(context.journal, addresses)
    held = {row["record_id"] for row in found if row["status"] == "held"}
    for run in context.journal.held_runs("") if held else ():
        if run["cause"].get("record") in held:
            rows = [row for row in context.journal.actions_of_run(run["run_id"]) if row["status"] == "held"]
            withdraw_held(context, run["inbox_id"], rows, reason)
            context.journal.update_run(run["run_id"], status="stale", note=f"{STALE}: {reason}")
            records.change(context.journal, run["cause"]["record"], only=["held"], status="refused", note=reason)
    for row in found:
        if row["thread_id"]:
            withdraw_plans(context, row["inbox_id"], row["thread_id"])
