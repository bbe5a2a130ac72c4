"""The drafts of what is planned or waits for a person: made, labelled, found again once sent, withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from postroom.mailbox.client import patiently, there
from postroom.mailbox.labels import PLAN_FACTS
from postroom.runtime.context import Context
from postroom.runtime.journal import Row
from postroom.transition import FOLLOW_UP

STALE = "stale"
"""The rule that stops what newer events on its thread have made out of date."""


def find_sent(context: Context, inbox_id: str, op_id: str) -> Any | None:
    """Return the mail an action sent, found by its op label, or None."""
    found = patiently(context.client.inboxes.messages.list, inbox_id, labels=[op_id], limit=1)
    return found.messages[0] if found.messages else None


def make_draft(
    context: Context, inbox_id: str, op_id: str, mail: Mapping[str, Any], labels: list[str],
    send_at: datetime | None = None,
) -> Any:  # fmt: skip
    """Make the draft that people see and may edit; the same op id never makes a second one.

    With `send_at` AgentMail sends it by itself, and what it sent carries the op id as a label.
    """
    more: dict[str, Any] = {"labels": [*labels, op_id], "send_at": send_at} if send_at else {"labels": labels}
    return patiently(
        context.client.inboxes.drafts.create,
        inbox_id,
        to=mail["to"],
        cc=mail["cc"] or None,
        subject=mail["subject"] or None,
        text=mail["text"],
        html=mail["html"],
        in_reply_to=mail.get("answers"),
        client_id=op_id,
        **more,
    )


def withdraw_plans(
    context: Context, inbox_id: str, thread_id: str, key: str | None = None, *, of: str | None = None,
    but: Collection[str | None] = (),
) -> list[str]:  # fmt: skip
    """Take back planned follow-ups of a thread, all, of one key, or the one `of` an action; none of the drafts `but`.

    The timer goes first, so that nothing fires meanwhile.
    """
    waiting = planned_on(context, thread_id)
    chosen = [row for row in waiting if key is None or row["plan"]["key"].lower() == key.lower()]
    chosen = [row for row in chosen if of in (None, row["timer_id"]) and row["plan"]["draft_id"] not in but]
    for row in chosen:
        context.journal.drop_timers(thread_id, FOLLOW_UP, row["timer_id"])
        delete_draft(context, inbox_id, row["plan"]["draft_id"])
    return [row["plan"]["key"] for row in chosen]


def planned_on(context: Context, thread_id: str) -> list[Row]:
    """Return the timers of what is planned on a thread, soonest first."""
    return [row for row in context.journal.timers_of_thread(thread_id) if row["name"] == FOLLOW_UP]


def relabel_draft(context: Context, inbox_id: str, draft_id: str, labels: Sequence[str]) -> None:
    """Give a planned draft its new labels, of when it is due; one that a person deleted is withdrawn when due."""
    draft = there(patiently, context.client.inboxes.drafts.get, inbox_id, draft_id)
    if draft is not None:
        gone = [label for label in draft.labels if label.partition("/")[0] in PLAN_FACTS]
        patiently(
            context.client.inboxes.drafts.update, inbox_id, draft_id,
            add_labels=list(labels), remove_labels=[label for label in gone if label not in labels],
        )  # fmt: skip


def draft_of(row: Row) -> str | None:
    """Return the id of the draft in which an action waits, which a person could send; None where it has none."""
    draft_id: str | None = (row["result"] or {}).get("draft_id")
    return draft_id


def withdraw_held(context: Context, inbox_id: str, rows: Iterable[Row], reason: str, *, rule: str = STALE) -> None:
    """Stop actions that wait, for a person or for their run to go on: their drafts go, and the journal says why."""
    for row in rows:
        drafts = {draft_of(row), row["frozen"].get("draft_id")}
        for draft_id in drafts - {None}:
            delete_draft(context, inbox_id, draft_id)
        context.journal.update_action(row["op_id"], status="refused", rule=rule, reason=reason)


def delete_draft(context: Context, inbox_id: str, draft_id: str) -> None:
    """Delete a draft; one that is gone already is fine."""
    there(patiently, context.client.inboxes.drafts.delete, inbox_id, draft_id)


def takes_over_draft(row: Row) -> bool:
    """Tell whether an action sends the draft of the plan that is due, or leaves it for later."""
    return "draft_id" in row["frozen"] or "draft_id" in row["frozen"].get("mail", {})
