"""A process that dies while it begins with somebody, and a database that is lost: nobody gets a first mail twice."""

from __future__ import annotations

from typing import Any

import pytest
from campaign_desk import ANA, CALLER

from postroom.runtime.rebuild import rebuild
from postroom_bench.play import CrashingEngine

STEPS = ["load", "plan", "Send", "Plan", "labels"]


@pytest.mark.parametrize("step", STEPS)
def test_a_death_after_any_step_of_a_start_sends_one_first_mail_and_its_plans(called: Any, step: str) -> None:
    here = called(wrap_engine=CrashingEngine)
    here.take_in(f"{ANA},Ana,,,")
    here.runtime.context.engine.after = step
    here.runtime.tick()
    here.runtime.drain()

    assert here.runtime.context.engine.after is None
    assert len(here.mails()) == 1
    assert len(here.drafts()) == 2
    assert here.standing()[ANA].state == "called"
    here.go(days=30)
    assert len(here.mails()) == 3


def test_after_a_lost_database_the_file_taken_in_again_begins_with_nobody_twice(called: Any) -> None:
    before = called()
    before.take_in(f"{ANA},Ana,,,")
    before.go(minutes=1)
    here = called(sandbox=before.sandbox)
    here.take_in(f"{ANA},Ana,,,\nbo@firm.test,Bo,,,")
    rebuild(here.runtime.context)
    here.go(minutes=1)

    assert len(here.mails()) == 1
    assert len(here.mails("bo@firm.test")) == 1
    assert here.standing()[ANA].status == "started"
    here.go(days=30)
    assert len(here.mails()) == 3


def test_a_restored_follow_up_still_stops_at_an_answer(called: Any) -> None:
    before = called()
    before.take_in(f"{ANA},Ana,,,")
    before.go(minutes=1)
    here = called(sandbox=before.sandbox)
    here.take_in(f"{ANA},Ana,,,")
    rebuild(here.runtime.context)
    here.go(minutes=1)
    here.answer("Yes, come by.")
    here.go(days=30)

    assert len(here.mails()) == 2


def test_opt_outs_outlive_a_lost_database(called: Any) -> None:
    before = called()
    before.take_in(f"{ANA},Ana,,,")
    before.go(minutes=1)
    before.answer("Please stop writing to us.")
    here = called(sandbox=before.sandbox)
    rebuild(here.runtime.context)
    here.take_in(f"{ANA},Ana,,,", "autumn.csv")
    here.go(days=30)

    assert len(here.mails()) == 1


def test_a_plan_that_is_worded_when_due_is_after_a_lost_database_too(called: Any) -> None:
    before = called()
    before.take_in(f"{ANA},Ana,,true,")
    before.go(minutes=1)
    here = called(sandbox=before.sandbox)
    here.take_in(f"{ANA},Ana,,true,")
    rebuild(here.runtime.context)
    here.go(days=4)

    assert "Hello anew" in here.mails()[1].text


def test_after_a_lost_database_nobody_is_begun_with_twice_from_another_inbox(called: Any) -> None:
    people = [f"p{number}@firm{number}.test" for number in range(6)]
    rows = "\n".join(f"{person},P,,," for person in people)
    before = called()
    before.take_in(rows)
    before.go(minutes=1)
    here = called(sandbox=before.sandbox, outreach={"inboxes": 3})
    here.take_in(rows)
    rebuild(here.runtime.context)
    here.go(minutes=1)
    assert [len(here.mails(person)) for person in people] == [1] * len(people)


def test_a_first_mail_that_was_thrown_away_counts_after_a_lost_database_too(called: Any) -> None:
    before = called()
    before.take_in(f"{ANA},Ana,,,")
    before.go(minutes=1)
    before.sandbox.client().inboxes.threads.update(CALLER, before.standing()[ANA].thread_id, add_labels=["trash"])
    here = called(sandbox=before.sandbox)
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    assert len(here.mails()) == 1


@pytest.mark.parametrize("then", ["send", "delete"])
def test_a_held_first_mail_of_a_lost_database_is_neither_doubled_nor_forgotten(called: Any, then: str) -> None:
    before = called()
    before.take_in(f"{ANA},Ana,,,true")
    before.go(minutes=1)
    here = called(sandbox=before.sandbox)
    here.take_in(f"{ANA},Ana,,,true")
    rebuild(here.runtime.context)
    here.go(minutes=1)
    (draft,) = here.drafts()
    assert "waits as a draft" in here.standing()[ANA].note
    getattr(here.sandbox.client().inboxes.drafts, then)(CALLER, draft.draft_id)
    here.go(hours=2)
    assert here.standing()[ANA].status == ("started" if then == "send" else "held")
    assert len(here.mails()) == (1 if then == "send" else 0)
