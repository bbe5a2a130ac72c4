"""An inbox's threads as tickets, a row each: what `postroom threads AGENT --csv` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from postroom.flow import LABEL_SEPARATOR
from postroom.listing import Labels, threads_with
from postroom.runtime.context import Context, Post
from postroom.runtime.history import gather

COLUMNS = ("thread", "subject", "from", "state", "category", "priority", "source", "began", "first answered", "by whom")
ALL_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_PAGE = 100


def tickets(context: Context, post: Post) -> tuple[list[dict[str, str]], int]:
    """Return the newest tickets of an agent, newest first, with `COLUMNS`, and how many older ones were left out.

    `began` is when the first mail came in, `first answered` when an answer left that is more than a note that a
    colleague has it (ISO 8601, UTC), `by whom` agent or people. State and labels are those that AgentMail has now.
    """
    told = gather(context, post.inbox_id, "", ALL_TIME)
    past = {thread["thread_id"]: thread for thread in told["threads"]}
    rows = {thread.thread_id: _ticket(post, thread, past[thread.thread_id]) for thread in _those(context, post, past)}
    return [rows[thread_id] for thread_id in past if thread_id in rows], told["left_out"]


def _those(context: Context, post: Post, wanted: Mapping[str, Any]) -> Iterator[Any]:
    """Yield AgentMail's threads that are wanted, page by page until all were seen."""
    missing, older = set(wanted), None
    while missing:
        page = threads_with(context, post.inbox_id, "", _PAGE, older)
        yield from (thread for thread in page.threads if thread.thread_id in missing)
        missing -= {thread.thread_id for thread in page.threads}
        older = page.next_page_token
        if not older:
            return


def _ticket(post: Post, thread: Any, past: Mapping[str, Any]) -> dict[str, str]:
    labels = Labels.of(post, thread.labels or ())
    marked = dict(label.split(LABEL_SEPARATOR, 1) for label in labels.others if LABEL_SEPARATOR in label)
    outside = [who for who in (thread.senders or ()) if parseaddr(who)[1].lower() != post.inbox_id]
    answered = past["answered"]
    by_whom = "people" if past["answered_by_people"] else "agent"
    return {
        "thread": thread.thread_id,
        "subject": thread.subject or "",
        "from": (outside or [""])[0],
        "state": labels.state,
        "category": marked.get("category", ""),
        "priority": marked.get("priority", ""),
        "source": marked.get("source", ""),
        "began": past["began"],
        "first answered": answered or "",
        "by whom": by_whom if answered else "",
    }
