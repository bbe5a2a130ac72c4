"""``/v0/inboxes/{inbox_id}/messages``: list, get, label, delete, send, reply, forward."""

import sqlite3
from collections.abc import Callable
from typing import Any

from agentmail.messages import (
    BatchGetMessagesRequest,
    BatchGetMessagesResponse,
    BatchUpdateMessagesRequest,
    BatchUpdateMessagesResponse,
    ListMessagesResponse,
    Message,
    ReplyAllMessageRequest,
    ReplyToMessageRequest,
    SendMessageRequest,
    SendMessageResponse,
    UpdateMessageRequest,
    UpdateMessageResponse,
)
from flask import Blueprint, Response, request

from agentmail_sandbox import composing, inboxes, labels, messages, visible
from agentmail_sandbox.addresses import recipients
from agentmail_sandbox.composing import Content, Recipients
from agentmail_sandbox.errors import invalid
from agentmail_sandbox.filters import Filters
from agentmail_sandbox.idempotency import Act, once
from agentmail_sandbox.mime_build import custom_headers
from agentmail_sandbox.mime_read import Part
from agentmail_sandbox.sending import Outgoing, send
from agentmail_sandbox.wire import (
    MOST_PER_PAGE,
    MOST_PER_SEARCHED_PAGE,
    Paging,
    answer,
    body_of,
    called,
    core,
    empty,
    json_body,
    paging,
    query_flag,
    query_list,
    query_moment,
)

routes = Blueprint("messages", __name__, url_prefix="/v0/inboxes/<inbox_id>/messages")

MOST_GOTTEN = 500
MOST_UPDATED = 50
ONE = "/<message_id:message_id>"


@routes.get("")
def list_messages(inbox_id: str) -> Response:
    with core().store.transaction() as db:
        address = inboxes.find(db, inbox_id)["inbox_id"]
        rows, about = messages.select(db, address, *list_query("from", "to"))
        return answer(ListMessagesResponse, about | {"messages": messages.items(db, rows)})


def list_query(senders: str, recipients: str) -> tuple[Filters, Paging]:
    """Read what a list asks for, and which page of it; ``senders`` and ``recipients`` are its names for these filters.

    Left out are those with a label that is hidden, and not asked for or not for this key to read.
    """
    unreadable = visible.unreadable()
    wanted = Filters(
        labels=[label.lower() for label in query_list("labels")],
        hidden=[label for label in labels.HIDDEN if not query_flag(f"include_{label}") or label in unreadable],
        before=query_moment("before"),
        after=query_moment("after"),
        senders=query_list(senders),
        recipients=query_list(recipients),
        subject=query_list("subject"),
    )
    searched = wanted.senders or wanted.recipients or wanted.subject
    return wanted, paging(most=MOST_PER_SEARCHED_PAGE if searched else MOST_PER_PAGE)


@routes.get(ONE)
def get_message(inbox_id: str, message_id: str) -> Response:
    with core().store.transaction() as db:
        row = visible.message(db, inbox_id, message_id)
        return answer(Message, messages.whole(db, [row])[0])


@routes.patch(ONE)
def update_message(inbox_id: str, message_id: str) -> Response:
    add, remove = labels.changes(body_of(UpdateMessageRequest))
    with core().store.transaction() as db:
        row = visible.message(db, inbox_id, message_id)
        now_has = labels.change(db, row, add, remove, core().stamp())
    return answer(UpdateMessageResponse, {"message_id": message_id, "labels": now_has})


@routes.delete(ONE)
def delete_message(inbox_id: str, message_id: str) -> Response:
    with core().store.transaction() as db:
        messages.delete(db, visible.message(db, inbox_id, message_id), core().stamp())
    return empty()


@routes.post("/batch-get")
def batch_get(inbox_id: str) -> Response:
    ids = _batch(body_of(BatchGetMessagesRequest).message_ids, MOST_GOTTEN)
    with core().store.transaction() as db:
        found = _rows(db, inbox_id, ids)
        shown = messages.whole(db, found, bodies=False)
    return answer(BatchGetMessagesResponse, {"limit": len(ids), "count": len(shown), "messages": shown})


@routes.post("/batch-update")
def batch_update(inbox_id: str) -> Response:
    wanted = body_of(BatchUpdateMessagesRequest)
    ids = _batch(wanted.message_ids, MOST_UPDATED)
    add, remove = labels.changes(wanted)
    if not add and not remove:
        raise invalid("Give add_labels, remove_labels, or both.")
    with core().store.transaction() as db:
        updates = [
            {"message_id": row["message_id"], "labels": labels.change(db, row, add, remove, core().stamp())}
            for row in _rows(db, inbox_id, ids)
        ]
    payload = {"limit": len(ids), "count": len(updates), "updates": updates}
    return answer(BatchUpdateMessagesResponse, payload)


def _batch(ids: list[str], most: int) -> list[str]:
    if not 1 <= len(ids) <= most or len(set(ids)) < len(ids):
        raise invalid(f"message_ids holds 1 to {most} ids, each once.", "message_ids")
    return ids


def _rows(db: sqlite3.Connection, inbox_id: str, ids: list[str]) -> list[sqlite3.Row]:
    rows = [messages.row_for(db, inbox_id, message_id) for message_id in ids]
    return visible.readable(db, [row for row in rows if row is not None])


# Sending

Make = Callable[[sqlite3.Connection, sqlite3.Row, list[Part]], Outgoing]
Wanted = SendMessageRequest | ReplyToMessageRequest | ReplyAllMessageRequest


@routes.post("/send")
def send_message(inbox_id: str) -> Response:
    wanted = body_of(SendMessageRequest)

    def make(_: sqlite3.Connection, inbox: sqlite3.Row, parts: list[Part]) -> Outgoing:
        to, cc = recipients(wanted.to, "to"), recipients(wanted.cc, "cc")
        said = _said(wanted, Content(wanted.text, wanted.html, parts))
        return Outgoing(inbox, to, cc, recipients(wanted.bcc, "bcc"), subject=wanted.subject, **said)

    return _send(inbox_id, wanted, make)


@routes.post(f"{ONE}/reply")
def reply(inbox_id: str, message_id: str) -> Response:
    wanted = body_of(ReplyToMessageRequest)

    def make(db: sqlite3.Connection, inbox: sqlite3.Row, parts: list[Part]) -> Outgoing:
        parent = visible.message(db, inbox_id, message_id)
        derived = composing.reply_recipients(parent, everyone=bool(wanted.reply_all))
        given = recipients(wanted.to, "to"), recipients(wanted.cc, "cc"), recipients(wanted.bcc, "bcc")
        if wanted.reply_all and any(given):
            raise invalid("A reply to all takes its recipients from the thread; leave out to, cc and bcc.", "reply_all")
        going = Recipients(given[0] or derived.to, given[1] or derived.cc)
        return _answer_to(parent, inbox, _said(wanted, Content(wanted.text, wanted.html, parts)), going, given[2])

    return _send(inbox_id, wanted, make)


@routes.post(f"{ONE}/reply-all")
def reply_all(inbox_id: str, message_id: str) -> Response:
    wanted = body_of(ReplyAllMessageRequest)

    def make(db: sqlite3.Connection, inbox: sqlite3.Row, parts: list[Part]) -> Outgoing:
        parent = visible.message(db, inbox_id, message_id)
        said = _said(wanted, Content(wanted.text, wanted.html, parts))
        return _answer_to(parent, inbox, said, composing.reply_recipients(parent, everyone=True), [])

    return _send(inbox_id, wanted, make)


def _answer_to(
    parent: sqlite3.Row, inbox: sqlite3.Row, said: dict[str, Any], going: Recipients, bcc: list[str]
) -> Outgoing:
    return Outgoing(inbox, going.to, going.cc, bcc, subject=composing.reply_subject(parent), parent=parent, **said)


@routes.post(f"{ONE}/forward")
def forward(inbox_id: str, message_id: str) -> Response:
    wanted = body_of(SendMessageRequest)

    def make(db: sqlite3.Connection, inbox: sqlite3.Row, parts: list[Part]) -> Outgoing:
        parent = visible.message(db, inbox_id, message_id)
        to, cc = recipients(wanted.to, "to"), recipients(wanted.cc, "cc")
        subject = wanted.subject or composing.forward_subject(parent)
        said = _said(wanted, composing.forwarded(db, parent, Content(wanted.text, wanted.html, parts)))
        return Outgoing(inbox, to, cc, recipients(wanted.bcc, "bcc"), subject=subject, parent=parent, **said)

    return _send(inbox_id, wanted, make)


def _said(wanted: Wanted, content: Content) -> dict[str, Any]:
    return {
        "text": content.text,
        "html": content.html,
        "parts": content.parts,
        "reply_to": recipients(wanted.reply_to, "reply_to"),
        "headers": custom_headers(wanted.headers),
        "labels": labels.checked(wanted.labels, "labels"),
    }


def _send(inbox_id: str, wanted: Wanted, make: Make) -> Response:
    def given() -> tuple[object, object]:
        return called(), {name: value for name, value in json_body().items() if value is not None}

    def prepare() -> Act:
        parts = composing.attachments(core(), wanted.attachments)
        return lambda db: send(core(), db, make(db, inboxes.find(db, inbox_id), parts))

    sent = once(core(), request.headers.get("Idempotency-Key"), given, prepare)
    return answer(SendMessageResponse, {"message_id": sent.message_id, "thread_id": sent.thread_id})
