"""CVs that come with mail: their text, what in it does not show, and contact data kept apart.

found = read_cv(content, "cv.pdf")
found.why_not     # a sentence for people and sender where it was not read, else ""
found.text        # what a reader of the page sees, without contact data, which is in found.contact
found.hidden      # what they would not see: white or tiny words, there for programs alone

A file is a stranger's. It is judged by what it holds, not by its name; what it unpacks to is counted before; and it is
read in a process of its own, which is killed when it takes too long or too much memory.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["pdf", "docx", "text", ""]

LARGEST = 5_000_000  # bytes; a CV of text has some 100 thousand
LARGEST_UNPACKED = 50_000_000
MOST_PARTS = 500
MOST_PAGES = 20
SECONDS = 20.0
LONGEST_TEXT = 60_000
"""Signs of text kept: some 20 pages."""

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_LINK = re.compile(r"(?:https?://|www\.)\S+|(?<![\w@.])(?:linkedin|github|gitlab|xing)\.com/[\w/.-]+", re.IGNORECASE)
_YEAR = r"(?<!\d)(?:19|20)\d\d(?!\d)"  # of spans such as 01/2019 - 03/2021, which look like a number to call
_PHONE = re.compile(rf"(?<![\w/.:-])(?:\+|(?:\(|0)(?![\d ()./-]{{0,20}}{_YEAR}))\d[\d ()./-]{{6,18}}\d(?![\w/-])")
_US_PHONE = re.compile(r"(?<!\w)\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)")
_NAMED = r"[A-ZÀ-Ý][\w'.-]{0,30}"
_ENGLISH = "Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Dr|Blvd|Boulevard|Court|Way"
_GERMANIC = "[Ss]tra(?:ß|ss)e|[Ss]tr\\.|gasse|weg|platz|allee|straat|laan|gracht"
_LATIN = "[Rr]ue|[Cc]alle|[Vv]ia|[Rr]ua|[Pp]laza|[Aa]venida"
_STREET = re.compile(
    rf"\b\d{{1,5}}[a-zA-Z]?,? (?:{_NAMED} ){{1,4}}(?:{_ENGLISH})\b\.?"
    rf"|(?<![\w-])(?:{_NAMED} ){{0,2}}(?:{_NAMED})?(?:{_GERMANIC}) \d{{1,4}}[a-z]?\b"
    rf"|\b(?:\d{{1,4}},? )?(?:{_LATIN}) (?:[\w'.-]{{1,30}} ){{0,3}}{_NAMED},? \d{{1,4}}\b"
    r"|\b\d{1,4},? rue (?:[\w'.-]{1,30} ){0,3}[A-ZÀ-Ý][\w'-]{1,30}"
)
_BOXES = {"[email]": _EMAIL, "[link]": _LINK, "[phone]": _PHONE, "[address]": _STREET}


@dataclass(frozen=True)
class CV:
    """What was read of a file. `why_not` says why nothing was; `notes` are what people should know of it."""

    kind: Kind = ""
    text: str = ""
    contact: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    pages: int = 0
    notes: tuple[str, ...] = ()
    why_not: str = ""


@dataclass
class Pages:
    """What a reader found: `shown` and `hidden` words, in the order of the page."""

    shown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pages: int = 1
    why_not: str = ""


def read_cv(content: bytes, filename: str = "", *, seconds: float = SECONDS) -> CV:
    """Read a CV of PDF, docx or plain text; never raises for what the file holds."""
    kind, why_not = _kind(content)
    if why_not:
        return CV(kind, why_not=f"{_named(filename)} {why_not}")
    found = _read_apart(content, kind, seconds) if kind != "text" else _plain(content)
    if found.why_not:
        return CV(kind, pages=found.pages, why_not=f"{_named(filename)} {found.why_not}")
    whole = _tidy("\n".join(found.shown))
    notes = list(found.notes)
    if len(whole) > LONGEST_TEXT:
        notes.append(f"only the first {LONGEST_TEXT:,} of {len(whole):,} signs were read")
    if not whole:
        return CV(kind, pages=found.pages, why_not=f"{_named(filename)} holds no text, as a scan or a picture does not")
    text, contact = apart(whole[:LONGEST_TEXT])
    hidden = tuple(words for words in map(_tidy, found.hidden) if words)
    if hidden:
        notes.append("it holds words that do not show on the page; they were left out")
    return CV(kind, text, contact, tuple(words[:500] for words in hidden[:20]), found.pages, tuple(notes))


def cv_in(content: bytes, filename: str) -> dict[str, Any]:
    """Return as JSON what people may read of a CV: its contact data stays in the mail."""
    found = read_cv(content, filename)
    return {"text": found.text, "hidden": bool(found.hidden), "notes": list(found.notes), "why_not": found.why_not}


def apart(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text with its contact data taken out, and that data: whoever judges a CV needs none of it."""
    contact: list[str] = []
    for box, pattern in (*_BOXES.items(), ("[phone]", _US_PHONE)):

        def taken(match: re.Match[str], box: str = box) -> str:
            contact.append(match[0].strip())
            return box

        text = pattern.sub(taken, text)
    return text, tuple(dict.fromkeys(contact))


def _named(filename: str) -> str:
    name = " ".join(filename.split())[:80]
    return f"the file {name}" if name else "the file"


def _kind(content: bytes) -> tuple[Kind, str]:
    """Tell what a file is by its first bytes, and why it is not read at all."""
    if len(content) > LARGEST:
        return "", f"is too large: {len(content) / 1e6:.1f} MB, and {LARGEST / 1e6:.0f} may be"
    if not content.strip():
        return "", "is empty"
    if b"%PDF-" in content[:1024]:
        return "pdf", ""
    if content.startswith(b"PK\x03\x04"):
        return "docx", _zip_fault(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "", "is encrypted or of an old Word format (.doc): send it as PDF or .docx without a password"
    if content.startswith(b"{\\rtf") or b"\0" in content[:4096]:
        return "", "is neither PDF nor .docx: send one of these"
    return "text", ""


def _zip_fault(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return "is damaged"
    names = {part.filename.lower() for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        return "is encrypted: send it without a password"
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        return "unpacks to far more than a CV holds"
    if any(name.endswith("vbaproject.bin") for name in names):
        return "holds macros, which we do not open: send it as PDF or as .docx without them"
    return "" if "word/document.xml" in names else "is neither PDF nor .docx: send one of these"


def _plain(content: bytes) -> Pages:
    from ..mail_reading.charsets import decode

    return Pages([decode(content, "")[0]])


def _read_apart(content: bytes, kind: str, seconds: float) -> Pages:
    """Have a process of its own read it, which nothing in the file can make outlive its time."""
    command = [sys.executable, "-I", "-m", f"{__package__}.cv_reading", kind]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return Pages(why_not=f"took longer than {seconds:.0f} seconds to read")
    try:
        return Pages(**json.loads(done.stdout))
    except (ValueError, TypeError):  # it died: of memory, or of what a library makes of a broken file
        return Pages(why_not="is damaged, or holds what cannot be read within the memory allowed")


def _tidy(text: str) -> str:
    lines = ("".join(sign for sign in line if sign.isprintable() or sign == "\t").strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
