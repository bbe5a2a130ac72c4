"""How sure it is that the passage found answers the question."""

import pytest

from postroom_kit.knowledge import Knowledge
from postroom_kit.knowledge.answerable import VERBATIM, Answerable
from postroom_kit.knowledge.asking import asked, passages_of

KNOWLEDGE = Knowledge.load(
    [
        {"id": "open", "questions": ["When do you open?", "opening hours of the library"], "answer": "At nine."},
        {"id": "card", "questions": ["How do I get a library card?", "apply for a card"], "answer": "At the desk."},
        {"id": "lend", "questions": ["How many books may I borrow?", "limit of books"], "answer": "Ten books."},
        {
            "id": "fine",
            "questions": ["What does a late book cost?", "fine for late return"],
            "answer": "A euro a week.",
        },
        {"id": "renew", "questions": ["How do I extend a loan?", "extend the loan of a book"], "answer": "In the app."},
    ]
)
LABELLED = [
    ("", "opening hours please", ["open"]),
    ("", "I want to apply for a card", ["card"]),
    ("", "what is the limit of books", ["lend"]),
    ("", "how do I extend my loan", ["renew"]),
    ("", "how do I shorten my loan", []),
    ("", "can I sell books to the library", []),
    ("", "do you show films", []),
    ("", "how do I burn a card", []),
]


@pytest.fixture(scope="module")
def judge() -> Answerable:
    return Answerable.fit(KNOWLEDGE, LABELLED)


def sure(judge: Answerable, text: str) -> float:
    return min(judge.confidence(found) for found in asked(KNOWLEDGE, "", text))


@pytest.mark.parametrize(
    ("answered", "near"),
    [
        ("How do I extend a loan?", "How do I shorten a loan?"),
        ("How do I get a library card?", "How do I destroy a library card?"),
        ("How many books may I borrow?", "How many films may I borrow?"),
        ("When do you open?", "When do you close?"),
    ],
)
def test_a_near_miss_is_less_sure_than_the_question_it_resembles(judge: Answerable, answered: str, near: str) -> None:
    assert sure(judge, answered) > sure(judge, near)


def test_nothing_left_open_makes_an_answer_likelier(judge: Answerable) -> None:
    *weights, _ = judge._weights
    assert min(weights) >= 0


def test_nothing_found_is_never_sure(judge: Answerable) -> None:
    assert sure(judge, "zebra giraffe?") == 0.0


def test_a_question_without_words_of_its_own_belongs_to_the_one_before() -> None:
    assert [found.question for found in asked(KNOWLEDGE, "", "I want to extend my loan. Is that possible?")] == [
        "I want to extend my loan."
    ]


def test_where_no_question_stands_out_nothing_of_the_mail_speaks_against_it() -> None:
    (found,) = asked(KNOWLEDGE, "", "The fine for late return. I did not pay.")
    assert (found.passages[0].id, found.unmet) == ("fine", "")


def test_mails_of_one_kind_alone_teach_nothing() -> None:
    with pytest.raises(ValueError, match="both labelled"):
        Answerable.fit(KNOWLEDGE, LABELLED[:4])


def test_a_wording_word_for_word_is_sure_and_a_word_of_it_alone_is_not(judge: Answerable) -> None:
    assert sure(judge, "When do you open?") == VERBATIM
    assert sure(judge, "about a late book") < sure(judge, "What does a late book cost?")


def test_a_subject_that_says_nothing_does_not_blur_the_question(judge: Answerable) -> None:
    (bare,), (under,) = asked(KNOWLEDGE, "", "extend the loan"), asked(KNOWLEDGE, "asdf qwertz", "extend the loan")
    assert judge.confidence(under) == judge.confidence(bare)


def test_a_subject_says_what_a_question_is_about_that_does_not_say_it() -> None:
    (found,) = asked(KNOWLEDGE, "library card", "How do I get one?")
    assert found.passages[0].id == "card"


def test_an_answer_is_composed_of_the_passages_that_are_sure_and_names_what_is_left(judge: Answerable) -> None:
    questions = asked(KNOWLEDGE, "", "When do you open? Can I get a zebra giraffe? How many books may I borrow?")
    composed = judge.compose(questions, VERBATIM)
    assert composed.passages == {"open": "At nine.", "lend": "Ten books."}
    assert composed.unanswered == ["Can I get a zebra giraffe?"]
    assert composed.confidences == [judge.confidence(found) for found in questions]
    assert {passage.id for passage in passages_of(questions)} >= {"open", "lend"}
