"""Research notes: what people, or a programme of theirs, wrote down of a prospect, with where it stands and from when.

A note is Markdown. A heading of the second level begins a source: its topic, its date, where it stands. The text below
it is what stands there; each item of the list behind that is a claim, with the words that bear it out in quotes:

    ## news, 2026-02-11, https://kestrel.example/news/aarhus
    Kestrel Freight opened its third depot in Aarhus on 4 February.

    - You opened your third depot in Aarhus. ("opened its third depot in Aarhus")

A line `Page: https://…` names a page to fetch. JSON holds the same:
{"sources": [{"topic", "date", "where", "text", "claims": [{"text", "quote"}]}], "pages": […]}.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from .claims import TOPICS, Claim, Source, Topic

_HEADING = re.compile(r"##\s+([^,]+),\s*([^,]+),\s*(\S.*)")
_ITEM = re.compile(r"[-*]\s+(?P<text>.+?)\s*\(\s*[\"“](?P<quote>.+)[\"”]\s*\)\s*\.?\s*", re.DOTALL)
_PAGE = re.compile(r"Page:\s*(\S+)\s*")
_LARGEST = 500_000  # bytes: a book


class NotesError(ValueError):
    """A file of notes that cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Hold the sources and claims of one prospect, the pages to fetch, and what of the file could not be read."""

    sources: tuple[Source, ...] = ()
    claims: tuple[Claim, ...] = ()
    pages: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def read_notes(path: Path) -> Notes:
    """Read a file of notes, Markdown or JSON; raise NotesError where it is neither."""
    try:
        if path.stat().st_size > _LARGEST:
            raise NotesError(f"{path.name} is too large: {_LARGEST:,} bytes are read")
        text = path.read_text(encoding="utf-8")
        found = list(_json(json.loads(text)) if path.suffix == ".json" else _markdown(text))
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise NotesError(f"{path.name} cannot be read as notes: {error}") from error
    return Notes(
        tuple(each for each in found if isinstance(each, Source)),
        tuple(each for each in found if isinstance(each, Claim)),
        tuple(each.url for each in found if isinstance(each, _Wanted)),
        tuple(each for each in found if isinstance(each, str)),
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    url: str


_Part = Source | Claim | _Wanted | str


def _markdown(text: str) -> Iterator[_Part]:
    """Yield the parts of a note, and of what cannot be read where it is and why."""
    began, heading, lines = 0, "", list[str]()
    for number, line in enumerate([*text.splitlines(), "## "], 1):
        if page := _PAGE.fullmatch(line):
            yield _Wanted(page[1])
        elif line.startswith("## "):
            if heading:
                yield from _section(heading, "\n".join(lines), began)
            heading, lines, began = line, [], number
        elif heading:
            lines.append(line)


def _section(heading: str, text: str, number: int) -> Iterator[_Part]:
    parts = _HEADING.fullmatch(heading)
    if parts is None:
        yield f"line {number}: a heading is `## topic, date, where it stands`"
        return
    said, _, items = re.sub(r"(?m)^(?=[-*]\s)", "\0", text, count=1).partition("\0")
    yield from _source(
        str(number), {"topic": parts[1].strip(), "date": parts[2].strip(), "where": parts[3], "text": said}
    )
    for item in re.split(r"(?m)^(?=[-*]\s)", items):
        claim = _ITEM.fullmatch(item.strip())
        if claim and parts[1].strip() in TOPICS:
            yield Claim(
                " ".join(claim["text"].split()), " ".join(claim["quote"].split()), str(number), _topic(parts[1])
            )
        elif item.strip() and not claim:
            yield f'line {number}: a claim ends with its quote, ("in quotes"): {item.strip()[:60]}'


def _json(data: Any) -> Iterator[_Part]:
    yield from map(_Wanted, map(str, data.get("pages", [])))
    for number, each in enumerate(data.get("sources", []), 1):
        yield from (read := list(_source(str(number), each)))
        if any(isinstance(part, Source) for part in read):
            yield from (
                Claim(str(claim["text"]), str(claim["quote"]), str(number), _topic(each["topic"]))
                for claim in each.get("claims", [])
            )


def _source(name: str, each: dict[str, Any]) -> Iterator[_Part]:
    topic, dated = str(each.get("topic", "")), str(each.get("date", ""))
    if topic not in TOPICS:
        yield f"source {name}: the topic {topic!r} is none of {', '.join(TOPICS)}"
        return
    try:
        day = date.fromisoformat(dated) if dated else None
    except ValueError:
        yield f"source {name}: {dated!r} is no date such as 2026-02-11"
        return
    yield Source(name, str(each["where"]).strip(), day, str(each["text"]).strip(), _topic(topic))


def _topic(text: str) -> Topic:
    return next(topic for topic in TOPICS if topic == text.strip())
