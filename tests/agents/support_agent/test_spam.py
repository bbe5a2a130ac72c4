"""What is closed as spam, unseen by anybody: only what asks nothing that an article answers, whoever judged it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from postroom.brain.scripted import ScriptedBrain
from postroom.loading import load_agent

SUPPORT = load_agent("support")
SPAM = {"wants": "spam", "category": "other", "mood": "calm", "priority": "normal"}
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
def test_a_question_that_an_article_answers_is_seen_by_somebody(
    run_agent: Callable[..., Any], text: str, is_seen: bool
) -> None:
    runtime, sandbox = run_agent(SUPPORT, ScriptedBrain(0.99, Triage=SPAM, Answer=NOTHING))
    mail = sandbox.post_mail("Ana Duarte <ana@example.com>", "support@sandbox.test", "Hello", text=text)
    runtime.drain()
    labels = sandbox.client().inboxes.threads.get("support@sandbox.test", mail.thread_id).labels
    assert ("category/spam" in labels, "support/closed" in labels) == (not is_seen, not is_seen)
    assert bool(sandbox.outbox("team@example.com")) == is_seen
