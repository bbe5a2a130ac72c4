"""A reply in another language: what of it is not in the passages it quotes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.knowledge import Passage
from postroom_kit.knowledge.translated import untranslated

ANSWER = "You can return goods within 30 days of 24 December, and two hubs cost €149 (0.5 kg). Write to us@example.com."
PASSAGES = [Passage("return", "?", ANSWER, 1.0)]
QUOTES = [("return", ANSWER)]
GERMAN = (
    "Rückgabe binnen 30 Tagen ab dem 24. Dezember; zwei Hubs kosten 149 € (0,5 kg). Schreiben Sie an us@example.com."
)


def test_the_same_facts_in_other_words_pass() -> None:
    assert untranslated(GERMAN, "de", QUOTES, PASSAGES) is None


@pytest.mark.parametrize(
    ("was", "becomes", "found"),
    [
        ("30", "60", "60"),
        ("0,5", "5", "5"),
        ("Dezember", "November", "month 11"),
        ("zwei", "drei", "3"),
        ("€", "£", "£"),
        ("us@", "them@", "them@example.com"),
        ("binnen", "kostenlos binnen", "a promise"),
        ("Rückgabe", "Keine Rückgabe", "a denial that is only in one of the two"),
    ],
)
def test_a_fact_that_was_changed_is_named(was: str, becomes: str, found: str) -> None:
    assert untranslated(GERMAN.replace(was, becomes), "de", QUOTES, PASSAGES) == found


def test_a_denial_left_out_is_seen() -> None:
    passages = [Passage("cold", "?", "The sensors are not for ovens.", 1.0)]
    quotes = [("cold", "The sensors are not for ovens.")]
    assert untranslated("Les capteurs sont pour les fours.", "fr", quotes, passages)
    assert untranslated("Les capteurs ne sont pas pour les fours.", "fr", quotes, passages) is None


@pytest.mark.parametrize("quotes", [[("other", ANSWER)], [("return", "You can return goods.")], [("return", "Hello")]])
def test_a_quote_that_its_passage_does_not_hold_is_refused(quotes: list[tuple[str, str]]) -> None:
    assert untranslated("Ja.", "de", quotes, PASSAGES) == quotes[0][1]


def test_a_language_of_which_we_have_no_words_is_refused() -> None:
    assert "pl" in (untranslated("Tak.", "pl", QUOTES, PASSAGES) or "")


@given(st.integers(13, 10_000).filter(lambda number: str(number) not in ("30", "24", "149")))
def test_no_other_number_passes(number: int) -> None:
    assert untranslated(f"{GERMAN} Es sind {number}.", "de", QUOTES, PASSAGES) == str(number)
