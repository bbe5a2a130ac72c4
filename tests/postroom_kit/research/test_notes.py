"""Research notes in Markdown and JSON."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.research import NotesError, read_notes
from postroom_kit.research.notes import _markdown

NOTE = """# Kestrel Freight

Page: https://kestrel.example/about

## news, 2026-02-11, https://kestrel.example/news/aarhus
Kestrel Freight opened its third depot
in Aarhus on 4 February.

- You opened your third depot
  in Aarhus. ("opened its third depot in Aarhus")
- You are great.

## gossip, 2026-02-11, a bar
Nothing.

## tech stack, tomorrow, notes
Nothing.

## broken
"""


def test_a_note_holds_sources_claims_and_pages_and_says_what_it_could_not_read(tmp_path: Path) -> None:
    path = tmp_path / "kestrel.md"
    path.write_text(NOTE, encoding="utf-8")
    notes = read_notes(path)
    assert [(each.where, each.dated, each.topic) for each in notes.sources] == [
        ("https://kestrel.example/news/aarhus", date(2026, 2, 11), "news")
    ]
    assert notes.sources[0].text == "Kestrel Freight opened its third depot\nin Aarhus on 4 February."
    assert [(each.text, each.quote) for each in notes.claims] == [
        ("You opened your third depot in Aarhus.", "opened its third depot in Aarhus")
    ]
    assert notes.claims[0].source == notes.sources[0].id
    assert notes.pages == ("https://kestrel.example/about",)
    assert [fault.partition(":")[0] for fault in notes.faults] == ["line 5", "source 13", "source 16", "line 19"]


def test_json_holds_the_same(tmp_path: Path) -> None:
    path = tmp_path / "kestrel.json"
    claim = {"text": "You opened a depot.", "quote": "opened a depot"}
    source = {"topic": "news", "date": "2026-02-11", "where": "https://k.example", "text": "Kestrel opened a depot."}
    undated = {"topic": "activity", "where": "a talk", "text": "Kestrel spoke.", "claims": []}
    path.write_text(json.dumps({"sources": [{**source, "claims": [claim]}, undated], "pages": ["https://k.example"]}))
    notes = read_notes(path)
    assert [(each.id, each.dated) for each in notes.sources] == [("1", date(2026, 2, 11)), ("2", None)]
    assert notes.claims[0].text == "You opened a depot."
    assert (notes.pages, notes.faults) == (("https://k.example",), ())


@pytest.mark.parametrize("text", ["{", "[]", '{"sources": [{"topic": "news"}]}', '{"sources": 3}'])
def test_a_file_that_is_no_notes_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(NotesError, match=r"odd\.json"):
        read_notes(path)


def test_a_file_of_other_bytes_or_of_a_book_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.md").write_text("x" * 600_000)
    for name in ("a.md", "b.md", "missing.md"):
        with pytest.raises(NotesError, match=name):
            read_notes(tmp_path / name)


@given(st.text(alphabet='#- \n,ab(")“”news2026-0111Page: https://', max_size=300))
def test_no_note_breaks_the_reader(text: str) -> None:
    list(_markdown(text))
