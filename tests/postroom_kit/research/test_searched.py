"""What a search of the web found rests on its page and its date like any other source."""

from __future__ import annotations

from datetime import date

import pytest

from postroom_kit.research.gathering import book_of
from postroom_kit.research.searched import changed_on, with_searched
from postroom_kit.web_citations import Finding

TODAY = date(2026, 3, 2)
NOTHING = {"sources": [], "claims": [], "faults": []}


def finding(text: str, quote: str, about: str = "news", age: str = "February 11, 2026") -> Finding:
    return Finding(text=text, quote=quote, url="https://kestrel.example/news", about=about, age=age)


def test_what_a_dated_page_says_of_them_becomes_a_claim_with_its_page_and_day() -> None:
    found = [
        finding("Kestrel opened its third depot in Aarhus.", "Kestrel  opened its third\ndepot in Aarhus on 4 Feb")
    ]
    book = book_of(with_searched(NOTHING, found, TODAY), ["Kestrel"], TODAY, 9)
    (claim,) = book.claims
    assert (claim.topic, claim.dated, book.where(claim)) == ("news", date(2026, 2, 11), "https://kestrel.example/news")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (finding("Kestrel doubled its sales.", "Kestrel opened its third depot"), "does not say"),
        (finding("Kestrel opened its third depot.", "Kestrel opened its third depot", age=""), "no date"),
        (finding("Kestrel opened its third depot.", "Kestrel opened its third depot", age="soon"), "no date"),
        (finding("Kestrel opened its third depot.", "Kestrel opened its third depot", age="2 years ago"), "older"),
        (finding("Kestrel opened its third depot.", "Rival opened its third depot"), "does not say that of"),
        (finding("Kestrel bought Rival.", "Kestrel denied that it bought Rival"), "'deni"),
    ],
)
def test_what_no_dated_page_says_of_them_is_cut(said: Finding, reason: str) -> None:
    (cut,) = book_of(with_searched(NOTHING, [said], TODAY), ["Kestrel"], TODAY, 9).cut
    assert reason in cut.reason


def test_a_page_is_one_source_beside_those_of_the_notes_and_a_strange_label_is_no_topic() -> None:
    known = {
        "sources": [{"id": "3", "where": "x", "dated": "", "text": "y", "topic": "news"}],
        "claims": [],
        "faults": [],
    }
    found = [finding("One.", "one two three", about="gossip"), finding("Two.", "four five six")]
    told = with_searched(known, found, TODAY)
    assert [each["id"] for each in told["sources"]] == ["3", "web 1"]
    assert [each["topic"] for each in told["claims"]] == ["activity", "news"]
    assert known["claims"] == []


@pytest.mark.parametrize(
    ("age", "day"),
    [
        ("April 30, 2025", date(2025, 4, 30)), ("Feb 3, 2026", date(2026, 2, 3)), ("2026-02-03", date(2026, 2, 3)),
        ("3 days ago", date(2026, 2, 26)), ("a week ago", date(2026, 2, 16)), ("5 hours ago", date(2026, 2, 24)),
        ("2026-02-31", None), ("yesterday-ish", None), ("", None),
    ],
)  # fmt: skip
def test_how_old_a_page_is_is_read_at_its_oldest(age: str, day: date | None) -> None:
    assert changed_on(age, TODAY) == day
