"""A first mail is put together of parts that each keep to what may be said."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.knowledge import Passage
from postroom_kit.research import Page, PageRefused, words_in
from postroom_kit.research.first_mail import FirstMail, Wording, first_mail, plain_wording
from postroom_kit.research.gathering import MOST_PAGES, book_of, gather

TODAY = date(2026, 3, 2)
FACTS = [Passage("what", "", "Slotline books loading bays for depots.", 1.0)]
NOTE = """## news, 2026-02-11, https://kestrel.example/news
Kestrel opened its third depot in Aarhus.

- You opened your third depot in Aarhus. ("opened its third depot in Aarhus")

Page: https://kestrel.example/about
"""
NAMES = ["Kestrel"]
ASKS = "Is that something you look at?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kestrel.md").write_text(NOTE, encoding="utf-8")
    (tmp_path / "odd.json").write_text("{")
    return tmp_path


@pytest.fixture
def book(folder: Path) -> Any:
    return book_of(gather(folder, "kestrel"), NAMES, TODAY, 9)


def made(book: Any, **said: str) -> FirstMail | None:
    plain = plain_wording(book, ["activity", "news"], "Loading bays at Kestrel", FACTS[0].answer)
    worded = Wording(**{"subject": plain.subject, "opening": plain.opening, "offer": plain.offer, **said})
    return first_mail(worded, plain, ASKS, book, FACTS)


def test_the_plain_wording_is_the_newest_claim_of_the_first_topic_that_has_one(book: Any) -> None:
    mail = made(book)
    assert mail is not None
    assert mail.wording.opening == "You opened your third depot in Aarhus."
    assert "https://kestrel.example/news" in mail.because
    assert mail.cut == ()


def test_a_long_name_of_a_company_does_not_make_a_long_subject(book: Any) -> None:
    subject = plain_wording(book, ["news"], f"Loading bays at {'Very ' * 20}Long Company", "x").subject
    assert len(subject) <= 60
    assert subject.startswith("Loading bays at Very")


def test_parts_that_do_not_stand_give_way_and_it_is_told_which(book: Any) -> None:
    mail = made(book, subject="Re: Aarhus", opening="You must be proud.", offer="We save you 40 %.")
    assert mail is not None
    assert mail.wording.subject == "Loading bays at Kestrel"
    assert mail.wording.offer == FACTS[0].answer
    assert [cut for cut, _ in mail.cut] == ["You must be proud.", "We save you 40 %.", "Re: Aarhus"]


def test_a_wording_too_long_gives_way_as_a_whole(book: Any) -> None:
    mail = made(book, opening=" ".join(["I saw that you opened your third depot in Aarhus."] * 14))
    assert mail is not None
    assert words_in(f"{mail.wording.opening} {mail.wording.offer} {ASKS}") < 120


def test_without_anything_to_open_with_there_is_no_mail(folder: Path) -> None:
    assert made(book_of(gather(folder, "nobody"), NAMES, TODAY, 9), opening="Your growth is impressive.") is None


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=80))
def test_whatever_a_model_says_the_opening_rests_on_a_claim(opening: str, offer: str, subject: str) -> None:
    source = {
        "id": "1",
        "where": "x",
        "dated": "2026-02-11",
        "text": "Kestrel opened a depot in Aarhus.",
        "topic": "news",
    }
    claim = {
        "text": "You opened a depot in Aarhus.",
        "quote": "opened a depot in Aarhus",
        "source": "1",
        "topic": "news",
    }
    book = book_of({"sources": [source], "claims": [claim]}, NAMES, TODAY, 9)
    mail = made(book, opening=opening, offer=offer, subject=subject)
    assert mail is not None
    assert mail.claims
    assert len(mail.wording.subject) <= 60


def test_pages_that_notes_name_are_read_where_that_is_on(folder: Path) -> None:
    asked = []

    def read(url: str) -> Page:
        asked.append(url)
        return Page(url, "Kestrel hires two planners. " + "x" * 20_000, TODAY)

    assert gather(folder, "kestrel")["faults"] == []
    assert asked == []
    found = gather(folder, "kestrel", read)
    assert asked == ["https://kestrel.example/about"]
    claim = {"text": "You hire two planners.", "quote": "hires two planners", "source": asked[0], "topic": "unheard of"}
    assert [each.topic for each in book_of(found, NAMES, TODAY, 9, [claim]).claims] == ["activity", "news"]
    assert max(len(each["text"]) for each in found["sources"]) <= 8_000


def test_a_page_that_is_refused_is_told_and_no_more_than_a_few_are_asked(tmp_path: Path) -> None:
    (tmp_path / "many.md").write_text("".join(f"Page: https://k{n}.example/\n" for n in range(9)))

    def read(url: str) -> Page:
        raise PageRefused("its robots.txt does not let us")

    faults = gather(tmp_path, "many", read)["faults"]
    assert len(faults) == MOST_PAGES
    assert "was not read: its robots.txt does not let us" in faults[0]


@pytest.mark.parametrize("name", ["", "../kestrel", "nobody", "/etc/passwd"])
def test_a_name_that_has_no_notes_brings_nothing(folder: Path, name: str) -> None:
    inside = folder / "inside"
    inside.mkdir()
    found = gather(inside, name)
    assert found["sources"] == []
    assert found["faults"] == [f"there are no notes called {name!r}" if name else "the row names no notes"]


def test_notes_that_cannot_be_read_are_a_fault_and_no_crash(folder: Path) -> None:
    assert "odd.json cannot be read" in gather(folder, "odd")["faults"][0]
