"""``/v0/inboxes/{inbox_id}/drafts``; ``/v0/drafts`` and ``/v0/pods/{pod_id}/drafts`` to read those of many."""

import json
import sqlite3
from typing import Any

from agentmail.drafts import CreateDraftRequest, Draft, DraftItem, ListDraftsResponse, UpdateDraftRequest
from agentmail.messages import SendMessageResponse, UpdateMessageRequest
from flask import Blueprint, Response, request

from agentmail_sandbox import drafts, inboxes, labels, visible
from agentmail_sandbox.access import caller, scope
from agentmail_sandbox.attachment_files import draft_attachment
from agentmail_sandbox.composing import attachments
from agentmail_sandbox.errors import conflict
from agentmail_sandbox.idempotency import once
from agentmail_sandbox.scope import Scope
from agentmail_sandbox.sending import Sent
from agentmail_sandbox.wire import answer, body_of, called, core, empty, fetch_page, paging, query_list, query_moment

reading = Blueprint("reading_drafts", __name__)
routes = Blueprint("drafts", __name__, url_prefix="/v0/inboxes/<inbox_id>/drafts")

LISTED = frozenset(DraftItem.model_fields)


@reading.get("/drafts")
def list_drafts() -> Response:
    within, inside = scope().mail()
    conditions: list[str] = [within]
    params: list[Any] = [*inside]
    with core().store.transaction() as db:
        for label in query_list("labels"):
            conditions.append("EXISTS (SELECT 1 FROM json_each(labels) WHERE value = ?)")
            params.append(label.lower())
        for name, comparison in (("before", "<"), ("after", ">")):
            if (bound := query_moment(name)) is not None:
                conditions.append(f"updated_at {comparison} ?")
                params.append(bound)
        query = f"SELECT * FROM drafts WHERE {' AND '.join(conditions)}"
        rows, about = fetch_page(db, query, params, ("updated_at", "seq"), paging())
        return answer(ListDraftsResponse, about | {"drafts": [_item(db, row) for row in rows]})


def _item(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    return {name: value for name, value in drafts.shown(db, row).items() if name in LISTED}


@routes.post("")
def create_draft(inbox_id: str) -> Response:
    """Make a draft, or find the one that has this ``client_id``: of the repeat nothing is applied, nor fetched."""
    wanted = body_of(CreateDraftRequest)
    with core().store.transaction() as db:
        if (made := _made_before(db, inbox_id, wanted)) is not None:
            return answer(Draft, drafts.shown(db, made))
    parts = attachments(core(), wanted.attachments)
    with core().store.transaction() as db:
        # Another request may have made it while the attachments came.
        draft = _made_before(db, inbox_id, wanted) or drafts.create(core(), db, inbox_id, wanted, parts)
        return answer(Draft, drafts.shown(db, draft))


def _made_before(db: sqlite3.Connection, inbox_id: str, wanted: CreateDraftRequest) -> sqlite3.Row | None:
    """Return the draft that was made under this ``client_id``, or None. 404 where none may be made."""
    inboxes.find(db, inbox_id)
    if parent := wanted.in_reply_to or wanted.forward_of:
        caller().require("message_read")
        visible.refuse_hidden(db, inbox_id, parent)
    return drafts.of_client_id(db, inbox_id, wanted.client_id)


@reading.get("/drafts/<draft_id>")
def get_draft(draft_id: str) -> Response:
    with core().store.transaction() as db:
        return answer(Draft, drafts.shown(db, drafts.find(db, draft_id, scope())))


@routes.patch("/<draft_id>")
def update_draft(inbox_id: str, draft_id: str) -> Response:
    wanted = body_of(UpdateDraftRequest)
    added = attachments(core(), wanted.add_attachments)
    with core().store.transaction() as db:
        drafts.update(core(), db, drafts.find(db, draft_id, Scope(inbox_id=inbox_id)), wanted, added)
        return answer(Draft, drafts.shown(db, drafts.find(db, draft_id, Scope(inbox_id=inbox_id))))


@routes.delete("/<draft_id>")
def delete_draft(inbox_id: str, draft_id: str) -> Response:
    with core().store.transaction() as db:
        drafts.delete(core(), db, drafts.find(db, draft_id, Scope(inbox_id=inbox_id)))
    return empty()


@routes.post("/<draft_id>/send")
def send_draft(inbox_id: str, draft_id: str) -> Response:
    wanted = body_of(UpdateMessageRequest)
    add, remove = labels.changes(wanted)

    def act(db: sqlite3.Connection) -> Sent:
        inbox = inboxes.find(db, inbox_id)
        draft = drafts.find(db, draft_id, scope())
        if draft["send_status"] == "sending":
            raise conflict(f"The draft {draft_id} is being sent already.")
        tags = [label for label in [*json.loads(draft["labels"]), *add] if label not in remove]
        return drafts.send_now(core(), db, inbox, draft, tags)

    def given() -> tuple[object, object]:
        return called(), [add, remove]

    sent = once(core(), request.headers.get("Idempotency-Key"), given, lambda: act)
    return answer(SendMessageResponse, {"message_id": sent.message_id, "thread_id": sent.thread_id})


@reading.get("/drafts/<draft_id>/attachments/<attachment_id>")
def get_draft_attachment(draft_id: str, attachment_id: str) -> Response:
    with core().store.transaction() as db:
        return draft_attachment(db, attachment_id, drafts.find(db, draft_id, scope())["seq"])
