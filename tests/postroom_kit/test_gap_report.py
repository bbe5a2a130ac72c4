"""Gaps of a knowledge base: what went unanswered, the same questions together, and articles to look over."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from postroom_kit.embeddings import Embeddings
from postroom_kit.gap_report import Gap, Unanswered, gaps, unanswered
from postroom_kit.knowledge import Knowledge

TODAY = date(2026, 3, 9)
ARTICLES = Path(__file__).parents[2] / "agents" / "support_agent" / "data" / "knowledge.json"
KNOWLEDGE = Knowledge.load(ARTICLES)
ANSWER = """Dear Ana,

Thank you for your message!
We take Bitcoin through our partner BitPay.
Write to billing@example.com for an address to pay to.

Kind regards
Bo from support"""


def ask(question: str, thread: str, *answers: str, reason: str = "no article answers: x") -> Unanswered:
    return Unanswered(question, reason, thread, answers)


def found(*asked: Unanswered) -> list[Gap]:
    return gaps(KNOWLEDGE, asked, TODAY)


def test_the_same_question_in_other_words_is_one_gap_and_the_most_frequent_comes_first() -> None:
    told = found(
        ask("Can I paint the hub?", "1"),
        ask("Do you accept Bitcoin?", "2"),
        ask("can I pay in bitcoin?", "3"),
        ask("Do you accept   Bitcoin?", "4"),
    )
    assert [(gap.question, gap.times, gap.wordings) for gap in told] == [
        ("Do you accept Bitcoin?", 3, ("can I pay in bitcoin?",)),
        ("Can I paint the hub?", 1, ()),
    ]


def test_what_is_like_a_question_that_was_told_is_left_out() -> None:
    asked = [ask(text, str(number)) for number, text in enumerate(["can I pay in bitcoin?", "Can I paint the hub?"])]
    left = gaps(KNOWLEDGE, asked, TODAY, told={"Do you accept Bitcoin?"})
    assert [gap.question for gap in left] == ["Can I paint the hub?"]


class Apart:
    """An encoder to which no two of the two questions below mean anything alike."""

    name = "apart"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found = np.zeros((len(texts), 2), dtype=np.float32)
        for row, text in enumerate(texts):
            found[row, int("payment" in text)] = 1
        return found


def test_the_same_words_are_one_gap_though_they_seem_far_in_meaning() -> None:
    knowledge = Knowledge(KNOWLEDGE.articles, Embeddings(Apart()))
    asked = [ask("Do you take Bitcoin for payment?", "1"), ask("Would you accept bitcoin?", "2")]
    assert [gap.times for gap in gaps(knowledge, asked, TODAY)] == [2]


def test_a_customer_who_asks_again_on_the_same_thread_counts_once() -> None:
    assert [gap.times for gap in found(*(ask("Can I paint the hub?", "1") for _ in range(4)))] == [1]


@pytest.mark.parametrize("nothing", ["", "  \n "])
def test_a_question_without_words_is_none(nothing: str) -> None:
    assert found(ask(nothing, "1")) == []


def test_it_says_why_people_got_it_and_which_article_is_near() -> None:
    unsure = "not sure that the article found answers the question"
    (gap,) = found(ask("How do I return an item that I opened?", "1", reason=unsure))
    assert (gap.reason, gap.nearest, gap.article) == (unsure, "return-how", "")
    assert found(ask("Quo vadis?", "1"))[0].nearest == ""


def test_an_answer_of_a_person_makes_an_article_that_the_knowledge_can_load() -> None:
    (gap,) = found(ask("Do you accept Bitcoin?", "1", "I will ask.", ANSWER), ask("Would you accept bitcoin?", "2"))
    entry = json.loads(f"{{{gap.article}}}")
    assert entry == {
        "id": "you-accept-bitcoin",
        "questions": ["Do you accept Bitcoin?", "Would you accept bitcoin?"],
        "answer": "We take Bitcoin through our partner BitPay.\nWrite to billing@example.com for an address to pay to.",
        "updated": "2026-03-09",
    }
    assert len(Knowledge.load([entry])) == 1
    assert gap.private == ("billing@example.com",)


def test_what_is_one_customer_s_own_is_pointed_at_and_a_name_below_is_left_out() -> None:
    asked = [ask("Can I pay WF-20418 in Bitcoin?", "1", "Hi,\n\nyes, WF-20418 can be paid so.\n\nDana Miller")]
    (gap,) = gaps(KNOWLEDGE, asked, TODAY, [re.compile(r"WF-\d{5}")])
    assert '"answer": "yes, WF-20418 can be paid so."' in gap.article
    assert gap.private == ("WF-20418",)


@pytest.mark.parametrize(
    "short", ["No. Dee", "Guten Tag Uta, nein. Gruß, Dee", "Bonjour Léa, non. Cordialement, Dee", "Yes!"]
)
def test_too_short_an_answer_makes_no_article(short: str) -> None:
    assert found(ask("Do you accept Bitcoin?", "1", short))[0].article == ""


def test_greeting_and_closing_on_the_line_of_the_answer_are_left_out() -> None:
    answer = "Guten Tag Uta, wir nehmen Bitcoin über BitPay an. Gruß, Dee"
    (gap,) = found(ask("Do you accept Bitcoin?", "1", answer))
    assert json.loads(f"{{{gap.article}}}")["answer"] == "wir nehmen Bitcoin über BitPay an."


def test_a_proposed_id_is_not_one_that_is_taken() -> None:
    knowledge = Knowledge.load([{"id": "you-accept-bitcoin", "questions": ["x"], "answer": "y"}])
    (gap,) = gaps(knowledge, [ask("Do you accept Bitcoin?", "1", "Yes, through our partner BitPay.")], TODAY)
    assert '"id": "you-accept-bitcoin-new"' in gap.article


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=300), st.sampled_from("abc"), st.text(max_size=3000)), max_size=4))
def test_whatever_was_written_articles_stay_json_and_small(asked: list[tuple[str, str, str]]) -> None:
    told = found(*(ask(question, thread, answer) for question, thread, answer in asked))
    assert all(len(text) <= 200 for gap in told for text in (gap.question, *gap.wordings))
    for gap in told:
        entry = json.loads(f"{{{gap.article}}}") if gap.article else {"answer": ""}
        assert len(entry["answer"]) <= 1502


def test_a_reply_of_digits_is_no_question_that_articles_did_not_answer() -> None:
    asked = [{"question": text} for text in ("6", "4.5", "Between 3 and 4", "Do you take Bitcoin?")]
    made = SimpleNamespace(
        decision=SimpleNamespace(unanswered=()), context={"asked": asked}, because="no article", handed_over=True
    )
    thread: Any = SimpleNamespace(thread_id="1", by_people=(), decided=[made])
    assert [each.question for each in unanswered([thread])] == ["Do you take Bitcoin?"]
