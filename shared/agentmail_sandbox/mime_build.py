"""Build the mails the sandbox sends, as RFC 5322 bytes."""

import re
from datetime import datetime
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache, lru_cache

from agentmail_sandbox.errors import invalid
from agentmail_sandbox.mime_headers import addressed, structured, unstructured, verbatim
from agentmail_sandbox.mime_read import Mail, Part

# Set from the request's own fields; a custom header of that name would contradict them.
OWN_HEADERS = frozenset(
    {"from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references"}
    | {"mime-version", "content-type", "content-transfer-encoding"}
)


class Headers(HeaderRegistry):
    """The library's headers; left to itself it makes a class anew for every one of a mail, and parses the same anew."""

    __getitem__ = cache(HeaderRegistry.__getitem__)
    __call__ = lru_cache(64)(HeaderRegistry.__call__)


WRITTEN = SMTP.clone(header_factory=Headers())
# The library encodes what it folds, Content-ID too; 998 is the longest line there may be (RFC 5322, 2.1.1).
UNFOLDED = WRITTEN.clone(max_line_length=998)
CONTENT_TYPE = re.compile(r"\s*([\w!#$&^.+-]+)/([\w!#$&^.+-]+)", re.ASCII)
METHOD = re.compile(r";\s*method=\"?([A-Z-]{1,20})\"?\s*(?:;|$)", re.ASCII | re.IGNORECASE)
SAFE_ON_ITS_WAY = re.compile(rb"(?:[\t -~]{0,998}\r\n)*[\t -~]{0,998}")


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
    """Write ``mail`` as bytes with CRLF line ends. Bcc recipients are not named in it.

    400 when an address is none; one beyond ASCII is written in UTF-8 (RFC 6532).
    """
    fields = [addressed("From", [mail.sender])]
    for name, addresses in (("To", mail.to), ("Cc", mail.cc), ("Reply-To", mail.reply_to)):
        fields += [addressed(name, addresses)] if addresses else []
    fields += [] if mail.subject is None else [unstructured("Subject", mail.subject)]
    fields.append(structured("Date", format_datetime(date).split()))
    for name, ids in (("Message-ID", mail.message_id), ("In-Reply-To", mail.in_reply_to)):
        fields += [structured(name, [_on_one_line(ids)])] if ids else []
    if mail.references:
        fields.append(structured("References", map(_on_one_line, mail.references)))
    fields += [verbatim(name, value) for name, value in mail.headers.items()]
    return b"".join(fields) + _written(_content(mail))


def _on_one_line(message_id: str) -> str:
    # An id that holds blanks stays whole: a fold within would be read as another id by some.
    return " ".join(message_id.split())


def _written(message: EmailMessage) -> bytes:
    if message.is_multipart():
        return message.as_bytes(policy=UNFOLDED)
    # Its three headers are short and ASCII: spared the folding, a mail takes a tenth less time to send.
    lines = [f"{name}: {value}" for name, value in message.items()]
    body = str(message.get_payload()).encode()
    return "\r\n".join([*lines, "", ""]).encode() + body.replace(b"\n", b"\r\n")


def _content(mail: Mail) -> EmailMessage:
    message = EmailMessage(policy=WRITTEN)
    if mail.text is not None or mail.html is None:
        message.set_content(mail.text or "")
        if mail.html is not None:
            message.add_alternative(mail.html, subtype="html")
    else:
        message.set_content(mail.html, subtype="html")
    for part in mail.parts:
        _attach(message, part)
    return message


def _attach(message: EmailMessage, part: Part) -> None:
    given = CONTENT_TYPE.match((part.content_type or "").lower())
    kind, subtype = given.groups() if given else ("application", "octet-stream")
    # The library writes these two from parsed parts only.
    if kind == "multipart" or (kind, subtype) == ("message", "delivery-status"):
        kind, subtype = "application", "octet-stream"
    # An invitation without its method shows as a file (RFC 6047, 2.4); no other parameter changes what a part is.
    method = METHOD.search(part.content_type or "") if (kind, subtype) == ("text", "calendar") else None
    # Without a name a text beside the body would pass for it.
    unnamed_text = kind == "text" and part.filename is None
    message.add_attachment(
        part.content,
        maintype=kind,
        subtype=subtype,
        # A mail in a mail is not to be encoded (RFC 2046, 5.2.1); one that a relay might change is all the same.
        cte="7bit" if kind == "message" and SAFE_ON_ITS_WAY.fullmatch(part.content) else "base64",
        disposition="attachment" if unnamed_text else part.disposition or "attachment",
        filename=part.filename,
        cid=f"<{part.content_id}>" if part.content_id else None,
        params={"method": method[1].upper()} if method else None,
    )
