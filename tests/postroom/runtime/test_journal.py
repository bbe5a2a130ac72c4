"""The journal under several writers at once, on SQLite and on Postgres: nobody fails, and the first one counts."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from postroom.database import DatabaseUnusable, open_database, sqlite_url
from postroom.policy import Verdict
from postroom.runtime.journal import Journal
from postroom.runtime.kill_switch import hasten

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RUN = {"agent": "desk", "kind": "mail", "inbox_id": "i", "thread_id": "t", "cause": {}}
A_DAY = timedelta(days=1)
ROUNDS = 10
numbers = itertools.count(1)
Open = Callable[[], sa.Engine]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Open]]:
    """Return a function that makes an empty database and returns what opens it, each time as another process would."""
    opened: list[sa.Engine] = []

    def make() -> Open:
        name = f"journal_{next(numbers)}"
        on_postgres = request.param == "postgres"
        url = request.getfixturevalue("postgres")(name) if on_postgres else sqlite_url(tmp_path / f"{name}.db")

        def open_it() -> sa.Engine:
            opened.append(open_database(url))
            return opened[-1]

        return open_it

    yield make
    for database in opened:
        database.dispose()


def at_once(*calls: Callable[[], object]) -> list[Exception]:
    """Make all calls at the same moment; return what they raised."""
    barrier, raised = threading.Barrier(len(calls)), []

    def make(call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            call()
        except Exception as error:  # noqa: BLE001 - a thread's failure would be lost
            raised.append(error)

    threads = [threading.Thread(target=make, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_two_processes_may_make_the_tables_of_a_new_database(fresh: Callable[[], Open]) -> None:
    for _ in range(4):
        open_it = fresh()
        databases = [open_it(), open_it()]
        for database in databases:
            database.connect().close()
        assert at_once(*(partial(Journal, database) for database in databases)) == []


def drop_index(database: sa.Engine, name: str) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql(f"drop index {name}")


def index_names(database: sa.Engine) -> set[str]:
    inspector = sa.inspect(database)
    return {str(index["name"]) for table in inspector.get_table_names() for index in inspector.get_indexes(table)}


ACTION = {
    "op_id": "op-1", "run_id": "r", "number": 0, "kind": "Reply", "inbox_id": "i", "thread_id": "t",
    "writer": "ana@example.com", "frozen": {}, "status": "planned",
}  # fmt: skip
MOVE = {"inbox_id": "i", "thread_id": "t", "origin": None, "state": "done", "at": NOW}


def test_a_database_of_an_earlier_version_gets_the_indexes_that_came_later(fresh: Callable[[], Open]) -> None:
    open_it = fresh()
    database = open_it()
    old = Journal(database)
    for run_id in ("run-1", None, None):
        old.record_move(run_id=run_id, by="run" if run_id else "person", **MOVE)
    whole = index_names(database)
    for name in ("postroom_moves_run", "postroom_runs_thread"):
        drop_index(database, name)
    upgraded = Journal(open_it())
    assert index_names(upgraded.database) == whole
    upgraded.record_move(run_id="run-1", by="run", **MOVE)
    assert len(upgraded.moves_of_thread("t")) == 3


def test_a_database_of_an_earlier_version_gets_the_columns_that_came_later(fresh: Callable[[], Open]) -> None:
    open_it = fresh()
    database = open_it()
    Journal(database).record_plan("r", {}, [ACTION])
    drop_index(database, "postroom_actions_writer")
    with database.begin() as connection:
        connection.exec_driver_sql("alter table postroom_actions drop column writer")
    upgraded = Journal(open_it())
    assert [row["writer"] for row in upgraded.actions_of_run("r")] == [None]
    upgraded.update_action("op-1", writer="ana@example.com")
    assert [row["writer"] for row in upgraded.actions_of_run("r")] == ["ana@example.com"]
    assert "postroom_actions_writer" in index_names(upgraded.database)


def test_of_mails_for_one_sender_that_leave_at_once_no_more_pass_than_the_budget(fresh: Callable[[], Open]) -> None:
    open_it = fresh()
    journals = [Journal(open_it()) for _ in range(4)]
    rows = [ACTION | {"op_id": f"op-{number}", "number": number, "thread_id": f"t-{number}"} for number in range(12)]
    journals[0].record_plan("r", {}, rows)
    now = datetime.now(UTC)
    asked = {"addresses": [], "kinds": ["Reply"], "recipient": "r@example.com", "writer": "ana@example.com"}
    asked |= {"beginner": "", "led_by": "authenticated"}
    asked |= {"since": NOW - timedelta(days=1), "tried_since": now - timedelta(days=1)}

    def judge(seen: Mapping[str, Any]) -> Verdict:
        return Verdict("allow") if seen["sent_for_sender_today"] < 5 else Verdict("refuse", "budget/sender")

    calls = [
        partial(
            journals[number % 4].claim, row["op_id"], now,
            {**asked, "op_id": row["op_id"], "thread_id": row["thread_id"]}, judge,
        )
        for number, row in enumerate(rows)
    ]  # fmt: skip
    assert at_once(*calls) == []
    assert sum(row["first_attempt_at"] is not None for row in journals[0].actions_of_run("r")) == 5


def test_a_cap_of_all_inboxes_holds_when_several_processes_send_at_once(fresh: Callable[[], Open]) -> None:
    open_it, now, names = fresh(), datetime.now(UTC), [f"caller-{number}@example.com" for number in range(8)]
    journals = [Journal(open_it()) for _ in range(4)]
    mail = {"run_id": "r", "kind": "Send", "thread_id": "", "status": "planned", "frozen": {}, "rule": "", "reason": ""}
    rows = [
        {**mail, "op_id": f"op-{number}", "number": number, "inbox_id": name, "recipient": f"{number}@firm.test",
         "campaign": "caller/spring", "words": f"{number}", "writer": None, "led_by": None}
        for number, name in enumerate(names)
    ]  # fmt: skip
    journals[0].open_run("r", now, agent="caller", kind="start", inbox_id="i", thread_id="", cause={})
    journals[0].record_plan("r", {}, rows)
    gate = {"kinds": ["Send"], "thread_id": "", "writer": "", "led_by": "", "recipient": "", "since": now - A_DAY}
    caps = {"inboxes": names, "day": now - A_DAY, "person_since": now - A_DAY, "body_since": now - A_DAY}

    def judge(seen: Mapping[str, Any]) -> Verdict:
        return Verdict("allow") if seen["sent"]["by_agent_today"] < 3 else Verdict("refuse")

    def claim(row: Mapping[str, Any]) -> object:
        to, own = row["recipient"], row["inbox_id"]
        outreach = {**caps, "inbox_id": own, "address": to, "domain": "%@firm.test", "words": "", "thread_id": ""}
        asked = {**gate, "op_id": row["op_id"], "beginner": own, "addresses": [to], "tried_since": now - A_DAY}
        return journals[row["number"] % 4].claim(row["op_id"], now, {**asked, "outreach": outreach}, judge)

    assert at_once(*(partial(claim, row) for row in rows)) == []
    assert sum(row["first_attempt_at"] is not None for row in journals[0].actions_of_run("r")) == 3


def test_rows_a_later_unique_index_forbids_are_named_and_none_is_lost(fresh: Callable[[], Open]) -> None:
    open_it = fresh()
    database = open_it()
    old = Journal(database)
    for name in ("postroom_moves_run", "postroom_runs_thread"):
        drop_index(database, name)
    for run_id in ("run-1", "run-1", "run-2"):
        old.record_move(run_id=run_id, by="run", **MOVE)
    before = index_names(database)
    with pytest.raises(DatabaseUnusable, match=r"postroom_moves .* same run_id, by, 1 times \(run-1, run\).*all but"):
        Journal(open_it())
    assert (len(old.moves_of_thread("t")), index_names(database)) == (3, before)


def test_two_writers_of_the_same_row_both_go_on_and_the_first_counts(fresh: Callable[[], Open]) -> None:
    open_it = fresh()
    one, two = Journal(open_it()), Journal(open_it())
    for number in range(ROUNDS):
        run_id, address, cron = f"run-{number}", f"{number}@example.com", f"cron-{number}"
        move = {"inbox_id": "i", "thread_id": run_id, "origin": None, "state": "done", "by": "run", "at": NOW}
        timer = {"agent": "desk", "inbox_id": "i", "thread_id": run_id, "name": "close", "state": "done", "plan": None}
        timer |= {"timer_id": run_id, "set_at": NOW, "due_at": NOW}
        calls: list[tuple[Any, dict[str, Any]]] = [
            (Journal.open_run, {"run_id": run_id, "now": NOW, **RUN}),
            (Journal.settle_cron, {"agent": "desk", "name": cron, "now": NOW}),
            (Journal.suppress, {"address": address, "reason": "asked", "now": NOW}),
            (Journal.record_move, {"run_id": run_id, **move}),
            (Journal.add_timer, {"row": timer}),
            (Journal.switch_off, {"scope": f"agent:{cron}", "reason": "x", "now": NOW}),
            (Journal.move_cursor, {"inbox_id": address, "event_id": "evt_1"}),
        ]
        raised = [
            error for call, values in calls for error in at_once(*(partial(call, j, **values) for j in (one, two)))
        ]
        assert raised == []
        assert len(one.moves_of_thread(run_id)) == len(one.timers_of_thread(run_id)) == 1
        assert one.cron_asked("desk", cron) == NOW


def test_the_first_run_reason_and_decision_stay_and_the_latest_cron_and_cursor_count(
    fresh: Callable[[], Open],
) -> None:
    journal = Journal(fresh()())
    journal.open_run("r", NOW, **RUN)
    journal.open_run("r", NOW + timedelta(days=1), **{**RUN, "status": "queued"})
    row = journal.run("r")
    assert row is not None
    assert (row["started_at"], row["status"]) == (NOW, "running")
    for reason in ("bounce", "complaint"):
        journal.suppress("ana@example.com", reason, NOW)
    assert journal.suppressed(["ana@example.com", "bo@example.com"]) == {"ana@example.com": "bounce"}
    decision = {"type": "Say", "inputs_hash": "x", "confidence": 0.5, "brain": "b", "seen": {}, "made_at": NOW}
    for value in ("first", "second"):
        journal.record_decision(run_id="r", number=0, value={"is": value}, **decision)
    assert [row["value"] for row in journal.decisions_of_run("r")] == [{"is": "first"}]
    for number in range(2):
        journal.settle_cron("desk", "digest", NOW + timedelta(days=number))
        journal.move_cursor("i", f"evt_{number}")
        journal.switch_off("all", f"reason {number}", NOW)
    assert journal.cron_asked("desk", "digest") == NOW + timedelta(days=1)
    assert (journal.cursor("i"), journal.cursor("other")) == ("evt_1", None)
    assert journal.switched_off() == {"all": "reason 1"}


def test_a_decision_is_returned_as_it_stands_and_a_failed_try_gives_way(fresh: Callable[[], Open]) -> None:
    journal = Journal(fresh()())
    decision = {"type": "Say", "inputs_hash": "x", "confidence": 0.5, "brain": "b", "made_at": NOW}
    seen = [{"failed": "away"}, {"failed": "away again"}, {"why": "sure"}, {"why": "late"}]
    standing = [journal.record_decision(run_id="r", number=0, value={}, seen=each, **decision)["seen"] for each in seen]
    assert standing == [{"failed": "away"}, {"failed": "away again"}, {"why": "sure"}, {"why": "sure"}]


def test_a_thread_may_be_moved_by_people_more_than_once(fresh: Callable[[], Open]) -> None:
    journal = Journal(fresh()())
    for state in ("done", "new", "done"):
        journal.record_move(
            inbox_id="i", thread_id="t", origin=None, state=state, by="person", run_id=None, at=NOW
        )  # fmt: skip
    assert [move["state"] for move in journal.moves_of_thread("t")] == ["done", "new", "done"]


def test_the_end_of_a_pause_hastens_what_it_put_off_and_nothing_else(fresh: Callable[[], Open]) -> None:
    journal = Journal(fresh()())
    row = {"agent": "desk", "inbox_id": "i", "thread_id": "t", "name": "plan", "state": "new", "set_at": NOW}
    row |= {"due_at": NOW + A_DAY, "fired_at": None, "plan": None}
    changed = {"paused": {"plan": {"paused": True}}, "planned": {"plan": {"key": "k"}}, "of its state": {}}
    changed |= {"fired": {"plan": {"paused": True}, "fired_at": NOW}}
    changed |= {"due": {"plan": {"paused": True}, "due_at": NOW}}
    for timer_id, own in changed.items():
        journal.add_timer({**row, **own, "timer_id": timer_id})
    hasten(journal.database, NOW)

    due = {name: timer["due_at"] for name in changed if (timer := journal.timer(name))}
    assert NOW <= due.pop("paused") < NOW + timedelta(minutes=30)
    assert due == {"planned": NOW + A_DAY, "of its state": NOW + A_DAY, "fired": NOW + A_DAY, "due": NOW}
