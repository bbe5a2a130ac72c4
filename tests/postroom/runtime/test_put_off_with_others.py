"""A follow-up that must wait, beside other actions of its step, waits; nothing of the step is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from campaign_desk import ANA, start_caller
from mail_wire import TUESDAY

from postroom import Cancel, Plan, Reply, Thread, Transition
from postroom_kit.outreach import Leaving, Objection


def test_a_renewed_mail_that_waits_beside_a_new_plan_leaves_later_and_so_does_the_plan(run_agent: Any) -> None:
    opens = TUESDAY + timedelta(days=5)

    def late(leaving: Leaving) -> Objection | None:
        waits = leaving.kind == "follow_up" and TUESDAY + timedelta(days=2) < leaving.now < opens
        return Objection("law/window", "too early there", "wait", until=opens) if waits else None

    here = start_caller(run_agent)(late)
    agent = here.runtime.context.posts["caller"].agent

    def due(thread: Thread, key: str) -> Transition:
        again = Reply("again", name="anew", day=3)
        more = Plan("again", key="much later", after=thread.now + timedelta(days=20), name="anew", day=20)
        return Transition(thread.state, again, *([Cancel("much later"), more] if key == "day 3" else []))

    agent.on_renew = due
    here.take_in(f"{ANA},Ana,,true,")
    here.go(days=4)
    assert len(here.mails()) == 1
    here.go(days=2)
    assert len(here.mails()) == 2
    here.go(days=30)
    assert len(here.mails()) == 4
