"""Long mails: what is searched of them, at what cost, and that nothing is passed over."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from postroom_kit.embeddings import Embeddings
from postroom_kit.kept import NOWHERE
from postroom_kit.knowledge import Knowledge
from postroom_kit.knowledge.answerable import Answerable
from postroom_kit.knowledge.asking import MOST_QUESTIONS, Asked, asked
from postroom_kit.knowledge.coverage import Vocabulary
from postroom_kit.knowledge.sentences import LONGEST_QUESTION, clauses

ARTICLES = [
    {"id": "warranty", "questions": ["How long is the warranty on a lamp?"], "answer": "The warranty is two years."},
    {"id": "repair", "questions": ["How do I repair a lamp?"], "answer": "Open the lamp and change the bulb."},
    {"id": "hours", "questions": ["When are you open?"], "answer": "Monday to Friday."},
]
KNOWLEDGE = Knowledge.load(ARTICLES)
LABELLED = [("", "How long is the lamp's warranty?", ["warranty"]), ("", "Do you sell lamps in Japan?", [])]


def is_answered(found: Asked) -> bool:
    return Answerable.fit(KNOWLEDGE, LABELLED, NOWHERE).confidence(found) > 0


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the lengths of the texts that are cut into words, as they are."""
    lengths: list[int] = []
    words = Vocabulary.words

    def counted(vocabulary: Vocabulary, text: str) -> list[str]:
        lengths.append(len(text))
        return words(vocabulary, text)

    monkeypatch.setattr(Vocabulary, "words", counted)
    return lengths


@pytest.mark.parametrize(
    "again", ["Can I repair a lamp and ", "my lamp flickers and I want to know how to repair it and "]
)
def test_one_sentence_twice_as_long_costs_no_more_than_twice_as_much(cut: list[int], again: str) -> None:
    costs = []
    for times in (200, 400):
        cut.clear()
        asked(KNOWLEDGE, "", again * times)
        costs.append(sum(cut))
    assert costs[1] <= 2.1 * costs[0]


@pytest.mark.parametrize("times", [40, 80])
def test_what_is_done_is_looked_for_near_its_verb(cut: list[int], times: int) -> None:
    KNOWLEDGE.vocabulary.actions("can I repair and " * times)
    assert sum(cut) <= times * 250


def test_a_question_longer_than_a_page_is_answered_by_nothing() -> None:
    question = "How long is the warranty on a lamp"
    longer = f"{question}{', and on a lamp' * (LONGEST_QUESTION // 10)}?"
    short, long = asked(KNOWLEDGE, "", f"{question}?"), asked(KNOWLEDGE, "", longer)
    assert is_answered(short[0])
    assert [found.passages[0].id for found in long] == ["warranty"]
    assert not any(map(is_answered, long))


def test_the_questions_behind_the_most_that_are_searched_stay_open() -> None:
    question = "How long is the warranty on a lamp?"
    most = asked(KNOWLEDGE, "", f"{question} " * MOST_QUESTIONS)
    assert len(most) == MOST_QUESTIONS
    assert all(map(is_answered, most))
    *searched, rest = asked(KNOWLEDGE, "", f"{question} " * MOST_QUESTIONS + "Does the lamp swim? " * 100)
    assert searched == most
    assert (rest.question, rest.passages, is_answered(rest)) == ("Does the lamp swim?", (), False)


def test_a_sentence_of_many_questions_is_cut_into_all_of_them() -> None:
    assert len(clauses(", ".join(["how is it"] * 150))) == 150
    assert len(clauses(", ".join(["how is it"] * 150) + "?")) == 150


WARRANTY, REPAIR, TROUBLE = "How long is the warranty on a lamp?", "How do I repair a lamp?", "The flames are gone."


def test_what_leads_up_to_a_question_asked_again_speaks_against_that_one() -> None:
    found = asked(KNOWLEDGE, "", f"{WARRANTY} {REPAIR} {TROUBLE} {WARRANTY}")
    assert [(each.question, each.unmet) for each in found] == [(WARRANTY, ""), (REPAIR, ""), (WARRANTY, TROUBLE)]


def test_what_leads_up_to_a_question_that_is_not_searched_speaks_against_none_that_is() -> None:
    most = asked(KNOWLEDGE, "", f"{WARRANTY} " * MOST_QUESTIONS)
    assert asked(KNOWLEDGE, "", f"{WARRANTY} " * MOST_QUESTIONS + f"{TROUBLE} {REPAIR} " * 3)[:-1] == most


@given(st.lists(st.sampled_from([WARRANTY, REPAIR, TROUBLE, "How does it work?", "And when?", "Hello,"]), max_size=40))
def test_in_whatever_order_it_is_said_a_mail_is_searched(said: list[str]) -> None:
    assert asked(KNOWLEDGE, "Lamps", "\n".join(said))


class Counting:
    """An encoder to which all texts are alike, and which keeps those that it was given at once."""

    name = "counting"

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.batches.append(list(texts))
        return np.array([[1, 0]] * len(texts), dtype=np.float32)


def test_all_that_is_searched_of_a_mail_is_encoded_at_once_and_only_once() -> None:
    model = Counting()
    knowledge = Knowledge.load(ARTICLES, Embeddings(model))
    judge = Answerable.fit(knowledge, LABELLED, NOWHERE)
    lines = [f"The lamp of room{number} was dear. Can gnomes{number} repair its glue{number}?" for number in range(30)]
    asked(knowledge, "", "How long is the warranty on a lamp?")
    judge.compose(asked(knowledge, "", lines[0]), 0.5)
    model.batches.clear()
    found = asked(knowledge, "Lamps", "\n".join(lines))
    assert [len(found), len(model.batches)] == [30, 1]
    judge.compose(found, 0.5)
    judge.compose(asked(knowledge, "Lamps", "\n".join(lines)), 0.5)
    encoded = [text for batch in model.batches for text in batch]
    assert len(encoded) == len(set(encoded)) > 90
    assert len(model.batches) <= 31
