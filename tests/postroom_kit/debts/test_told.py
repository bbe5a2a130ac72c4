"""Red flags of a reply are found with the very words, in seven languages; a miss is worse than a false alarm."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.debts.told import GRAVITY, PAUSES, stops, told


def kinds(text: str, subject: str = "") -> list[str]:
    """What a reply tells, gravest first."""
    return [flag.kind for flag in told(text, subject)]


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("despair", ["I want to die.", "there is no reason to go on. when im dead you can have it",
            "Ich will nicht mehr leben"]),
        ("threat", ["I will come to your office with a gun", "I know where you live", "i'll burn the office down",
                    "Je vais vous retrouver"]),
        ("deceased", ["He passed away.", "my late husband", "Mi madre falleció en enero",
            "mein Mann ist verstorben", "è morto mio padre"]),
        ("minor", ["im 15", "My son is 12 years old", "He is a minor", "tengo 16 años", "ich bin erst 17"]),
        ("identity theft", ["I did not authorize this", "Someone opened it in my name", "me robaron la identidad"]),
        ("bankrupt", ["I filed chapter 7", "bankrupcy", "Privatinsolvenz", "surendettement", "concurso de acreedores"]),
        ("attorney", ["Talk to my lawyer.", "I am represented by counsel", "mein Rechtsanwalt",
            "mon avocat", "il mio avvocato"]),
        ("military", ["I'm on active duty", "deployed until May", "in the Navy"]),
        ("disaster", ["the hurricane took the roof", "Hochwasser", "our house burned down"]),
        ("wrong person", ["Wrong person", "I am not Jessica", "no one by that name", "Se equivoca", "falsche Adresse"]),
        ("cease", ["STOP", "stop emailing me", "Don't contact me again.",
            "ne m'écrivez plus", "Lassen Sie mich in Ruhe", "lose my email"]),
        ("complaint", ["I'll report you to the CFPB", "this violates the FDCPA", "I will sue you", "tribunale"]),
        ("creditor", ["Who is the original creditor?", "wer ist der ursprüngliche Gläubiger"]),
        ("dispute", ["I dispute this.", "this is not mine", "I don’t owe you", "The amount is wrong",
            "je conteste", "no debo nada", "klopt niet"]),
        ("refuses", ["I refuse to pay", "I'm not paying", "you won't get a cent", "Ich werde nicht zahlen"]),
        ("hardship", ["I lost my job", "can't afford this", "je suis au chômage",
            "no puedo pagar", "ich bin arbeitslos"]),
        ("paid", ["I already paid", "paid it monday", "schon überwiesen", "ya pagué", "déjà réglé"]),
        ("plan", ["can I pay 50 a month", "in three payments?", "Ratenzahlung", "a plazos", "en plusieurs fois"]),
    ],
)  # fmt: skip
def test_each_flag_is_found_in_the_words_of_people(kind: str, texts: list[str]) -> None:
    assert [text for text in texts if kind not in kinds(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "How do I pay online?", "What is your address?", "Can you resend the invoice?", "ok", "Thanks, got it.",
        "I'll pay on Friday.", "I get paid on the 15th and will pay then",
        "Do you take PayPal?", "What is the balance today?",
        "I'll pay it on the 17 of May", "We will transfer it in 3 days.",
        "Ich überweise am Freitag.", "Je paierai lundi.", "Option 2, or is 1 better?",
    ],
)  # fmt: skip
def test_plain_questions_and_promises_stop_nothing(text: str) -> None:
    assert not stops(told(text))


def test_the_gravest_comes_first_and_several_are_told() -> None:
    assert kinds("I lost my job, my father died, and I dispute the fees. Stop emailing me.") == [
        "deceased", "cease", "dispute", "hardship",
    ]  # fmt: skip


def test_who_cannot_pay_all_at_once_and_asks_for_a_plan_is_not_in_hardship() -> None:
    assert kinds("I can't pay it all right now, could I do 100 a month?") == ["plan"]
    assert kinds("I can't pay. 10 a month is all.") == ["hardship", "plan"]
    assert kinds("I can't pay it all right now, I lost my job. 10 a month?") == ["hardship", "plan"]


def test_a_subject_is_read_and_said_to_be_one() -> None:
    (flag,) = told("see above", "Cease and desist")
    assert (flag.kind, flag.quote, flag.in_subject) == ("cease", "Cease", True)


@pytest.mark.parametrize("apostrophe", ["'", "’", "`", ""])
def test_apostrophes_of_all_kinds_and_none_are_read(apostrophe: str) -> None:
    assert "dispute" in kinds(f"I don{apostrophe}t owe this")


def test_accents_and_line_ends_do_not_hide_words_nor_shift_the_quote() -> None:
    text = "Señora,\n\nya   pagué\n el lunes"
    (flag,) = told(text)
    assert flag.quote == text[flag.start : flag.end] == "ya   pagué"


@given(st.text(max_size=300) | st.text("I don't owe pay stop ÄßéŁ  \n’", max_size=300))
def test_a_quote_is_always_the_very_words(text: str) -> None:
    for flag in told(text, text):
        assert flag.quote == text[flag.start : flag.end]
        assert flag.kind in GRAVITY


@pytest.mark.parametrize(
    "piece", ["not never ", "i have been ", "pay ", "someone else took out loans ", "a ", "stop ", "\n\n", "("]
)
def test_a_very_long_mail_takes_no_long_time(piece: str) -> None:
    began = time.perf_counter()
    told(piece * (50_000 // len(piece)))
    assert time.perf_counter() - began < 10


def test_only_paid_and_plan_may_be_followed_by_another_mail() -> None:
    assert sorted(PAUSES) == ["paid", "plan"]
    assert not stops(told("I already paid"))
    assert all(stops(told(text)) for text in ("stop", "wrong person", "my lawyer", "I dispute it"))
