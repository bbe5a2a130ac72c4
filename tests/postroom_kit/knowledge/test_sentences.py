"""Where a sentence ends, and which ones ask for something."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.knowledge import questions, sentences
from postroom_kit.knowledge.sentences import unsigned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs 12.50 a month. Really?", ["It costs 12.50 a month.", "Really?"]),
        ("Write to Dr. Lee, e.g. today. Thanks!", ["Write to Dr. Lee, e.g. today.", "Thanks!"]),
        ("See https://example.com/a.b?c=1. Then go.", ["See https://example.com/a.b?c=1.", "Then go."]),
        ("Hi Anna,\n\nit works.", ["Hi Anna,", "it works."]),
        ("Steps:\n1. Open it\n2) Close it\n- Done", ["Steps:", "Open it", "Close it", "Done"]),
        ("注文はどこですか。教えて。", ["注文はどこですか。", "教えて。"]),
        (" \n ", []),
    ],
)
def test_sentences_end_where_a_reader_stops(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_line_wrapped_by_a_mail_program_is_joined() -> None:
    wrapped = "You can change the plan at any time under the\nsettings. It is free."
    assert sentences(wrapped) == ["You can change the plan at any time under the settings.", "It is free."]


@pytest.mark.parametrize(
    "asked",
    [
        "Where is my order?",
        "Please cancel my plan.",
        "I would like to know the price.",
        "My invoice has never arrived.",
        "Bitte senden Sie mir die Rechnung.",
        "Je voudrais changer mon adresse.",
        "Quisiera cambiar la dirección.",
    ],
)
def test_a_request_stands_out_among_statements(asked: str) -> None:
    assert questions(f"Hi Sam,\n\nThe app is great. {asked}\n\nAnna") == [asked]


@given(st.text(max_size=500))
def test_sentences_lose_no_letter(text: str) -> None:
    letters = [character for character in text if character.isalpha()]
    assert [character for character in "".join(sentences(text)) if character.isalpha()] == letters


def test_two_questions_in_one_sentence_are_two() -> None:
    text = "Is the return free from Germany, and when do I get my refund?"
    assert questions(text) == ["Is the return free from Germany", "when do I get my refund?"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Do you have webhooks, and how are they signed?", ["Do you have webhooks", "how are they signed?"]),
        ("Is it loud as well as where it is made?", ["Is it loud", "where it is made?"]),
        ("Which cells do I need, where do I buy them?", ["Which cells do I need", "where do I buy them?"]),
        ("How do I open the hub and clean the lid?", ["How do I open the hub?", "How do I clean the lid?"]),
        ("How long is the trial and the notice?", ["How long is the trial?", "How long is the notice?"]),
        ("How long is it between a mail and an alert?", ["How long is it between a mail and an alert?"]),
        ("Wie lange dauert es und was kostet es?", ["Wie lange dauert es", "was kostet es?"]),
        ("Combien ça coûte et quand livrez-vous ?", ["Combien ça coûte", "quand livrez-vous ?"]),
        ("¿Cuánto cuesta y cuándo llega?", ["¿Cuánto cuesta", "cuándo llega?"]),
    ],
)
def test_each_thing_that_a_sentence_asks_is_a_question(text: str, expected: list[str]) -> None:
    assert questions(text) == expected


@pytest.mark.parametrize(
    "wish",
    [
        "I would also like to know whether you have a shop.",
        "My manager wants to know where they are made.",
        "It would be nice to hear who uses it.",
        "We are also curious about the price.",
        "Meine Chefin möchte auch wissen, ob es leise ist.",
        "Mon chef voudrait aussi savoir le prix.",
        "También quisiera saber el precio.",
        "Vorrei anche sapere il prezzo.",
    ],
)
def test_a_wish_to_know_is_a_question(wish: str) -> None:
    assert questions(f"How long does it take? {wish}") == ["How long does it take?", wish]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("It fails.\n\nJulia", "It fails."),
        ("It fails.\nJulia Weiss \n \n", "It fails."),
        ("It fails.\n\nTurkey", "It fails.\n\nTurkey"),
        ("It fails, says Julia", "It fails, says Julia"),
        ("Julia", "Julia"),
        ("", ""),
    ],
)
def test_the_name_under_a_mail_is_no_part_of_what_it_asks(text: str, kept: str) -> None:
    assert unsigned(text, "Weiss, Julia") == kept


def test_without_a_name_nothing_but_blank_lines_is_taken_off() -> None:
    assert unsigned("It fails.\n\nJulia\n", "") == "It fails.\n\nJulia"
