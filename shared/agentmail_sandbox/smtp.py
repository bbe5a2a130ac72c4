"""Mail from outside, by SMTP: any mail client or script can write to the sandbox's inboxes."""

import asyncio
import logging
import re
import socket
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from agentmail_sandbox import inboxes
from agentmail_sandbox.addresses import bare
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import UnknownInbox
from agentmail_sandbox.receiving import receive

MOST_BYTES = 40 * 1024 * 1024
HEADERS_END = re.compile(rb"^\r?\n", re.MULTILINE)
RETURN_PATH = re.compile(rb"^return-path[ \t]*:.*(?:\n[ \t].*)*(?:\n|\Z)", re.IGNORECASE | re.MULTILINE)
log = logging.getLogger(__name__)


class LongLineSMTP(SMTP):
    """RFC 5321 allows lines of 1,000 octets; real mail, above all HTML, has longer ones."""

    line_length_limit = MOST_BYTES


class Door:
    """What aiosmtpd asks at RCPT and at DATA. Sandbox calls block, so they run beside the loop."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient that is an inbox here; 550 with what to do otherwise."""
        try:
            await asyncio.to_thread(inboxes.require, self._core, bare(address))
        except UnknownInbox as unknown:
            return f"550 5.1.1 {unknown}"
        envelope.rcpt_tos.append(bare(address))
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail in."""
        try:
            # aiosmtpd hands on the null reverse-path as it was written
            raw, mail_from = envelope.original_content or b"", (envelope.mail_from or "").removeprefix("<>")
            found = await asyncio.to_thread(
                receive, self._core, with_return_path(raw, mail_from), mail_from, envelope.rcpt_tos
            )
        except UnknownInbox as unknown:
            return f"550 5.1.1 {unknown}"
        return f"250 2.0.0 OK {found[0].message_id or ''}".rstrip()

    async def handle_exception(self, error: Exception) -> str:
        """Have the client keep the mail and try again: a failure in here (a full disk) is not the mail's fault."""
        log.error("the sandbox failed at taking in a mail", exc_info=error)
        return f"451 4.3.0 The sandbox failed ({type(error).__name__}: {error}); try again later".replace("\n", " ")


def with_return_path(raw: bytes, mail_from: str) -> bytes:
    """Return a mail with its reverse-path on top (RFC 5321 section 4.4), the null one as `<>`, and no other."""
    end = HEADERS_END.search(raw)
    head = len(raw) if end is None else end.start()
    return f"Return-Path: <{mail_from}>\r\n".encode() + RETURN_PATH.sub(b"", raw[:head]) + raw[head:]


async def start_smtp(core: Core, listener: socket.socket) -> asyncio.Server:
    """Serve SMTP on ``listener`` within the running loop."""
    loop = asyncio.get_running_loop()

    def connection() -> Any:
        return LongLineSMTP(
            Door(core),
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            hostname="sandbox.localhost",
            ident="AgentMail sandbox",
            loop=loop,
        )

    return await loop.create_server(connection, sock=listener)


async def stop_smtp(server: asyncio.Server) -> None:
    """Take no more connections; those that are open end with the loop."""
    server.close()
