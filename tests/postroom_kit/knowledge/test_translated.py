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
        ("binnen", "kostenlos binnen", "it promises a discount"),
        ("binnen", "mit Gutschrift binnen", "it promises a credit"),
        ("binnen", "heute oder binnen", "it names a date"),
        ("Schreiben", "Die Lieferung kommt am Freitag. Schreiben", "weekday 5"),
        ("Rückgabe", "Keine Rückgabe", "a denial that is only in one of the two"),
    ],
)
def test_a_fact_that_was_changed_is_named(was: str, becomes: str, found: str) -> None:
    assert untranslated(GERMAN.replace(was, becomes), "de", QUOTES, PASSAGES) == found


@pytest.mark.parametrize(
    ("code", "body", "found"),
    [
        ("de", "Wir erstatten den Betrag.", None),
        ("fr", "Nous remboursons la somme.", None),
        ("es", "Reembolsamos el importe, garantizado.", "it gives a guarantee"),
        ("it", "Rimborsiamo con un buono regalo.", "it promises a credit"),
        ("nl", "Wij betalen het terug met korting.", "it promises a discount"),
        ("pt", "Reembolsamos e assumimos a responsabilidade.", "it takes a legal position"),
        ("de", "Wir erstatten den Betrag, Ihre Daten sind sicher.", "it vouches for security"),
        ("fr", "Nous remboursons la somme demain.", "it names a date"),
    ],
)
def test_a_promise_of_another_kind_than_the_quotes_make_is_refused(code: str, body: str, found: str | None) -> None:
    said = "We refund the amount."
    assert untranslated(body, code, [("refund", said)], [Passage("refund", "?", said, 1.0)]) == found


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("de", "Guten Morgen, stellen Sie sicher, dass der Hub an jedem Tag am Morgen an ist."),
        ("fr", "Assurez-vous que le hub est allumé, et que vous avez un compte: il faut avoir une carte de crédit."),
        ("es", "El responsable de la cuenta paga por la mañana con tarjeta de crédito."),
    ],
)
def test_words_that_only_look_like_a_promise_are_none(code: str, body: str) -> None:
    said = "Turn the hub on."
    assert untranslated(body, code, [("hub", said)], [Passage("hub", "?", said, 1.0)]) is None


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
