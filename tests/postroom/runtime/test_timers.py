"""What is due and when: slots of crons over summer time and downtime, and one run however many hand it in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apscheduler.triggers.cron import CronTrigger
from desk_agent.agent import State, agent
from hypothesis import given
from hypothesis import strategies as st

from agentmail_sandbox import Sandbox
from postroom import Reply, Transition, days
from postroom.agent import Timer
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime
from postroom.runtime.timers import RETRY_DELAYS, latest_slot, next_slot, retry_delay

# the engine's threads draw random numbers while strategies do, which hypothesis takes for a fault of the strategy

DESK = "desk@sandbox.test"
MONDAY = datetime(2026, 3, 2, 6, tzinfo=UTC)
Start = Callable[..., tuple[Runtime, Sandbox]]


def cron(crontab: str, zone: str = "Europe/Berlin") -> Any:
    return CronTrigger.from_crontab(crontab, timezone=zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "now", "slot"),
    [
        ("2026-03-27 08:00", "2026-03-27 08:00", None),
        ("2026-03-27 07:59", "2026-03-27 08:00", "2026-03-27 08:00"),
        ("2026-03-27 08:00", "2026-03-30 06:59", None),
        ("2026-03-27 08:00", "2026-03-30 07:00", "2026-03-30 07:00"),
        ("2026-10-23 07:00", "2026-10-26 08:00", "2026-10-26 08:00"),
        ("2026-01-01 00:00", "2026-03-29 12:00", "2026-03-27 08:00"),
    ],
    ids=["settled", "on the dot", "early by winter time", "into summer", "out of summer", "after long downtime"],
)
def test_a_cron_has_its_latest_slot_by_the_local_clock(after: str, now: str, slot: str | None) -> None:
    found = latest_slot(cron("0 9 * * mon-fri"), utc(after), utc(now))
    assert found == (utc(slot) if slot else None)


def test_an_hour_that_does_not_exist_is_not_skipped() -> None:
    assert latest_slot(cron("30 2 * * *"), utc("2026-03-28 12:00"), utc("2026-03-29 12:00")) == utc("2026-03-29 01:30")


def test_an_hourly_cron_goes_on_through_the_hour_the_clocks_repeat() -> None:
    slots, at = [], utc("2026-10-24 22:30")
    while at < utc("2026-10-25 03:00"):
        at = next_slot(cron("0 * * * *"), at) or at
        slots.append(f"{at:%H:%M}")
    assert slots == ["23:00", "00:00", "01:00", "02:00", "03:00"]


@pytest.mark.parametrize(
    ("crontab", "zone", "day", "slots"),
    [
        ("30 2 * * *", "Europe/Berlin", "2026-10-24 23:30", ["25 00:30", "26 01:30"]),
        ("0 1-3 * * *", "Europe/Berlin", "2026-10-24 22:30", ["24 23:00", "25 00:00", "25 02:00"]),
        ("*/30 2 * * *", "Europe/Berlin", "2026-10-24 23:30", ["25 00:00", "25 00:30", "26 01:00"]),
        ("30 1 * * *", "America/New_York", "2026-11-01 05:00", ["01 05:30", "02 06:30"]),
        ("45 1 * * *", "Australia/Lord_Howe", "2026-04-04 14:00", ["04 14:45", "05 15:15"]),
    ],
    ids=["a time", "a range of hours", "minutes of an hour", "New York", "half an hour of summer time"],
)
def test_a_time_of_day_comes_once_on_the_day_the_clocks_go_back(
    crontab: str, zone: str, day: str, slots: list[str]
) -> None:
    found, at = [], utc(day)
    for _ in slots:
        at = next_slot(cron(crontab, zone), at) or at
        found.append(f"{at:%d %H:%M}")
    assert found == slots


@given(
    crontab=st.sampled_from(["30 2 * * *", "0 * * * *", "*/20 * * * *", "45 1 * * sun", "0 9 1 * *"]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    seconds=st.integers(0, 366 * 86_400),
)
def test_the_next_slot_is_always_later(crontab: str, zone: str, seconds: int) -> None:
    after = utc("2026-01-01 00:00") + timedelta(seconds=seconds)
    slot = next_slot(cron(crontab, zone), after)
    assert slot is not None
    assert slot > after
    assert latest_slot(cron(crontab, zone), after, slot) == slot
    assert latest_slot(cron(crontab, zone), after, slot - timedelta(seconds=1)) is None


def test_retries_wait_longer_each_time_end_and_stay_within_the_life_of_a_key() -> None:
    delays = [retry_delay(attempt) for attempt in range(1, len(RETRY_DELAYS) + 1)]
    assert delays == sorted(delays, key=lambda delay: delay or timedelta())
    assert retry_delay(len(RETRY_DELAYS) + 1) is None
    assert sum(RETRY_DELAYS, timedelta()) < timedelta(hours=20)


def on_monday(run_agent: Start, **say: str) -> tuple[Runtime, Sandbox]:
    brain = ScriptedBrain(Say={"what": "answer", "body": "Blue.", **say})
    runtime, sandbox = run_agent(agent, brain, Sandbox(start=MONDAY))
    runtime.tick()
    return runtime, sandbox


def test_ten_tickers_at_once_make_one_run(run_agent: Start) -> None:
    runtime, sandbox = on_monday(run_agent)
    sandbox.clock.advance(timedelta(hours=4))
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: runtime.tick(), range(10)))
    runtime.drain()
    assert [mail.subject for mail in sandbox.outbox()] == ["[desk] digest of Monday"]
    assert runtime.tick() == 0


@pytest.mark.parametrize(
    "due_after", [timedelta(hours=4), timedelta(days=5, minutes=1)], ids=["cron", "cron and timer"]
)
def test_a_death_between_hand_in_and_settling_makes_no_second_run(run_agent: Start, due_after: timedelta) -> None:
    runtime, sandbox = on_monday(run_agent)
    sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    runtime.drain()
    sandbox.clock.advance(due_after)
    for identifier, lane, payload in runtime.ticker.due():
        runtime.context.engine.enqueue(identifier, lane, payload)
    runtime.drain()
    runtime.tick()
    runtime.drain()
    runs = runtime.context.journal.runs_with_status("done", "recorded", "dead")
    assert len([run for run in runs if run["kind"] == "cron"]) == 1
    assert len([run for run in runs if run["kind"] == "timer"]) == (due_after > timedelta(days=5))
    assert len(sandbox.outbox("team@example.com")) == 1


def test_next_due_is_the_soonest_of_timers_crons_and_retries(run_agent: Start) -> None:
    runtime, sandbox = on_monday(run_agent)
    journal, ticker = runtime.context.journal, runtime.ticker
    assert ticker.next_due() == MONDAY.replace(hour=9)
    soon = {"agent": "desk", "inbox_id": DESK, "thread_id": "t", "name": "close", "state": "done"}
    journal.add_timer({**soon, "timer_id": "1", "set_at": MONDAY, "due_at": MONDAY + timedelta(hours=1)})
    assert ticker.next_due() == MONDAY + timedelta(hours=1)
    retry = {"agent": "desk", "kind": "mail", "inbox_id": DESK, "thread_id": "t", "cause": {}, "status": "dead"}
    journal.open_run("1:mail:x", MONDAY, **retry, retry_at=MONDAY + timedelta(minutes=5))
    journal.open_run("1:mail:y", MONDAY, **{**retry, "agent": "not-here"}, retry_at=MONDAY)
    assert ticker.next_due() == MONDAY + timedelta(minutes=5)
    sandbox.clock.advance(timedelta(hours=2))
    assert [payload["run_id"] for _, _, payload in ticker.due() if payload.get("continue")] == ["1:mail:x"]


def test_a_mail_that_needs_nothing_starts_the_wait_anew(run_agent: Start) -> None:
    runtime, sandbox = on_monday(run_agent)
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    runtime.advance(timedelta(days=3))
    runtime.context.brain.scripts["Say"] = {"what": "nothing", "body": ""}  # type: ignore[attr-defined]
    sandbox.post_mail("ana@example.com", DESK, "Re: Hi", text="Thanks!", in_reply_to=mail.message_id)
    runtime.advance(timedelta(days=4))
    assert "desk/done" in sandbox.client().inboxes.threads.get(DESK, str(mail.thread_id)).labels
    runtime.advance(timedelta(days=2))
    assert "desk/closed" in sandbox.client().inboxes.threads.get(DESK, str(mail.thread_id)).labels


def test_a_timer_that_is_overtaken_by_a_mail_does_nothing(run_agent: Start) -> None:
    runtime, sandbox = on_monday(run_agent)
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    runtime.drain()
    sandbox.clock.advance(timedelta(days=5, hours=1))
    due = runtime.ticker.due()
    sandbox.post_mail("ana@example.com", DESK, "Re: Hi", text="More", in_reply_to=mail.message_id)
    for identifier, lane, payload in due:
        runtime.context.engine.enqueue(identifier, lane, payload)
    runtime.drain()
    labels = sandbox.client().inboxes.threads.get(DESK, str(mail.thread_id)).labels
    assert "desk/done" in labels
    assert "desk/closed" not in labels


def nudging(monkeypatch: pytest.MonkeyPatch, answer: Transition | None) -> None:
    """Give the desk a reminder after two days of silence, three days before it closes the thread."""
    nudge = Timer("nudge", days(2), (State.DONE,), lambda _thread: answer)
    monkeypatch.setattr(agent, "timers", [*agent.timers, nudge])


def state_of(sandbox: Sandbox, thread_id: str) -> set[str]:
    labels = sandbox.client().inboxes.threads.get(DESK, thread_id).labels
    return {label for label in labels if label.startswith("desk/")}


def after_ten_days_down(run_agent: Start) -> tuple[Runtime, Sandbox, str]:
    runtime, sandbox = on_monday(run_agent)
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    runtime.drain()
    sandbox.clock.advance(timedelta(days=10))
    for _ in range(3):
        runtime.tick()
        runtime.drain()
    assert state_of(sandbox, str(mail.thread_id)) == {"desk/done"}
    return runtime, sandbox, str(mail.thread_id)


def test_after_downtime_a_thread_takes_one_step_and_waits_anew(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    nudging(monkeypatch, Transition(State.DONE, Reply("plain", body="Still there?")))
    runtime, sandbox, _ = after_ten_days_down(run_agent)
    assert len(sandbox.outbox("ana@example.com")) == 2
    runtime.advance(timedelta(days=2, hours=-1))
    assert len(sandbox.outbox("ana@example.com")) == 2
    runtime.advance(timedelta(hours=2))
    assert len(sandbox.outbox("ana@example.com")) == 3


def test_after_a_step_that_was_none_the_next_keeps_its_distance(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    nudging(monkeypatch, None)
    runtime, sandbox, thread_id = after_ten_days_down(run_agent)
    runtime.advance(timedelta(days=3, hours=-1))
    assert state_of(sandbox, thread_id) == {"desk/done"}
    runtime.advance(timedelta(hours=2))
    assert state_of(sandbox, thread_id) == {"desk/closed"}


def test_threads_do_not_wait_for_each_other_after_downtime(run_agent: Start) -> None:
    runtime, sandbox = on_monday(run_agent)
    mails = [sandbox.post_mail(f"{name}@example.com", DESK, "Hi", text="What colour?") for name in ("ana", "bo")]
    runtime.drain()
    sandbox.clock.advance(timedelta(days=10))
    runtime.tick()
    runtime.drain()
    assert [state_of(sandbox, str(mail.thread_id)) for mail in mails] == [{"desk/closed"}] * 2


def test_time_can_be_moved_while_something_is_overdue(run_agent: Start) -> None:
    runtime, sandbox = on_monday(run_agent)
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    runtime.drain()
    sandbox.clock.advance(timedelta(days=6))
    assert runtime.advance(timedelta(days=1)) >= 1
    assert state_of(sandbox, str(mail.thread_id)) == {"desk/closed"}
    with pytest.raises(ValueError, match="cannot go back"):
        runtime.advance(timedelta(hours=-1))
