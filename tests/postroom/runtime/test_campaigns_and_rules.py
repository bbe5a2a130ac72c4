"""Agents that write first: what their rules keep waits, is asked about, or never leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from campaign_desk import ANA
from mail_wire import TUESDAY

from postroom_kit.outreach import Leaving, Objection


def test_what_must_wait_leaves_when_the_rules_allow_and_after_a_downtime_one_step_a_time(called: Any) -> None:
    opens = TUESDAY + timedelta(hours=5)

    def late(leaving: Leaving) -> Objection | None:
        waits = leaving.now < opens
        return Objection("law/window", "too early there", "wait", until=opens) if waits else None

    here = called(late)
    here.take_in(f"{ANA},Ana,,,")
    here.go(hours=4)
    assert not here.mails()
    assert "law/window" in here.standing()[ANA].note
    here.go(hours=2)
    (mail,) = here.mails()
    assert mail.timestamp >= opens
    here.sandbox.clock.set(TUESDAY + timedelta(days=40))  # nobody was there meanwhile
    here.go(hours=1)
    assert len(here.mails()) == 2


def test_a_follow_up_that_must_wait_keeps_its_draft(called: Any) -> None:
    opens = TUESDAY + timedelta(days=5)

    def late(leaving: Leaving) -> Objection | None:
        waits = leaving.kind == "follow_up" and leaving.now < opens and leaving.now > TUESDAY + timedelta(days=2)
        return Objection("law/window", "too early there", "wait", until=opens) if waits else None

    here = called(late)
    here.take_in(f"{ANA},Ana,,,")
    here.go(days=4)
    assert len(here.mails()) == 1
    assert len(here.drafts()) == 2
    here.go(days=1, hours=1)
    assert len(here.mails()) == 2
    here.go(days=10)
    assert len(here.mails()) == 3


def test_an_answer_that_must_wait_becomes_a_draft_that_leaves_by_itself(called: Any) -> None:
    opens = TUESDAY + timedelta(hours=12)

    def night(leaving: Leaving) -> Objection | None:
        waits = leaving.kind == "answer" and leaving.now < opens
        return Objection("law/night", "night there", "wait", until=opens) if waits else None

    here = called(night)
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.answer("Yes, come by.")
    assert len(here.mails()) == 1
    assert here.standing()[ANA].state == "answered"
    here.go(hours=13)
    assert len(here.mails()) == 2
    assert "Thank you" in here.mails()[-1].text


def test_what_the_rules_refuse_never_leaves(called: Any) -> None:
    here = called(lambda _leaving: Objection("law/no-basis", "no consent on record", "refuse"))
    here.take_in(f"{ANA},Ana,,,")
    here.go(days=30)

    assert not here.mails()
    assert here.standing()[ANA].status == "refused"
    assert "law/no-basis" in here.standing()[ANA].note


def test_a_first_mail_that_a_person_is_to_see_leaves_with_their_yes_and_its_plans_with_it(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,true")
    here.go(minutes=1)
    assert not here.mails()
    assert here.standing()[ANA].status == "held"
    here.say("approve")

    assert len(here.mails()) == 1
    assert here.standing()[ANA].state == "called"
    assert len(here.drafts()) == 2
    here.go(days=8)
    assert len(here.mails()) == 3


def test_a_yes_at_night_is_kept_until_the_morning(called: Any) -> None:
    opens = TUESDAY + timedelta(hours=20)

    def night(leaving: Leaving) -> Objection | None:
        waits = TUESDAY + timedelta(hours=2) < leaving.now < opens
        return Objection("law/night", "night there", "wait", until=opens) if waits else None

    here = called(night)
    here.take_in(f"{ANA},Ana,,,true")
    here.go(hours=3)
    here.say("approve")
    assert not here.mails()
    assert here.standing()[ANA].note == f"approved, and waits until {opens:%Y-%m-%d %H:%M} UTC; law/night: night there"
    here.go(hours=20)
    assert len(here.mails()) == 1
    assert not here.waiting()
    assert not here.standing()[ANA].note


def test_a_rejected_first_mail_ends_it(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,true")
    here.go(minutes=1)
    here.say("reject")
    here.go(days=30)

    assert not here.mails()
    assert here.standing()[ANA].status == "refused"


def test_a_record_that_the_agent_leaves_out_is_left_out(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Nobody,,,")
    here.go(days=30)

    assert not here.mails()
    assert here.standing()[ANA].status == "refused"


def test_a_renewed_plan_is_worded_at_the_moment_it_leaves(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,true,")
    here.go(days=4)

    assert "Hello anew" in here.mails()[1].text
    assert len(here.drafts()) == 1


def test_a_renewed_plan_with_nothing_left_to_say_leaves_no_draft_behind(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Paid,,true,")
    here.go(days=30)

    assert len(here.mails()) == 1
    assert here.standing()[ANA].state == "over"
    assert not here.drafts()


def test_a_renewed_plan_that_a_person_edited_waits_for_them(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,true,")
    here.go(minutes=1)
    for draft in here.drafts():
        here.sandbox.client().inboxes.drafts.update("caller@sandbox.test", draft.draft_id, text="Mine.")
    here.go(days=4)

    assert len(here.mails()) == 1
    assert len(here.waiting()) == 1


def test_the_gate_counts_what_left_before(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,roofer,,\n{ANA},Ana,tiler,,\nbo@firm.test,Bo,,,")
    here.go(minutes=1)

    seen = max((leaving.sent for leaving in here.rules.asked), key=lambda sent: sent.by_agent_today)
    assert (seen.by_inbox_today, seen.by_agent_today) == (2, 2)
    assert max(leaving.sent.to_domain_today for leaving in here.rules.asked) == 2
    assert max(len(leaving.sent.to_person) for leaving in here.rules.asked) == 1


def test_a_cap_of_the_inbox_keeps_all_that_wait_with_it(called: Any) -> None:
    tomorrow = datetime(2026, 5, 6, tzinfo=UTC)

    def cap(leaving: Leaving) -> Objection | None:
        full = leaving.sent.by_inbox_today >= 2
        return Objection("manners/cap", "two a day", "wait", until=tomorrow, scope="inbox") if full else None

    here = called(cap)
    here.take_in("\n".join(f"p{number}@firm{number}.test,P,,," for number in range(6)))
    here.go(hours=1)

    assert len(here.sandbox.outbox()) == 2
    asked = len(here.rules.asked)
    assert asked < 20
    here.go(hours=12)
    assert len(here.sandbox.outbox()) == 2


def test_a_switch_of_a_campaign_lets_nobody_be_begun_with_and_answers_pass(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.runtime.context.journal.switch_off("campaign:caller/spring", "a test", here.runtime.clock.now())
    here.take_in("bo@firm.test,Bo,,,")
    here.go(days=4)
    assert len(here.sandbox.outbox()) == 1
    here.answer("Yes, come by.")
    assert len(here.mails()) == 2
    here.runtime.context.journal.switch_on("campaign:caller/spring")
    here.go(hours=1)
    assert len(here.mails("bo@firm.test")) == 1


def test_with_a_scheduled_cadence_agentmail_sends_and_each_mail_is_counted_once(called: Any) -> None:
    here = called(outreach={"scheduled": True})
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    assert all(draft.send_at for draft in here.drafts())
    here.go(days=8)

    assert len(here.mails()) == 3
    assert here.standing()[ANA].sent == 3
    assert not any(label.startswith(("due/", "key/", "planned", "op-")) for label in here.standing_labels())


@pytest.mark.parametrize("what", ["reply", "stop", "refuse"])
def test_what_would_leave_by_itself_is_taken_back(called: Any, what: str) -> None:
    def refuses(leaving: Leaving) -> Objection | None:
        late = what == "refuse" and leaving.now > TUESDAY + timedelta(days=1)
        return Objection("law/stop", "not any more", "refuse") if late else None

    here = called(refuses, outreach={"scheduled": True})
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    if what != "refuse":
        here.answer("Yes, come by." if what == "reply" else "Please stop writing to us.")
    before = len(here.mails())
    here.go(days=30)

    assert len(here.mails()) == before
    assert not [draft for draft in here.drafts() if draft.send_at]


def test_a_pause_keeps_what_would_leave_by_itself(called: Any) -> None:
    from postroom.runtime import kill_switch

    here = called(outreach={"scheduled": True})
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    kill_switch.press(here.runtime.context, "campaign:caller/spring", "a test")
    here.go(days=9)

    assert len(here.mails()) == 1


def test_an_answer_that_must_wait_stands_beside_what_is_done_at_once(called: Any) -> None:
    opens = TUESDAY + timedelta(hours=12)

    def night(leaving: Leaving) -> Objection | None:
        waits = leaving.kind == "answer" and leaving.now < opens
        return Objection("law/night", "night there", "wait", until=opens) if waits else None

    here = called(night)
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.answer("Yes, and tell them.")

    assert len(here.mails("team@example.com")) == 1
    here.go(hours=13)
    assert "Thank you" in here.mails()[-1].text
