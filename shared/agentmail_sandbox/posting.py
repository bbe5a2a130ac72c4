"""Mail written by hand: what a person, a console or a test says, made into a mail that comes in from outside."""

import uuid
from dataclasses import dataclass, field
from typing import TypedDict

from agentmail_sandbox import inboxes
from agentmail_sandbox.addresses import bare, recipients, unique
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import UnknownInbox
from agentmail_sandbox.mime_build import build, custom_headers
from agentmail_sandbox.mime_read import Mail, Part
from agentmail_sandbox.receiving import Auth, Received, receive

CHOSEN_BY_OUTSIDERS = frozenset({"cc", "reply-to", "message-id"})


@dataclass(frozen=True)
class Letter:
    """A mail as an outsider writes it. Addresses may carry display names.

    ``headers`` may hold what a stranger's mail program sets as it likes: Cc, Reply-To and Message-ID too.
    """

    sender: str
    to: list[str]
    subject: str = ""
    text: str | None = None
    html: str | None = None
    cc: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    attachments: list[Part] = field(default_factory=list)
    in_reply_to: str | None = None
    references: list[str] = field(default_factory=list)
    auth: Auth = "pass"


class More(TypedDict, total=False):
    """What a letter may hold beside sender, recipients, subject and text."""

    html: str
    cc: list[str]
    headers: dict[str, str]
    attachments: list[Part]
    in_reply_to: str
    references: list[str]
    auth: Auth


def post(core: Core, letter: Letter) -> list[Received]:
    """Deliver a letter to those of its recipients that are inboxes here; UnknownInbox when none is."""
    chosen = {name.lower(): value for name, value in letter.headers.items() if name.lower() in CHOSEN_BY_OUTSIDERS}
    copies = [*letter.cc, *recipients(chosen.get("cc"), "cc")]
    addresses = unique([bare(address) for address in [*letter.to, *copies]])
    with core.store.transaction() as db:
        known = [address for address in addresses if inboxes.row_for(db, address) is not None]
    if not known:
        raise UnknownInbox(addresses[0] if addresses else "")
    sender = bare(letter.sender)
    mail = Mail(
        sender=letter.sender,
        message_id=chosen.get("message-id") or f"<{uuid.uuid4().hex}@{sender.rpartition('@')[2] or 'localhost'}>",
        to=letter.to,
        cc=copies,
        reply_to=recipients(chosen.get("reply-to"), "reply-to"),
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        in_reply_to=letter.in_reply_to,
        # A mail client that answers names at least the message it answers.
        references=letter.references or ([letter.in_reply_to] if letter.in_reply_to else []),
        headers=custom_headers({name: value for name, value in letter.headers.items() if name.lower() not in chosen}),
        parts=letter.attachments,
    )
    return receive(core, build(mail, core.clock.now()), sender, known, letter.auth)
