"""Read any mail: raw bytes in, the fields AgentMail shows out. It never raises, however broken the mail is."""

import hashlib
import re
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from itertools import islice

from agentmail_sandbox.addresses import parsed, written
from agentmail_sandbox.extraction import new_html, new_text
from agentmail_sandbox.mime_parts import Leaf, clean, content_of, decoded, leaves, parse, text_of

# The sandbox's own: how a mail is to be judged.
AUTH_HEADER, SPAM_HEADER = "x-sandbox-auth", "x-sandbox-spam"
PREVIEW_LENGTH = 200
# The library takes the square of this time for words one after the other.
LONGEST_ENCODED = 16_000
# Of more headers, which only an attacker has, these alone are kept besides.
MOST_HEADERS = 1000
READ = frozenset({"from", "date", "subject", "message-id", "in-reply-to", "references", AUTH_HEADER, SPAM_HEADER})


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
    extracted_text: str | None = None
    extracted_html: str | None = None
    in_reply_to: str | None = None
    references: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    fingerprint: str = ""


def read(raw: bytes) -> Mail:
    """Read a mail. A large one takes up to a second: better not in a transaction."""
    mail = parse(raw)
    headers = _headers(mail)
    lower = {name.lower(): value for name, value in headers.items()}
    text, html, parts = _bodies(leaves(mail, raw))
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
        extracted_text=new_text(text),
        extracted_html=new_html(html),
        in_reply_to=in_reply_to[0] if in_reply_to else None,
        references=_ids(lower.get("references", "")),
        headers=headers,
        parts=parts,
        fingerprint=hashlib.sha256("\0".join(marks).encode() + body).hexdigest(),
    )


def preview(text: str | None) -> str | None:
    """Return the first words of a text on one line, or None when there is no text."""
    words = " ".join(word[0] for word in islice(re.finditer(r"\S+", text or ""), PREVIEW_LENGTH))
    return words[:PREVIEW_LENGTH] or None


def _plain(text: str) -> str:
    """Decode RFC 2047 words; a text too long for that stays as it is."""
    if len(text) > LONGEST_ENCODED:
        return clean(" ".join(text.split()))
    try:
        words = [piece if isinstance(piece, str) else decoded(piece, charset) for piece, charset in decode_header(text)]
    except (HeaderParseError, ValueError):
        words = [text]
    return clean(" ".join("".join(words).split()))


def _headers(mail: Message) -> dict[str, str]:
    found: dict[str, str] = {}
    present: set[str] = set()
    for name, value in mail.items():
        low = name.lower()
        if low not in present and (len(found) < MOST_HEADERS or low in READ):
            present.add(low)
            found[clean(name)] = _plain(value)
    return found


def _addresses(mail: Message, name: str) -> list[str]:
    # Split before decoding, and quote after it: an encoded display name may hold a comma, or another address.
    pairs = [pair for value in mail.get_all(name, []) for pair in parsed(value)]
    return [written(_plain(display), _plain(address)) for display, address in pairs]


def _ids(value: str) -> list[str]:
    """Return the ids in a header, each from ``<`` to ``>`` as it stands; without brackets all of it is one.

    Some programs write blanks into an id. Cut at the blank, the ids of strangers would be the same.
    """
    found = [one for one in re.findall(r"<[^<>]+>", value) if one[1:-1].strip()]
    return found or ([value] if re.search(r"[^<>\s]", value) else [])


def _bodies(found: list[Leaf]) -> tuple[str | None, str | None, list[Part]]:
    """Take the first plain and the first HTML part that are no attachments; all other leaves are attachments."""
    bodies = [leaf for leaf in found if not _attached(leaf)]
    plain = next((leaf for leaf in bodies if leaf.content_type == "text/plain"), None)
    html = next((leaf for leaf in bodies if leaf.content_type == "text/html"), None)
    if plain is None and html is None:
        # Some programs name the text, others announce a multipart and write plain text: better that than no text.
        named = [leaf for leaf in found if leaf.disposition != "attachment"]
        plain = next((leaf for leaf in named if leaf.content_type == "text/plain"), None)
        html = next((leaf for leaf in named if leaf.content_type == "text/html"), None)
        if plain is None and html is None:
            plain = next((leaf for leaf in named if leaf.content_type.startswith("multipart/")), None)
    parts = [_part(leaf) for leaf in found if leaf is not plain and leaf is not html]
    return None if plain is None else text_of(plain), None if html is None else text_of(html), parts


def _attached(leaf: Leaf) -> bool:
    return leaf.disposition == "attachment" or leaf.filename is not None


def _part(leaf: Leaf) -> Part:
    content_id = leaf.part.get("content-id")
    return Part(
        content=content_of(leaf),
        filename=None if leaf.filename is None else _plain(leaf.filename),
        content_type=leaf.content_type,
        disposition=leaf.disposition if leaf.disposition in ("inline", "attachment") else None,
        content_id=None if content_id is None else _plain(content_id).strip("<>"),
    )
