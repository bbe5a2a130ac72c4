"""Mail coming in: which inbox it reaches, in which thread, and what is dropped on the way."""

import sqlite3
import uuid
from dataclasses import dataclass, replace
from typing import Literal

from agentmail_sandbox import events, inboxes, labels, messages, threads
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import UnknownInbox
from agentmail_sandbox.list_rules import Direction, refusal
from agentmail_sandbox.mime_read import AUTH_HEADER, SPAM_HEADER, Mail, read
from agentmail_sandbox.scope import Scope
from agentmail_sandbox.store import add_row

Auth = Literal["pass", "none", "fail"]


@dataclass(frozen=True)
class Received:
    """What became of a mail for one inbox: stored as a message, or dropped for a reason."""

    inbox_id: str
    message_id: str | None
    thread_id: str | None
    dropped: str | None = None


def receive(core: Core, raw: bytes, mail_from: str, rcpt_to: list[str], auth: Auth | None = None) -> list[Received]:
    """Take in a mail for each of ``rcpt_to``; UnknownInbox if one of them is no inbox, and then for none.

    ``auth`` says how SPF, DKIM and DMARC would judge it; when None, the mail's header ``X-Sandbox-Auth`` does,
    and a mail without one passes. ``X-Sandbox-Spam: yes`` makes it spam.
    """
    mail = read(raw)
    judged = auth or _declared_auth(mail)
    mail = replace(mail, sender=mail.sender or mail_from)
    with core.store.transaction() as db:
        found = [_inbox(db, address) for address in dict.fromkeys(rcpt_to)]
        return [accept(core, db, inbox, Incoming(mail, raw, mail_from, judged)) for inbox in found]


def _declared_auth(mail: Mail) -> Auth:
    declared = _header(mail, AUTH_HEADER)
    return "none" if declared == "none" else "fail" if declared == "fail" else "pass"


def _header(mail: Mail, wanted: str) -> str | None:
    return {name.lower(): value.lower() for name, value in mail.headers.items()}.get(wanted)


def _inbox(db: sqlite3.Connection, address: str) -> sqlite3.Row:
    row = inboxes.row_for(db, address)
    if row is None:
        raise UnknownInbox(address)
    return row


@dataclass(frozen=True)
class Incoming:
    """A mail at the door. ``own`` marks one that an inbox of this sandbox sent."""

    mail: Mail
    raw: bytes
    mail_from: str
    auth: Auth
    own: bool = False


def accept(core: Core, db: sqlite3.Connection, inbox: sqlite3.Row, incoming: Incoming) -> Received:
    """Store a mail in an inbox and tell subscribers, or drop it: paused inbox, failed checks, or a second copy."""
    if inbox["status"] == "paused":
        return _drop(core, db, inbox, incoming, "inbox_paused")
    if incoming.auth == "fail":
        return _drop(core, db, inbox, incoming, "authentication_failed")
    mail = incoming.mail
    known = None if mail.message_id is None else messages.row_for(db, inbox["inbox_id"], mail.message_id)
    if known is not None and known["fingerprint"] == mail.fingerprint:
        if incoming.own and known["sent"]:
            return _return_to_sender(core, db, known)
        return _drop(core, db, inbox, incoming, "duplicate")
    # Another mail under an id that is taken must not be lost, nor replace the first: it gets an id of its own.
    made_up = f"<{uuid.uuid4().hex}@{core.domain}>"
    tags = ["received", "unread", *_classes(db, inbox, incoming)]
    new = messages.New(
        inbox_id=inbox["inbox_id"],
        message_id=mail.message_id if mail.message_id and known is None else made_up,
        mail=mail,
        raw=incoming.raw,
        labels=tags,
        sent=False,
        thread=threads.thread_of(db, inbox["inbox_id"], _ancestors(mail)),
    )
    return _announce(core, db, messages.insert(db, new, core.stamp()), tags)


def _classes(db: sqlite3.Connection, inbox: sqlite3.Row, incoming: Incoming) -> list[str]:
    """Return the labels that hide a mail, the gravest first: its event is named after that."""
    mail = incoming.mail
    asked = None if mail.in_reply_to is None else messages.row_for(db, inbox["inbox_id"], mail.in_reply_to)
    # An answer to what left this inbox is the business of the reply lists alone, whoever it is from.
    direction: Direction = "reply" if asked is not None and asked["sent"] else "receive"
    found = {
        "blocked": refusal(db, inbox, direction, mail.sender) is not None,
        "spam": _header(mail, SPAM_HEADER) == "yes",
        "unauthenticated": incoming.auth == "none",
    }
    return [label for label, holds in found.items() if holds]


def _ancestors(mail: Mail) -> list[str]:
    nearest = [mail.in_reply_to] if mail.in_reply_to else []
    return [*nearest, *reversed(mail.references)]


def _return_to_sender(core: Core, db: sqlite3.Connection, message: sqlite3.Row) -> Received:
    labels.change(db, message, ["received", "unread"], [], core.stamp())
    return _announce(core, db, message, ["received"])


def _announce(core: Core, db: sqlite3.Connection, message: sqlite3.Row, tags: list[str]) -> Received:
    thread = threads.find(db, message["thread_id"], Scope(inbox_id=message["inbox_id"]))
    kind = ".".join(["message.received", *[tag for tag in tags if tag in labels.HIDDEN][:1]])
    content = {"message": messages.whole(db, [message])[0], "thread": threads.shown(db, [thread])[0]}
    events.emit(core, kind, content, inbox_id=message["inbox_id"])
    return Received(message["inbox_id"], message["message_id"], message["thread_id"])


def _drop(core: Core, db: sqlite3.Connection, inbox: sqlite3.Row, incoming: Incoming, reason: str) -> Received:
    mail = incoming.mail
    about = {"message_id": mail.message_id, "subject": mail.subject, "timestamp": core.stamp()}
    way = {"mail_from": incoming.mail_from, "rcpt_to": inbox["inbox_id"]}
    add_row(db, "dropped_mails", reason=reason, **way, **about)
    return Received(inbox["inbox_id"], mail.message_id, None, reason)
