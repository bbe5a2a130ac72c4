"""Attachments and raw mails: the API gives out links that expire, and ``/files`` serves what they point at."""

import hashlib
import hmac
import sqlite3
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from agentmail.attachments import AttachmentResponse
from agentmail.messages import RawMessageResponse
from flask import Blueprint, Response, request

from agentmail_sandbox import threads, visible
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import existing, not_found, problem_of
from agentmail_sandbox.wire import answer, core, without_none

routes = Blueprint("files", __name__)
of_threads = Blueprint("files_of_threads", __name__)

VALID_FOR = timedelta(hours=1)


@routes.get("/v0/inboxes/<inbox_id>/messages/<message_id:message_id>/raw")
def get_raw(inbox_id: str, message_id: str) -> Response:
    with core().store.transaction() as db:
        row = visible.message(db, inbox_id, message_id)
    url, expires_at = _signed(core(), f"raw/{row['seq']}")
    about = {"message_id": row["message_id"], "size": row["size"]}
    return answer(RawMessageResponse, about | {"download_url": url, "expires_at": expires_at})


@routes.get("/v0/inboxes/<inbox_id>/messages/<message_id:message_id>/attachments/<attachment_id>")
def get_message_attachment(inbox_id: str, message_id: str, attachment_id: str) -> Response:
    with core().store.transaction() as db:
        row = visible.message(db, inbox_id, message_id)
        return attachment_answer(_attachment(db, attachment_id, "message_seq", [row["seq"]]))


@of_threads.get("/threads/<thread_id>/attachments/<attachment_id>")
def get_thread_attachment(thread_id: str, attachment_id: str) -> Response:
    with core().store.transaction() as db:
        thread = visible.thread(db, thread_id)
        seqs = [row["seq"] for row in threads.messages_of(db, thread)]
        return attachment_answer(_attachment(db, attachment_id, "message_seq", seqs))


def _attachment(db: sqlite3.Connection, attachment_id: str, owner: str, seqs: list[int]) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute(
        "SELECT *, length(content) AS size FROM attachments WHERE attachment_id = ?", (attachment_id,)
    ).fetchone()
    if row is None or row[owner] not in seqs:
        raise not_found("Attachment", attachment_id)
    return row


def draft_attachment(db: sqlite3.Connection, attachment_id: str, draft_seq: int) -> Response:
    """Answer for an attachment of a draft; 404 if the draft has none such."""
    return attachment_answer(_attachment(db, attachment_id, "draft_seq", [draft_seq]))


def attachment_answer(row: sqlite3.Row) -> Response:
    """Describe an attachment, with a link to its bytes."""
    url, expires_at = _signed(core(), f"attachments/{row['attachment_id']}")
    fields = ("attachment_id", "filename", "size", "content_type", "content_disposition", "content_id")
    payload: dict[str, Any] = {name: row[name] for name in fields}
    return answer(AttachmentResponse, without_none(payload | {"download_url": url, "expires_at": expires_at}))


def _signed(core: Core, what: str) -> tuple[str, datetime]:
    expires_at = (core.clock.now() + VALID_FOR).replace(microsecond=0)
    expires = str(int(expires_at.timestamp()))
    base = (core.base_url or request.host_url).rstrip("/")
    return f"{base}/files/{what}?expires={expires}&signature={_signature(core, what, expires)}", expires_at


def _signature(core: Core, what: str, expires: str) -> str:
    return hmac.new(core.url_secret.encode(), f"{what} {expires}".encode(), hashlib.sha256).hexdigest()


@routes.get("/files/raw/<int:seq>")
def download_raw(seq: int) -> Response:
    row = _linked(f"raw/{seq}", "SELECT raw FROM raw_mails WHERE message_seq = ?", seq)
    return _download(row["raw"], "message/rfc822", "message.eml")


@routes.get("/files/attachments/<attachment_id>")
def download_attachment(attachment_id: str) -> Response:
    query = "SELECT * FROM attachments WHERE attachment_id = ?"
    row = _linked(f"attachments/{attachment_id}", query, attachment_id)
    return _download(row["content"], row["content_type"] or "", row["filename"] or "attachment")


def _linked(what: str, query: str, key: str | int) -> sqlite3.Row:
    _check_link(what)
    with core().store.transaction() as db:
        return existing(db.execute(query, (key,)).fetchone(), "File", what)


def _download(content: bytes, kind: str, name: str) -> Response:
    # Mail from strangers is served from this origin: never let a browser render it.
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    }
    safe_kind = kind if kind.isascii() and kind.isprintable() and "/" in kind else "application/octet-stream"
    return Response(content, headers=headers, content_type=safe_kind)


def _check_link(what: str) -> None:
    expires = request.args.get("expires", "")
    signature = request.args.get("signature", "")
    genuine = hmac.compare_digest(signature.encode(), _signature(core(), what, expires).encode())
    if not genuine or core().clock.now().timestamp() >= int(expires):
        text = "This link is not valid or has expired; fetch the attachment or raw message again for a fresh one."
        raise problem_of(403, text)
