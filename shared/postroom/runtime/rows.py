"""Rows of the journal's tables: read, added and replaced, each write told to the audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from postroom.clock import Clock
from postroom.database import one_at_a_time
from postroom.runtime import schema, statements
from postroom.runtime.audit import Audit

Row = sa.RowMapping


class Rows:
    """The journal's tables in a database, brought up to date; `secret` and `clock` are the audit's."""

    def __init__(self, database: sa.Engine, secret: str | None = None, clock: Clock | None = None) -> None:
        self.database = database
        self.audit = Audit(database, secret, clock)
        self.inserts = statements.inserts(database.dialect.name)
        with one_at_a_time(database, "the journal's tables") as connection:
            schema.bring_up(connection)

    def add(self, table: sa.Table, row: dict[str, Any]) -> None:
        """Insert a row unless there is one like it, whoever else does the same at this moment."""
        with self.audit.telling((table, row)) as connection:
            connection.execute(self.inserts.add[table], row)

    def _put(self, table: sa.Table, row: dict[str, Any]) -> None:
        """Insert a row, or replace the one of the same key."""
        with self.audit.telling((table, row)) as connection:
            connection.execute(self.inserts.put[table], row)

    def _one(self, query: sa.Select[Any], **values: Any) -> Row | None:
        with self.database.connect() as connection:
            return connection.execute(query, values).mappings().first()

    def _all(self, query: sa.Select[Any], **values: Any) -> Sequence[Row]:
        with self.database.connect() as connection:
            return connection.execute(query, values).mappings().all()
