"""What each run asks of the journal's database, put together once: building a statement costs more than running it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from postroom.runtime.tables import actions, decisions, metadata, moves, runs, suppressed, switches, timers

KEY = "key"
"""The parameter of an update that names its row; the others are the columns to set."""


def _found_by(*columns: sa.Column[str] | sa.Column[int]) -> sa.Select[tuple[object, ...]]:
    return sa.select(columns[0].table).where(*(column == sa.bindparam(column.name) for column in columns))


RUN = _found_by(runs.c.run_id)
DECISION = _found_by(decisions.c.run_id, decisions.c.number)
ACTION = _found_by(actions.c.op_id)
ACTIONS_OF_RUN = _found_by(actions.c.run_id).order_by(actions.c.number)
HELD_ON_THREAD = _found_by(actions.c.thread_id).where(actions.c.status == "held")
LAST_MOVE = _found_by(moves.c.thread_id).order_by(moves.c.id.desc()).limit(1)
TIMERS_OF_THREAD = _found_by(timers.c.thread_id).where(timers.c.fired_at.is_(None)).order_by(timers.c.due_at)

CHANGE_RUN = sa.update(runs).where(runs.c.run_id == sa.bindparam(KEY))
CHANGE_ACTION = sa.update(actions).where(actions.c.op_id == sa.bindparam(KEY))
DROP_PLANNED = sa.delete(actions).where(actions.c.run_id == sa.bindparam("run_id"), actions.c.status == "planned")
DROP_STATE_TIMERS = sa.delete(timers).where(
    timers.c.thread_id == sa.bindparam("thread_id"), timers.c.fired_at.is_(None), timers.c.name != "plan"
)

_answers = sa.select(sa.func.count()).where(
    actions.c.kind == "Reply", actions.c.status == "done", actions.c.done_at > sa.bindparam("since")
)
ANSWERS = sa.select(
    _answers.where(actions.c.thread_id == sa.bindparam("thread_id")).scalar_subquery(),
    _answers.where(actions.c.recipient == sa.bindparam("address")).scalar_subquery(),
)
"""How many answers left since a moment, on a thread and to an address."""
STOPS = sa.union_all(
    sa.select(sa.literal("suppressed"), suppressed.c.address, suppressed.c.reason).where(
        suppressed.c.address.in_(sa.bindparam("addresses", expanding=True))
    ),
    sa.select(sa.literal("switched_off"), switches.c.scope, switches.c.reason),
)
"""Which of some addresses are suppressed, and which scopes are off: kind, what, reason."""


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
        self.freeze = _or_set(insert(runs), "frozen", "status")


def _or_set(insert: sqlite.Insert, *names: str, where: sa.ColumnElement[bool] | None = None) -> sqlite.Insert:
    """Return an insert that sets these columns of the row of the same key, if there is one."""
    return insert.on_conflict_do_update(
        index_elements=insert.table.primary_key, set_={name: insert.excluded[name] for name in names}, where=where
    )
