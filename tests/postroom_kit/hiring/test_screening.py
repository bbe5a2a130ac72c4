"""Screening: the same questions for all, worded to suit what they stated; answers are quotes, or there are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.hiring.screening import Answer, QuestionsError, QuestionSet, extract, located

ROWS = [
    {
        "id": "service",
        "text": "Which service did you run in production, and what broke?",
        "wordings": [
            {"when": ["Kubernetes", "Docker"], "text": "What broke in a service you ran on Kubernetes?"},
            {"when": ["embedded"], "text": "What broke in a device you shipped?"},
        ],
        "words": ["production", "outage", "broke", "incident"],
    },
    {"id": "notice", "text": "When could you start?", "words": ["notice", "start", "available"]},
    {"id": "pay", "text": "Which salary do you expect?", "words": ["salary", "eur", "expect"]},
]
SET = QuestionSet.read(ROWS)


@given(stated=st.text(max_size=100) | st.sampled_from(["Kubernetes and embedded Docker", "EMBEDDED C", "docker"]))
def test_everyone_gets_every_question_in_its_order(stated: str) -> None:
    assert [asked.id for asked in SET.tailored(stated)] == ["service", "notice", "pay"]


def test_a_wording_suits_what_was_stated() -> None:
    assert SET.tailored("Docker, Kubernetes")[0].text == "What broke in a service you ran on Kubernetes?"
    assert SET.tailored("embedded C")[0].text == "What broke in a device you shipped?"
    assert SET.tailored("embeddedness, Rust")[0].text == "Which service did you run in production, and what broke?"


def test_a_changed_question_makes_another_version() -> None:
    changed = [*ROWS[:2], {**ROWS[2], "text": "What salary do you expect?"}]
    assert SET.version == QuestionSet.read(ROWS).version != QuestionSet.read(changed).version


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"id": "a", "text": " "}],
        [{"id": "", "text": "Why?"}],
        [ROWS[0], ROWS[0]],
        [{"id": "a", "text": "How old are you?"}],
        [{"id": "a", "text": "Why?", "wordings": [{"when": ["x"], "text": "What is your current salary?"}]}],
    ],
)
def test_a_set_that_must_not_be_asked_is_refused(rows: list[dict[str, object]]) -> None:
    with pytest.raises(QuestionsError):
        QuestionSet.read(rows)


NUMBERED = """Hi Postroom,

1. Our checkout broke when a cache was cold.
It took an hour to find.
2) Three months' notice.

3. 80,000 EUR

Best regards,
Ana Duarte"""


def quotes(text: str) -> dict[str, str]:
    return {answer.id: answer.quote for answer in extract(text, SET.questions)}


def test_numbered_answers_are_taken_word_for_word() -> None:
    found = extract(NUMBERED, SET.questions)
    assert [answer.quote for answer in found] == [
        "Our checkout broke when a cache was cold.\nIt took an hour to find.",
        "Three months' notice.",
        "80,000 EUR",
    ]
    assert all(NUMBERED[answer.start : answer.end] == answer.quote for answer in found)
    assert SET.unanswered(found) == []


def test_an_answer_left_out_is_named() -> None:
    found = extract("1. The cache broke.\n3. 80,000", SET.questions)
    assert SET.unanswered(found) == ["notice"]
    assert SET.unanswered(extract("Will do tomorrow.", SET.questions)) == ["service", "notice", "pay"]
    assert SET.unanswered([Answer("pay", "  ")]) == ["service", "notice", "pay"]


def test_without_numbers_answers_are_told_by_their_words() -> None:
    text = "Hi,\nwe had an outage when the cache was cold. My notice period is three months. I expect 80k.\nBest, Ana"
    assert quotes(text) == {
        "service": "we had an outage when the cache was cold.",
        "notice": "My notice period is three months.",
        "pay": "I expect 80k.",
    }


@pytest.mark.parametrize(
    "text",
    [
        "What salary do you pay?",
        "I expect to be available from March.",  # speaks for two questions
        "1. a\n1. b",
        "2. b\n1. a",
        "1. a\n9. b",
        "",
    ],
)
def test_what_may_answer_two_questions_or_none_answers_none(text: str) -> None:
    assert quotes(text) == {}


def test_a_quote_that_nobody_wrote_is_no_answer() -> None:
    text = "I ran a shop. I could start\nin March."
    given = {"service": "I ran a large shop.", "notice": "I could start in March.", "pay": "", "other": "I ran a shop."}
    found = located(given, text, ["service", "notice", "pay"])
    assert found == [Answer("notice", "I could start\nin March.", 14, 37)]


@given(text=st.text(max_size=400), quote=st.text(max_size=40))
def test_every_answer_stands_in_the_mail_where_it_says(text: str, quote: str) -> None:
    found = [*extract(text, SET.questions), *located({"pay": quote}, text, ["pay"])]
    assert all(text[answer.start : answer.end] == answer.quote for answer in found)


def test_a_role_described_in_words_that_keep_people_away_is_refused() -> None:
    about = {"title": "Engineer", "place": "Berlin", "offer": "You build services.", "criteria": [], "questions": ROWS}
    assert QuestionSet.of_role(about).version == SET.version
    with pytest.raises(QuestionsError, match="'young' speaks of age"):
        QuestionSet.of_role({**about, "offer": "Join a young team."})
