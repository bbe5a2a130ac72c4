"""The engine: once for each id, in order within a lane, and nothing stranded for good."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from desk_agent.agent import agent
from mail_wire import WiredSandbox, until
from structlog.testing import capture_logs

from agentmail_sandbox import Sandbox
from postroom.brain import Question
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime import dead_letters
from postroom.runtime.app import Runtime
from postroom.runtime.engine import HANGS_AFTER, KEPT_FOR, STRANDED_AFTER, Engine
from postroom.runtime.ids import fingerprint, op_id, run_id
from postroom.runtime.under_way import left_of
from postroom_bench.play import CrashingEngine

DESK = "desk@sandbox.test"
Start = Callable[..., tuple[Runtime, Sandbox]]
numbers = itertools.count(1)


@dataclass
class Lanes:
    """An executor on the engine that notes what it ran, and can be made to wait."""

    engine: Engine
    name: str
    ran: list[str] = field(default_factory=list)
    at_gate: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event = field(default_factory=threading.Event)

    def execute(self, payload: dict[str, Any]) -> None:
        if payload.get("waits"):
            self.at_gate.set()
            assert self.gate.wait(10)
        if payload.get("fails"):
            raise ValueError("a bug")
        self.ran.append(payload["run_id"])

    def enqueue(self, identifier: str, lane: str, **more: Any) -> None:
        self.engine.enqueue(identifier, lane, {"runtime": self.name, "run_id": identifier, **more})

    def idle(self) -> bool:
        return self.engine.unfinished(self.name) == 0


@pytest.fixture
def lanes(engine: Engine) -> Iterator[Lanes]:
    made = Lanes(engine, f"lanes-{next(numbers)}")
    engine.serve(made.name, made.execute)
    yield made
    made.gate.set()
    until(made.idle)
    engine.forget(made.name)


def test_a_run_handed_in_ten_times_runs_once(lanes: Lanes) -> None:
    for _ in range(10):
        lanes.enqueue("1:mail:a", "lane")
    until(lanes.idle)
    lanes.enqueue("1:mail:a", "lane")
    until(lanes.idle)
    assert lanes.ran == ["1:mail:a"]


def test_a_lane_that_waits_keeps_its_order_and_stops_no_other(lanes: Lanes) -> None:
    lanes.enqueue("1:mail:a", "slow", waits=True)
    lanes.enqueue("2:mail:b", "slow")
    lanes.enqueue("3:mail:c", "slow")
    for number in range(5):
        lanes.enqueue(f"9:mail:{number}", f"other-{number}")
    until(lambda: len(lanes.ran) == 5)
    assert all(identifier.startswith("9:") for identifier in lanes.ran)
    until(lambda: lanes.engine.unfinished(lanes.name) == 3)
    lanes.gate.set()
    until(lanes.idle)
    assert lanes.ran[5:] == ["1:mail:a", "2:mail:b", "3:mail:c"]


def test_a_run_that_fails_does_not_hold_its_lane(lanes: Lanes) -> None:
    lanes.enqueue("1:mail:a", "lane", fails=True)
    lanes.enqueue("2:mail:b", "lane")
    until(lanes.idle)
    assert lanes.ran == ["2:mail:b"]


def test_what_dbos_logs_is_said_in_our_own_words_and_without_a_trace(lanes: Lanes) -> None:
    with capture_logs() as said:
        lanes.enqueue("1:mail:a", "lane", fails=True)
        until(lambda: said)
    assert [(line["event"], line["error"]) for line in said] == [("the engine reports", "ValueError: a bug")]
    assert logging.StreamHandler not in [type(handler) for handler in logging.getLogger("dbos").handlers]


def test_a_run_past_the_queue_is_the_same_run(lanes: Lanes) -> None:
    lanes.engine.run_now("1:cron:a", {"runtime": lanes.name, "run_id": "1:cron:a"})
    lanes.enqueue("1:cron:a", "lane")
    until(lanes.idle)
    assert lanes.ran == ["1:cron:a"]


def test_old_finished_rows_are_pruned_and_young_ones_kept(lanes: Lanes) -> None:
    lanes.enqueue("1:mail:a", "lane")
    until(lanes.idle)
    lanes.engine.prune()
    lanes.enqueue("1:mail:a", "lane")
    until(lanes.idle)
    assert lanes.ran == ["1:mail:a"]
    later = datetime.now(UTC) + KEPT_FOR + timedelta(minutes=1)
    # others of this process's tests may have left more rows than one call deletes
    while lanes.engine.prune(later):
        pass
    lanes.enqueue("1:mail:a", "lane")
    until(lanes.idle)
    assert lanes.ran == ["1:mail:a", "1:mail:a"]


def stranded_after_reply(run_agent: Start) -> tuple[Runtime, Sandbox, ScriptedBrain]:
    """A run whose process died right after its answer left, as far as the engine can tell."""
    brain = ScriptedBrain(Say={"what": "answer", "body": "Blue."})
    runtime, sandbox = run_agent(agent, brain, wrap_engine=CrashingEngine)
    engine: Any = runtime.context.engine
    engine.after = "Reply"
    sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    runtime.door.catch_up()
    until(engine.crashed.is_set)
    engine.crashed.clear()
    until(lambda: len(engine.pending(runtime.context.name)) == 1)
    return runtime, sandbox, brain


def test_a_run_that_lost_its_process_is_taken_up_after_a_while(run_agent: Start) -> None:
    runtime, sandbox, brain = stranded_after_reply(run_agent)
    engine = runtime.context.engine
    assert engine.reap() == []
    (stranded,) = engine.reap(datetime.now(UTC) + STRANDED_AFTER + timedelta(minutes=1))
    assert stranded.startswith(f"{runtime.context.name}/")
    runtime.drain()
    assert len(sandbox.outbox()) == 1
    assert brain.asked == ["Say"]
    assert [run["status"] for run in runtime.context.journal.runs_with_status("done", "dead")] == ["done"]


def test_a_run_this_process_works_on_is_not_taken_up_however_long_it_lasts(lanes: Lanes) -> None:
    lanes.enqueue("1:mail:a", "lane", waits=True)
    assert lanes.at_gate.wait(10)
    assert lanes.engine.reap(datetime.now(UTC) + timedelta(days=1)) == []
    lanes.gate.set()
    until(lanes.idle)
    assert lanes.ran == ["1:mail:a"]


def test_only_a_run_that_did_no_step_for_ten_minutes_hangs(lanes: Lanes) -> None:
    lanes.enqueue("1:mail:a", "lane", waits=True)
    assert lanes.at_gate.wait(10)
    assert lanes.engine.hanging(lanes.name) == []
    later = datetime.now(UTC) + HANGS_AFTER + timedelta(seconds=1)
    assert [payload["run_id"] for payload in lanes.engine.hanging(lanes.name, later)] == ["1:mail:a"]
    assert lanes.engine.hanging("another", later) == []
    lanes.gate.set()
    until(lanes.idle)
    assert lanes.engine.hanging(lanes.name, later) == []


def test_a_run_that_hangs_is_shown_to_people_until_it_ends(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    began, go_on = threading.Event(), threading.Event()

    def hangs(*_: Any) -> None:
        began.set()
        assert go_on.wait(10)

    monkeypatch.setitem(agent.on_mail, agent.flow.start, hangs)
    runtime, sandbox = run_agent(agent, ScriptedBrain())
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    runtime.door.catch_up()
    assert began.wait(10)
    monkeypatch.setattr("postroom.runtime.engine.HANGS_AFTER", timedelta())
    with capture_logs() as said:
        dead_letters.show_hanging(runtime.context)
    (run,) = runtime.context.journal.runs_of_thread(str(mail.thread_id))
    assert (run["status"], "it does not go on" in run["note"]) == ("running", True)
    assert [line["run_id"] for line in said if line["event"] == "a run hangs"] == [run["run_id"]]
    threads = sandbox.client().inboxes.threads
    assert "stuck" in threads.get(DESK, str(mail.thread_id)).labels
    go_on.set()
    runtime.drain()
    (run,) = runtime.context.journal.runs_of_thread(str(mail.thread_id))
    assert (run["status"], run["note"]) == ("nothing", "")


def test_a_long_run_elsewhere_that_still_does_steps_is_not_taken_up(run_agent: Start) -> None:
    runtime, sandbox, _ = stranded_after_reply(run_agent)
    engine = runtime.context.engine
    begun = int((time.time() - 2 * STRANDED_AFTER.total_seconds()) * 1000)
    with engine.database.begin() as connection:
        this = {"begun": begun, "name": f"{runtime.context.name}/%"}
        begin = "UPDATE workflow_status SET started_at_epoch_ms = :begun WHERE workflow_uuid LIKE :name"
        connection.execute(sa.text(begin), this)
    assert engine.reap() == []
    assert len(engine.reap(datetime.now(UTC) + STRANDED_AFTER + timedelta(minutes=1))) == 1
    runtime.drain()
    assert len(sandbox.outbox()) == 1


def test_a_look_at_what_is_under_way_reads_no_run_that_has_ended(engine: Engine) -> None:
    statement = left_of(None).compile(engine.database)
    with engine.database.connect() as connection:
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
    assert len(plan) == 1
    assert "USING INDEX" in plan[0]
    assert "in_flight" in plan[0]


def test_mails_of_one_thread_are_handled_in_order_while_another_thread_goes_on(run_agent: Start) -> None:
    spans: dict[str, tuple[float, float]] = {}
    other_done = threading.Event()

    def script(question: Question) -> dict[str, str]:
        assert question.message is not None
        began, words = time.monotonic(), question.message.new_text
        if words == "one":
            assert other_done.wait(10), "the other thread waited for this one"
        spans[words] = (began, time.monotonic())
        if words == "elsewhere":
            other_done.set()
        return {"what": "answer", "body": words}

    runtime, sandbox = run_agent(agent, ScriptedBrain(Say=script))
    first = sandbox.post_mail("ana@example.com", DESK, "Hi", text="one")
    for words in ("two", "three"):
        sandbox.post_mail("ana@example.com", DESK, "Re: Hi", text=words, in_reply_to=first.message_id)
    sandbox.post_mail("bo@example.com", DESK, "Other", text="elsewhere")
    runtime.drain()
    assert spans["one"][1] <= spans["two"][0] <= spans["two"][1] <= spans["three"][0]
    assert spans["elsewhere"][1] <= spans["one"][1]
    replies = [(mail.text or "").splitlines()[2] for mail in reversed(sandbox.outbox("ana@example.com"))]
    assert replies == ["one", "two", "three"]


def test_a_mail_deep_in_a_long_thread_is_read_and_not_taken_for_deleted(run_agent: Start) -> None:
    brain = ScriptedBrain(Say={"what": "answer", "body": "Blue."})
    runtime, sandbox = run_agent(agent, brain, WiredSandbox())
    first = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    for number in range(110):
        sandbox.post_mail("ana@example.com", DESK, "Re: Hi", text=f"And {number}?", in_reply_to=first.message_id)
    oldest = next(runtime.door.unread())
    runtime.context.engine.enqueue(*oldest)
    until(lambda: runtime.context.engine.unfinished(runtime.context.name) == 0)
    (run,) = runtime.context.journal.runs_of_thread(str(first.thread_id))
    assert (run["status"], run["note"]) == ("done", "")
    assert brain.asked == ["Say"]
    (answer,) = sandbox.outbox()
    assert answer.in_reply_to == first.message_id


def test_ids_follow_from_their_cause_and_sort_by_time() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert run_id(at, "mail", DESK, "<1>") == run_id(at, "mail", DESK, "<1>")
    causes = {run_id(at, "mail", inbox, cause) for inbox in (DESK, "b@sandbox.test") for cause in ("<1>", "<2>")}
    assert len(causes) == 4
    early, late = run_id(at, "timer", DESK, "z"), run_id(at + timedelta(milliseconds=1), "cron", DESK, "a")
    assert early < late
    ids = [op_id(run, number) for run in (early, late) for number in range(3)]
    assert len(set(ids)) == 6
    assert all(len(identifier) == 35 and identifier.startswith("op-") for identifier in ids)


def test_a_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    assert fingerprint({"a": 1, "b": [1, 2]}) == fingerprint({"b": [1, 2], "a": 1})
    assert fingerprint({"a": [1, 2]}) != fingerprint({"a": [2, 1]})
