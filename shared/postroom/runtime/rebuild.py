"""After a lost database: states, timers and waiting drafts read back from AgentMail alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from postroom.flow import state_from_labels
from postroom.mailbox import labels as marks
from postroom.mailbox.client import patiently
from postroom.mailbox.reading import as_datetime
from postroom.runtime.context import Context, Post
from postroom.runtime.timers import state_timers

PAGE = 100


def rebuild(context: Context) -> dict[str, int]:
    """Restore what AgentMail knows; return counts. Safe to repeat, and on a journal that lost nothing.

    Costs, decisions and the audit are not in AgentMail: restore those from a backup.
    """
    counts = {"threads": 0, "timers": 0, "drafts": 0}
    for post in context.posts.values():
        for thread in _threads(context, post):
            restored = _restore(context, post, thread)
            counts["threads"] += restored is not None
            counts["timers"] += restored or 0
        drafts = patiently(
            context.client.inboxes.drafts.list, post.inbox_id, labels=[marks.WAITING_APPROVAL], limit=PAGE
        )
        counts["drafts"] += len(drafts.drafts)
    return counts


def _threads(context: Context, post: Post) -> Iterator[Any]:
    token = None
    while True:
        page = patiently(
            context.client.inboxes.threads.list,
            post.inbox_id,
            limit=PAGE,
            page_token=token,
            include_unauthenticated=True,
        )
        yield from page.threads
        token = page.next_page_token
        if not token:
            return


def _restore(context: Context, post: Post, thread: Any) -> int | None:
    """Record a thread's state and set its timers, counted from its last mail; None where nothing was lost."""
    named = state_from_labels(post.agent.name, post.agent.flow.states, thread.labels or ())
    if not named or context.journal.last_move(thread.thread_id) is not None:
        return None
    state, since = named[0], as_datetime(thread.timestamp)
    context.journal.record_move(
        inbox_id=post.inbox_id, thread_id=thread.thread_id, origin=None, state=state.value, by="rebuild", run_id=None,
        at=context.clock.now(),
    )  # fmt: skip
    rows = state_timers(post, thread.thread_id, state, since)
    context.journal.set_timers(thread.thread_id, rows)
    return len(rows)
