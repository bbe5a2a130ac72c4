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


def test_a_second_question_that_speaks_of_the_first_stays_with_it() -> None:
    assert len(questions("Do you have webhooks, and how are they signed?")) == 1


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
