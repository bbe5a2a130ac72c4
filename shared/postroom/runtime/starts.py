"""The run that begins with a record: its first mail, then the thread, its state and what is planned on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from postroom.flow import LABEL_SEPARATOR
from postroom.mailbox import labels as marks
from postroom.mailbox.client import patiently
from postroom.mailbox.reading import WITH_DOUBTS
from postroom.policy.gate import PAUSED
from postroom.runtime import records
from postroom.runtime.context import Context, Post
from postroom.runtime.drafts import withdraw_plans
from postroom.runtime.effects import first_mail
from postroom.runtime.journal import Row

EVERYWHERE: dict[str, Any] = {**WITH_DOUBTS, "include_trash": True}
CAMPAIGN = "campaign"
"""The dimension of the label that says of whose campaign a thread is."""
SPREAD_SECONDS = 1800
"""Over how long the first mails are spread that all wait for the same moment, such as the morning of a place."""
WHILE_OFF = timedelta(hours=1)
"""How long after a press of the kill switch a first mail that it stopped is tried again."""
SOON = timedelta(minutes=1)
"""What waits is tried again no sooner: a run at the same moment would be a repeat to the engine."""


def freeze(context: Context, post: Post, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Fix what the handler of a start reads; `put_aside` says why it is not asked, if it is not."""
    row = records.of_id(context.journal, payload["record"])
    frozen: dict[str, Any] = {
        "now": context.clock.now().isoformat(), "put_aside": "", "state": None, "messages": [], "mark": "",
        "record": records.frozen(row), "knowledge": post.fingerprint,
    }  # fmt: skip
    again = ("refused",) if payload.get("anew") else ()  # one of our people replays it
    if row is None or row["status"] not in ("waiting", "starting", *again):
        return frozen | {"put_aside": "its record was erased" if row is None else f"its record is {row['status']}"}
    stops = context.journal.stops([row["address"]])
    if reason := next((said for kind in ("suppressed", "doubted") for said in stops[kind].values()), ""):
        records.change(context.journal, row["record_id"], status="refused", note=reason)
        return frozen | {"put_aside": f"{row['address']} gets no mail: {reason}"}
    mark = label_of(row["record_id"])
    inboxes, left, waits = context.client.inboxes, "its first mail left before", "its first mail waits as a draft"
    for inbox_id in post.inboxes:  # there may be more of them now than before
        found = patiently(inboxes.messages.list, inbox_id, labels=[mark], limit=1, **EVERYWHERE).messages
        if found:
            begun = {"thread_id": found[0].thread_id, "started_at": found[0].timestamp, "inbox_id": inbox_id}
            records.change(context.journal, row["record_id"], status="started", **begun, note=left)
            return frozen | {"put_aside": left}
    if patiently(inboxes.drafts.list, post.inbox_id, labels=[mark], limit=1).drafts:  # from before a lost database
        later = context.clock.now() + WHILE_OFF
        note = f"{waits} in AgentMail: send or delete it there"
        records.change(context.journal, row["record_id"], status="waiting", due_at=later, note=note)
        return frozen | {"put_aside": waits}
    return frozen


def label_of(record_id: str) -> str:
    """Return the label of a record's first mail: by it a lost database begins with nobody twice."""
    return f"{marks.RECORD}{record_id}"


def begun(context: Context, inbox_id: str, run: str, record: str) -> str:
    """Record that a first mail left, and on which thread its run is from now on; "" where it has not. Repeatable.

    Who asked for no more in the moment in which it left is written to no more.
    """
    journal = context.journal
    sent = first_mail(journal.actions_of_run(run))
    if sent is None:
        return ""
    journal.update_run(run, thread_id=sent["thread_id"])
    records.change(
        journal, record, only=("waiting", "starting", "held", "refused"),
        status="started", thread_id=sent["thread_id"], started_at=context.clock.now(), note="",
    )  # fmt: skip
    row = records.of_id(journal, record)
    if row and journal.suppressed([row["address"]]):
        withdraw_plans(context, inbox_id, sent["thread_id"])
    return sent["thread_id"]


def not_begun(context: Context, payload: Mapping[str, Any], plan: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """Record why a first mail did not leave, and when it is tried again, if it is; return what to note of it."""
    journal, record = context.journal, payload["record"]
    stopped = next((row for row in rows if row["status"] in ("held", "refused")), None)
    until = plan.get("until") or ((stopped["result"] or {}).get("until") if stopped else None)
    rule, reason = (stopped["rule"], stopped["reason"]) if stopped else (plan["rule"], plan["reason"])
    if rule == PAUSED:
        until = (context.clock.now() + WHILE_OFF).isoformat()
    if until:
        moment = max(datetime.fromisoformat(until), context.clock.now() + SOON)
        known = records.of_id(journal, record)
        if known is not None and not known["note"].startswith(rule):  # once: a short window must not be missed for ever
            moment += timedelta(seconds=int(record[:6], 16) % SPREAD_SECONDS)
        records.change(journal, record, status="waiting", due_at=moment, note=f"{rule}: {reason}")
        if plan.get("scope") == "inbox" or (stopped and (stopped["result"] or {}).get("scope") == "inbox"):
            records.put_off(journal, payload["inbox_id"], moment, context.clock.now())
        elif rule == PAUSED and known is not None:
            records.put_off(journal, payload["inbox_id"], moment, context.clock.now(), known["campaign"])
        return f"waits until {moment:%Y-%m-%d %H:%M} UTC; {rule}: {reason}"
    held = any(row["status"] == "held" for row in rows)
    records.change(journal, record, status="held" if held else "refused", note=f"{rule}: {reason}" if rule else reason)
    return f"{rule}: {reason}" if rule else reason


def status_of(rows: Sequence[Row]) -> str:
    """Return how a start ends whose first mail did not leave: it waits for people, or for its time, or is refused."""
    if any(row["status"] == "held" for row in rows):
        return "held"
    return "recorded" if any((row["result"] or {}).get("until") for row in rows) else "refused"


def labels(context: Context, payload: Mapping[str, Any]) -> list[str]:
    """Return the labels of a thread that a start begins: of whose campaign it is."""
    row = records.of_id(context.journal, payload["record"]) if payload.get("record") else None
    return [f"{CAMPAIGN}{LABEL_SEPARATOR}{row['campaign']}", label_of(row["record_id"])] if row else []
