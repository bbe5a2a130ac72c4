"""Claims in other languages rest on their sources as English ones do, and mix with no other language."""

from __future__ import annotations

from datetime import date

import pytest

from postroom_kit.knowledge import Passage
from postroom_kit.research import Claim, Source, keep_to, ledger, mail_faults
from postroom_kit.research.claims import states_nothing

TODAY, DAY = date(2026, 3, 2), date(2026, 2, 11)
TEXTS = {
    "de": "Huber Papier hat in Rosenheim eine neue Versandhalle eröffnet.\n\n"
    "Huber Papier plant, in Passau ein Lager zu bauen. Huber Papier hat nie ein Werk in Ulm eröffnet.\n\n"
    "Ein Kunde von Huber Papier hat in Linz ein Lager gebaut. Huber Papier wurde von Rivale AG übernommen.",
    "fr": "Morel a doublé le nombre de quais à Angers.\n\nMorel doublera le nombre de ses camions en mai.\n\n"
    "Morel n'a pas ouvert de dépôt à Lille. Morel a été racheté par Rival SA.",
    "es": "Ruano ha abierto su tercer almacén en Murcia.\n\nRuano duplicará el número de muelles en mayo.\n\n"
    "Ruano nunca ha cerrado un almacén en Lorca. Un cliente de Ruano ha comprado diez camiones en Jaén.",
}
HALL = "hat in Rosenheim eine neue Versandhalle eröffnet"
NAMES = {"de": ["Huber Papier"], "fr": ["Morel"], "es": ["Ruano"]}


def why(language: str, text: str, quote: str) -> str:
    source = Source("s", "https://example.com/aktuell", DAY, TEXTS[language])
    found = ledger([Claim(text, quote, "s", "news")], [source], NAMES[language], TODAY, language=language)
    return found.cut[0].reason if found.cut else ""


@pytest.mark.parametrize(
    ("language", "text", "quote"),
    [
        ("de", "Sie haben in Rosenheim eine neue Versandhalle eröffnet.", HALL),
        ("fr", "Vous avez doublé le nombre de quais à Angers.", "a doublé le nombre de quais à Angers"),
        ("es", "Han abierto su tercer almacén en Murcia.", "ha abierto su tercer almacén en Murcia"),
    ],
)  # fmt: skip
def test_a_claim_in_the_words_of_a_source_of_its_language_is_kept(language: str, text: str, quote: str) -> None:
    assert why(language, text, quote) == ""


@pytest.mark.parametrize(
    ("language", "text", "quote"),
    [
        ("de", "Sie haben in Rosenheim zwei neue Versandhallen eröffnet.", HALL),
        ("de", "Sie bauen in Passau ein Lager.", "in Passau ein Lager zu bauen"),
        ("de", "Sie haben ein Werk in Ulm eröffnet.", "ein Werk in Ulm eröffnet"),
        ("de", "Sie haben in Linz ein Lager gebaut.", "hat in Linz ein Lager gebaut"),
        ("de", "Sie haben Rivale AG übernommen.", "wurde von Rivale AG übernommen"),
        ("fr", "Vous avez doublé le nombre de vos camions en mai.", "doublera le nombre de ses camions en mai"),
        ("fr", "Vous avez ouvert un dépôt à Lille.", "ouvert de dépôt à Lille"),
        ("fr", "Vous avez racheté Rival SA.", "a été racheté par Rival SA"),
        ("es", "Han duplicado el número de muelles en mayo.", "duplicará el número de muelles en mayo"),
        ("es", "Han cerrado un almacén en Lorca.", "cerrado un almacén en Lorca"),
        ("es", "Han comprado diez camiones en Jaén.", "ha comprado diez camiones en Jaén"),
    ],
)  # fmt: skip
def test_what_was_denied_planned_or_said_of_others_is_cut(language: str, text: str, quote: str) -> None:
    assert why(language, text, quote)


def test_an_english_claim_is_none_for_a_german_mail_nor_the_other_way_round() -> None:
    news = Source("s", "https://example.com/news", DAY, "Huber Papier opened its new dispatch hall in Rosenheim.")
    claim = Claim("You opened your new dispatch hall.", "opened its new dispatch hall", "s", "news")
    (cut,) = ledger([claim], [news], NAMES["de"], TODAY, language="de").cut
    assert cut.reason == "it is in English, and the mail in German"
    german = Claim(HALL, HALL, "s", "news")
    source = Source("s", "https://example.com/", DAY, TEXTS["de"])
    assert ledger([german], [source], NAMES["de"], TODAY).cut[0].reason == "it is in German, and the mail in English"


def test_a_german_opening_keeps_what_the_ledger_says_and_loses_the_rest() -> None:
    claim = Claim("Sie haben in Rosenheim eine neue Versandhalle eröffnet.", HALL, "s", "news")
    source = Source("s", "https://example.com/", DAY, TEXTS["de"])
    book = ledger([claim], [source], NAMES["de"], TODAY, language="de")
    ours = [Passage("x", "", "Mit Baywright buchen Speditionen ein Zeitfenster.", 1.0)]
    said = (
        "Ich habe gelesen, dass Sie in Rosenheim eine neue Versandhalle eröffnet haben. Ihre Lkw warten dort Stunden. "
        "You opened your new dispatch hall. Mit Baywright buchen Speditionen ein Zeitfenster."
    )
    kept = keep_to(said, book, ours)
    assert kept.text == (
        "Ich habe gelesen, dass Sie in Rosenheim eine neue Versandhalle eröffnet haben. "
        "Mit Baywright buchen Speditionen ein Zeitfenster."
    )


@pytest.mark.parametrize(
    ("language", "sentence", "nothing"),
    [
        ("de", "Ist das für Sie ein Thema?", True),
        ("de", "Warten Ihre Lkw am Tor?", False),
        ("fr", "Serait-ce utile pour vous ?", True),
        ("fr", "Vos camions attendent ?", False),
        ("es", "¿Sería útil para ustedes?", True),
        ("es", "¿Esperan sus camiones?", False),
    ],
)
def test_only_a_question_that_presumes_nothing_states_nothing(language: str, sentence: str, nothing: bool) -> None:
    assert states_nothing(sentence, language) is nothing


@pytest.mark.parametrize(
    "subject",
    ["AW: Laderampen", "Ihre Bestellung", "Wie besprochen: Rampen", "TR: quais", "Votre facture", "Comme convenu",
     "RV: muelles", "Su pedido", "Según lo acordado"],
)  # fmt: skip
def test_no_first_mail_looks_like_an_answer_or_an_order_in_any_of_the_languages(subject: str) -> None:
    assert mail_faults(subject, "Ein Satz.", first=True)
