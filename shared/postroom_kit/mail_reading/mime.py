"""A raw mail taken apart (RFC 2045, 2046), also where it is broken.

Our own reader and not the standard library's, which walks a mail line by line (30 MB take it up to 20 s), runs out of
stack on deep nesting and gives up on boundaries that only nearly match.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .header_values import base64_bytes, decoded, parameters

_DEEPEST = 30  # multiparts inside each other
_MOST_PARTS = 1_000
_MOST_PIECES = 100_000  # of a signed mail; programs write some thousand bytes in each
_LONGEST_PREAMBLE = 200  # bytes
_LONGEST_HEAD = 400_000  # bytes
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_KNOWN = re.compile(
    rb"(?:content-[a-z-]+|mime-version|from|to|cc|date|subject|message-id|received|reply-to|x-[a-z-]+|return-path|sender"
    rb"|delivered-to|in-reply-to|references|list-[a-z-]+|dkim-signature|auto-submitted|precedence)[ \t]*:",
    re.IGNORECASE,
)
_TYPE = re.compile(r"\s*([\w.+-]{1,80}/[\w.+*-]{1,80})")
_SNIFFED = re.compile(rb"(?:\A|\n)--([^\s-][^\r\n]{0,120}?|-[^\r\n]{1,120}?)[ \t]*\r?\ncontent-", re.IGNORECASE)
_BOUNDARY_END = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
# No line of base64, but one of words, or the rule that list software puts above its footer.
_NOT_ENCODED = re.compile(rb"^(?:[^\s]+[ \t]+){2}\S|^[_-]{10,}[ \t]*\r?$", re.MULTILINE)
# An octet string of ASN.1 (X.690), its length and the mail that begins in it.
_OCTETS = rb"\x04(?:([\x00-\x7f])|\x81(.)|\x82(..)|\x83(...)|\x84(....))"
_SIGNED = re.compile(rb"%s(?=content-|mime-version:)" % _OCTETS, re.DOTALL | re.IGNORECASE)
_MORE_OCTETS = re.compile(_OCTETS, re.DOTALL)
_MBOX_ESCAPE = re.compile(rb"^>(>*From )", re.MULTILINE)  # what a mailbox file does to a line that looks like its own
SMIME = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_LONGEST_NO_FILE = 4  # bytes of an empty one: "`" and the end of its line
_UUENCODED = re.compile(
    rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n((?:[ -`][^\r\n]{0,100}\r?\n)*?)end[ \t]*\r?$", re.MULTILINE
)


@dataclass(slots=True)
class Part:
    """A mail or one part of it. `body` is as it was sent; `parts` are those of a multipart or of a mail inside."""

    fields: list[tuple[str, str]]
    body: bytes
    content_type: str = "text/plain"
    declared: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def raw(self, name: str) -> str:
        """Return the first field of this name as it was sent, or ""."""
        return next((value for key, value in self.fields if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return all fields of this name as they were sent, topmost first."""
        return [value for key, value in self.fields if key == name]

    def text(self, name: str) -> str:
        """Return the first field of this name, decoded, or ""."""
        return decoded(self.raw(name))

    @property
    def disposition(self) -> str:
        """Return "inline", "attachment" or another word, lower case, or ""."""
        return self.raw("content-disposition").partition(";")[0].strip().lower()

    @property
    def filename(self) -> str | None:
        """Return the name of the file without any folder (RFC 2183 section 2.3), or None."""
        named = parameters(self.raw("content-disposition")).get("filename") or self.declared.get("name", "")
        # Signs that turn the direction of writing make "fdp.exe" read "exe.pdf".
        return re.sub("[\u202a-\u202e\u2066-\u2069]", "", re.split(r"[\\/]", named)[-1]).strip() or None

    def content(self) -> bytes:
        """Return the body with its transfer encoding undone; what cannot be undone stays as it is."""
        encoding = self.raw("content-transfer-encoding").partition(";")[0].strip(' "').lower()
        if encoding == "base64":
            words = _NOT_ENCODED.search(self.body) if self.content_type.startswith("text/") else None
            end = words.start() if words else len(self.body)
            return b"\n\n".join(filter(None, (base64_bytes(self.body[:end]), self.body[end:])))
        if encoding == "quoted-printable":
            return quopri.decodestring(self.body)
        if encoding in {"x-uuencode", "uuencode", "x-uue", "uue"} and (files := uuencoded(self.body)[1]):
            return files[0][1]
        return self.body

    def walk(self) -> list[Part]:
        """Return this part and all below it, in the order of the mail, without looking into mails inside."""
        found = [self]
        if self.content_type != "message/rfc822":
            for part in self.parts:
                found += part.walk()
        return found


def read_mime(raw: bytes) -> Part:
    """Take a raw mail apart. Never raises; what was wrong is in `problems` of the part that is returned."""
    problems: list[str] = []
    if raw.startswith(b"From "):
        raw = _MBOX_ESCAPE.sub(rb"\1", raw)
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")  # written by a program of old Macintoshes
    mail = _read(raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"), 0, "text/plain", problems, [_MOST_PARTS])
    mail.problems = list(dict.fromkeys(problems))
    return mail


def _read(raw: bytes, depth: int, default_type: str, problems: list[str], left: list[int]) -> Part:
    fields, body = _head_and_body(raw, problems)
    part = Part(fields, body, default_type)
    if declared := part.raw("content-type"):
        kind = _TYPE.match(declared)
        part.content_type = kind[1].lower() if kind else "text/plain"
        part.declared = parameters(declared)
        if not kind:
            problems.append(f"the content type {decoded(declared)[:60]!r} is none")
    if depth >= _DEEPEST:
        problems.append(f"parts deeper than {_DEEPEST} are not taken apart")
    elif part.content_type.startswith("multipart/") or (not declared and default_type == "text/plain"):
        _take_apart(part, depth, problems, left)
    elif part.content_type in {"message/rfc822", "message/global", "message/rfc822-headers"} and left[0] > 0:
        left[0] -= 1
        part.content_type = part.content_type.replace("global", "rfc822")
        part.parts = [_read(part.content(), depth + 1, "text/plain", problems, left)]
    elif part.content_type in SMIME and (signed := _signed(part.content())):
        part.parts = [_read(signed, depth + 1, "text/plain", problems, left)]
    return part


def _signed(content: bytes) -> bytes:
    """Return the mail inside S/MIME's envelope where it is only signed (RFC 8551 section 3.5.2), or nothing."""
    pieces: list[bytes] = []
    found = _SIGNED.search(content)
    while found and len(pieces) < _MOST_PIECES:
        end = found.end() + int.from_bytes(next(filter(None, found.groups())), "big")
        pieces.append(content[found.end() : end])
        found = _MORE_OCTETS.match(content, end)
    return b"".join(pieces)


def _take_apart(part: Part, depth: int, problems: list[str], left: list[int]) -> None:
    boundary = part.declared.get("boundary", "").encode("utf-8", "surrogateescape")
    if boundary and b"--" + boundary not in part.body and part.raw("content-transfer-encoding"):
        part.body = part.content()  # against RFC 2045 section 6.4 the whole multipart is encoded
    pieces, closed = _split(part.body, boundary) if boundary else ([], True)
    if not pieces:
        sniffed = _SNIFFED.search(part.body[:200_000])
        # Where no multipart is declared, the lines of one further down are quoted ones.
        if not sniffed or (not boundary and sniffed.start() > _LONGEST_PREAMBLE):
            if part.content_type.startswith("multipart/"):
                problems.append("the parts of a multipart were not found; it is read as text")
                part.content_type = "text/plain"
            return
        problems.append("the declared boundary is not the one in use")
        pieces, closed = _split(part.body, sniffed[1])
        part.content_type = "multipart/mixed" if "/" not in part.raw("content-type") else part.content_type
    if not closed:
        problems.append("the last boundary is missing; the mail may be cut short")
    inner = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    for piece in pieces:
        if left[0] <= 0:
            problems.append(f"parts beyond the first {_MOST_PARTS} are left out")
            break
        left[0] -= 1
        part.parts.append(_read(piece, depth + 1, inner, problems, left))


def _split(body: bytes, boundary: bytes) -> tuple[list[bytes], bool]:
    """Return the pieces between boundary lines, and whether a closing one was there."""
    mark = b"--" + boundary.rstrip()
    pieces: list[bytes] = []
    start = -1
    for found in _line_starts(body, mark):
        tail = _BOUNDARY_END.match(body, found + len(mark))
        if not tail:
            continue
        if start >= 0:
            # The line break before a boundary belongs to it.
            end = found - 2 if body[found - 2 : found] == b"\r\n" else found - 1
            pieces.append(body[start : max(end, start)])
        if tail[1] or len(pieces) > _MOST_PARTS:
            return pieces, True
        start = tail.end()
    if start >= 0:
        pieces.append(body[start:])
    return pieces, False


def _line_starts(body: bytes, mark: bytes) -> Iterator[int]:
    """Yield where lines begin with `mark`."""
    if body.startswith(mark):
        yield 0
    found = body.find(b"\n" + mark)
    while found >= 0:
        yield found + 1
        found = body.find(b"\n" + mark, found + len(mark))


def _head_and_body(raw: bytes, problems: list[str]) -> tuple[list[tuple[str, str]], bytes]:
    """Split header fields from the body; a line that is no field ends the header, unless fields go on behind it."""
    fields: list[tuple[str, list[bytes]]] = []
    position = 0
    while position < min(len(raw), _LONGEST_HEAD):
        end = raw.find(b"\n", position)
        end = len(raw) if end < 0 else end + 1
        line = raw[position:end].rstrip(b"\r\n")
        if not line.strip() and (fields or not line):
            position = end
            break
        named = _FIELD.fullmatch(line)
        if line[:1] in b" \t" and fields:
            fields[-1][1].append(line)
        elif named:
            fields.append((named[1].decode("ascii").lower(), [named[2]]))
        elif not line.startswith((b"From ", b">From ")) or fields:
            if not (fields and _KNOWN.match(raw, end)):
                if fields:
                    problems.append("no empty line ends the header")
                break
            fields[-1][1].append(b" " + line)
        position = end
    values = ((name, b"".join(lines).decode("utf-8", "surrogateescape").strip()) for name, lines in fields)
    return list(values), raw[position:]


def uuencoded(body: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Return `body` without the files it carries between "begin 644 name" and "end", and those files by name."""
    if b"\nbegin " not in body and not body.startswith(b"begin "):
        return body, []
    files: list[tuple[str, bytes]] = []

    def take(found: re.Match[bytes]) -> bytes:
        name = decoded(found[1].decode("utf-8", "surrogateescape"))
        content = b"".join(_uu_line(line) for line in found[2].splitlines())
        if not content and len(found[2]) > _LONGEST_NO_FILE:  # "begin 644 times", and then words
            return found[0]
        files.append((name, content))
        return b""

    return _UUENCODED.sub(take, body), files


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders write a line longer than it says.
        length = (((line[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            return b""
