"""Figures of a running support agent: how soon it answers and acknowledges, what waiting costs."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from postroom.runtime.tables import audit
from postroom_bench.load import Customers, Replies, SignedEvents, at_rate, conversation, spread
from postroom_bench.processes import Program, support

MAILS = 200
MAILS_A_SECOND = 5.0
EVENTS = 1000
EVENTS_A_SECOND = 100.0
OPEN_THREADS = 10_000
IDLE_SECONDS = 20.0
IDS = ("run_id", "thread_id", "op_id", "timer_id", "workflow_uuid")
"""Columns that tell copies of a row apart."""
NUMBERS = "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < ?)"


def customers_of(run: dict[str, Any]) -> Customers:
    """Return people who write to the support agent that wrote this `run.json`."""
    return Customers(f"http://127.0.0.1:{run['port']}", "support@sandbox.test", run["smtp_port"])


@contextmanager
def answering(home: Path) -> Iterator[tuple[Program, Customers, Replies]]:
    """Run a support agent; give its program, people who write to it, and the replies that reach them."""
    with (
        support(home) as (program, run, _),
        closing(customers_of(run)) as customers,
        closing(Replies(run["ws_port"])) as replies,
    ):
        yield program, customers, replies


def latency(home: Path) -> Iterator[str]:
    """Yield the figure: seconds from handing a mail in by SMTP until its reply is in the sandbox's outbox."""
    with answering(home) as (program, customers, replies):
        idle = program.settled_memory()
        conversation(customers, replies, 5, 2)
        took = conversation(customers, replies, MAILS, MAILS_A_SECOND)
        yield f"SMTP in → reply visible, {MAILS} mails at {MAILS_A_SECOND:g}/s: {spread(took)}"
        yield f"memory: {idle:.0f} MB idle, {program.memory():.0f} MB after {MAILS} mails"


def ack(home: Path) -> Iterator[str]:
    """Yield the figure: acknowledgement of signed webhooks, each a durable run, at a fixed rate over real HTTP."""
    with answering(home) as (_, customers, replies):
        conversation(customers, replies, 1, 1)
        seen = [item["event"] for item in customers.get("/sandbox/events?limit=1000")["events"]]
        template = next(event for event in seen if event["event_type"] == "message.received")
        hook = customers.get("/v0/webhooks")["webhooks"][0]
        with closing(SignedEvents(hook["url"], template, hook["secret"])) as events:
            at_rate(events.repeat, 20, 10)
            repeats = at_rate(events.repeat, EVENTS, EVENTS_A_SECOND)
            new = at_rate(events.post, EVENTS, EVENTS_A_SECOND)
        yield f"signed event → 204, {EVENTS} at {EVENTS_A_SECOND:g}/s, counted from when each was due"
        yield f"repeats of a known mail: {spread(repeats)}"
        yield f"new mails, each a durable run that competes for the same cores: {spread(new)}"
        yield f"runs not yet ended when the last was acknowledged: {_unfinished(home)}"


def idle(home: Path) -> Iterator[str]:
    """Yield the figure: CPU and memory of a process with open threads that wait for their timers."""
    with answering(home) as (program, customers, replies):
        conversation(customers, replies, 1, 1)
        alone = _idle_cost(program, IDLE_SECONDS / 4)
    rows = copy_rows(home / "journal.db", OPEN_THREADS) + copy_rows(home / "engine.db", OPEN_THREADS)
    with support(home) as (program, _, _):
        yield f"one thread: {alone}"
        yield f"{OPEN_THREADS:,} open threads ({rows:,} rows; timers in days): {_idle_cost(program, IDLE_SECONDS)}"


def _idle_cost(program: Program, seconds: float) -> str:
    memory = program.settled_memory()
    before, began = program.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    share = (program.cpu_seconds() - before) / (time.monotonic() - began)
    return f"{share:.1%} of a core over {seconds:g} s, {memory:.0f} MB"


def copy_rows(database: Path, count: int) -> int:
    """Repeat every row that belongs to a run or thread `count` times under ids of its own; return how many were made.

    A state is written by runs, and ten thousand of those would take the bench a quarter of an hour.
    """
    with closing(sqlite3.connect(database)) as connection, connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "id"]
            # each entry of the audit stands for the one before it
            if table != audit.name and set(columns) & set(IDS):
                values = ", ".join(f"\"{name}\" || '-' || n" if name in IDS else f'"{name}"' for name in columns)
                names = ", ".join(f'"{name}"' for name in columns)
                copies = f"{NUMBERS} INSERT INTO {table} ({names}) SELECT {values} FROM {table}, copies"
                connection.execute(copies, (count,))
        return connection.total_changes


def _unfinished(home: Path) -> int:
    with closing(sqlite3.connect(home / "engine.db")) as connection:
        left = "SELECT count(*) FROM workflow_status WHERE status IN ('PENDING', 'ENQUEUED')"
        return int(connection.execute(left).fetchone()[0])
