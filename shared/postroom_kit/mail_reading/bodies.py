"""What a mail says and what it brings: its text, its HTML and its attachments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .charsets import decode
from .markup import LONGEST, html_to_text, lightened, lightened_bytes, points_to_html
from .mime import Part, uuencoded
from .replies import is_footer_alone

_LONGEST = 2_000_000  # bytes of a body that are read; no person wrote more
_LONGEST_WITH_FILES = 50_000_000  # bytes of a text that are searched for files
_LONGEST_COMPARED = 20_000  # characters of two texts that may say the same
_PIECE = 8  # characters: longer than a word that any two texts share by chance
_HTML_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{2,30})", re.IGNORECASE)
_ENRICHED = re.compile(r"</?[a-z-]{2,20}>", re.IGNORECASE)
_NO_WORDS = {"calendar", "rfc822-headers", "x-amp-html", "css", "csv", "vcard", "x-vcard", "directory", "javascript"}
_QUOTE_DEPTH = re.compile(r">*")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail; `filename` is None where none is given, `content` is decoded."""

    filename: str | None
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Text:
    content: str
    is_html: bool


@dataclass(slots=True)
class Bodies:
    """The inline texts of a mail, in its order, and its files.

    `words` is the text, or what the HTML says where there is none or it says something else.
    """

    words: str = ""
    text: str = ""
    html: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_bodies(mail: Part) -> Bodies:
    """Collect what the parts of `mail` hold; a mail inside it is an attachment."""
    found = Bodies()
    texts: dict[int, _Text] = {}
    for part in mail.walk():
        if part.parts and part.content_type != "message/rfc822":
            continue
        is_file = part.disposition == "attachment" or part.filename is not None
        if part.content_type == "text/html" and not is_file:
            html = lightened_bytes(part.content()[:_LONGEST_WITH_FILES])
            text = _text(part, found, html)
            texts[id(part)] = _Text(text, is_html=True)
            found.html += _joint(found.html) + text
        elif part.content_type in {"text/plain", "text"} and not is_file:
            text = _plain_text(part, found)
            texts[id(part)] = _Text(text, is_html=False)
            found.text += _joint(found.text) + text
        elif not part.content_type.startswith("multipart/"):
            found.attachments.append(Attachment(_name(part), part.content_type, part.content()))
    found.html = lightened(found.html)
    if len(found.html) > LONGEST:
        found.problems.append(f"only the first {LONGEST // 1_000_000} MB of the HTML are read")
    found.words = _words(_chosen(mail, texts), found)
    if not found.words.strip():
        _read_file(mail, found)
    return found


def _read_file(mail: Part, found: Bodies) -> None:
    """Read as body, where a mail has no other, a text with a name, or of a type that RFC 2046 (4.1.4) shows plain."""
    for part in mail.walk():
        kind, _, form = part.content_type.partition("/")
        if kind != "text" or form in _NO_WORDS or part.parts or part.disposition == "attachment":
            continue
        text = _plain_text(part, Bodies())
        if form == "html":
            found.html, found.words = text, html_to_text(text)
        else:
            text = _ENRICHED.sub("", text) if form in {"enriched", "richtext"} else text
            found.text = found.words = text
        return


def _chosen(part: Part, texts: dict[int, _Text]) -> list[_Text]:
    """Return the texts of a part in their order, of alternatives (RFC 2046 section 5.1.4) only what is plain."""
    if part.content_type == "message/rfc822" or not part.parts:
        return [texts[id(part)]] if id(part) in texts else []
    found = [text for below in part.parts for text in _chosen(below, texts)]
    if part.content_type != "multipart/alternative":
        return found
    plain = [text for text in found if not text.is_html]
    html = [text for text in found if text.is_html]
    said = "\n".join(text.content for text in plain)
    shown = "\n".join(text.content for text in html)
    says = said.strip() and not points_to_html(said, shown) and not (shown.strip() and is_footer_alone(said))
    return plain if says else html


def _words(chosen: list[_Text], found: Bodies) -> str:
    """Join texts; HTML counts where nothing is plain, or where it says what nothing plain says.

    List software and gateways add a plain footer to mail that is HTML alone.
    """
    plain = "\n".join(text.content for text in chosen if not text.is_html)
    if not plain.strip():
        return html_to_text(found.html)
    words = ""
    for text in chosen:
        content = html_to_text(text.content) if text.is_html else text.content
        if not text.is_html or not _is_said(content, plain):
            words += _joint(words) + content
    return words


def _is_said(words: str, text: str) -> bool:
    """Tell whether most of `words` stand in `text` too, however lines are broken in it."""
    wanted, said = (re.sub(r"\W+", "", part[:_LONGEST_COMPARED].casefold()) for part in (words, text))
    pieces = [wanted[start : start + _PIECE] for start in range(0, len(wanted), _PIECE)]
    return 2 * sum(piece in said for piece in pieces) >= len(pieces)


def _joint(before: str) -> str:
    return "\n" if before and not before.endswith("\n") else ""


def _name(part: Part) -> str | None:
    if part.filename is None and part.content_type in {"application/ms-tnef", "application/vnd.ms-tnef"}:
        return "winmail.dat"
    if part.filename is None and part.content_type == "message/rfc822" and part.parts:
        subject = re.sub(r'[\\/:*?"<>|\s]+', " ", part.parts[0].text("subject"))[:100].strip()
        return f"{subject}.eml" if subject else None
    return part.filename


def _plain_text(part: Part, found: Bodies) -> str:
    body, files = uuencoded(part.content()[:_LONGEST_WITH_FILES])
    found.attachments += [Attachment(name, "application/octet-stream", content) for name, content in files]
    text = _text(part, found, body)
    if part.declared.get("format", "").lower() == "flowed":
        return _unwrapped(text, joined_by="" if part.declared.get("delsp", "").lower() == "yes" else " ")
    return text


def _text(part: Part, found: Bodies, content: bytes | None = None) -> str:
    data = part.content() if content is None else content
    if len(data) > _LONGEST:
        found.problems.append(f"only the first {_LONGEST // 1_000_000} MB of the text are read")
    data = data[:_LONGEST]
    charset = part.declared.get("charset", "")
    if not charset and part.content_type == "text/html" and (named := _HTML_CHARSET.search(data[:4_000])):
        charset = named[1].decode("ascii")
    text, problem = decode(data, charset)
    if problem:
        found.problems.append(problem)
    return re.sub(r"\r\n?", "\n", text.replace("\0", "").removeprefix("\ufeff"))


def _unwrapped(text: str, joined_by: str) -> str:
    """Join the lines that a program wrapped (RFC 3676 section 4.2): those that end in a space."""
    lines: list[str] = []
    depth_before, flows = 0, False
    for line in text.split("\n"):
        depth = len(_QUOTE_DEPTH.match(line).group())  # type: ignore[union-attr]  # matches always
        words = line[depth:].removeprefix(" ") if depth == 0 or line[depth : depth + 1] == " " else line[depth:]
        signature = words.rstrip("\r") == "-- "
        if flows and depth == depth_before and not signature:
            lines[-1] += joined_by + words.rstrip(" ")
        else:
            lines.append(f"{'>' * depth}{' ' if depth else ''}{words if signature else words.rstrip(' ')}")
        depth_before, flows = depth, words.endswith(" ") and not signature
    return "\n".join(lines)
