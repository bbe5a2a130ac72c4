"""What our people answer to our mails to them: whom it is about, and whether it may be followed at all."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from postroom.mail import Message
from postroom.mailbox import labels as marks
from postroom.runtime.approvals import REVIEWS, of_run, of_token
from postroom.runtime.context import Context, Post
from postroom.runtime.ids import mailed_at, run_id
from postroom.runtime.journal import Row
from postroom.runtime.tables import actions

log = structlog.get_logger(__name__)

OPERATOR = "the operator"
"""Who answers on the page or by command: whoever may open the one or holds the token of the other."""
TOKEN = re.compile(r"\[(?P<agent>[a-z][a-z0-9-]*) (?P<token>[0-9a-f]{8})\]")
"""What the subject of a review mail begins with; an answer repeats it."""


def hand_on(
    context: Context, post: Post, payload: Mapping[str, Any], message: Message | None, labels: Collection[str]
) -> dict[str, str]:
    """Have an answer to a review mail decided in the lane of the thread it is about; return what its own run freezes.

    Only an authenticated mail of one of our people is followed; of an automatic reply the next of them is asked.
    Nothing is answered to anybody else: whoever forges mail hears nothing, and people see it. Returns {} where a mail
    is no answer to a review mail; one of a customer is not, whatever its subject says.
    """
    approval = _about(context, post, message) if message else None
    if message is None or approval is None:
        return {}
    sender = message.sender
    if not sender.authenticated or sender.address not in context.people:
        if marks.INTERNAL not in labels:
            return {}
        why = "it is not authenticated" if not sender.authenticated else "that is none of our people"
        log.warning("an answer to a review mail is not followed", token=approval["token"], why=why)
        return {"put_aside": f"an answer of {sender.address} is not followed: {why}", "mark": marks.NEEDS_HUMAN}
    cause: dict[str, Any] = {"answer": message.message_id}
    if message.kind != "human":
        if sender.address != approval["asked"]:
            return {"put_aside": "an automatic reply of somebody who is not asked now", "mark": ""}
        cause = {"said": {"by": sender.address, "wish": "away"}}
    hand_in(context, approval, mailed_at(payload["run_id"]), message.message_id, cause)
    return {"put_aside": f"an answer about what waits as {approval['token']}", "mark": ""}


def hand_in(context: Context, approval: Row, at: datetime, answer_id: str, cause: Mapping[str, Any]) -> None:
    """Record the run of an answer, once; the clock hands it in, as with a dead letter that is due."""
    now = context.clock.now()
    context.journal.open_run(
        run_id(at, "approve", approval["inbox_id"], f"{approval['token']}:{answer_id}"), now, agent=approval["agent"],
        kind="approve", inbox_id=approval["inbox_id"], thread_id=approval["thread_id"], status="queued", retry_at=now,
        cause={"approval": approval["token"], **cause},
    )  # fmt: skip


def hand_in_said(context: Context, token: str, content: str, wish: str, **more: str) -> str:
    """Record what the operator wishes of what waits, seen as `content` (its hash); return why that cannot be, or "".

    `more`: `reason` of a rejection, `text` of an edit, `until` (ISO 8601) of what is put off.
    """
    approval = of_token(context.journal, token)
    if approval is None:
        return f"nothing waits as {token}"
    now = context.clock.now()
    said = {"by": OPERATOR, "wish": wish, "content": content, **more}
    hand_in(context, approval, now, f"{OPERATOR}:{wish}:{now.isoformat()}", {"said": said})
    return ""


def version_answered(context: Context, message: Message) -> int:
    """Return which version of what waits a mail answers: that of the review mail it names; 0 where it names none."""
    sent = _sent(context, message)
    return 0 if sent is None else int(sent["number"]) - REVIEWS


def _about(context: Context, post: Post, message: Message) -> Row | None:
    """Return what an answer is about: by the review mail it names, else by the token in its subject."""
    sent = _sent(context, message)
    found = TOKEN.search(message.subject)
    approval = of_run(context.journal, sent["run_id"]) if sent else None
    if approval is None and found and found["agent"] == post.agent.name:
        approval = of_token(context.journal, found["token"])
    return approval if approval and approval["inbox_id"] == post.inbox_id else None


def _sent(context: Context, message: Message) -> Row | None:
    """Return the action that sent the mail which a message answers, if one did."""
    if not message.in_reply_to:
        return None
    sent = actions.c.result["message_id"].as_string() == message.in_reply_to
    with context.journal.database.connect() as connection:
        return connection.execute(sa.select(actions).where(actions.c.kind == "Review", sent)).mappings().first()
