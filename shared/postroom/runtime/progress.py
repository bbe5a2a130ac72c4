"""How far the records of campaigns are: for reports, the page and as CSV."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from postroom.campaign import Progress
from postroom.runtime import records
from postroom.runtime.context import Context
from postroom.runtime.history import labels_left
from postroom.runtime.journal import Row
from postroom.runtime.tables import actions, moves, reports, runs, timers
from postroom.transition import FOLLOW_UP

CHUNK = 500
OF_RUN = ("thread_id", "kind", "status", "plan", "cause", "finished_at", "writer")
COLUMNS = (
    "campaign", "email", "item", "name", "status", "state", "started", "sent", "opened", "replied", "bounced",
    "next_mail", "labels", "note", "thread_id",
)  # fmt: skip


def gather(context: Context, agent: str, campaign: str = "", address: str = "") -> list[dict[str, Any]]:
    """Return the progress of an agent's records, or of one campaign's or person's, as JSON."""
    rows = records.of_campaign(context.journal, agent, campaign, address)
    threads = [row["thread_id"] for row in rows if row["thread_id"]]
    found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    with context.journal.database.connect() as connection:
        for start in range(0, len(threads), CHUNK):
            for name, query in _queries(threads[start : start + CHUNK]).items():
                for row in connection.execute(query).mappings():
                    found[row["thread_id"]][name].append(row)
    return [_progress(row, found[row["thread_id"]]) for row in rows]


def restored(kept: Mapping[str, Any]) -> Progress:
    """Return the progress that `gather` put into JSON."""
    record = records.restored(kept["record"])
    assert record is not None, "gather wrote one"
    moments = {name: datetime.fromisoformat(kept[name]) if kept[name] else None for name in ("started", "planned")}
    return Progress(**{**kept, **moments, "record": record, "labels": tuple(kept["labels"])})


def as_rows(progress: Iterable[Progress]) -> list[dict[str, str]]:
    """Return it as rows of `COLUMNS`, for a spreadsheet or the page."""
    return [
        {
            "campaign": each.record.campaign, "email": each.record.address, "item": each.record.item,
            "name": str(each.record.row.get("name", "")), "status": each.status, "state": each.state,
            "started": each.started.isoformat() if each.started else "", "sent": str(each.sent),
            "opened": "yes" if each.opened else "", "replied": "yes" if each.replied else "",
            "bounced": "yes" if each.bounced else "", "next_mail": each.planned.isoformat() if each.planned else "",
            "labels": " ".join(each.labels), "note": each.note, "thread_id": each.thread_id,
        }
        for each in progress
    ]  # fmt: skip


def _queries(threads: Sequence[str]) -> dict[str, sa.Select[Any] | sa.CompoundSelect[Any]]:
    sent = sa.select(actions.c.thread_id, actions.c.result["message_id"].as_string().label("message_id")).where(
        actions.c.thread_id.in_(threads), actions.c.status == "done", actions.c.recipient.is_not(None),
        actions.c.frozen["purpose"].as_string() != "internal",
    )  # fmt: skip
    first = sa.select(runs.c.thread_id, actions.c.result["message_id"].as_string().label("message_id")).join_from(
        actions, runs, actions.c.run_id == runs.c.run_id
    ).where(runs.c.thread_id.in_(threads), actions.c.kind == "Send", actions.c.status == "done")  # fmt: skip
    mails = sa.union(sent, first).subquery()
    return {
        "moves": sa.select(moves.c.thread_id, moves.c.state).where(moves.c.thread_id.in_(threads)).order_by(moves.c.id),
        "runs": sa.select(*(runs.c[name] for name in OF_RUN))
        .where(runs.c.thread_id.in_(threads))
        .order_by(runs.c.run_id),
        "sent": sa.select(mails),
        "reports": sa.select(mails.c.thread_id, reports.c.kind).join_from(
            mails, reports, mails.c.message_id == reports.c.message_id
        ),
        "events": sa.select(runs.c.thread_id, runs.c.cause["event"]["kind"].as_string().label("kind")).where(
            runs.c.thread_id.in_(threads), runs.c.kind == "event"
        ),
        "planned": sa.select(timers.c.thread_id, timers.c.due_at)
        .where(timers.c.thread_id.in_(threads), timers.c.fired_at.is_(None), timers.c.name == FOLLOW_UP)
        .order_by(timers.c.due_at),
    }


def _progress(row: Row, of: Mapping[str, list[Row]]) -> dict[str, Any]:
    happened = {each["kind"] for each in of["events"]}
    written = {each["writer"] for each in of["runs"] if each["kind"] == "mail"} - {None}  # no machine is a writer
    return {
        "record": records.frozen(row), "status": row["status"], "thread_id": row["thread_id"],
        "state": of["moves"][-1]["state"] if of["moves"] else "",
        "started": row["started_at"].isoformat() if row["started_at"] else None,
        "labels": sorted(labels_left(of["runs"])), "sent": len(of["sent"]), "opened": "opened" in happened,
        "replied": bool(written), "bounced": any(each["kind"] == "bounce" for each in of["reports"]),
        "planned": of["planned"][0]["due_at"].isoformat() if of["planned"] else None, "note": row["note"],
    }  # fmt: skip
