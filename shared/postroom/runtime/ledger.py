"""Calls to models in the journal's database: one row each, at its most until it has settled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from postroom.database import one_at_a_time
from postroom.runtime import tables
from postroom.runtime.tables import calls


class CallLedger:
    """Books calls for all processes on one database; safe from several threads and processes."""

    def __init__(self, database: sa.Engine) -> None:
        self.database = database
        with one_at_a_time(database, "the journal's tables") as connection:
            tables.metadata.create_all(connection, tables=[calls])

    def book(self, **columns: Any) -> int:
        """Add a call and return its number."""
        with self.database.begin() as connection:
            made = connection.execute(sa.insert(calls).values(columns).returning(calls.c.number))
            return int(made.scalar_one())

    def settle(self, number: int, **columns: Any) -> None:
        """Set columns of a call."""
        self._write(sa.update(calls).where(calls.c.number == number).values(columns))

    def strike(self, number: int) -> None:
        """Take a call back that was not made."""
        self._write(sa.delete(calls).where(calls.c.number == number))

    def spent(self, since: datetime, until: datetime) -> float:
        """Return the USD booked from `since` to before `until`."""
        return self._sum(calls.c.made_at >= since, calls.c.made_at < until)

    def spent_on(self, thread_id: str) -> float:
        """Return the USD booked for a thread, ever."""
        return self._sum(calls.c.thread_id == thread_id)

    def rows(self) -> list[sa.RowMapping]:
        """Return all calls in the order they were made."""
        with self.database.connect() as connection:
            return list(connection.execute(sa.select(calls).order_by(calls.c.number)).mappings())

    def _write(self, statement: sa.Update | sa.Delete) -> None:
        with self.database.begin() as connection:
            connection.execute(statement)

    def _sum(self, *where: sa.ColumnElement[bool]) -> float:
        with self.database.connect() as connection:
            total = connection.execute(sa.select(sa.func.sum(calls.c.cost_usd)).where(*where)).scalar_one()
        return float(total or 0.0)
