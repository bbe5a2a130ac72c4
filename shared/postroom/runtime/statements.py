"""What each run asks of the journal's database, put together once: building a statement costs more than running it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from postroom.runtime.sent_before import sent_before
from postroom.runtime.tables import actions, decisions, doubted, metadata, moves, runs, suppressed, switches, timers
from postroom.transition import CORE_TIMERS, FOLLOW_UP

LATE = timedelta(hours=12)
"""After a downtime so long the steps of a thread keep their distances."""
KEY = "key"
"""The parameter of an update that names its row; the others are the columns to set."""


def _found_by(*columns: sa.Column[str] | sa.Column[int]) -> sa.Select[tuple[object, ...]]:
    return sa.select(columns[0].table).where(*(column == sa.bindparam(column.name) for column in columns))


RUN = _found_by(runs.c.run_id)
DECISION = _found_by(decisions.c.run_id, decisions.c.number)
ACTION = _found_by(actions.c.op_id)
ACTIONS_OF_RUN = _found_by(actions.c.run_id).order_by(actions.c.number)
HELD_ON_THREAD = _found_by(actions.c.thread_id).where(actions.c.status == "held")
HELD_RUNS = _found_by(runs.c.thread_id).where(runs.c.status == "held").order_by(runs.c.run_id)
MAILS_OF_WRITER = (
    _found_by(runs.c.inbox_id, runs.c.writer)
    .where(runs.c.run_id < sa.bindparam("before"))
    .order_by(runs.c.run_id.desc())
    .limit(sa.bindparam("most"))
    .with_only_columns(runs.c.run_id, runs.c.thread_id, runs.c.words)
)
LAST_MOVE = _found_by(moves.c.thread_id).order_by(moves.c.id.desc()).limit(1)
TIMERS_OF_THREAD = _found_by(timers.c.thread_id).where(timers.c.fired_at.is_(None)).order_by(timers.c.due_at)

CHANGE_RUN = sa.update(runs).where(runs.c.run_id == sa.bindparam(KEY))
SETTLE_RETRY = (
    sa.update(runs)
    .where(runs.c.run_id == sa.bindparam("of_run"), runs.c.attempts == sa.bindparam("of_attempt"))
    .values(retry_at=None)
)
CHANGE_ACTION = sa.update(actions).where(actions.c.op_id == sa.bindparam(KEY))
DROP_PLANNED = sa.delete(actions).where(actions.c.run_id == sa.bindparam("run_id"), actions.c.status == "planned")
DROP_STATE_TIMERS = sa.delete(timers).where(
    timers.c.thread_id == sa.bindparam("thread_id"),
    timers.c.fired_at.is_(None),
    timers.c.name.not_in(CORE_TIMERS),
)

_of_kinds: sa.BindParameter[str] = sa.bindparam("kinds", expanding=True)
_alike = sa.select(sa.func.count()).where(
    actions.c.kind.in_(_of_kinds),
    actions.c.op_id != sa.bindparam("op_id"),
    sa.or_(
        actions.c.status == "done",
        sa.and_(actions.c.status == "planned", actions.c.first_attempt_at > sa.bindparam("tried_since")),
    ),
)
_today = _alike.where(sa.or_(actions.c.done_at.is_(None), actions.c.done_at > sa.bindparam("since")))
_on_thread = actions.c.thread_id == sa.bindparam("thread_id")
_for_sender = sa.and_(
    sa.or_(actions.c.recipient == sa.bindparam("recipient"), actions.c.writer == sa.bindparam("writer")),
    sa.or_(actions.c.led_by.is_(None), actions.c.led_by == sa.bindparam("led_by")),
)
SENT = sa.select(
    _alike.where(_on_thread).scalar_subquery().label("sent_on_thread"),
    _today.where(_on_thread).scalar_subquery().label("sent_on_thread_today"),
    _today.where(_for_sender).scalar_subquery().label("sent_for_sender_today"),
    _today.where(actions.c.inbox_id == sa.bindparam("beginner")).scalar_subquery().label("sent_by_agent_today"),
)
"""How many mails of some kinds left or are being sent: on a thread; there, for a sender, of an inbox since a moment."""
_of_addresses: sa.BindParameter[str] = sa.bindparam("addresses", expanding=True)
STOPS = sa.union_all(
    *(
        sa.select(sa.literal(name), table.c.address, table.c.reason).where(table.c.address.in_(_of_addresses))
        for name, table in (("suppressed", suppressed), ("doubted", doubted))
    ),
    sa.select(sa.literal("switched_off"), switches.c.scope, switches.c.reason),
)
"""Which of some addresses are suppressed, surely or by doubtful mail, and which scopes are off: kind, what, reason."""
TURN = sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("lock", type_=sa.BigInteger)))
"""Wait for every other transaction of the same lock (Postgres; SQLite has one writer at a time)."""

TURN_OF_MANY = sa.select(sa.func.pg_advisory_xact_lock_shared(sa.bindparam("lock", type_=sa.BigInteger)))
"""Wait for a transaction that takes this `TURN`, and for none that waits as this one does (Postgres)."""


class Inserts:
    """The inserts, which differ between databases in name alone; each goes on where another did the same.

    `add` keeps the row that is there, `put` replaces it, `decide` does so where its decision failed, `freeze` sets
    what a run reads.
    """

    def __init__(self, dialect: str) -> None:
        made = postgresql.insert if dialect == "postgresql" else sqlite.insert
        insert = cast("Callable[[sa.Table], sqlite.Insert]", made)
        every = metadata.tables.values()
        self.add = {table: insert(table).on_conflict_do_nothing() for table in every}
        self.put = {table: _or_set(insert(table), *table.columns.keys()) for table in every}
        failed = decisions.c.seen["failed"].as_string().is_not(None)
        self.decide = _or_set(insert(decisions), *decisions.columns.keys(), where=failed).returning(decisions)
        self.freeze = _or_set(insert(runs), "frozen", "status", "writer", "subject", "words")


inserts = cache(Inserts)
"""The inserts of a dialect, put together once for all journals."""


def _or_set(insert: sqlite.Insert, *names: str, where: sa.ColumnElement[bool] | None = None) -> sqlite.Insert:
    """Return an insert that sets these columns of the row of the same key, if there is one."""
    return insert.on_conflict_do_update(
        index_elements=insert.table.primary_key, set_={name: insert.excluded[name] for name in names}, where=where
    )


def turns(asked: Mapping[str, Any]) -> list[str]:
    """Return of whom mails leave one after another, as they are counted together; in the order to wait for them.

    Caps of a campaign count what its person gets, from whichever inbox, and what all inboxes of an agent send.
    """
    names = {asked["recipient"], asked["writer"], asked["beginner"]}
    if counted := asked.get("outreach"):
        names |= {counted["address"], min(counted["inboxes"])}
    return sorted(names - {""})


def look(connection: sa.Connection, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the gate asks the journal about a mail, all of one moment; the names are those of `Facts`."""
    counts = {**asked}
    stopped, outreach = stops(connection, counts.pop("addresses")), counts.pop("outreach", None)
    sent = {"sent": sent_before(connection, outreach, asked["op_id"], asked["tried_since"])} if outreach else {}
    return stopped | sent | dict(connection.execute(SENT, counts).mappings().one())


def stops(connection: sa.Connection, spelled: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return who of these is suppressed or doubted, and what is switched off, with the reasons; named as in `Facts`.

    `spelled` has each entry that would stop an address, and that address.
    """
    found: dict[str, dict[str, str]] = {"suppressed": {}, "doubted": {}, "switched_off": {}}
    for kind, what, reason in connection.execute(STOPS, {"addresses": list(spelled)}):
        found[kind][spelled.get(what, what)] = reason
    return found


def keep_distance(connection: sa.Connection, fired: sa.RowMapping, now: datetime) -> None:
    """Let what is behind a timer that is handed in late come as much later: what is overdue too, and planned mail."""
    late = now - fired["due_at"]
    if fired["name"] == FOLLOW_UP and late > LATE:
        behind = (
            timers.c.thread_id == fired["thread_id"], timers.c.fired_at.is_(None), timers.c.name == FOLLOW_UP,
            timers.c.set_at < fired["due_at"], timers.c.plan["send_at"].as_string().is_(None),
        )  # fmt: skip
        for row in connection.execute(sa.select(timers).where(*behind)).mappings().all():
            later = {"due_at": row["due_at"] + late}
            connection.execute(sa.update(timers).where(timers.c.timer_id == row["timer_id"]).values(later))
    overdue = (timers.c.thread_id == fired["thread_id"], timers.c.fired_at.is_(None), timers.c.due_at <= now)
    for row in connection.execute(sa.select(timers).where(*overdue)).mappings().all():
        later = {"due_at": now + (row["due_at"] - fired["due_at"])}
        connection.execute(sa.update(timers).where(timers.c.timer_id == row["timer_id"]).values(later))
