"""What may be said of a prospect: only what a dated source says, in its words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.research import Claim, Source, ledger
from postroom_kit.research.claims import months_before

TODAY = date(2026, 3, 2)
NAMES = ["Kestrel Freight", "Kestrel", "Jonas Lind"]
NEWS = Source(
    "news",
    "https://kestrel.example/news",
    date(2026, 2, 11),
    "Kestrel Freight opened its third depot in Aarhus on 4 February. It plans to open a fourth in Lund.\n\n"
    "Rival Haulage denied that it had bought Kestrel Freight. Kestrel was founded by Jonas Lind.\n\n"
    "Rival Haulage moved to Hamburg last week. Kestrel opened a shop, but closed it again.",
)


def why(text: str, quote: str, source: Source = NEWS, months: int = 9) -> str:
    """Return why a claim is cut, "" where it is kept."""
    found = ledger([Claim(text, quote, source.id, "news")], [source], NAMES, TODAY, months)
    return found.cut[0].reason if found.cut else ""


def test_a_claim_in_the_words_of_its_source_is_kept_with_its_date_and_place() -> None:
    claim = Claim("You opened your third depot in Aarhus.", "opened its third depot in Aarhus", "news", "news")
    found = ledger([claim], [NEWS], NAMES, TODAY)
    assert [each.dated for each in found.claims] == [date(2026, 2, 11)]
    assert found.where(found.claims[0]) == "https://kestrel.example/news"
    assert found.about("activity", "news") == found.claims[0]
    assert found.about("pain point") is None


@pytest.mark.parametrize(
    ("text", "quote", "reason"),
    [
        ("You opened your third depot.", "opened its third depots in Aarhus", "does not stand"),
        ("You opened your third depot.", "opened its", "does not stand"),
        ("You opened your third depot in Oslo.", "opened its third depot in Aarhus", "'Oslo'"),
        ("You opened your 3 depots.", "opened its third depot in Aarhus", "'3'"),
        ("You opened a fourth in Lund.", "to open a fourth in Lund", "'plan'"),
        ("You had bought Kestrel.", "it had bought Kestrel Freight", "does not say that of"),
        ("You founded Jonas Lind.", "Kestrel was founded by Jonas Lind", "found"),
        ("You moved to Hamburg last week.", "moved to Hamburg last week", "does not say that of"),
        ("You opened a shop.", "Kestrel opened a shop", "close"),
        ("Aarhus opened your third depot.", "opened its third depot in Aarhus", "'opened'"),
        ("All your depots opened.", "opened its third depot in Aarhus", "'All'"),
        ("You opened your third depot, €.", "opened its third depot in Aarhus", "'€'"),
    ],
)
def test_what_the_quote_does_not_say_is_cut(text: str, quote: str, reason: str) -> None:
    assert reason in why(text, quote)


def test_a_plan_may_be_called_one() -> None:
    assert why("You plan to open a fourth in Lund.", "It plans to open a fourth in Lund") == ""


@pytest.mark.parametrize(
    ("dated", "reason"),
    [
        (None, "no date"),
        (TODAY + timedelta(days=1), "to come"),
        (date(2025, 6, 1), "older than 9 months"),
        (date(2025, 6, 2), ""),
        (TODAY, ""),
    ],
)
def test_a_source_must_have_a_day_that_is_neither_old_nor_to_come(dated: date | None, reason: str) -> None:
    source = Source("news", "notes", dated, "Kestrel opened its third depot in Aarhus.")
    found = why("You opened your third depot.", "opened its third depot in Aarhus", source)
    assert found == "" if reason == "" else reason in found


def test_a_claim_without_its_source_is_cut() -> None:
    found = ledger([Claim("You opened a depot.", "opened a depot", "web", "news")], [NEWS], NAMES, TODAY)
    assert found.cut[0].reason == "there is no source 'web'"


def test_typography_and_line_breaks_do_not_matter_and_letters_do() -> None:
    source = Source("news", "notes", TODAY, "Kestrel’s team –\nall of it – moved into\n“Dock 7”.")
    assert why("Your team moved into Dock 7.", 'team - all of it - moved into "Dock 7"', source) == ""
    assert "does not stand" in why("Your team moved into Dock 7.", "team - all of it - moved into Dock 8", source)


def test_who_speaks_of_themselves_on_a_page_that_names_them_speaks_of_the_prospect() -> None:
    jobs = Source("news", "https://kestrel.example/jobs", TODAY, "We plan our loading bays on a whiteboard.")
    assert why("You plan your loading bays on a whiteboard.", "plan our loading bays on a whiteboard", jobs) == ""
    other = Source("news", "https://rival.example/jobs", TODAY, "We plan our loading bays on a whiteboard.")
    assert "does not say that of" in why("You plan your loading bays.", "plan our loading bays on a whiteboard", other)


@pytest.mark.parametrize(
    ("sentence", "is_theirs"),
    [
        ("Kestrel opened a depot in Aarhus.", True),
        ("Last week Kestrel Freight quietly opened a depot in Aarhus.", True),
        ("It opened a depot in Aarhus.", True),
        ("Kestrel said that Rival opened a depot in Aarhus.", False),
        ("A customer of Kestrel opened a depot in Aarhus.", False),
        ("Kestrel's customer opened a depot in Aarhus.", False),
        ("Together with Kestrel, Rival opened a depot in Aarhus.", False),
        ("Kestrel, whose owner opened a depot in Aarhus, is quiet.", False),
        ("Rival opened a depot in Aarhus, near Kestrel.", False),
        ("Kestrel only opened a depot in Aarhus.", False),
    ],
)
def test_what_is_said_of_somebody_else_is_not_said_of_the_prospect(sentence: str, is_theirs: bool) -> None:
    source = Source("news", "https://kestrel.example", TODAY, sentence)
    assert (why("You opened a depot in Aarhus.", "opened a depot in Aarhus", source) == "") is is_theirs


def test_their_own_things_are_theirs() -> None:
    source = Source("news", "https://paper.example", TODAY, "In Aarhus Kestrel's trucks wait at the gate.")
    assert why("Your trucks wait at the gate.", "trucks wait at the gate", source) == ""


@given(st.text(max_size=200), st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_kept_stands_in_the_source(text: str, quote: str, said: str) -> None:
    source = Source("s", "notes", TODAY, f"Kestrel {text}")
    found = ledger([Claim(said, quote, "s", "news")], [source], NAMES, TODAY)
    assert len(found.claims) + len(found.cut) == 1
    if found.claims:
        assert "".join(filter(str.isalnum, quote)) in "".join(filter(str.isalnum, source.text))


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 48))
def test_months_before_is_never_later_and_never_a_day_too_early(day: date, months: int) -> None:
    before = months_before(day, months)
    assert (day.year * 12 + day.month) - (before.year * 12 + before.month) == months
    assert before.day == day.day or (before.day < day.day and (before + timedelta(days=1)).day == 1)
