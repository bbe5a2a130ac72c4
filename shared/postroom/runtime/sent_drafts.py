"""Drafts that waited for approval and that a person sent in AgentMail: what a run held is done then."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from agentmail.core.api_error import ApiError

from postroom.flow import LABEL_SEPARATOR
from postroom.mailbox import labels as marks
from postroom.mailbox.client import pages, patiently, there
from postroom.mailbox.reading import SENT_LABEL, as_datetime
from postroom.runtime import lessons, starts
from postroom.runtime import scene as scenes
from postroom.runtime.context import Context, Post
from postroom.runtime.drafts import draft_of, find_sent
from postroom.runtime.effects import Effects, first_mail, ids_of, record_done
from postroom.runtime.endings import Ending
from postroom.runtime.journal import Row
from postroom.runtime.tables import actions
from postroom.runtime.timers import replay_payload

KIND = "sent draft"
"""The event of runs that look at a thread on which a person sent what waited; no handler is asked for it."""
BY_PERSON = "sent-by-person"
"""The rule of an action that a person did in its agent's place."""


def look(context: Context) -> int:
    """Hand in a run for each thread of which a person sent what waited there; return how many mails were found.

    One request for each inbox in which something waits. The run settles it in the thread's lane; what waits of no
    thread is settled at once, as no run but its own knows of it. So are those of it whose process died before the end.
    """
    count = 0
    for post in context.at_inboxes():
        if _held(context, post) is None:
            continue
        filters = [SENT_LABEL, marks.WAITING_APPROVAL]
        listed = pages(context.client.inboxes.messages.list, post.inbox_id, labels=filters)
        for message in (message for page in listed for message in page.messages):
            row = _held(context, post, actions.c.op_id.in_(message.labels))
            if row is None:
                continue
            count += 1
            if row["thread_id"]:
                at, event = as_datetime(message.created_at), {"kind": KIND}
                context.engine.enqueue(*context.open_event(post, at, message.message_id, row["thread_id"], event))
            else:
                record(context, post, row, message)
    for run in context.journal.held_runs(thread_id=""):
        if run["agent"] in context.posts:
            _end(context, context.posts[run["agent"]], run["run_id"])
    return count


def settle(context: Context, post: Post, thread_id: str) -> bool:
    """Record what a person sent of all that waits on a thread, and end the runs that wait for nothing more.

    Return whether there was any: then the thread has changed.
    """
    for row in context.journal.held_on_thread(thread_id):
        sent = find_sent(context, post.inbox_id, row["op_id"]) if draft_of(row) else None
        if sent is not None:
            record(context, post, row, sent)
    ended = [_end(context, post, run["run_id"]) for run in context.journal.held_runs(thread_id)]
    return any(ended)


def _held(context: Context, post: Post, *where: sa.ColumnElement[bool]) -> Row | None:
    """Return one action that waits in an inbox, of thousands as soon as of one."""
    query = sa.select(actions).where(actions.c.inbox_id == post.inbox_id, actions.c.status == "held", *where).limit(1)
    with context.journal.database.connect() as connection:
        return connection.execute(query).mappings().one_or_none()


def record(context: Context, post: Post, row: Row, sent: Any) -> None:
    """Record a mail as sent, and take off it what its draft said of itself."""
    reason = "a person sent its draft in AgentMail"
    with contextlib.suppress(ApiError):  # what is learnt of it is worth less than that it is recorded
        whole = patiently(context.client.inboxes.messages.get, post.inbox_id, sent.message_id)
        lessons.keep(context, row, whole.text or "")
    record_done(context, row["op_id"], ids_of(sent), rule=BY_PERSON, reason=reason)
    of_draft = (marks.WAITING_APPROVAL, row["op_id"])
    gone = [label for label in sent.labels if label in of_draft or label.startswith(f"state{LABEL_SEPARATOR}")]
    there(patiently, context.client.inboxes.messages.update, post.inbox_id, sent.message_id, remove_labels=gone)


def _end(context: Context, post: Post, run_id: str) -> bool:
    """End a run whose drafts were all sent, and return whether it is one; while it has a draft it waits on."""
    rows = context.journal.actions_of_run(run_id)
    waits = any(row["status"] == "held" and draft_of(row) for row in rows)
    if waits or not any(row["rule"] == BY_PERSON for row in rows):
        return False
    run = context.journal.run(run_id)
    assert run is not None, "its actions name it"
    payload = replay_payload(context, run)
    if run["kind"] == "start":
        payload["thread_id"] = _follow(context, post, run, rows)
    Ending(context, post, payload).approved(run["plan"])
    if run["kind"] == "start":
        starts.begun(context, post.inbox_id, run_id, payload["record"])
    return True


def _follow(context: Context, post: Post, run: Row, rows: Sequence[Row]) -> str:
    """Plan what follows a first mail that a person sent from its draft, and return the thread which that began."""
    first = first_mail(rows)
    assert first is not None, "a person sent it"
    effects = Effects(context, post, scenes.of_start(post, run["frozen"]), run["plan"]["state"], released=True)
    for row in rows:
        if row["kind"] == "Plan" and row["status"] in scenes.OPEN:
            context.journal.update_action(row["op_id"], status="planned", rule="", reason="")
            effects.perform(row["op_id"])
    return first["thread_id"]
