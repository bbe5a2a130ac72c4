"""What a history asks the journal, on SQLite and on Postgres."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from test_journal import RUN, Open, fresh

from postroom.runtime.history import rows_of, threads_with_mail
from postroom.runtime.ids import run_id
from postroom.runtime.journal import Journal

__all__ = ["fresh"]
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
SINCE = NOW - timedelta(days=7)
DECIDED = {"inputs_hash": "", "confidence": 0.5, "brain": "scripted", "made_at": NOW}
ACTION = {"number": 0, "inbox_id": "i", "thread_id": "t", "status": "done", "done_at": NOW}


def test_a_history_is_of_the_mail_read_since_then_and_of_all_that_the_journal_has_of_its_threads(
    fresh: Callable[[], Open],
) -> None:
    journal = Journal(fresh()())

    def ran(thread_id: str, came: timedelta, read: timedelta, **more: str) -> str:
        identifier = run_id(NOW - came, "mail", "i", thread_id)
        journal.open_run(identifier, NOW - read, **{**RUN, "thread_id": thread_id, **more})
        return identifier

    day = timedelta(days=1)
    first = ran("t", 9 * day, 9 * day)
    late = ran("late", 8 * day, 2 * day)
    ran("before", 8 * day, 8 * day)
    ran("machine", day, day, status="recorded")
    ran("elsewhere", day, day, inbox_id="another")
    journal.open_run(second := run_id(NOW - day, "mail", "i", "again"), NOW - day, **RUN)
    assert threads_with_mail(journal, "i", SINCE) == {"t": NOW - day, "late": NOW - 8 * day}

    journal.record_decision(run_id=second, number=0, type="Say", value={"what": "no"}, seen={"sure_of": {}}, **DECIDED)
    journal.record_decision(run_id=second, number=1, type="Say", value={}, seen={"failed": "away"}, **DECIDED)
    journal.record_plan(
        first, {}, [{**ACTION, "op_id": "op", "run_id": first, "kind": "Reply", "frozen": {"purpose": "answer"}}]
    )
    journal.record_move(inbox_id="i", thread_id="t", origin="new", state="done", by="run", run_id=first, at=NOW)
    rows = rows_of(journal, ["t", "late"], "Say", SINCE)
    assert [row["number"] for row in rows["t"]["decided"]] == [0]
    assert [row["purpose"] for row in rows["t"]["sent"]] == ["answer"]
    assert [row["state"] for row in rows["t"]["moves"]] == ["done"]
    assert {first, second} <= {row["run_id"] for row in rows["t"]["runs"]}
    assert [row["run_id"] for row in rows["late"]["runs"]] == [late]
