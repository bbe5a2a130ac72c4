"""The first mail of a campaign is seen by a person before any other of it is made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from campaign_desk import ANA

ROWS = f"{ANA},Ana,,,\nbo@other.test,Bo,,,\ncy@third.test,Cy,,,"


def test_one_mail_waits_and_the_others_follow_once_a_person_says_yes(called: Any) -> None:
    here = called(outreach={"approve_first": True})
    here.take_in(ROWS)
    here.go(days=1)

    assert len(here.waiting()) == 1
    assert here.waiting()[0]["rule"] == "campaign/first"
    assert not [
        mail for mail in here.sandbox.outbox() if "about your roof" in mail.subject and "team" not in mail.to[0]
    ]
    assert sorted(each.status for each in here.standing().values()) == ["held", "waiting", "waiting"]
    here.say("approve")
    here.go(minutes=5)
    assert not here.waiting()
    assert [each.status for each in here.standing().values()] == ["started"] * 3


def test_after_a_no_the_next_one_is_shown(called: Any) -> None:
    here = called(outreach={"approve_first": True})
    here.take_in(ROWS)
    here.go(hours=1)
    here.say("reject")
    here.go(hours=1)

    assert len(here.waiting()) == 1
    assert sorted(each.status for each in here.standing().values()) == ["held", "refused", "waiting"]


def test_a_campaign_that_began_takes_in_more_without_asking(called: Any) -> None:
    here = called(outreach={"approve_first": True})
    here.take_in(f"{ANA},Ana,,,")
    here.go(hours=1)
    here.say("approve")
    here.take_in(ROWS)
    here.go(hours=1)
    assert not here.waiting()
    here.take_in("dee@fourth.test,Dee,,,", "summer.csv")
    here.go(hours=1)
    assert len(here.waiting()) == 1


def test_follow_ups_stay_at_the_moment_that_was_seen_where_the_yes_comes_on_the_same_day(called: Any) -> None:
    here = called(outreach={"approve_first": True})
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    written = here.sandbox.clock.now()
    here.go(hours=9)
    here.say("approve")

    assert abs(here.standing()[ANA].planned - written - timedelta(days=3)) < timedelta(hours=1)
