"""What our people answer to our mails to them: whom it is about, and whether it may be followed at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import sqlalchemy as sa
import structlog
from agentmail.core.api_error import ApiError

from postroom.mail import Message, Sender
from postroom.mailbox import labels as marks
from postroom.mailbox.client import NO_SDK_RETRIES, error_text, patiently
from postroom.mailbox.reading import Page, message_from, thread_labels
from postroom.policy.gate import stopped
from postroom.runtime.approvals import REVIEWS, of_run, of_token
from postroom.runtime.context import Context, Post
from postroom.runtime.ids import mailed_at, run_id
from postroom.runtime.journal import Row
from postroom.runtime.kill_switch import STOPS, press
from postroom.runtime.moving import move_as_person
from postroom.runtime.oversight import is_among_us, oversees
from postroom.runtime.tables import actions
from postroom_kit.approval_answers import read_answer

log = structlog.get_logger(__name__)

OPERATOR = "the operator"
"""Who answers on the page or by command: whoever may open the one or holds the token of the other."""
TOKEN = re.compile(r"\[(?P<agent>[a-z][a-z0-9-]*) (?P<token>[0-9a-f]{8})\]")
"""What the subject of a review mail begins with; an answer repeats it."""


TO_PEOPLE = ("Escalate", "Digest")
"""The actions, beside review mails, whose mail our people answer."""
ASKING = ("Review", *TO_PEOPLE)


@dataclass(frozen=True)
class About:
    """What an answer of our people is about: what waits for approval, a thread that was handed over, a review."""

    what: str
    agent: str
    inbox_id: str
    thread_id: str
    cause: Mapping[str, Any]
    asked: str = ""

    @classmethod
    def waiting(cls, approval: Row) -> About:
        """Return what waits; `asked` is whom its last review mail went to."""
        place = {name: approval[name] for name in ("agent", "inbox_id", "thread_id", "asked")}
        return cls(what=approval["token"], cause={"approval": approval["token"]}, **place)

    @classmethod
    def handed_over(cls, handed: Row, post: Post, notice: Row | None) -> About:
        """Return the thread that a hand-over is about; of a review, which is about none, its own.

        Of an answer to a `notice` of ours no words go to a customer, unless it asked for them once more.
        """
        thread_id = handed["thread_id"] or (handed["result"] or {}).get("thread_id", "")
        first = handed["frozen"].get("first", handed["op_id"])  # of reminders too
        meant_for_us = notice is not None and not notice["frozen"].get("once_more")
        cause = {"digest" if handed["kind"] == "Digest" else "handed": first}
        cause |= {"notice": notice["op_id"]} if notice and meant_for_us else {}
        return cls(first, post.agent.name, handed["inbox_id"], thread_id, cause)

    @classmethod
    def overseen(cls, post: Post, thread_id: str) -> About:
        """Return a thread on which one of our people, who is in copy of it, wrote."""
        return cls("the thread", post.agent.name, post.inbox_id, thread_id, {"overseen": thread_id})


def hand_on(
    context: Context, post: Post, payload: Mapping[str, Any], page: Page | None, message: Message | None,
    frozen: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Have an answer to a mail to our people carried out in the lane of the thread it is about; return what is frozen.

    Only an authenticated mail of one of our people is followed; of an automatic reply the next of them is asked.
    Nothing is answered to anybody else: whoever forges mail hears nothing, and people see it. Returns {} where a mail
    answers none of ours to people; one of a customer does not, whatever its subject says.
    """
    if message is None:
        return {}
    if stopped := _command(context, post, message):
        return stopped
    about, sender = _about(context, post, message), message.sender
    if about is None:
        overseen = page is not None and oversees(context, post, message, page.messages())
        return _overseen(context, post, payload, message, page) if page and overseen else {}
    if not sender.authenticated or sender.address not in context.people:
        return _not_followed(message, payload) if marks.INTERNAL in frozen["labels"] else {}
    cause = {**about.cause, "answer": message.message_id}
    if message.kind != "human":
        if sender.address != about.asked:
            return {"put_aside": "an automatic reply of one of our people", "mark": ""}
        cause = {**about.cause, "said": {"by": sender.address, "wish": "away"}}
    hand_in(context, about, mailed_at(payload["run_id"]), message.message_id, cause)
    return {"put_aside": f"an answer of one of our people about {about.what}", "mark": ""}


def _not_followed(message: Message, payload: Mapping[str, Any]) -> dict[str, Any]:
    sender = message.sender
    why = "that is none of our people" if sender.authenticated else "it is not authenticated"
    log.warning("an answer of one of our people is not followed", run_id=payload["run_id"], why=why)
    aside = f"an answer of {sender.address} is not followed: {why}"
    return {"put_aside": aside, "mark": marks.NEEDS_HUMAN, "answer": "stranger" if sender.authenticated else "forged"}


def _overseen(context: Context, post: Post, payload: Mapping[str, Any], message: Message, page: Page) -> dict[str, Any]:
    """Move the thread as one who is in copy of it wrote, before the next mail on it is read; safe to repeat."""
    agent, sender = post.agent, message.sender
    if is_among_us(context, message, page.messages()):
        # told by a label, so that it stays so whoever our people are later on; also of what is not followed
        update = context.client.inboxes.messages.update
        patiently(update, post.inbox_id, message.message_id, add_labels=[marks.CHATTER])
    if not sender.authenticated:
        return _not_followed(message, payload)
    if message.kind != "human":
        return {"put_aside": "an automatic reply of one of our people", "mark": ""}
    of = {"subject": message.subject, "writer": sender.name, "html": message.html}
    said = read_answer(message.new_text, **of, now=message.timestamp, zone="UTC")
    back = agent.hand_back if said.wish == "hand_back" else None
    move_as_person(context, post, payload["thread_id"], back or agent.with_human, payload["run_id"])
    page.labels = frozenset(thread_labels(context.client, post.inbox_id, payload["thread_id"]))
    done = "gave the thread back to the agent" if back else "has taken the thread over"
    return {
        "put_aside": f"{sender.address} {done}", "mark": "", "from_person": back is None,
        "state": (back or agent.with_human).value, "labels": sorted(page.labels),
    }  # fmt: skip


def heed(context: Context, post: Post, sender: str, message_id: str) -> None:
    """Switch off at once, before its turn comes, what a mail that just came in may be meant to stop; once a mail."""
    if Sender.parse(sender).address not in post.approvers_of("") or message_id in context.heeded:
        return
    context.heeded.add(message_id)
    try:
        get = context.client.inboxes.messages.get  # one try: whoever told of the mail waits
        message = message_from(get(post.inbox_id, message_id, request_options=NO_SDK_RETRIES))
    except (ApiError, httpx.TransportError) as error:
        log.warning("a mail of our people is looked at when its turn comes", error=error_text(error))
        context.heeded.discard(message_id)
        return
    if scope := _stops(post, message):
        context.journal.switch_off(scope, _said(message), context.clock.now())


def _stops(post: Post, message: Message) -> str:
    """Return the scope that a mail of its own by one who may approve stops, "" where it stops none."""
    sender = message.sender
    if not sender.authenticated or message.kind != "human" or sender.address not in post.approvers_of(""):
        return ""
    said = read_answer(message.new_text or message.subject, writer=sender.name, now=message.timestamp, zone="UTC")
    return STOPS.get(said.wish, "").format(post.agent.name)


def _said(message: Message) -> str:
    return f"{message.sender.address} said stop"


def _command(context: Context, post: Post, message: Message) -> dict[str, str]:
    """Follow a mail by which one who may approve stops the agent, or all, to its end; return what is frozen."""
    scope = _stops(post, message)
    if not scope:
        return {}
    if message.message_id in context.heeded and scope not in context.journal.switched_off():
        return {"put_aside": f"{_said(message)}; that was resumed since", "mark": ""}
    return {"put_aside": "; ".join([_said(message), *press(context, scope, _said(message)).told()]), "mark": ""}


def hand_in(context: Context, about: About, at: datetime, answer_id: str, cause: Mapping[str, Any]) -> str:
    """Record the run of an answer, once; return its id. The clock hands it in, as with a dead letter that is due."""
    now, identifier = context.clock.now(), run_id(at, "approve", about.inbox_id, f"{about.what}:{answer_id}")
    context.journal.open_run(
        identifier, now, agent=about.agent, kind="approve",
        inbox_id=about.inbox_id, thread_id=about.thread_id, status="queued", retry_at=now, cause=dict(cause),
    )  # fmt: skip
    return identifier


def hand_in_said(context: Context, token: str, content: str, wish: str, **more: str) -> str:
    """Record what the operator wishes of what waits, seen as `content` (its hash); return why that cannot be, or "".

    `more`: `reason` of a rejection, `text` of an edit, `until` (ISO 8601) of what is put off.
    """
    approval = of_token(context.journal, token)
    if approval is None:
        return f"nothing waits as {token}"
    if wish == "edit" and not more.get("text", "").strip():
        return "the new text is empty; to let it never leave, reject it"
    now = context.clock.now()
    off = stopped(approval["agent"], approval["inbox_id"], context.journal.switched_off())
    if off and wish == "approve":
        return f"nothing was sent, and it waits still: {off.reason}"
    said = {"by": OPERATOR, "wish": wish, "content": content, **more}
    about = About.waiting(approval)
    hand_in(context, about, now, f"{OPERATOR}:{wish}:{now.isoformat()}", {**about.cause, "said": said})
    return ""


def version_answered(context: Context, message: Message) -> int:
    """Return which version of what waits a mail answers: that of the review mail it names; 0 where it names none."""
    sent = _answered(context, message)
    return 0 if sent is None else int(sent["number"]) - REVIEWS


def _about(context: Context, post: Post, message: Message) -> About | None:
    """Return what an answer is about: by the mail of ours that it names, else by the token in its subject."""
    sent = _answered(context, message)
    found = TOKEN.search(message.subject)
    token = found["token"] if found and found["agent"] == post.agent.name else ""
    approval = of_run(context.journal, sent["run_id"]) if sent and sent["kind"] == "Review" else None
    if approval is None and sent is None and token:
        approval = of_token(context.journal, token)
    if approval is not None:
        return About.waiting(approval) if approval["inbox_id"] == post.inbox_id else None
    handed = sent if sent and sent["kind"] in TO_PEOPLE else _handed_over(context, post, token)
    if handed is None or handed["inbox_id"] != post.inbox_id:
        return None
    return About.handed_over(handed, post, _answered(context, message, ("Notify",)))


def _answered(context: Context, message: Message, kinds: Sequence[str] = ASKING) -> Row | None:
    """Return the action of such a kind that sent our people the mail which a message answers, if one did."""
    if not message.in_reply_to:
        return None
    sent = actions.c.result["message_id"].as_string() == message.in_reply_to
    asked = actions.c.kind.in_(kinds)
    with context.journal.database.connect() as connection:
        return connection.execute(sa.select(actions).where(asked, sent)).mappings().first()


def _handed_over(context: Context, post: Post, token: str) -> Row | None:
    """Return the hand-over, or the review, of that token."""
    if not token:
        return None
    mine = (actions.c.kind.in_(TO_PEOPLE), actions.c.inbox_id == post.inbox_id)
    query = sa.select(actions).where(*mine, actions.c.op_id.startswith(f"{marks.OP}{token}"))
    with context.journal.database.connect() as connection:
        return connection.execute(query).mappings().first()
