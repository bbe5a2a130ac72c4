"""What people do by labels: a thread whose state label somebody changed is looked at by a run of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import structlog
from agentmail.core.api_error import ApiError

from postroom.flow import LABEL_SEPARATOR, state_from_labels
from postroom.mailbox.client import error_text, is_passing, pages, patiently
from postroom.mailbox.reading import as_datetime
from postroom.runtime.context import Context, Post

log = structlog.get_logger(__name__)

KIND = "label"
"""The event of runs that look at a thread whose label changed; no handler is asked for it."""
FIRST_LOOK = 100
"""Events to read where none was read before; what is older, `rebuild` and the threads' next runs compare."""
BATCH = 500
"""AgentMail's limit of messages in one `batch_get`."""


def look(context: Context) -> int:
    """Hand in a run for each thread that does not carry the label of its last move; return how many.

    It reads the label changes since the last look: one request for each inbox where there was none. Our own runs change
    labels too. So a change alone is no move: where the labels of a thread differ from its last move in the journal, a
    run in the thread's lane compares them again, and records the move or refuses it, as every run does. A thread that
    is busy is left to its run, and looked at again the next time. Ids follow from the event, so that several processes
    may look at once.
    """
    count = 0
    for post in context.at_inboxes():
        try:
            count += _look_at(context, post)
        except ApiError as error:
            if is_passing(error):
                raise
            # where events are not served, or not for this key, the next run of a thread compares its label
            log.warning("cannot look for changed labels", inbox_id=post.inbox_id, error=error_text(error))
    return count


def _look_at(context: Context, post: Post) -> int:
    events = list(_new_events(context, post))
    if not events:
        return 0
    label = f"{post.agent.name}{LABEL_SEPARATOR}"
    changed = {event.message_id: event for event in reversed(events) if event.label.startswith(label)}
    moved = _moved(context, post, changed)
    busy = context.engine.busy(context.name) if moved else frozenset()
    idle = {thread_id: event for thread_id, event in moved.items() if thread_id not in busy}
    for thread_id, event in idle.items():
        at = as_datetime(event.event_at)
        context.engine.enqueue(*context.open_event(post, at, event.event_id, thread_id, {"kind": KIND}))
    if len(idle) == len(moved):
        context.journal.move_cursor(post.inbox_id, events[0].event_id)
    return len(idle)


def _new_events(context: Context, post: Post) -> Iterator[Any]:
    """Yield the events since the last look, newest first; AgentMail orders by `event_id`."""
    seen, listed = context.journal.cursor(post.inbox_id), context.client.inboxes.events.list
    newest = patiently(listed, post.inbox_id, limit=1).events  # most looks find nothing, and a page is read slowly
    if not newest or (seen is not None and newest[0].event_id <= seen):
        return iter(())
    events = (event for page in pages(listed, post.inbox_id) for event in page.events)
    if seen is None:
        return itertools.islice(events, FIRST_LOOK)
    return itertools.takewhile(lambda event: event.event_id > seen, events)


def _moved(context: Context, post: Post, changed: dict[str, Any]) -> dict[str, Any]:
    """Return the threads of changed messages whose state label is not that of their last move, with the event."""
    moved, ids = {}, list(changed)
    for start in range(0, len(ids), BATCH):
        get = context.client.inboxes.messages.batch_get
        for message in patiently(get, post.inbox_id, message_ids=ids[start : start + BATCH]).messages:
            named = state_from_labels(post.agent.name, post.agent.flow.states, message.labels or ())
            known = _known(context, post, message.thread_id) if named else None
            if known is not None and [state.value for state in named] != [known]:
                moved[message.thread_id] = changed[message.message_id]
    return moved


def _known(context: Context, post: Post, thread_id: str) -> str | None:
    """Return the state a thread was left in; None where no run left it so, as when the database was lost."""
    move = context.journal.last_move(thread_id)
    if move is None and context.journal.held_runs(thread_id):
        return str(post.agent.flow.start.value)
    return str(move["state"]) if move else None
