"""What candidates ask beside their answers: the role sheet answers it, or people get the question and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from recruiting_desk import ANSWERS, INBOX, Desk

from postroom.brain.offline import OfflineBrain

PRIVATE = "I am 51 and have two kids."


@pytest.fixture
def desk(run_agent: Callable[..., Any], offline_brain: OfflineBrain, tmp_path: Path) -> Callable[..., Desk]:
    return partial(Desk, run_agent, offline_brain, tmp_path, "ana", invited=False)


def test_what_the_sheet_answers_stands_in_the_mail_that_says_that_the_answers_are_in(desk: Callable[..., Desk]) -> None:
    ours = desk(answers=f"{ANSWERS}\n\nHow many days of holiday are there?")
    assert "There are 30 days of holiday a year" in ours.last("ana")
    assert "A colleague answers your question" not in ours.last("ana")
    assert ours.told_people("open question") == []


def test_what_it_does_not_answer_reaches_people_without_what_nobody_may_judge_by(desk: Callable[..., Desk]) -> None:
    ours = desk(answers=f"{ANSWERS} {PRIVATE}\n\nIs there a place to park, as I am 51? Do you allow dogs?")
    (asked,), (summary,) = ours.told_people("open question"), ours.told_people("to be looked at")
    assert "Do you allow dogs?" in asked
    assert "A colleague answers your question" in ours.last("ana")
    for shown in (asked, summary):
        assert "two kids" not in shown
        assert "51" not in shown


def test_what_is_asked_beside_half_of_the_answers_is_answered_with_the_other_questions(
    desk: Callable[..., Desk],
) -> None:
    ours = desk(answers="1. I ran the metering ingest.\n2. Python.\n\nHow many days of holiday are there?")
    assert "There are 30 days of holiday a year" in ours.last("ana")
    assert "When could you start?" in ours.last("ana")


def test_the_mail_that_was_asked_in_does_not_go_along(desk: Callable[..., Desk]) -> None:
    ours = desk(answers=f"{ANSWERS} {PRIVATE}\n\nIs there a place to park?")
    mails = ours.sandbox.outbox("team@example.com")
    (asked,) = [mail for mail in mails if "open question" in (mail.subject or "")]
    assert not ours.sandbox.client().inboxes.messages.get(INBOX, asked.message_id).attachments
