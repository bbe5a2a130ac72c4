"""What meaning adds to words: strange words, what an answer says, and labelled mails near to a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from postroom_kit.embeddings import Embeddings
from postroom_kit.kept import Kept
from postroom_kit.knowledge import Article, Knowledge
from postroom_kit.knowledge.answerable import Answerable
from postroom_kit.knowledge.asking import asked
from postroom_kit.knowledge.likeness import Likeness, as_written

MEANT = {"bill": 0, "invoice": 0, "warranty": 1, "guarantee": 1, "pay": 2, "money": 2}


class Meanings:
    """An encoder with a coordinate for each thing meant, one for all else, and nothing of which sentence it is."""

    name = "meanings"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        found = np.full((len(texts), 4), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().strip("?.!").split():
                found[row, MEANT.get(word, 3)] += 1
        unit: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit


ARTICLES = [
    {"id": "invoice", "questions": ["invoice download"], "answer": "Open the invoice page. Pay there."},
    {"id": "warranty", "questions": ["warranty length"], "answer": "It runs for two years."},
]
LABELLED = [
    ("", "invoice download please", ["invoice"]),
    ("", "download of the invoice", ["invoice"]),
    ("", "warranty length please", ["warranty"]),
    ("", "invoice in gold", []),
    ("", "warranty of zebras", []),
]


def likeness(mails: Sequence[str] = (), answered_by: Sequence[Sequence[str]] = ()) -> Likeness:
    embeddings = Embeddings(Meanings())
    vectors = embeddings.of_list(mails) if mails else np.zeros((0, 4), dtype=np.float32)
    return Likeness(Knowledge.load(ARTICLES, embeddings), embeddings, vectors, answered_by)


def test_a_word_the_article_lacks_is_less_strange_where_it_has_one_that_means_the_same() -> None:
    near, far = (likeness().of("invoice", f"download the {word}", word, [word])[0] for word in ("bill", "warranty"))
    assert near == pytest.approx(0, abs=0.01)
    assert far < near - 0.4
    assert likeness().of("invoice", "invoice download", "invoice download", [])[0] == 0


def test_a_sentence_of_the_answer_near_to_the_question_speaks_for_it() -> None:
    about_money, about_years = (
        likeness().of(name, "pay money pay", "pay money pay", [])[1] for name in ("invoice", "warranty")
    )
    assert about_money > about_years


def test_a_labelled_mail_near_by_speaks_for_its_article_and_against_any_other() -> None:
    for_it = likeness(["bill"], [["invoice"]]).of("invoice", "bill", "bill", [])[2]
    against = likeness(["bill"], [[]]).of("invoice", "bill", "bill", [])[2]
    assert for_it > 0 >= against


def test_a_mail_among_those_labelled_does_not_speak_for_itself() -> None:
    known = likeness(["bill", "warranty"], [[], ["warranty"]])
    assert known.of("invoice", "bill", "bill", [], itself=0)[2] > known.of("invoice", "bill", "bill", [])[2]


def test_stems_are_turned_into_the_words_of_the_mail() -> None:
    vocabulary = Knowledge.load(ARTICLES).vocabulary
    stems = vocabulary.words("Guarantees and paid invoices")
    assert as_written(vocabulary, [*stems, "turnoff"], "Guarantees and paid invoices") == [
        "guarantees",
        "paid",
        "invoices",
        "turnoff",
    ]


def test_a_judge_that_was_kept_is_as_sure_without_embedding_the_mails_again(tmp_path: Path) -> None:
    encoder = Meanings()
    knowledge = Knowledge.load(ARTICLES, Embeddings(encoder, tmp_path / "vectors"))
    fitted = Answerable.fit(knowledge, LABELLED, Kept(tmp_path / "learnt"))
    (found,) = asked(knowledge, "", "bill download")
    before = fitted.confidence(found)
    assert 0 < before < 1
    encoder.asked.clear()
    again = Knowledge.load(ARTICLES, Embeddings(encoder, tmp_path / "vectors"))
    assert Answerable.fit(again, LABELLED, Kept(tmp_path / "learnt")).confidence(found) == before
    assert encoder.asked == ["bill download"]


def test_nothing_that_meaning_adds_makes_an_answer_less_likely() -> None:
    judge = Answerable.fit(Knowledge.load(ARTICLES, Embeddings(Meanings())), LABELLED)
    *weights, _ = judge._weights
    assert len(weights) == 11
    assert min(weights) >= 0


def test_an_answer_is_as_sure_as_meaning_and_words_are_together() -> None:
    knowledge = Knowledge.load(ARTICLES, Embeddings(Meanings()))
    mail = "the invoice download of today"
    both, words = Answerable.fit(knowledge, LABELLED), Answerable.fit(knowledge.by_words, LABELLED)
    (found,), (by_words,) = (asked(base, "", mail) for base in (knowledge, knowledge.by_words))
    assert found.passages[0].id == by_words.passages[0].id == "invoice"
    assert words.confidence(by_words) > 0
    assert both.confidence(found) == pytest.approx((both._judged(found) + words.confidence(by_words)) / 2, abs=1e-4)


def test_what_words_alone_would_not_find_is_at_most_half_as_sure() -> None:
    knowledge = Knowledge.load(ARTICLES, Embeddings(Meanings()))
    judge = Answerable.fit(knowledge, LABELLED)
    (found,) = asked(knowledge, "", "the invoice download of today")
    other = replace(found, passages=found.passages[::-1])
    assert judge.confidence(other) == pytest.approx(judge._judged(other) / 2, abs=1e-4)
    assert judge.confidence(other) < judge.confidence(found) - 0.3


def test_what_words_alone_find_second_is_judged_by_them_too() -> None:
    knowledge = Knowledge.load(ARTICLES, Embeddings(Meanings()))
    judge = Answerable.fit(knowledge, LABELLED)
    (found,) = asked(knowledge, "", "the warranty length and the invoice")
    other = replace(found, passages=found.passages[::-1])
    assert [each.id for each in knowledge.by_words.search(other.searched)][1] == other.passages[0].id
    assert judge.confidence(other) > judge._judged(other) / 2


def test_a_long_story_does_not_drown_the_question_in_it() -> None:
    knowledge = Knowledge.load(ARTICLES, Embeddings(Meanings()))
    asks = "What is the guarantee and warranty?"
    mail = f"The bill and the bill and money came. {asks}"
    assert knowledge.search(mail)[0].id == "invoice"
    assert knowledge.search(mail, question=asks)[0].id == "warranty"


def test_an_article_that_comes_later_is_judged_like_one_of_the_first() -> None:
    knowledge = Knowledge.load(ARTICLES, Embeddings(Meanings()))
    judge = Answerable.fit(knowledge, LABELLED)

    def sure(text: str) -> tuple[str, float]:
        (question,) = asked(knowledge, "", text)
        return next((passage.id for passage in question.passages), ""), judge.confidence(question)

    assert sure("How do we pay with money?")[1] < 0.5
    knowledge.add(Article("pay", ("How do we pay with money?",), "Pay by card."))
    assert sure("How do we pay with money?") == ("pay", 0.99)
    assert sure("pay with gold?")[0] == "pay"
    assert 0 <= sure("pay with gold?")[1] < 0.99
    assert sure("invoice download please")[0] == "invoice"
