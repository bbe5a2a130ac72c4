"""Reads one CV from standard input and writes what it found as JSON; run by `cv.read_cv` in a process of its own."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from postroom_kit.hiring.cv import MOST_PAGES, SECONDS, Pages

MEMORY = 1_500_000_000
TINY = 3.0  # points: nobody reads that
NEARLY_WHITE = 0.95
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWN = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def main() -> None:
    """Read, within what the machine lends us."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS * 2),) * 2)
    except (ImportError, ValueError, OSError):  # not on Windows: there its time is the only limit
        pass
    content = sys.stdin.buffer.read()
    found = pdf(content) if sys.argv[1] == "pdf" else docx(content)
    sys.stdout.write(json.dumps(asdict(found)))


def pdf(content: bytes) -> Pages:
    """Read a PDF by its words' boxes and colours."""
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            return Pages(why_not="is encrypted: send it without a password")
        pages = len(reader.pages)
        notes = ["it has files attached to it, which were not opened"] if reader.attachments else []
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        NotImplementedError,
    ):
        return Pages(why_not="is damaged")
    if pages > MOST_PAGES:
        return Pages(pages=pages, why_not=f"has {pages} pages, and {MOST_PAGES} may be")
    found = Pages(notes=notes, pages=pages)
    if any(_draws_nothing(page) for page in reader.pages):
        found.notes.append("some of its words are not drawn, as in scans; they may differ from what shows")
    import pdfplumber

    with pdfplumber.open(io.BytesIO(content)) as opened:
        for page in opened.pages:
            hidden = {id(char) for char in page.chars if _is_hidden(char, page)}
            found.shown.append(_text(page, lambda item, hidden=hidden: id(item) not in hidden))
            if hidden:
                found.hidden.append(_text(page, lambda item, hidden=hidden: id(item) in hidden))
    return found


def _text(page: Any, keep: Any) -> str:
    """Return the words of a page's characters that are kept, in reading order."""
    chars = [char for char in page.chars if keep(char)]
    from pdfplumber.utils.text import extract_text

    return str(extract_text(chars, x_tolerance_ratio=0.15)) if chars else ""


def _is_hidden(char: dict[str, Any], page: Any) -> bool:
    if char["text"].isspace():
        return False
    outside = char["x1"] < 0 or char["x0"] > page.width or char["bottom"] < 0 or char["top"] > page.height
    if outside or char["size"] < TINY:
        return True
    return _is_white(char.get("non_stroking_color")) and not any(_behind(char, box) for box in _dark(page))


def _dark(page: Any) -> Iterator[dict[str, Any]]:
    """Give what white words show on: pictures, and boxes filled with a colour."""
    yield from page.images
    for box in (*page.rects, *page.curves):
        if box.get("fill") and not _is_white(box.get("non_stroking_color")):
            yield box


def _behind(char: dict[str, Any], box: dict[str, Any]) -> bool:
    across, down = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box["x0"] <= across <= box["x1"] and box["top"] <= down <= box["bottom"])


def _is_white(colour: Any) -> bool:
    """Tell whether a colour is white in grey, RGB (of light) or CMYK (of ink)."""
    if isinstance(colour, (int, float)):
        colour = (colour,)
    if not isinstance(colour, Sequence) or not colour or not all(isinstance(part, (int, float)) for part in colour):
        return False
    if len(colour) == 4:
        return all(part <= 1 - NEARLY_WHITE for part in colour)
    return all(part >= NEARLY_WHITE for part in colour)


def _draws_nothing(page: Any) -> bool:
    """Tell whether a page sets text that is not drawn (rendering mode 3)."""
    contents = page.get_contents()
    if contents is None or len(contents.get_data()) > 2_000_000:
        return False
    return any(operator == b"Tr" and operands and operands[0] == 3 for operands, operator in contents.operations)


def docx(content: bytes) -> Pages:
    """Read a docx: paragraphs, tables, text boxes, headers and footers, in the order of the file."""
    import docx as python_docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import XMLSyntaxError

    try:
        document = python_docx.Document(io.BytesIO(content))
        roots = [document.element.body]
        for section in document.sections:
            roots = [section.header._element, *roots, section.footer._element]
    except (PackageNotFoundError, XMLSyntaxError, KeyError, ValueError, AttributeError):
        return Pages(why_not="is damaged")
    found = Pages()
    for root in dict.fromkeys(roots):
        for paragraph in root.iter(f"{WORD}p"):
            if any(above.tag == DRAWN for above in paragraph.iterancestors()):
                continue  # the same words once more, for programs that draw no text boxes
            shown, hidden = _runs(paragraph)
            found.shown.append(shown)
            if hidden.strip():
                found.hidden.append(hidden)
    return found


def _runs(paragraph: Any) -> tuple[str, str]:
    shown, hidden = "", ""
    for run in paragraph.iter(f"{WORD}r"):
        if next(run.iterancestors(f"{WORD}p")) is not paragraph:
            continue  # of a text box, whose paragraphs come by themselves
        words = "".join(
            {f"{WORD}t": part.text or "", f"{WORD}tab": "\t", f"{WORD}br": "\n", f"{WORD}cr": "\n"}.get(part.tag, "")
            for part in run
        )
        if _run_is_hidden(run):
            hidden += words
        else:
            shown += words
    return shown, hidden


def _run_is_hidden(run: Any) -> bool:
    properties = run.find(f"{WORD}rPr")
    if properties is None:
        return False

    def value(name: str) -> str | None:
        found = properties.find(f"{WORD}{name}")
        return None if found is None else str(found.get(f"{WORD}val", "true")).lower()

    size = value("sz")
    tiny = size is not None and size.isdigit() and int(size) / 2 < TINY
    shaded = any(each.find(f".//{WORD}shd") is not None for each in (run, *run.iterancestors(f"{WORD}p", f"{WORD}tc")))
    return value("vanish") in {"true", "1", "on"} or tiny or (value("color") == "ffffff" and not shaded)


if __name__ == "__main__":
    main()
