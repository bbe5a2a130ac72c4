"""All that is known of one prospect, as plain data: their notes, and the pages that notes name where those are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from .claims import TOPICS, Claim, Ledger, Source, ledger
from .notes import Notes, NotesError, read_notes
from .pages import Page, PageRefused

MOST_PAGES = 3
_MOST_TEXT = 8_000  # characters of a page: what is said of a company first

Read = Callable[[str], Page]
"""Reads a page; raises PageRefused."""


def gather(folder: Path, name: str, read: Read | None = None) -> dict[str, Any]:
    """Return what the notes `name` in `folder` say, as JSON; of the pages they name too where `read` reads them."""
    path = next((found for kind in ("md", "json") if (found := folder / f"{name}.{kind}").is_file()), None)
    is_name = bool(name) and Path(name).name == name
    missing = f"there are no notes called {name!r}" if name else "the row names no notes"
    try:
        notes = read_notes(path) if path and is_name else Notes(faults=(missing,))
    except NotesError as error:
        notes = Notes(faults=(str(error),))
    sources, faults = list(notes.sources), list(notes.faults)
    for url in notes.pages[:MOST_PAGES] if read else ():
        try:
            page = read(url) if read else Page(url, "", None)
        except PageRefused as error:
            faults.append(f"{url} was not read: {error}")
            continue
        sources.append(Source(url, page.url, page.dated, page.text[:_MOST_TEXT]))
    claims = [
        {"text": each.text, "quote": each.quote, "source": each.source, "topic": each.topic} for each in notes.claims
    ]
    return {"sources": [_as_json(each) for each in sources], "claims": claims, "faults": faults}


def book_of(
    found: dict[str, Any],
    names: Sequence[str],
    today: date,
    months: int,
    more: Iterable[dict[str, Any]] = (),
    language: str = "en",
) -> Ledger:
    """Return the ledger of what `gather` found, and of `more` claims on it, all in that language."""
    sources = sources_in(found)
    claims = [*claims_in(found["claims"]), *claims_in(more, sources)]
    return ledger(claims, sources, names, today, months, language)


def sources_in(found: dict[str, Any]) -> list[Source]:
    """Return the sources of what `gather` returned."""
    dated = ((each, each["dated"]) for each in found["sources"])
    return [
        Source(each["id"], each["where"], date.fromisoformat(day) if day else None, each["text"], each["topic"])
        for each, day in dated
    ]


def claims_in(given: Iterable[dict[str, Any]], sources: Sequence[Source] = ()) -> list[Claim]:
    """Return claims given as JSON; of one whose topic is none of ours that of its source, else the last resort."""
    of_source = {source.id: source.topic for source in sources}
    claims = (Claim(each["text"], each["quote"], each["source"], each["topic"]) for each in given)
    return [
        each if each.topic in TOPICS else replace(each, topic=of_source.get(each.source) or "activity")
        for each in claims
    ]


def _as_json(source: Source) -> dict[str, Any]:
    dated = source.dated.isoformat() if source.dated else ""
    return {"id": source.id, "where": source.where, "dated": dated, "text": source.text, "topic": source.topic}
