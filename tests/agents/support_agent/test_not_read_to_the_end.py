"""A mail that is too long to be read to its end goes to people, whatever its beginning asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from postroom.brain.offline import OfflineBrain
from postroom.loading import load_agent
from postroom.mailbox.reading import LONGEST_NEW_TEXT
from postroom_kit.knowledge.asking import MOST_QUESTIONS

SUPPORT = load_agent("support")
LONG = "\n" * 2 + "." * LONGEST_NEW_TEXT


@pytest.mark.parametrize(
    ("text", "is_handed_over"),
    [
        ("How long is a return label valid?", False),
        (f"How long is a return label valid?{LONG}", True),
        ("Thank you!", False),
        (f"{'Thank you! ' * (LONGEST_NEW_TEXT // 10)} My hub burns.", True),
    ],
)
def test_what_is_not_read_to_its_end_goes_to_people(
    run_agent: Callable[..., Any], text: str, is_handed_over: bool
) -> None:
    runtime, sandbox = run_agent(SUPPORT, OfflineBrain())
    mail = sandbox.post_mail("Ana Duarte <ana@example.com>", "support@sandbox.test", "Question", text=text)
    runtime.drain()
    labels = sandbox.client().inboxes.threads.get("support@sandbox.test", mail.thread_id).labels
    assert ("source/people" in labels) == is_handed_over
    assert bool(sandbox.outbox("team@example.com")) == is_handed_over


def test_people_read_that_a_question_was_not_searched_not_that_no_article_answers_it(
    run_agent: Callable[..., Any],
) -> None:
    runtime, sandbox = run_agent(SUPPORT, OfflineBrain())
    text = "How long is a return label valid? " * MOST_QUESTIONS + "How long is the warranty?"
    sandbox.post_mail("Ana Duarte <ana@example.com>", "support@sandbox.test", "Questions", text=text)
    runtime.drain()
    (told,) = sandbox.outbox("team@example.com")
    assert "were not searched: How long is the warranty?" in " ".join(told.text.split())
    assert "no article answers" not in told.text
