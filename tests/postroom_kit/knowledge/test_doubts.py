"""Passages that contradict each other, and old ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.knowledge import Passage
from postroom_kit.knowledge.doubts import contradiction, freshness, outdated

OLD = Passage("old", "?", "A", 1.0, date(2024, 1, 1))


def both(first: str, second: str) -> list[Passage]:
    return [Passage("a", "?", f"Hello. {first}", 1.0), Passage("b", "?", f"{second} More below.", 0.5)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("A return label is valid for 14 days.", "The return label is valid for 30 days."),
        ("Shipping costs €5.", "Shipping costs €6."),
        ("The hub has a warranty of three years.", "The hub has a warranty of 2 years."),
        ("The offer ends on 1 March.", "The offer ends on 1 April."),
    ],
    ids=["number", "amount", "words", "date"],
)
def test_the_same_words_with_other_facts_contradict(first: str, second: str) -> None:
    assert contradiction(both(first, second)) == (first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("A return label is valid for 14 days.", "The return label is valid for 14 days."),
        ("The warranty is three years.", "A warranty is 3 years."),
        ("The Team plan costs €9.", "The Pro plan costs €19."),
        ("Sensors are covered for 3 years.", "Sensors are not covered for 5 years."),
        ("It is 5.", "It is 6."),
    ],
    ids=["same", "same in words", "another thing", "a denial", "of nothing"],
)
def test_other_words_or_the_same_facts_do_not(first: str, second: str) -> None:
    assert contradiction(both(first, second)) is None


def test_one_article_does_not_contradict_itself() -> None:
    assert contradiction([Passage("a", "?", "A hub costs €79. The hub costs €89.", 1.0)]) is None


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_texts_can_be_compared(texts: list[str]) -> None:
    contradiction([Passage(str(number), "?", text, 1.0) for number, text in enumerate(texts)])


@pytest.mark.parametrize(
    ("today", "days", "found"),
    [(date(2025, 12, 31), 730, None), (date(2026, 1, 1), 730, OLD), (date(2099, 1, 1), None, None)],
    ids=["in time", "too old", "no limit"],
)
def test_an_article_is_outdated_after_so_many_days(today: date, days: int | None, found: Passage | None) -> None:
    assert outdated({"old"}, [OLD], today, days) is found
    assert outdated({"other"}, [OLD], today, days) is None


@pytest.mark.parametrize(
    ("age", "left"), [(-5, 1.0), (0, 1.0), (50, 1.0), (60, 0.98), (75, 0.95), (100, 0.9), (101, 1.0)]
)
def test_from_half_its_time_on_the_age_of_an_article_takes_confidence_away(age: int, left: float) -> None:
    assert OLD.updated
    today = OLD.updated + timedelta(days=age)
    assert freshness(["old"], [OLD], today, 100) == pytest.approx(left)
    assert freshness(["other"], [OLD], today, 100) == freshness(["old"], [OLD], today, None) == 1
