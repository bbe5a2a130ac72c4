"""Mail that got no answer: its thread keeps its mark, whatever else is answered there, until a person takes it on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from postroom.mail import Message
from postroom.mailbox import labels as marks
from postroom.mailbox.reading import SENT_LABEL
from postroom.policy.gate import KEPT_BACK
from postroom.runtime.context import Context
from postroom.runtime.ids import mailed_at
from postroom.runtime.journal import Row
from postroom.runtime.sent_before import on_thread
from postroom.runtime.tables import actions

BY_PEOPLE = "people"
"""The rule of an answer that one of our people wrote by answering a hand-over: theirs, though a run sent it."""
HANDED_OVER = (
    actions.c.kind == "Escalate",
    sa.or_(actions.c.status == "done", actions.c.rule.in_(KEPT_BACK)),
)
"""Of actions: a hand-over that left, or that its label alone tells people of."""
UNANSWERED = ("held", "refused", "stale")


def unanswered(context: Context, payload: Mapping[str, Any], messages: Sequence[Message]) -> list[Row]:
    """Return the runs of other mails on a run's thread that no answer left to, oldest first.

    None of before the last time a person moved the thread or wrote on it: they saw what there was.
    """
    thread_id = payload["thread_id"]
    runs = context.journal.runs_of_thread(thread_id)
    mails = [run for run in runs if run["kind"] == "mail" and run["run_id"] != payload.get("run_id")]
    waiting = [run for run in mails if run["status"] in UNANSWERED]
    if not waiting:
        return []
    moves = [move["at"] for move in context.journal.moves_of_thread(thread_id) if move["by"] == "person"]
    seen = [*moves, *(message.timestamp for message in by_our_people(context, thread_id, messages))]
    return [run for run in waiting if not seen or mailed_at(run["run_id"]) > max(seen)]


def by_our_people(context: Context, thread_id: str, messages: Iterable[Any]) -> list[Any]:
    """Return those of a thread's messages that no run sent and that left the inbox: one of our people wrote them."""
    ours = [message for message in messages if SENT_LABEL in (message.labels or ())]
    # what a run sent has its op label until the journal has the message id, and what it planned one that says so
    unlabelled = [each for each in ours if not any(_is_of_run(label) for label in each.labels)]
    if not unlabelled:
        return []
    by_runs = (on_thread(thread_id), actions.c.status == "done", actions.c.rule != BY_PEOPLE)
    done = sa.select(actions.c.result).where(*by_runs)
    with context.journal.database.connect() as connection:
        sent = {(result or {}).get("message_id") for result in connection.execute(done).scalars()}
    return [message for message in unlabelled if message.message_id not in sent]


def _is_of_run(label: str) -> bool:
    return label == marks.PLANNED or label.startswith(marks.OP)


def people_wrote(context: Context, thread_id: str, messages: Iterable[Message], since: datetime) -> bool:
    """Tell whether one of our people wrote on a thread after that, from the inbox or from their own address."""
    newer = [mail for mail in messages if mail.timestamp > since]
    own = (mail.sender for mail in newer if mail.received and mail.sender.authenticated)
    return bool(by_our_people(context, thread_id, newer)) or any(sender.address in context.people for sender in own)


def turned_to(context: Context, timer: Row, messages: Sequence[Message]) -> str:
    """Say how one of our people turned to a thread since the timer of its hand-over was set, "" if nobody did."""
    if people_wrote(context, timer["thread_id"], messages, timer["set_at"]):
        return "one of our people wrote on the thread"
    return taken_up(context, timer["thread_id"], timer["set_at"])


def taken_up(context: Context, thread_id: str, since: datetime) -> str:
    """Say how one of our people turned to a thread since then, as far as the journal knows, "" if nobody did."""
    if any(move["by"] == "person" and move["at"] > since for move in context.journal.moves_of_thread(thread_id)):
        return "a person moved the thread"
    answered = (run for run in context.journal.runs_of_thread(thread_id) if "handed" in (run["cause"] or {}))
    return "one of our people answered" if any(run["started_at"] > since for run in answered) else ""


def holding_notes(context: Context, thread_id: str) -> set[str]:
    """Return the ids of the mails that left as a thread was handed over: they answer nothing."""
    done = (actions.c.thread_id == thread_id, actions.c.status == "done")
    handed_over = sa.select(actions.c.run_id).where(actions.c.thread_id == thread_id, *HANDED_OVER)
    beside = sa.select(actions.c.result["message_id"].as_string()).where(*done, actions.c.run_id.in_(handed_over))
    with context.journal.database.connect() as connection:
        return set(connection.execute(beside).scalars())
