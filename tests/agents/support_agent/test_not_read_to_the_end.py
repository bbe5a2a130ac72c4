"""A mail that is too long to be read to its end goes to people, whatever its beginning asks."""

from __future__ import annotations

import pytest
from support_desk import TEAM, Start, SupportDesk

from postroom.brain.offline import OfflineBrain
from postroom.mailbox.reading import LONGEST_NEW_TEXT
from postroom_kit.knowledge.asking import MOST_QUESTIONS

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
    run_agent: Start, offline_brain: OfflineBrain, text: str, is_handed_over: bool
) -> None:
    desk = SupportDesk(run_agent, offline_brain)
    assert ("source/people" in desk.labels_of(desk.write(text))) == is_handed_over
    assert bool(desk.sandbox.outbox(TEAM)) == is_handed_over


def test_people_read_that_a_question_was_not_searched_not_that_no_article_answers_it(
    run_agent: Start, offline_brain: OfflineBrain
) -> None:
    desk = SupportDesk(run_agent, offline_brain)
    desk.write("How long is a return label valid? " * MOST_QUESTIONS + "How long is the warranty?")
    (told,) = desk.sandbox.outbox(TEAM)
    assert "were not searched: How long is the warranty?" in " ".join(told.text.split())
    assert "no article answers" not in told.text
