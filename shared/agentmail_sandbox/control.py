"""``/sandbox``: what AgentMail has no API for. Mail from outsiders in, mail to outsiders to read, the clock."""

import sqlite3
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Literal

import pydantic
from agentmail.attachments import SendAttachment
from flask import Blueprint, Response, request

from agentmail_sandbox import domains, feedback, labels, outside, schedule, threads
from agentmail_sandbox.addresses import bare, recipients
from agentmail_sandbox.clock import in_utc, stamp
from agentmail_sandbox.composing import attachments
from agentmail_sandbox.errors import UnknownInbox, existing, invalid, not_found
from agentmail_sandbox.posting import Letter, post
from agentmail_sandbox.receiving import Received, receive
from agentmail_sandbox.wire import body_of, core, plain, query_number, query_text, without_none

routes = Blueprint("control", __name__, url_prefix="/sandbox")


class MailIn(pydantic.BaseModel):
    """A mail from an outsider."""

    from_: str = pydantic.Field(alias="from")
    to: str | list[str]
    cc: str | list[str] | None = None
    subject: str = ""
    text: str | None = None
    html: str | None = None
    headers: dict[str, str] | None = None
    attachments: list[SendAttachment] | None = None
    in_reply_to: str | None = None
    references: list[str] | None = None
    auth: Literal["pass", "none", "fail"] = "pass"


@routes.post("/mail")
def post_mail() -> Response:
    """Take in a mail: JSON as in MailIn, or ``message/rfc822`` with ?mail_from=…&rcpt_to=… (may repeat)."""
    try:
        found = _receive_raw() if request.mimetype == "message/rfc822" else _post(body_of(MailIn))
    except UnknownInbox as unknown:
        raise not_found("Inbox", f"{unknown.address}. {unknown}") from unknown
    return plain(without_none(asdict(found[0])))


def _receive_raw() -> list[Received]:
    rcpt_to = [bare(address) for address in request.args.getlist("rcpt_to")]
    if not rcpt_to:
        raise invalid("Name the inbox in ?rcpt_to=.", "rcpt_to")
    return receive(core(), request.get_data(), request.args.get("mail_from", ""), rcpt_to)


def _post(mail: MailIn) -> list[Received]:
    letter = Letter(
        sender=recipients([mail.from_], "from")[0],
        to=recipients(mail.to, "to"),
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        cc=recipients(mail.cc, "cc"),
        headers=mail.headers or {},
        attachments=attachments(core(), mail.attachments),
        in_reply_to=mail.in_reply_to,
        references=mail.references or [],
        auth=mail.auth,
    )
    return post(core(), letter)


class Feedback(pydantic.BaseModel):
    """What comes back for one recipient of a sent message."""

    message_id: str
    recipient: str
    sub_type: str = "General"


class Bounce(Feedback):
    """A bounce: for good, or for now."""

    type: Literal["Permanent", "Transient"] = "Permanent"


class Complaint(Feedback):
    """A complaint; ``type`` is the kind of feedback report (RFC 5965)."""

    type: str = "abuse"


@routes.post("/bounce")
def post_bounce() -> Response:
    """Bounce a sent message: Permanent suppresses the recipient, Transient only labels the message ``delayed``."""
    told = body_of(Bounce)
    report, reason = {
        "Permanent": (feedback.report_bounce, "550 5.1.1 no such user here"),
        "Transient": (feedback.report_delay, "450 4.2.1 try again later"),
    }[told.type]
    with core().store.transaction() as db:
        message = _sent(db, told)
        report(core(), db, message, {bare(told.recipient): reason}, told.sub_type)
        return _labelled(db, message)


@routes.post("/complaint")
def post_complaint() -> Response:
    """Have a recipient complain about a sent message, which suppresses that address."""
    told = body_of(Complaint)
    with core().store.transaction() as db:
        message = _sent(db, told)
        feedback.report_complaint(core(), db, message, bare(told.recipient), told.type, told.sub_type)
        return _labelled(db, message)


def _labelled(db: sqlite3.Connection, message: sqlite3.Row) -> Response:
    seq = message["seq"]
    return plain({"message_id": message["message_id"], "labels": labels.of_messages(db, [seq])[seq]})


def _sent(db: sqlite3.Connection, told: Feedback) -> sqlite3.Row:
    query = "SELECT * FROM messages WHERE message_id = ? AND sent"
    row = existing(db.execute(query, (told.message_id,)).fetchone(), "Sent message", told.message_id)
    if bare(told.recipient) not in map(bare, threads.recipients_of(row)):
        raise invalid(f"{told.message_id} did not go to {told.recipient}.", "recipient")
    return row


class Records(pydantic.BaseModel):
    """What the next verification of a domain finds in DNS."""

    records: Literal["VALID", "MISSING"]


@routes.post("/domains/<domain_id>")
def set_records(domain_id: str) -> Response:
    """Say whether the records of a domain are published."""
    wanted = body_of(Records)
    with core().store.transaction() as db:
        domains.publish(db, domain_id, published=wanted.records == "VALID")
    return plain({"domain_id": domain_id, "records": wanted.records})


@routes.get("/outbox")
def get_outbox() -> Response:
    """Show mails that left to outside addresses, newest first; ?to=, ?limit= (100), ?after=<number>."""
    limit, after = query_number("limit", 100), query_number("after", 0)
    with core().store.transaction() as db:
        mails = outside.outbox(db, to=query_text("to"), after=after, limit=limit)
    return plain({"mails": [_mail(asdict(mail)) for mail in mails]})


def _mail(fields: dict[str, Any]) -> dict[str, Any]:
    fields["from"] = fields.pop("sender")
    return without_none(fields)


@routes.get("/dropped")
def get_dropped() -> Response:
    """Show mails that were accepted and not stored, oldest first; ?after=, ?limit= (100)."""
    limit, after = query_number("limit", 100), query_number("after", 0)
    with core().store.transaction() as db:
        return plain({"dropped": outside.dropped(db, after=after, limit=limit)})


@routes.get("/events")
def get_events() -> Response:
    """Show events, oldest first; ?after=<seq>, ?limit= (100)."""
    limit, after = query_number("limit", 100), query_number("after", 0)
    with core().store.transaction() as db:
        return plain({"events": outside.events(db, after=after, limit=limit)})


class Move(pydantic.BaseModel):
    """Where to move the clock: by seconds, or to a time (in UTC, unless it names a zone)."""

    advance_seconds: float | None = None
    to: datetime | None = None


@routes.get("/clock")
def get_clock() -> Response:
    return plain(_time())


@routes.post("/clock")
def move_clock() -> Response:
    """Move the clock forward and send, in order, each draft that falls due on the way."""
    move = body_of(Move)
    if (move.advance_seconds is None) == (move.to is None):
        raise invalid("Give advance_seconds or to.")
    try:
        if move.to is not None:
            fired = schedule.play_to(core(), in_utc(move.to))
        else:
            fired = schedule.play_for(core(), timedelta(seconds=move.advance_seconds or 0))
    except (ValueError, OverflowError) as wrong:
        raise invalid(f"The clock was not moved: {wrong}.") from wrong
    return plain({**_time(), "drafts_fired": fired})


def _time() -> dict[str, Any]:
    due = schedule.next_due(core())
    return without_none({"now": stamp(core().clock.now()), "next_due": None if due is None else stamp(due)})
