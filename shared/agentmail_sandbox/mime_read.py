"""Read any mail: raw bytes in, the fields AgentMail shows out. It never raises, however broken the mail is."""

import hashlib
import logging
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import Compat32

import quotequail

from agentmail_sandbox.addresses import parsed, written

PREVIEW_LENGTH = 200
# Quote removal walks a mail line by line; beyond this the rest counts as quoted.
QUOTE_LINES = 5000
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """An attachment."""

    content: bytes
    filename: str | None = None
    content_type: str | None = None
    disposition: str | None = None
    content_id: str | None = None


@dataclass(frozen=True)
class Mail:
    """What a mail says. ``fingerprint`` is the same for two copies that differ only in their way here."""

    sender: str
    message_id: str | None = None
    reply_to: list[str] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)
    bcc: list[str] = field(default_factory=list)
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    in_reply_to: str | None = None
    references: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    fingerprint: str = ""


class Lenient(Compat32):
    """Hand out headers as one line of text, decoding raw 8-bit bytes (which the parser keeps as surrogates)."""

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002
        """Return a header's value."""
        raw = value.encode("utf-8", "surrogateescape")
        return re.sub(r"[\r\n]+[ \t]*", " ", _bytes_to_text(raw, None))


def read(raw: bytes) -> Mail:
    """Read a mail."""
    mail = message_from_bytes(raw, policy=Lenient())
    headers = _headers(mail)
    lower = {name.lower(): value for name, value in headers.items()}
    text, html, parts = _bodies(mail)
    in_reply_to = _ids(lower.get("in-reply-to", ""))
    marks = [lower.get(name, "") for name in ("from", "date", "subject")]
    body = raw.partition(b"\r\n\r\n")[2] or raw.partition(b"\n\n")[2]
    return Mail(
        sender=next(iter(_addresses(mail, "from")), ""),
        message_id=next(iter(_ids(lower.get("message-id", ""))), None),
        reply_to=_addresses(mail, "reply-to"),
        to=_addresses(mail, "to"),
        cc=_addresses(mail, "cc"),
        bcc=_addresses(mail, "bcc"),
        subject=lower.get("subject"),
        text=text,
        html=html,
        in_reply_to=in_reply_to[0] if in_reply_to else None,
        references=_ids(lower.get("references", "")),
        headers=headers,
        parts=parts,
        fingerprint=hashlib.sha256("\0".join(marks).encode() + body).hexdigest(),
    )


def preview(text: str | None) -> str | None:
    """Return the first words of a text on one line, or None when there is no text."""
    words = " ".join((text or "").split())
    return words[:PREVIEW_LENGTH] or None


def new_text(text: str | None) -> str | None:
    """Return a text without the mail it quotes."""
    if not text:
        return None
    kept = "\n".join(block for new, block in _unquoted(text) if new)
    return _without_intro(kept).strip() or None


def new_html(html: str | None) -> str | None:
    """Return HTML without the mail it quotes."""
    if not html or not html.strip():
        return None
    try:
        blocks = quotequail.quote_html(html, limit=QUOTE_LINES, quote_intro_line=True)
    except Exception:  # lxml raises many kinds on markup that is none
        log.warning("could not look for quotes in HTML; keeping all of it", exc_info=True)
        return html
    return "".join(block for new, block in blocks if new).strip() or None


def _unquoted(text: str) -> list[tuple[bool, str]]:
    blocks: list[tuple[bool, str]] = quotequail.quote(text, limit=QUOTE_LINES, quote_intro_line=True)
    return blocks


def _without_intro(text: str) -> str:
    # Lines that start with ">" but have no introduction stay in quotequail's first block.
    return re.sub(r"(?:\n|\A)(?:>[^\n]*(?:\n|\Z))+\s*\Z", "\n", text)


def _clean(text: str) -> str:
    # NUL and lone surrogates (undecodable header bytes) fit neither JSON nor SQLite.
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _decoded(text: str) -> str:
    """Decode RFC 2047 words."""
    try:
        words = [
            piece if isinstance(piece, str) else _bytes_to_text(piece, charset)
            for piece, charset in decode_header(text)
        ]
    except (HeaderParseError, ValueError):
        words = [text]
    return _clean(" ".join("".join(words).split()))


def _headers(mail: Message) -> dict[str, str]:
    found: dict[str, str] = {}
    present: set[str] = set()
    for name, value in mail.items():
        if name.lower() not in present:
            present.add(name.lower())
            found[_clean(name)] = _decoded(value)
    return found


def _addresses(mail: Message, name: str) -> list[str]:
    # Split before decoding, and quote after it: an encoded display name may hold a comma, or another address.
    pairs = [pair for value in mail.get_all(name, []) for pair in parsed(value)]
    return [written(_decoded(display), _decoded(address)) for display, address in pairs]


def _ids(value: str) -> list[str]:
    return re.findall(r"<[^<>\s]+>", value) or value.split()[:1]


def _bodies(mail: Message) -> tuple[str | None, str | None, list[Part]]:
    """Take the first plain and the first HTML part that are no attachments; all other leaves are attachments."""
    text: str | None = None
    html: str | None = None
    parts: list[Part] = []
    for leaf in _leaves(mail):
        kind = leaf.get_content_type()
        attached = leaf.get_content_disposition() == "attachment" or leaf.get_filename() is not None
        if kind == "text/plain" and text is None and not attached:
            text = _text(leaf)
        elif kind == "text/html" and html is None and not attached:
            html = _text(leaf)
        else:
            parts.append(_part(leaf))
    return text, html, parts


def _leaves(mail: Message) -> list[Message]:
    """Return the parts that hold content. A mail attached to a mail is one leaf, not its insides."""
    payload = mail.get_payload()
    if mail.get_content_type() == "message/rfc822" or not isinstance(payload, list):
        return [mail]
    return [leaf for part in payload if isinstance(part, Message) for leaf in _leaves(part)]


def _content(leaf: Message) -> bytes:
    payload = leaf.get_payload()
    if isinstance(payload, list):
        return b"".join(part.as_bytes() for part in payload if isinstance(part, Message))
    content = leaf.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(leaf: Message) -> str:
    content = _content(leaf)
    return _clean(_bytes_to_text(content, leaf.get_content_charset()).replace("\r\n", "\n"))


def _bytes_to_text(content: bytes, charset: str | None) -> str:
    for candidate in (charset, "utf-8", "cp1252"):
        try:
            return content.decode(candidate or "ascii")
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _part(leaf: Message) -> Part:
    disposition = leaf.get_content_disposition()
    filename = leaf.get_filename()
    content_id = leaf.get("content-id")
    return Part(
        content=_content(leaf),
        filename=None if filename is None else _decoded(filename),
        content_type=leaf.get_content_type(),
        disposition=disposition if disposition in ("inline", "attachment") else None,
        content_id=None if content_id is None else _decoded(content_id).strip("<>"),
    )
