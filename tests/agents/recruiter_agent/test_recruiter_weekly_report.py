"""What people read on Mondays, and what is left of somebody who is erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.learning import learn_in
from postroom.loading import load_agent
from postroom.runtime.erasure import erase
from postroom_bench.play import Stage
from postroom_bench.scenario import Step
from postroom_kit.hiring.weekly import Candidacy, weekly

RECRUITER = load_agent("recruiter")
TODAY = datetime(2026, 11, 2, tzinfo=UTC)
TITLES = {"backend": "Backend Engineer"}


def candidacy(number: int, state: str, *labels: str, started: datetime = TODAY) -> Candidacy:
    return Candidacy(f"k{number}", "backend", f"c{number}@example.com", "DE", state, labels, started)


def test_rates_count_whom_people_decided_about_and_nobody_else() -> None:
    people = [
        candidacy(
            1, "declined", "stage/screened", "decision/declined", "declined-by/ana", "declined-because/no-python"
        ),
        candidacy(2, "ended", "stage/interview", "decision/interview", "outcome/silence", "interview-by/ana"),
        candidacy(3, "review", "stage/screened"),  # under way
        candidacy(4, "ended", "stage/screened", "outcome/no"),  # withdrew
        candidacy(5, "review", "stage/interview", "decision/interview"),  # interviewed, and nobody decided yet
    ]
    said = {f"c{number}@example.com": {"sex": "women" if number == 1 else "men"} for number in (1, 2, 5)}
    found = weekly(people, TITLES, said, {"": 6}, TODAY.date())
    assert found["decided"] == 3
    assert found["fairness"][0].startswith("screened to interview, sex, men: 2 of 2 (100%)")
    assert "0 of 1 (0%), 0.00 of the highest rate; BELOW FOUR FIFTHS" in found["fairness"][1]
    assert len(found["fairness"]) == 2  # nobody was turned down after an interview
    assert found["roles"] == [
        (
            "Backend Engineer",
            ["5 written to", "1 declined", "2 ended", "2 review", "ended by no: 1", "ended by silence: 1"],
        )
    ]
    assert found["unexplained"] == [
        "c2@example.com, Backend Engineer: interview", "c5@example.com, Backend Engineer: interview",
    ]  # fmt: skip


def test_whose_thread_went_on_after_a_decision_still_counts() -> None:
    people = [
        candidacy(1, "with-human", "stage/screened", "decision/declined"),
        candidacy(2, "hired", "stage/offer", "decision/hired"),
    ]
    said = {"c1@example.com": {"sex": "women"}, "c2@example.com": {"sex": "men"}}
    found = weekly(people, TITLES, said, {"": 6}, TODAY.date())
    assert [line.split(",")[0] for line in found["fairness"]] == [
        "screened to interview", "screened to interview", "interview to offer",
    ]  # fmt: skip


def test_whose_time_is_over_is_named_but_not_who_is_in_another_talk() -> None:
    old = TODAY - timedelta(days=300)
    people = [candidacy(1, "ended", started=old), candidacy(2, "ended", started=old), candidacy(2, "review")]
    found = weekly(people, TITLES, {}, {"": 6}, TODAY.date())
    assert [line.split()[0] for line in found["erase"]] == ["c1@example.com"]


def test_nothing_is_reported_when_all_is_over() -> None:
    assert weekly([candidacy(1, "ended")], TITLES, {}, {"": 6}, TODAY.date()) == {}
    assert weekly([], TITLES, {}, {"": 6}, TODAY.date()) == {}


@pytest.fixture
def stage(run_agent: Callable[..., Any], offline_brain: OfflineBrain, tmp_path: Path) -> Stage:
    learn_in(tmp_path)
    sandbox = Sandbox(start=datetime(2026, 3, 2, 9, tzinfo=UTC))
    runtime, _ = run_agent(RECRUITER, offline_brain, sandbox)
    made = Stage(runtime, sandbox, "recruiter@sandbox.test", "recruiter")
    row = {"email": "ana@example.com", "name": "Ana", "role": "backend", "noticed": "your talk", "country": "DE"}
    made.begin({"spring": [{**row, "source": "its programme", "basis": "legitimate_interest"}]})
    runtime.advance(timedelta(minutes=10))
    return made


def test_the_weekly_mail_says_how_far_all_are_and_that_nobody_can_tell(stage: Stage) -> None:
    stage.runtime.advance(timedelta(days=7))
    (report,) = [
        mail for mail in stage.sandbox.outbox("team@example.com") if "candidates, week to" in (mail.subject or "")
    ]
    assert "1 written to" in (report.text or "")
    assert "cannot tell: nobody supplied what candidates say of themselves" in (report.text or "")


def test_somebody_erased_after_a_no_is_not_written_to_when_the_file_brings_them_back(stage: Stage) -> None:
    mail = {"from": "Ana <ana@example.com>", "reply": True, "text": "No thank you, I am not interested."}
    stage.take(Step.model_validate({"mail": mail}))
    erase(stage.runtime.context, "ana@example.com", mail=True)
    row = {"email": "ana@example.com", "name": "Ana", "role": "technician", "noticed": "your talk", "country": "DE"}
    stage.begin({"autumn": [{**row, "source": "its programme", "basis": "legitimate_interest"}]})
    before = len(stage.sandbox.outbox("ana@example.com"))
    stage.runtime.advance(timedelta(days=3))
    assert len(stage.sandbox.outbox("ana@example.com")) == before
