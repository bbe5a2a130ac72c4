"""How long monitoring takes on a journal of 100,000 mails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from postroom.database import open_database, sqlite_url
from postroom.monitoring import figures, hourly, incidents
from postroom.monitoring.metrics import exposition
from postroom.runtime import tables
from postroom.runtime.context import Context
from postroom.runtime.ids import op_id, run_id
from postroom.runtime.journal import Journal

MAILS, DAYS = 100_000, 30
INBOX = "support@sandbox.test"
ANSWER = "You have thirty days to send it back, and the label is in the parcel. " * 20


def monitoring(home: Path) -> Iterator[str]:
    """Yield the seconds for each question, the median of five."""
    journal = Journal(open_database(sqlite_url(home / "journal.db")))
    now = datetime.now(UTC)
    _fill(journal, now)
    post = SimpleNamespace(agent=SimpleNamespace(name="support"), inbox_id=INBOX, addresses=())
    parts: dict[str, Any] = {"journal": journal, "clock": SimpleNamespace(now=lambda: now), "posts": {"support": post}}
    engine = SimpleNamespace(waiting=lambda _: [])
    context = cast("Context", SimpleNamespace(name="bench", engine=engine, queue_alert=100, **parts))
    questions: dict[str, Callable[[], object]] = {
        "figures of a day": lambda: figures(context, "support"),
        f"figures of {DAYS} days": lambda: figures(context, "support", timedelta(days=DAYS)),
        "the last 24 hours": lambda: hourly(context, "support"),
        "/metrics": lambda: exposition(context),
        "incidents": lambda: incidents(context),
    }
    said = [f"{name} {_median(ask):.3f} s" for name, ask in questions.items()]
    yield f"{MAILS:,} mails with an answer each, over {DAYS} days: {', '.join(said)}"
    journal.database.dispose()


def _median(ask: Callable[[], object]) -> float:
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - began)
    return sorted(taken)[2]


def _fill(journal: Journal, now: datetime) -> None:
    runs, actions, reports = [], [], []
    for number in range(MAILS):
        at = now - timedelta(days=DAYS) * (number / MAILS)
        identifier, thread = run_id(at, "mail", INBOX, str(number)), f"t{number // 2}"
        ids = {"run_id": identifier, "inbox_id": INBOX, "thread_id": thread, "status": "done"}
        began = {"agent": "support", "kind": "mail", "cause": {}, "started_at": at, "attempts": 0, "note": ""}
        runs.append(ids | began | {"frozen": {"state": "new", "messages": [thread] * 5}, "plan": {"state": "answered"}})
        kind = "Escalate" if number % 5 == 0 else "Reply"
        frozen = {"to": ["ana@example.com"], "text": ANSWER, "html": ANSWER}
        done = {"done_at": at + timedelta(seconds=20), "result": {"message_id": f"<{number}@x>"}, "frozen": frozen}
        actions.append(
            {**ids, **done, "op_id": op_id(identifier, 0), "number": 0, "kind": kind, "rule": "", "reason": ""}
        )
        fate = "bounce" if number % 100 == 0 else "delivered"
        reports.append({"message_id": f"<{number}@x>", "kind": fate, "inbox_id": INBOX, "at": at})
    with journal.database.begin() as connection:
        for table, rows in ((tables.runs, runs), (tables.actions, actions), (tables.reports, reports)):
            connection.execute(table.insert(), rows)
