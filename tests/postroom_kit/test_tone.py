"""Drafts that nobody of ours would send: blame, insults, sarcasm, shouting; and plain ones that pass."""

from __future__ import annotations

import pytest

from postroom_kit.tone import off_tone


@pytest.mark.parametrize(
    ("kind", "bodies"),
    [
        (
            "blames the customer",
            [
                "That was your own mistake.",
                "You should have read the manual.",
                "You clearly didn't read our mail.",
                "Das ist Ihre eigene Schuld.",
                "Sie hätten die Anleitung lesen müssen.",
                "Vous auriez dû nous prévenir.",
                "Es su culpa.",
                "Avrebbe dovuto leggere.",
                "Dat is uw eigen fout.",
                "A culpa é sua.",
            ],
        ),
        (
            "insults the customer",
            ["This is a ridiculous question.", "Das ist doch Unsinn.", "C'est une question stupide."],
        ),
        (
            "is sarcastic or impatient",
            [
                "As I already told you, you have 30 days.",
                "Obviously the hub needs power.",
                "What did you expect?",
                "Wie wir bereits mehrfach geschrieben haben, gilt die Frist.",
                "Comme nous vous l'avons déjà dit, 30 jours.",
                "Cálmese, por favor.",
                "Non è un nostro problema.",
                "Zoals wij al schreven, dat kan niet.",
                "Como já disse, não dá.",
            ],
        ),
        ("shouts", ["PLEASE READ THE ARTICLE AGAIN.", "You have 30 days!!", "Thank you! It is 30 days!", "Really?!"]),
    ],
)
def test_what_none_of_us_would_say_is_named_with_its_sentence(kind: str, bodies: list[str]) -> None:
    for body in bodies:
        said = off_tone(f"Hello Ana,\n\n{body}")
        assert said
        assert said.startswith(f"the draft {kind}: "), (body, said)


@pytest.mark.parametrize(
    "body",
    [
        "Thank you for your patience.",
        "You have 30 days to return it!",
        "If you forget your password, choose Forgot password.",
        "Sorry for the mistake on our side. We should have told you earlier.",
        "The CSV and PDF export is under Settings.",
        "The LTE model works in the EU, UK and US.",
        "Press the RESET button for ten seconds.",
        "Der Fehler lag bei uns, bitte entschuldigen Sie.",
        "C'était notre erreur.",
        "Fue un error nuestro.",
        "È stato un nostro errore.",
        "Het was onze fout.",
        "Foi um erro nosso.",
    ],
)
def test_plain_words_pass(body: str) -> None:
    assert off_tone(body) is None


def test_what_an_article_says_word_for_word_is_our_own_tone() -> None:
    article = "Do NOT open the housing! Never!"
    assert off_tone(article)
    assert off_tone(article, [f"Some words. {article}"]) is None
