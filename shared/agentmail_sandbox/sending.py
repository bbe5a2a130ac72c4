"""Mail going out: who it goes to, what it says, and its way to inboxes here and addresses outside."""

import sqlite3
import uuid
from dataclasses import dataclass, field, replace

from agentmail_sandbox import composing, domains, inboxes, messages, threads
from agentmail_sandbox.addresses import bare, unique, written
from agentmail_sandbox.clock import moment
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import invalid, problem_of, rejected, unprocessable
from agentmail_sandbox.feedback import report_bounce, report_complaint, report_delivery, report_refusal, report_sent
from agentmail_sandbox.list_rules import refusal
from agentmail_sandbox.mime_build import build
from agentmail_sandbox.mime_read import Mail, Part, read
from agentmail_sandbox.receiving import Incoming, accept
from agentmail_sandbox.store import add_row, as_json

MOST_RECIPIENTS = 50


@dataclass(frozen=True)
class Outgoing:
    """A message about to leave an inbox. ``parent`` is the message it replies to or forwards.

    When that was deleted meanwhile, ``ancestors`` (ids, oldest first) ends with its id.
    """

    inbox: sqlite3.Row
    to: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)
    bcc: list[str] = field(default_factory=list)
    reply_to: list[str] = field(default_factory=list)
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    parts: list[Part] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    parent: sqlite3.Row | None = None
    ancestors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sent:
    """What a send returns."""

    message_id: str
    thread_id: str


def send(core: Core, db: sqlite3.Connection, outgoing: Outgoing) -> Sent:
    """Send a message: keep it, deliver it to inboxes here, put the rest into the outside mailbox.

    Raises Problem: 403 from a paused inbox or to a recipient the lists refuse, 422 without recipients, 400 with
    more than 50, 429 beyond the mails of a month.
    """
    _check(outgoing)
    core.limits.check_send(db, core.clock.now())
    _ask_lists(core, db, outgoing)
    now = core.stamp()
    mail = _composed(core, outgoing)
    raw = build(mail, moment(now))
    # Read back what leaves, so that a sent message shows the headers and attachments every receiver sees. Who gets
    # it is what was asked for: addresses must not depend on how a header was written and read.
    asked = {name: getattr(mail, name) for name in ("sender", "to", "cc", "bcc", "reply_to", "text", "html")}
    kept = replace(read(raw), **asked)
    inbox_id = outgoing.inbox["inbox_id"]
    thread = threads.thread_of(db, inbox_id, mail.references[::-1])
    tags = list(dict.fromkeys([*outgoing.labels, "sent"]))
    new = messages.New(inbox_id, str(mail.message_id), kept, raw, tags, sent=True, thread=thread)
    message = messages.insert(db, new, now)
    report_sent(core, message, _reached(message))
    _distribute(core, db, message, Incoming(replace(kept, bcc=[]), raw, inbox_id, "pass", own=True))
    return Sent(message["message_id"], message["thread_id"])


def _check(outgoing: Outgoing) -> None:
    if outgoing.inbox["status"] == "paused":
        text = f"The inbox {outgoing.inbox['inbox_id']} is paused; set its status to active to send from it."
        raise problem_of(403, text, "inbox_paused")
    if not (outgoing.to or outgoing.cc or outgoing.bcc):
        raise unprocessable("The message has no recipient: give at least one of to, cc, bcc.")
    refuse_crowd(outgoing.to, outgoing.cc, outgoing.bcc)


def refuse_crowd(to: list[str], cc: list[str], bcc: list[str]) -> None:
    """Raise Problem, 400, for more than 50 recipients, however they came together."""
    count = len(to) + len(cc) + len(bcc)
    if count > MOST_RECIPIENTS:
        raise invalid(f"A message goes to at most {MOST_RECIPIENTS} recipients; this one has {count}.", "to")


def _ask_lists(core: Core, db: sqlite3.Connection, outgoing: Outgoing) -> None:
    asked = [refusal(db, outgoing.inbox, "send", who) for who in [*outgoing.to, *outgoing.cc, *outgoing.bcc]]
    refused = " ".join(dict.fromkeys(str(verdict) for verdict in asked if verdict is not None))
    if refused:
        thread_id = None if outgoing.parent is None else outgoing.parent["thread_id"]
        report_refusal(core, outgoing.inbox["inbox_id"], thread_id, refused)
        raise rejected(f"The message was not sent. {refused}")


def _composed(core: Core, outgoing: Outgoing) -> Mail:
    ancestors = composing.references_to(outgoing.parent) or outgoing.ancestors
    same = ("to", "cc", "bcc", "reply_to", "subject", "text", "html", "headers", "parts")
    return Mail(
        sender=written(outgoing.inbox["display_name"], outgoing.inbox["inbox_id"]),
        message_id=f"<{uuid.uuid4().hex}@{core.domain}>",
        in_reply_to=ancestors[-1] if ancestors else None,
        references=ancestors,
        **{name: getattr(outgoing, name) for name in same},
    )


def _reached(message: sqlite3.Row) -> list[str]:
    return unique([bare(recipient) for recipient in threads.recipients_of(message)])


def _distribute(core: Core, db: sqlite3.Connection, message: sqlite3.Row, incoming: Incoming) -> None:
    delivered: list[str] = []
    outside: list[str] = []
    refused: dict[str, str] = {}
    for address in _reached(message):
        inbox = inboxes.row_for(db, address)
        if inbox is not None:
            delivered += [address] * (accept(core, db, inbox, incoming).dropped is None)
        elif domains.is_ours(core, db, address):
            refused[address] = "no such inbox in this sandbox"
        elif core.chaos.strikes("bounce"):
            refused[address] = "the sandbox's chaos"
        else:
            outside.append(address)
    if outside:
        _keep_outside(core, db, message, incoming.raw, outside)
        delivered += outside * (core.relay is None)
    if delivered:
        report_delivery(core, db, message, delivered)
    if refused:
        report_bounce(core, db, message, refused)
    for address in outside:
        if core.chaos.strikes("complaint"):
            report_complaint(core, db, message, address, "abuse", "General")


def _keep_outside(core: Core, db: sqlite3.Connection, message: sqlite3.Row, raw: bytes, envelope_to: list[str]) -> None:
    same = ("inbox_id", "thread_id", "message_id", "sender", "recipients_to", "cc", "subject", "text", "html")
    copied = {name: message[name] for name in (*same, "headers", "in_reply_to", "timestamp")}
    state = "none" if core.relay is None else "pending"
    add_row(db, "outside_mails", **copied, envelope_to=as_json(envelope_to), raw=raw, relay=state)
    core.store.after_commit(core.work)
