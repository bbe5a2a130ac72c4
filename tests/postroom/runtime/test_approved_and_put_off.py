"""What people approved while it must wait leaves by itself once it may, in their words, and is not asked for again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from campaign_desk import ANA, CALLER, Called, start_caller
from mail_wire import TUESDAY

from postroom import Message, Reply, Thread, Transition
from postroom.runtime import kill_switch, refusals
from postroom_kit.outreach import Leaving, Objection

SHUT, OPENS = TUESDAY + timedelta(days=3, hours=2), TUESDAY + timedelta(days=4)


class Moments:
    """A rule with a window that shuts, and what else it objects to."""

    def __init__(self) -> None:
        self.objects_to = ""
        self.shuts, self.opens = SHUT, OPENS

    def __call__(self, leaving: Leaving) -> Objection | None:
        if leaving.kind == "follow_up" and self.objects_to and self.objects_to in leaving.text:
            return Objection("manners/stale", "it shows what is no longer so", "refuse")
        shut = leaving.kind == "follow_up" and self.shuts <= leaving.now < self.opens
        return Objection("law/window", "too late there", "wait", until=self.opens) if shut else None


@pytest.fixture
def rule() -> Moments:
    return Moments()


@pytest.fixture
def here(run_agent: Any, rule: Moments) -> Called:
    """A caller whose follow-ups are held, worded with the day they are made on."""
    made = start_caller(run_agent)(rule)
    agent = made.runtime.context.posts["caller"].agent

    def follow_up(transition: Transition, thread: Thread, _message: Message | None) -> str | None:
        replies = any(isinstance(each, Reply) for each in transition.actions)
        return "a follow-up" if thread.thread_id and replies else None

    def due(thread: Thread, key: str) -> Transition:
        day = (thread.now - TUESDAY).days
        return Transition(thread.state, Reply("again", name=f"on day {day}", day=day), because=key)

    agent.hold = (*agent.hold, follow_up)
    agent.on_renew = due
    made.take_in(f"{ANA},Ana,,true,")
    made.go(days=3, hours=1)
    assert len(made.waiting()) == 1
    made.go(hours=2)
    made.say("approve")
    assert len(made.mails()) == 1
    return made


def until(here: Called, moment: datetime) -> None:
    here.runtime.advance(moment - here.sandbox.clock.now())


def test_what_was_approved_too_late_in_the_day_leaves_in_the_morning(here: Called) -> None:
    until(here, OPENS + timedelta(minutes=2))
    assert len(here.mails()) == 2
    assert "Hello on day 3" in here.mails()[1].text
    assert here.waiting() == []
    here.go(days=2)
    assert len(here.mails()) == 2


def test_it_waits_on_where_the_window_has_moved_and_leaves_then(here: Called, rule: Moments) -> None:
    rule.opens = OPENS + timedelta(hours=20)
    until(here, OPENS + timedelta(minutes=2))
    assert (len(here.mails()), here.waiting()) == (1, [])
    until(here, rule.opens + timedelta(minutes=2))
    assert (len(here.mails()), here.waiting()) == (2, [])


def test_words_that_a_rule_objects_to_by_then_are_made_anew_and_asked_for(here: Called, rule: Moments) -> None:
    rule.objects_to = "on day 3"
    until(here, OPENS + timedelta(minutes=2))
    assert len(here.mails()) == 1
    here.say("approve")
    assert "Hello on day 4" in here.mails()[1].text


def test_words_that_somebody_changed_since_are_asked_for(here: Called) -> None:
    client = here.sandbox.client()
    (draft,) = [
        each for each in here.drafts() if "Hello on day 3" in client.inboxes.drafts.get(CALLER, each.draft_id).text
    ]
    client.inboxes.drafts.update(CALLER, draft.draft_id, text="Mine.")
    until(here, OPENS + timedelta(minutes=2))
    assert len(here.mails()) == 1
    assert len(here.waiting()) == 1


def test_nothing_leaves_where_the_step_is_another_by_then(here: Called) -> None:
    agent = here.runtime.context.posts["caller"].agent
    over = next(state for state in agent.flow.states if state.value == "over")
    agent.on_renew = lambda _thread, _key: Transition(over, because="nothing is left to ask")
    until(here, OPENS + timedelta(days=1))
    assert len(here.mails()) == 1
    assert here.standing()[ANA].state == "over"


def test_nothing_leaves_after_a_no_in_the_night(here: Called) -> None:
    here.answer("no")
    here.go(days=5)
    assert len(here.mails()) == 1


def test_a_mail_that_nobody_approved_beside_one_that_somebody_did_is_asked_about(here: Called) -> None:
    agent = here.runtime.context.posts["caller"].agent
    approved = agent.on_renew

    def two(thread: Thread, key: str) -> Transition:
        more = Reply("thanks")
        return approved(thread, key).changed(more)

    agent.on_renew = two
    until(here, OPENS + timedelta(minutes=2))
    assert len(here.mails()) == 1
    assert len(here.waiting()) == 1


@pytest.mark.parametrize("edited", [False, True])
def test_a_yes_that_waits_for_the_morning_is_no_yes_to_other_words(run_agent: Any, edited: bool) -> None:
    def held(leaving: Leaving) -> Objection | None:
        if leaving.kind == "first":
            return None
        if SHUT <= leaving.now < OPENS:
            return Objection("law/window", "too late there", "wait", until=OPENS)
        return Objection("law/disputed", "a person looks", "hold")

    here = start_caller(run_agent)(held)
    here.take_in(f"{ANA},Ana,,,")
    here.go(days=2)
    here.answer("A word.")
    until(here, SHUT + timedelta(minutes=2))
    here.say("approve")
    assert (len(here.mails()), here.waiting()) == (1, [])
    (draft,) = here.drafts()
    if edited:
        here.sandbox.client().inboxes.drafts.update(CALLER, draft.draft_id, text="Other words.")
    until(here, OPENS + timedelta(minutes=2))
    assert (len(here.mails()), len(here.waiting())) == ((1, 1) if edited else (2, 0))


SCOPE = "campaign:caller/spring"


def held_until_morning(leaving: Leaving) -> Objection | None:
    """Ask for a yes to all, and let what was asked about in the first minutes leave the next morning."""
    if TUESDAY + timedelta(minutes=2) < leaving.now < TUESDAY + timedelta(days=1):
        return Objection("law/window", "too early there", "wait", until=TUESDAY + timedelta(days=1))
    return Objection("law/basis", "a person looks", "hold")


@pytest.mark.parametrize("scope", [SCOPE, "agent:caller", f"inbox:{CALLER}", "all"])
def test_a_first_mail_that_was_approved_and_waits_for_its_hour_waits_out_a_pause(called: Any, scope: str) -> None:
    here: Called = called(held_until_morning)
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=3)
    here.say("approve")
    kill_switch.press(here.runtime.context, scope, "a test")
    here.go(days=20)
    assert (here.mails(), here.standing()[ANA].status) == ([], "held")
    assert "switched off: a test" in here.standing()[ANA].note
    kill_switch.release(here.runtime.context, scope)
    assert not refusals.told(here.runtime.context)
    here.go(minutes=31)
    assert (len(here.mails()), here.waiting(), here.standing()[ANA].status) == (1, [], "started")


@pytest.mark.parametrize("days", [0, 4])
def test_what_is_approved_during_a_pause_leaves_after_it(called: Any, days: int) -> None:
    """The first mail, or a follow-up."""
    here: Called = called(
        lambda leaving: held_until_morning(leaving) if (leaving.kind == "first") == (not days) else None
    )
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1, days=days)
    kill_switch.press(here.runtime.context, SCOPE, "a test")
    before = len(here.mails())
    here.say("approve")
    here.go(days=2)
    assert len(here.mails()) == before
    kill_switch.release(here.runtime.context, SCOPE)
    here.go(minutes=31)
    assert (len(here.mails()), here.waiting()) == (before + 1, [])
