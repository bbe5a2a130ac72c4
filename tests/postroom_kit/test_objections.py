"""Drafts that must not leave, each with the reason that people read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from postroom_kit.knowledge import Knowledge, Passage
from postroom_kit.knowledge.asking import MOST_QUESTIONS, asked
from postroom_kit.objections import (
    LONGEST_REASON,
    Asking,
    Draft,
    in_doubt,
    left_open,
    not_searched,
    objection,
    of_others,
    to_answer,
    told_already,
    wrong_with,
)

ASKED = "How long is a return label valid?"
SAID = "A return label is valid for 14 days."
PASSAGES = [Passage("label", ASKED, SAID, 1.0)]
DRAFT = Draft(SAID, "en", is_sure=True)
ORDER = re.compile(r"\bWF-\d{5}\b")


def test_what_a_passage_says_may_leave() -> None:
    assert of_others(DRAFT, [SAID], [ORDER]) is None
    assert wrong_with(DRAFT, ASKED, PASSAGES) is None


LABEL = Knowledge.load([{"id": "label", "questions": [ASKED], "answer": SAID, "updated": "2026-05-01"}])
ASKING = Asking(ASKED, asked(LABEL, "", ASKED), [], [ORDER], date(2026, 6, 1), 730)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (SAID, None),
        (f"{SAID} Use any box for WF-20431.", "the draft names what is not this customer's: WF-20431"),
        (f"{SAID} As I already told you.", "the draft is sarcastic or impatient: As I already told you."),
        (f"{SAID} Use any box.", "no article says: Use any box."),
        ("", "no answer was written"),
    ],
)
def test_of_several_reasons_people_read_first_what_no_customer_may_see(body: str, reason: str | None) -> None:
    assert objection(replace(DRAFT, body=body), ASKING) == reason


def test_an_article_that_is_too_old_is_an_objection() -> None:
    old = replace(ASKING, today=date(2029, 6, 1))
    assert objection(DRAFT, old) == "the article label was last updated on 2026-05-01, too long ago"
    assert objection(DRAFT, replace(old, valid_days=None)) is None


@pytest.mark.parametrize("body", ["", " \n"])
def test_an_answer_without_words_goes_to_a_person(body: str) -> None:
    assert wrong_with(Draft(body, "en", is_sure=True), "How long is the warranty?", []) == "no answer was written"


def test_what_names_another_order_is_not_this_customers() -> None:
    draft = replace(DRAFT, body="Your order WF-20431 is ready.")
    assert of_others(draft, [SAID], [ORDER]) == "the draft names what is not this customer's: WF-20431"
    assert of_others(draft, ["Where is WF-20431?"], [ORDER]) is None


@pytest.mark.parametrize(
    ("draft", "text", "reason"),
    [
        (DRAFT, "Can you guarantee me 20 days?", "asks for a promise (guarantee)"),
        (DRAFT, f"{ASKED} I want my money back.", "asks for money back"),
        (replace(DRAFT, unanswered=["And the box?", "Why?"]), ASKED, "no article answers: And the box?"),
        (
            replace(DRAFT, body="We guarantee 14 days.", is_sure=False),
            ASKED,
            "the draft gives a guarantee that no article states: We guarantee 14 days.",
        ),
        (replace(DRAFT, is_sure=False), ASKED, "not sure that the article found answers the question"),
        (replace(DRAFT, body="Use any box."), ASKED, "no article says: Use any box."),
        (replace(DRAFT, language="de"), ASKED, "the answer is not in German"),
        (replace(DRAFT, body="Das Etikett zur Rücksendung liegt bei."), ASKED, "the answer is not in English"),
        (
            replace(DRAFT, language="de", body="Das Etikett zur Rücksendung gilt 30 Tage.", quotes=[("label", SAID)]),
            ASKED,
            "its translation is not to be relied on: 30",
        ),
    ],
    ids=[
        "promise wanted",
        "demand",
        "left open",
        "promise",
        "not sure",
        "not said",
        "not translated",
        "translated for nobody",
        "wrongly translated",
    ],
)
def test_a_draft_that_does_not_answer_from_the_passages_is_refused(draft: Draft, text: str, reason: str) -> None:
    assert wrong_with(draft, text, PASSAGES) == reason


def test_a_reason_repeats_no_more_than_fits_a_subject() -> None:
    reason = wrong_with(replace(DRAFT, unanswered=["why " * 1000]), ASKED, PASSAGES)
    assert reason is not None
    assert len(reason) <= len("no article answers: ") + LONGEST_REASON


BOTH = Knowledge.load(
    [
        {"id": "label", "questions": [ASKED], "answer": SAID},
        {"id": "price", "questions": ["What does a probe cost?"], "answer": "A probe costs €59."},
    ]
)


@pytest.mark.parametrize(
    ("body", "text", "reason"),
    [
        (SAID, ASKED, None),
        (f"{SAID} A probe costs €59.", f"{ASKED} What does a probe cost?", None),
        (SAID, f"{ASKED} What does a probe cost?", "the draft does not answer: What does a probe cost?"),
        (SAID, f"{ASKED} What does gold cost?", "the draft does not answer: What does gold cost?"),
        (SAID, f"{ASKED} Mine is blank.", "no article answers: Mine is blank."),
        (SAID, f"{ASKED} We are a bakery.", None),
    ],
)
def test_each_question_needs_a_source_of_its_own(body: str, text: str, reason: str | None) -> None:
    assert left_open(replace(DRAFT, body=body), asked(BOTH, "", text)) == reason


def test_a_source_named_counts_as_one_whose_words_are_taken() -> None:
    questions = asked(BOTH, "", "What does a probe cost?")
    assert left_open(replace(DRAFT, body="Ok.", quotes=[("price", "€59")]), questions) is None


def doubt(draft: Draft, *answers: str, valid_days: int | None = 730) -> str | None:
    """Ask about the label, on which there are these articles of 2021, in 2026."""
    articles = [
        {"id": f"label-{n}", "questions": [ASKED], "answer": a, "updated": "2021-05-04"} for n, a in enumerate(answers)
    ]
    questions = asked(Knowledge.load(articles), "", ASKED)
    return in_doubt(draft, questions, date(2026, 1, 1), valid_days)


def test_passages_that_contradict_each_other_are_in_doubt() -> None:
    other = "The return label is valid for 30 days."
    assert doubt(DRAFT, SAID, other, valid_days=None) == f"articles contradict each other: {SAID} / {other}"


def test_an_old_passage_is_in_doubt_whether_the_draft_names_it_or_not() -> None:
    old = "the article label-0 was last updated on 2021-05-04, too long ago"
    assert doubt(DRAFT, SAID) == old
    assert doubt(replace(DRAFT, body="Das Etikett gilt.", quotes=[("label-0", SAID)]), SAID) == old
    assert doubt(replace(DRAFT, body="Hello"), SAID) is None
    assert doubt(DRAFT, SAID, valid_days=None) is None


def test_a_question_that_was_not_searched_is_told_from_one_without_an_article() -> None:
    knowledge = Knowledge.load([{"id": "label", "questions": [ASKED], "answer": SAID}])
    assert not_searched(asked(knowledge, "", f"{ASKED} Does the label swim?")) is None
    found = asked(knowledge, "", f"{ASKED} " * MOST_QUESTIONS + "Does the label swim? Can it fly?")
    assert not_searched(found) == (
        "asks more than 30 questions, those behind them were not searched: Does the label swim?"
    )


def test_a_second_question_is_not_answered_by_the_passage_of_the_first() -> None:
    both = "How long is a return label valid and what is your uptime?"
    found = asked(LABEL, "", both)
    assert told_already(found) == "the draft does not answer: what is your uptime?"
    assert told_already(found[:1]) is None
    answer = SimpleNamespace(body=SAID, sources=[SimpleNamespace(id="label", quote=SAID)], unanswered=[])
    asking = replace(ASKING, text=both, questions=found)
    assert to_answer(answer, asking, is_sure=True) == "the draft does not answer: what is your uptime?"
    assert to_answer(answer, ASKING, is_sure=True) == ""
