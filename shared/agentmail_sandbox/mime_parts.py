"""Take a mail apart: the parts that hold content, their bytes and their text. Nothing here raises on broken mail."""

import codecs
import re
from dataclasses import dataclass
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32

from agentmail_sandbox.mime_parameters import parameters

# Real mail nests five deep; every level copies all that lies below.
DEEPEST = 20
# Python knows these as text encodings; mail does not, and some of them take forever.
NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
# What programs write, and the wider charset they mean (WHATWG Encoding Standard, 4.2): the euro sign is no Latin 1.
MEANT = {
    "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874", "windows-874": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "cn-gb": "gb18030", "windows-936": "gb18030", "big5": "big5hkscs",
    "euc_kr": "cp949", "windows-949": "cp949", "shift_jis": "cp932", "windows-31j": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
}  # fmt: skip
# "x-sjis", "iso-8859-8-i": what a name has around it that Python does not know
_AROUND = re.compile(r"^x-|-[ei]$")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f\ufffd]")


class Lenient(Compat32):
    """Hand out headers as one line of text, decoding raw 8-bit bytes (which the parser keeps as surrogates)."""

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002
        """Return a header's value."""
        text = value if value.isascii() else decoded(value.encode("utf-8", "surrogateescape"), None)
        return re.sub(r"[\r\n]+[ \t]*", " ", text)


_PARSER = BytesParser(policy=Lenient())
_HEADERS_END = re.compile(rb"(?:\A|\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)")


def parse(raw: bytes, default_type: str = "text/plain") -> Message:
    """Read the headers of a mail or part; the body stays as it came."""
    # Left to itself the parser would also take apart what is below, rewriting mails in mails and without bound; and
    # it reads line by line, which the body is spared unless it begins where no one would look.
    end = _HEADERS_END.search(raw)
    part = _PARSER.parsebytes(raw[: end.end()] if end else raw, headersonly=True)
    if any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in part.defects):
        part = _PARSER.parsebytes(raw, headersonly=True)
    elif end:
        part.set_payload(raw[end.end() :].decode("ascii", "surrogateescape"))
    part.set_default_type(default_type)
    return part


@dataclass(frozen=True)
class Leaf:
    """A part, and what its headers say of it, read once: a stranger decides how long they are."""

    part: Message
    content_type: str
    disposition: str | None
    filename: str | None
    charset: str | None
    boundary: str


def _leaf(part: Message) -> Leaf:
    typed, placed = parameters(part.get("content-type", "")), parameters(part.get("content-disposition", ""))
    filename = placed.get("filename", typed.get("name"))
    return Leaf(
        part=part,
        content_type=part.get_content_type(),
        disposition=part.get_content_disposition(),
        filename=None if filename is None else filename.strip(),
        charset=typed.get("charset"),
        boundary=typed.get("boundary", "").rstrip(),
    )


def leaves(mail: Message, raw: bytes) -> list[Leaf]:
    """Return the parts of a parsed mail that hold content, in order.

    A mail within a mail (``message/*``) is one leaf, not its insides; so is a multipart that cannot be taken apart.
    """
    found: list[Leaf] = []
    waiting = [(mail, raw, 0)]
    while waiting:
        part, raw, depth = waiting.pop()
        leaf = _leaf(part)
        inner = _split(leaf, raw) if depth < DEEPEST else []
        if not inner:
            found.append(leaf)
        default_type = "message/rfc822" if leaf.content_type == "multipart/digest" else "text/plain"
        waiting += [(parse(piece, default_type), piece, depth + 1) for piece in reversed(inner)]
    return found


def _split(leaf: Leaf, raw: bytes) -> list[bytes]:
    """Return the parts of a multipart (RFC 2046, 5.1.1); none if it is no multipart or its boundary never comes."""
    if not leaf.boundary or not leaf.content_type.startswith("multipart/"):
        return []
    mark = re.escape(b"--" + leaf.boundary.encode("utf-8", "replace"))
    pieces: list[bytes] = []
    start: int | None = None
    for found in re.finditer(mark + rb"(?<=[\r\n]" + mark + rb")(--)?[ \t]*(?:\r\n|\r|\n|\Z)", raw):
        if start is not None and start < found.start():
            pieces.append(raw[start : found.start()].removesuffix(b"\n").removesuffix(b"\r"))
        start = found.end()
        if found[1]:
            return pieces
    # Cut off on the way: what came counts.
    return pieces if start is None else [*pieces, raw[start:]]


def content_of(leaf: Leaf) -> bytes:
    """Return a leaf's bytes, its transfer encoding undone."""
    content = leaf.part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def text_of(leaf: Leaf) -> str:
    """Return a leaf's text with plain line ends."""
    return clean(decoded(content_of(leaf), leaf.charset).replace("\r\n", "\n"))


def decoded(content: bytes, charset: str | None) -> str:
    """Decode bytes by their declared charset, else as what they look like; single bad bytes do not spoil the rest."""
    codec = _codec(charset)
    if codec == "iso2022_jp_ext" and not _fits(content, codec):
        # signs such as a circled 1, which programs write as if the charset had them, are in the later edition of it
        later = content.replace(b"\x1b$B", b"\x1b$(Q")
        content, codec = (later, "iso2022_jp_2004") if _fits(later, "iso2022_jp_2004") else (content, codec)
    guesses = [("utf-8", "strict"), (codec, "replace")]
    if codec is not None and codec.startswith("iso2022") and content.isascii():
        guesses.reverse()  # written in ASCII alone, it always looks like UTF-8
    attempts = [(codec, "strict"), *guesses, ("cp1252", "strict")]
    if codec == "cp1252":
        attempts.insert(0, ("utf-8", "strict"))  # Latin 1 is what programs write without knowing
    for candidate, errors in attempts:
        if candidate is None:
            continue
        try:
            text = content.decode(candidate, errors)
        except (LookupError, ValueError):
            continue
        # When nothing beyond ASCII makes sense, the charset was declared without looking.
        if errors == "strict" or BEYOND_ASCII.search(text):
            return text
    return content.decode("latin-1")


def _fits(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _codec(charset: str | None) -> str | None:
    label = _AROUND.sub("", (charset or "").lower())
    try:
        name = codecs.lookup(MEANT.get(label, label)).name
    except (LookupError, ValueError):
        return None
    return None if name in NO_CHARSETS else MEANT.get(name, name)


def clean(text: str) -> str:
    """Leave out what fits neither JSON nor SQLite: NUL, and lone surrogates (undecodable header bytes)."""
    whole = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\0", "")
