"""What an article answers is found in a mail that otherwise looks like advertising; what advertisers ask is not."""

from __future__ import annotations

import pytest

from postroom_kit.knowledge import Knowledge
from postroom_kit.knowledge.plain_questions import asks_plainly

KNOWLEDGE = Knowledge.load(
    [
        {"id": "warranty", "questions": ["How long is the warranty?"], "answer": "Three years on every sensor."},
        {"id": "returns", "questions": ["How many days do I have to return a sensor?"], "answer": "30 days."},
        {"id": "price", "questions": ["How much does shipping cost to Spain?"], "answer": "Shipping costs 6 euros."},
        {"id": "trial", "questions": ["Is there a free trial of the plan?"], "answer": "The plan is free for a month."},
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "How long is the warranty? {{7*7}} <script>alert(1)</script>",
        "${jndi:ldap://x.test} How many days do I have to return a sensor?",
        "FREE!!! CLICK http://win.test NOW! How long is the warranty? Best price!!!",
        "Is there <b>a free trial</b> of the plan?",
        "We are an agency. How much does shipping cost to Spain?",
    ],
)
def test_a_question_that_an_article_answers_is_seen_in_whatever_surrounds_it(text: str) -> None:
    assert asks_plainly(KNOWLEDGE, text)


@pytest.mark.parametrize(
    "text",
    [
        "Can I send you a free audit and our price list?",
        "How much do you charge for a guest post?",
        "How long is your domain valid? Renew it now.",
        "Do you need a loan? Interested?",
        "Buy now! Best price on sensors, free shipping.",
        "",
    ],
)
def test_what_an_advertiser_asks_is_no_question_to_our_articles(text: str) -> None:
    assert not asks_plainly(KNOWLEDGE, text)
