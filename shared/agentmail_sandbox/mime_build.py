"""Build the mails the sandbox sends, as RFC 5322 bytes."""

import re
from datetime import datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from agentmail_sandbox.errors import invalid
from agentmail_sandbox.mime_read import Mail, Part

# Set from the request's own fields; a custom header of that name would contradict them.
OWN_HEADERS = frozenset(
    {"from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references"}
    | {"mime-version", "content-type", "content-transfer-encoding"}
)


def custom_headers(headers: dict[str, str] | None) -> dict[str, str]:
    """Check the custom headers of a send. 400 for a name or value no header can have, or one AgentMail sets."""
    for name, value in (headers or {}).items():
        if not re.fullmatch(r"[!-9;-~]+", name) or re.search(r"[\r\n\0]", value):
            raise invalid(f"{name!r} is not a header that a mail can carry.", "headers")
        if name.lower() in OWN_HEADERS:
            raise invalid(f"{name} follows from the message itself and cannot be given in headers.", "headers")
    names = [name.lower() for name in headers or {}]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise invalid(f"headers names {', '.join(twice)} more than once; case does not tell headers apart.", "headers")
    return dict(headers or {})


def build(mail: Mail, date: datetime) -> bytes:
    """Write ``mail`` as bytes with CRLF line ends. Bcc recipients are not named in it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _addresses([mail.sender])
    for name, addresses in (("To", mail.to), ("Cc", mail.cc), ("Reply-To", mail.reply_to)):
        if addresses:
            message[name] = _addresses(addresses)
    message["Subject"] = " ".join((mail.subject or "").split())
    message["Date"] = format_datetime(date)
    message["Message-ID"] = mail.message_id
    if mail.in_reply_to:
        message["In-Reply-To"] = mail.in_reply_to
    if mail.references:
        message["References"] = " ".join(mail.references)
    for name, value in mail.headers.items():
        message[name] = value
    if mail.text is not None or mail.html is None:
        message.set_content(mail.text or "")
        if mail.html is not None:
            message.add_alternative(mail.html, subtype="html")
    else:
        message.set_content(mail.html, subtype="html")
    for part in mail.parts:
        _attach(message, part)
    return message.as_bytes()


def _addresses(values: list[str]) -> list[Address]:
    try:
        return [Address(name, addr_spec=address) for name, address in map(parseaddr, values)]
    except (HeaderParseError, ValueError, IndexError) as wrong:
        raise invalid(f"A mail cannot be addressed to {', '.join(values)}: {wrong}") from wrong


def _attach(message: EmailMessage, part: Part) -> None:
    kind, _, subtype = (part.content_type or "application/octet-stream").partition("/")
    if part.content_type == "message/rfc822":
        message.add_attachment(message_from_bytes(part.content), filename=part.filename)
        return
    if kind in ("multipart", "message") or not subtype:
        kind, subtype = "application", "octet-stream"
    message.add_attachment(
        part.content,
        maintype=kind,
        subtype=subtype.partition(";")[0],
        disposition=part.disposition or "attachment",
        filename=part.filename,
        cid=f"<{part.content_id}>" if part.content_id else None,
    )
