"""Anger that no model has to see: the words of seven languages, shouting, and what is none of it."""

import pytest

from postroom_kit.anger import angry


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("You people are unbelievable idiots.", "insults us"),
        ("Screw you. How do I cancel my subscription?", "insults us"),
        ("Ihr seid doch alle Idioten. Wie lange ist die Garantie?", "insults us"),
        ("Bande d'incapables ! Où sont mes factures ?", "insults us"),
        ("Bunch of crooks.", "accuses us"),
        ("You liars!", "accuses us"),
        ("¡Ladrones! ¿Cómo cancelo mi suscripción?", "accuses us"),
        ("Jullie zijn oplichters! Hoe zeg ik op?", "accuses us"),
        ("I have had enough of this nonsense.", "is out of patience"),
        ("Thank you for ignoring my question.", "is out of patience"),
        ("È una vergogna! Dove trovo le fatture?", "is out of patience"),
        ("Estou farto de vocês. Quanto tempo dura a garantia?", "is out of patience"),
        ("👎🏻", "is out of patience"),
        ("Great, thanks 🙄", "is out of patience"),
        ("Third mail now.", "has written before"),
        ("C’est la troisième fois que je vous écris.", "has written before"),
        ("HOW LONG IS THE WARRANTY", "shouts"),
        ("How long is the warranty?!?", "shouts"),
        ("WO IST MEINE RECHNUNG", "shouts"),
    ],
)
def test_anger_is_told_from_words(text: str, how: str) -> None:
    assert angry("", text) == how


@pytest.mark.parametrize(
    "text",
    [
        "I feel like an idiot, but where is the reset button?",
        "Sorry for my stupid question: where are the invoices?",
        "HACCP REPORT - how do I make one?",
        "Do you support WPA WEP TKIP AES?",
        "Help!! How do I sign in?",
        "How often do I have to calibrate?",
        "The mail landed in the junk folder.",
        "Was kostet der Versand?",
        "Quando chega a encomenda?",
    ],
)
def test_calm_mail_is_not_taken_for_anger(text: str) -> None:
    assert angry("", text) is None


def test_the_subject_counts_too() -> None:
    assert angry("You liars", "How long is the warranty?") == "accuses us"
