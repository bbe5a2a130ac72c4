"""Agents that write first: when what waits leaves, and what comes behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from campaign_desk import ANA
from mail_wire import TUESDAY

from postroom.runtime import kill_switch
from postroom_kit.outreach import Leaving, Objection


def test_first_mails_that_wait_for_the_same_morning_do_not_leave_in_one_minute(called: Any) -> None:
    opens = TUESDAY + timedelta(hours=5)

    def late(leaving: Leaving) -> Objection | None:
        early = leaving.now < opens
        return Objection("law/window", "too early there", "wait", until=opens) if early else None

    here = called(late)
    here.take_in("\n".join(f"p{number}@firm{number}.test,P,,," for number in range(8)))
    here.go(hours=6)

    moments = sorted(mail.timestamp - opens for mail in here.sandbox.outbox())
    assert len({moment // timedelta(minutes=1) for moment in moments}) > 4
    assert timedelta() <= moments[0]
    assert moments[-1] < timedelta(minutes=31)


def test_a_window_shorter_than_that_is_not_missed_for_ever(called: Any) -> None:
    def hourly(leaving: Leaving) -> Objection | None:
        opens = leaving.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        shut = leaving.now.minute > 0
        return Objection("law/window", "not this minute", "wait", until=opens) if shut else None

    here = called(hourly)
    here.go(minutes=5)
    here.take_in("\n".join(f"p{number}@firm{number}.test,P,,," for number in range(4)))
    here.go(hours=4)

    assert len(here.sandbox.outbox()) == 4


@pytest.mark.parametrize("by_queue", [True, False])
def test_steps_keep_their_order_and_distance_when_one_is_late_and_must_wait(called: Any, by_queue: bool) -> None:
    opens = TUESDAY + timedelta(days=9)

    def shut(leaving: Leaving) -> Objection | None:
        waits = TUESDAY + timedelta(days=2) < leaving.now < opens
        return Objection("law/holidays", "days off there", "wait", until=opens) if waits else None

    here = called(shut)
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.sandbox.clock.set(TUESDAY + timedelta(days=7, hours=1))  # nobody was there on days 3 and 7
    if by_queue:
        here.runtime.tick()
        here.runtime.drain()
    here.go(days=12)

    days = [round((mail.timestamp - TUESDAY) / timedelta(days=1)) for mail in here.mails()]
    assert ["day 3" in mail.text for mail in here.mails()] == [False, True, False]
    assert days == [0, 9, 13]


def test_an_absence_moves_what_agentmail_would_send_too(called: Any) -> None:
    here = called(outreach={"scheduled": True})
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.answer("I am away.", headers={"Auto-Submitted": "auto-replied"})
    here.go(days=13)
    assert len(here.mails()) == 1
    here.go(days=8)
    assert len(here.mails()) == 3


def test_a_pause_puts_off_follow_ups_and_their_distances_stay(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    kill_switch.press(here.runtime.context, "campaign:caller/spring", "a test")
    here.go(days=8)
    assert len(here.mails()) == 1
    assert kill_switch.release(here.runtime.context, "campaign:caller/spring")
    here.go(days=10)

    first, second, third = (mail.timestamp for mail in here.mails())
    assert second - first < timedelta(days=8, hours=1)
    assert third - second > timedelta(days=3)


def test_a_long_pause_is_looked_at_once_a_day_and_nothing_else_is_hastened_by_its_end(called: Any) -> None:
    here, scope = called(), "campaign:caller/spring"
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    kill_switch.press(here.runtime.context, scope, "a test")
    here.go(days=20)
    with here.runtime.context.journal.database.connect() as connection:
        looks = connection.exec_driver_sql("select count(*) from postroom_runs where kind = 'timer'").scalar_one()
    assert 15 < looks < 25
    here.take_in("bob@other.test,Bob,,,", "autumn.csv")
    here.go(minutes=5)
    kill_switch.release(here.runtime.context, scope)
    assert not kill_switch.release(here.runtime.context, scope)
    here.go(hours=1)

    assert (len(here.mails()), len(here.mails("bob@other.test"))) == (2, 1)
