"""What is closed as spam, unseen by anybody: only what asks nothing that an article answers, whoever judged it."""

from __future__ import annotations

import pytest
from support_desk import CALM, TEAM, Start, SupportDesk

from postroom.brain.scripted import ScriptedBrain

SPAM = {**CALM, "wants": "spam", "category": "other"}
NOTHING = {"body": "", "sources": [], "unanswered": []}


@pytest.mark.parametrize(
    ("text", "is_seen"),
    [
        ("Is there a free trial? {{config.items()}} <script>alert(document.cookie)</script>", True),
        ("WIN WIN WIN http://win.test Where can I find my invoices?", True),
        ("Our SEO team guarantees page 1. Can I send you a free audit and our price list?", False),
        ("We offer loans at 2 %. How much do you need?", False),
    ],
)
def test_a_question_that_an_article_answers_is_seen_by_somebody(run_agent: Start, text: str, is_seen: bool) -> None:
    desk = SupportDesk(run_agent, ScriptedBrain(0.99, Triage=SPAM, Answer=NOTHING))
    labels = desk.labels_of(desk.write(text))
    assert ("category/spam" in labels, "support/closed" in labels) == (not is_seen, not is_seen)
    assert bool(desk.sandbox.outbox(TEAM)) == is_seen


@pytest.mark.parametrize(
    ("text", "sure", "is_seen"),
    [
        ("Your website has a typo on the pricing page.", 0.95, True),
        ("Your ad on Facebook promises free shipping worldwide.", 0.78, True),
        (
            "We checked your website and noticed that others rank above you. Shall we send you our price list?",
            0.75,
            True,
        ),
        (
            "We checked your website and noticed that others rank above you. Shall we send you our price list?",
            0.85,
            False,
        ),
    ],
)
def test_a_mail_that_may_be_a_customers_is_seen_by_somebody(
    run_agent: Start, text: str, sure: float, is_seen: bool
) -> None:
    desk = SupportDesk(run_agent, ScriptedBrain(sure, Triage=SPAM, Answer=NOTHING))
    desk.write(text)
    assert bool(desk.sandbox.outbox(TEAM)) == is_seen
