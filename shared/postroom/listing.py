"""Threads as AgentMail has them, each with how its latest run ended: what the page and `postroom threads` list."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

import sqlalchemy as sa

from postroom.flow import LABEL_SEPARATOR, state_from_labels
from postroom.mailbox import labels as marks
from postroom.mailbox.client import NO_SDK_RETRIES, there
from postroom.mailbox.reading import UNAUTHENTICATED_LABEL, WITH_DOUBTS
from postroom.runtime.context import Context, Post
from postroom.runtime.journal import Journal
from postroom.runtime.tables import runs

ATTENTION = {
    marks.WAITING_APPROVAL: "held for approval",
    marks.NEEDS_HUMAN: "needs a person",
    marks.STUCK: "dead letter",
}
"""Labels that ask a person to look, and what they say on the page."""
DOUBTS = {"spam": "has spam", "blocked": "has blocked mail", UNAUTHENTICATED_LABEL: "has an unverified sender"}
"""Labels for which AgentMail leaves a thread out of lists, for one message that has them, and what the page says."""
NEVER_GIVEN = frozenset({"spam", "blocked"})
"""Labels of mail that no agent gets to see."""
SYSTEM = frozenset({"sent", "received", "unread", "delivered"})
"""Labels that AgentMail sets itself; they say nothing about the thread."""
THREAD_ID = re.compile(r"[\w-]+")
"""What may be an id of a thread: AgentMail makes them, so that anything else is none and need not be asked for."""
UNDER_WAY = ("queued", "running")


@dataclass(frozen=True)
class Labels:
    """A thread's labels, told apart."""

    state: str
    attention: tuple[str, ...]
    others: tuple[str, ...]
    doubts: tuple[str, ...]
    internal: bool

    @classmethod
    def of(cls, post: Post, names: Sequence[str]) -> Labels:
        """Sort the labels of a thread of that agent."""
        states = state_from_labels(post.agent.name, post.agent.flow.states, names)
        state = states[0] if states else post.agent.flow.start
        own = f"{post.agent.name}{LABEL_SEPARATOR}"
        plain = [name for name in sorted(names) if name not in {*SYSTEM, *ATTENTION, *DOUBTS}]
        others = tuple(
            name for name in plain if not name.startswith((own, marks.OP, marks.RECORD)) and name != marks.INTERNAL
        )
        attention = tuple(words for name, words in ATTENTION.items() if name in names)
        doubts = tuple(words for name, words in DOUBTS.items() if name in names)
        return cls(state.value, attention, others, doubts, marks.INTERNAL in names)


@dataclass(frozen=True)
class Line:
    """A thread in a list. `status` is that of its latest run, `working` while its newest mail is dealt with.

    It is empty where the journal knows of no run: the database was lost, or no agent was there yet.
    """

    thread: Any
    labels: Labels
    person: str
    status: str


@dataclass(frozen=True)
class Listed:
    """Threads of one inbox, newest first; `older` is the token of the threads that follow, if there are any."""

    lines: tuple[Line, ...]
    older: str | None


def list_threads(context: Context, post: Post, label: str, limit: int, older: str | None = None) -> Listed:
    """Return threads that carry `label`; all but mail to our people, when it is empty."""
    page = threads_with(context, post.inbox_id, label, limit, older)
    shown = [thread for thread in page.threads if label or marks.INTERNAL not in (thread.labels or ())]
    latest = latest_status(context.journal, [thread.thread_id for thread in shown])
    lines = tuple(line_of(post, thread, latest.get(thread.thread_id, "")) for thread in shown)
    return Listed(lines, page.next_page_token)


def threads_with(context: Context, inbox_id: str, label: str, limit: int, older: str | None = None) -> Any:
    """Return AgentMail's page of at most `limit` threads that carry `label` (any, when empty), newest first."""
    return context.client.inboxes.threads.list(
        inbox_id, labels=[label] if label else None, limit=limit, page_token=older,
        request_options=NO_SDK_RETRIES, **WITH_DOUBTS,
    )  # fmt: skip


def own_thread(context: Context, thread_id: str, limit: int) -> tuple[Post, Any] | None:
    """Return a thread, with at most `limit` of its newest messages, after the agent that has it; None if none here."""
    if not THREAD_ID.fullmatch(thread_id):
        return None
    thread = there(context.client.threads.get, thread_id, limit=limit, request_options=NO_SDK_RETRIES)
    post = context.post_of_inbox(thread.inbox_id) if thread else None
    return (post, thread) if post is not None else None


def line_of(post: Post, thread: Any, status: str) -> Line:
    """Return the line of a thread whose latest run has that status, "" for none."""
    names = thread.labels or ()
    outside = [who for who in (thread.senders or ()) if parseaddr(who)[1].lower() != post.inbox_id]
    person = (outside or list(thread.recipients or ()) or [""])[0]
    status = "working" if under_way(names, status) else status
    return Line(thread, Labels.of(post, names), parseaddr(person)[0] or person, status)


def under_way(labels: Collection[str], status: str) -> bool:
    """Tell whether mail of a thread is still to be dealt with; `status` is that of its latest run, "" for none."""
    return "unread" in labels and (status in UNDER_WAY or (not status and NEVER_GIVEN.isdisjoint(labels)))


def latest_status(journal: Journal, thread_ids: Sequence[str]) -> dict[str, str]:
    """Return how the latest run of each of these threads ended, or that it is under way."""
    latest = sa.select(sa.func.max(runs.c.run_id)).where(runs.c.thread_id.in_(thread_ids)).group_by(runs.c.thread_id)
    with journal.database.connect() as connection:
        found = connection.execute(sa.select(runs.c.thread_id, runs.c.status).where(runs.c.run_id.in_(latest)))
        return {row.thread_id: row.status for row in found}
