"""``…/threads`` of the organization, of a pod, of an inbox."""

from agentmail.threads import ListThreadsResponse, Thread, UpdateThreadRequest, UpdateThreadResponse
from flask import Blueprint, Response

from agentmail_sandbox import labels, messages, threads, visible
from agentmail_sandbox.access import scope
from agentmail_sandbox.errors import unprocessable
from agentmail_sandbox.message_api import list_query
from agentmail_sandbox.wire import (
    MOST_PER_SEARCHED_PAGE,
    answer,
    body_of,
    core,
    empty,
    fetch_page,
    paging,
)

routes = Blueprint("threads", __name__)

ROOT, ONE = "/threads", "/threads/<thread_id>"
# From so many messages on AgentMail refuses to label a thread as a whole.
TOO_LONG_TO_LABEL = 100


@routes.get(ROOT)
def list_threads() -> Response:
    with core().store.transaction() as db:
        rows, about = threads.select(db, scope(), *list_query("senders", "recipients"))
        return answer(ListThreadsResponse, about | {"threads": threads.shown(db, rows)})


@routes.get(ONE)
def get_thread(thread_id: str) -> Response:
    """Show a thread with one page of its messages: the newest first page, in each the oldest first."""
    with core().store.transaction() as db:
        row = visible.thread(db, thread_id)
        page = paging(most=MOST_PER_SEARCHED_PAGE, ascending=False)
        query = "SELECT * FROM messages WHERE thread_seq = ?"
        rows, about = fetch_page(db, query, [row["seq"]], ("timestamp", "seq"), page)
        shown = threads.shown(db, [row])[0]
        return answer(Thread, shown | about | {"messages": messages.whole(db, rows[::-1])})


@routes.patch(ONE)
def update_thread(thread_id: str) -> Response:
    wanted = body_of(UpdateThreadRequest)
    add, remove = labels.changes(wanted)
    with core().store.transaction() as db:
        row = visible.thread(db, thread_id)
        if row["message_count"] >= TOO_LONG_TO_LABEL:
            raise unprocessable(
                f"The thread has {row['message_count']} messages; from {TOO_LONG_TO_LABEL} on, label its "
                "messages instead (messages.batch_update)."
            )
        now = core().stamp()
        for message in threads.messages_of(db, row):
            labels.change(db, message, add, remove, now)
        return answer(
            UpdateThreadResponse,
            {"thread_id": row["thread_id"], "labels": labels.of_threads(db, [row["seq"]])[row["seq"]]},
        )


@routes.delete(ONE)
def delete_thread(thread_id: str) -> Response:
    with core().store.transaction() as db:
        threads.delete(db, visible.thread(db, thread_id))
    return empty()
