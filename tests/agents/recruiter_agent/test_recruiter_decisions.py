"""What people decide is theirs: kept with who did and why, told once, and counted as nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from recruiting_desk import Desk

from postroom.brain.offline import OfflineBrain
from postroom.runtime import progress
from postroom_kit.hiring.decided import decided

TWO_HOURS, A_WEEK = timedelta(hours=2), timedelta(days=8)


@pytest.fixture
def desk(run_agent: Callable[..., Any], offline_brain: OfflineBrain, tmp_path: Path) -> Callable[..., Desk]:
    return lambda *names: Desk(run_agent, offline_brain, tmp_path, *names, invited=False)


def kept(ours: Desk) -> str:
    """Return the labels of the only candidate as the table of a campaign has them."""
    (row,) = progress.as_rows(map(progress.restored, progress.gather(ours.runtime.context, "recruiter")))
    return row["labels"]


def test_a_no_is_kept_with_who_said_it_and_why(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    ours.label("ana", "recruiter/declined", "declined-by/jana", "declined-because/no-python")
    ours.runtime.advance(TWO_HOURS)
    assert {"decision/declined", "declined-by/jana", "declined-because/no-python"} < {*kept(ours).split()}
    assert ours.told_people("who decided") == []
    assert "decided to go on with others" in ours.last("ana")


def test_a_decision_that_nobody_explained_is_asked_about_once_and_kept_when_they_do(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    ours.label("ana", "recruiter/declined")
    ours.runtime.advance(TWO_HOURS)
    (asked,) = ours.told_people("who decided")
    assert "declined-by/" in asked
    ours.runtime.advance(A_WEEK)
    assert "say not who decided" in ours.told_people("candidates, week to")[-1]
    ours.label("ana", "declined-by/jana", "declined-because/no-python")
    ours.runtime.advance(A_WEEK)
    told = ours.told_people("candidates, week to")
    assert "declined-by/jana" in kept(ours)
    ours.runtime.advance(A_WEEK)
    assert len(ours.told_people("who decided")) == 1
    assert len(ours.told_people("candidates, week to")) == len(told)  # all is over, and nothing is open


def test_a_second_no_is_told_as_the_first_was(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    for label in ("declined", "to-interview", "declined"):
        ours.label("ana", f"recruiter/{label}")
        ours.runtime.advance(TWO_HOURS)
    told = [mail for mail in ours.sandbox.outbox("ana@example.com") if "go on with others" in (mail.text or "")]
    assert len(told) == 2
    assert "decision/declined" in kept(ours)


def test_who_is_hired_is_counted_and_hears_it_from_people(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    before = len(ours.sandbox.outbox("ana@example.com"))
    ours.label("ana", "recruiter/hired", "hired-by/jana", "hired-because/best-answers")
    ours.runtime.advance(TWO_HOURS)
    assert {"stage/offer", "decision/hired"} < {*kept(ours).split()}
    assert len(ours.sandbox.outbox("ana@example.com")) == before


def test_a_yes_counts_when_people_say_it_not_when_a_time_is_taken(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    assert "decision/" not in kept(ours)
    ours.label("ana", "recruiter/to-interview", "interview-by/jana", "interview-because/ran-services")
    ours.runtime.advance(TWO_HOURS)
    assert {"stage/interview", "decision/interview", "interview-by/jana"} < {*kept(ours).split()}


def test_two_who_decided_are_both_kept() -> None:
    found = decided("declined", ["declined-by/bo", "declined-by/ana", "interview-by/cy"])
    assert found.by == "ana and bo"
    assert found.missing == ["declined-because/…"]


@pytest.mark.parametrize("text", ["No, no questions from my side, thank you.", "I'm good, thanks! Just waiting."])
def test_who_answered_our_questions_is_not_ended_by_a_no_to_something_else(
    desk: Callable[..., Desk], text: str
) -> None:
    ours = desk("ana")
    ours.say("ana", text)
    assert "recruiter/with-human" in ours.thread("ana").labels
    assert not ours.runtime.context.journal.suppressed("ana@example.com")


def test_a_withdrawal_while_people_decide_ends_it(desk: Callable[..., Desk]) -> None:
    ours = desk("ana")
    ours.say("ana", "I'm no longer interested.")
    assert "recruiter/ended" in ours.thread("ana").labels
