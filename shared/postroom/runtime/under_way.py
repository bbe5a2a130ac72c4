"""Which of the engine's workflows wait or are at work, asked of its table itself.

DBOS's own listing by status reads every row of a month: SQLite takes the index of workflows under way only for a
statement that names their states as its condition does, in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import sqlalchemy as sa

UNFINISHED = ["ENQUEUED", "PENDING"]
"""What a workflow of ours is before it ends, in the order of DBOS's indexes; none is put off by DBOS itself."""


def schema_of(database: sa.Engine) -> str | None:
    """Return the schema that DBOS keeps its tables in."""
    return None if database.dialect.name == "sqlite" else "dbos"


def left(database: sa.Engine) -> Sequence[str]:
    """Return the ids of the workflows that wait or are at work."""
    with database.connect() as connection:
        return connection.scalars(left_of(schema_of(database))).all()


@cache
def left_of(schema: str | None) -> sa.Select[str]:
    """Return the statement of `left`."""
    ids: sa.ColumnClause[str] = sa.column("workflow_uuid", sa.Text)
    status: sa.ColumnClause[str] = sa.column("status", sa.Text)
    named: list[sa.ColumnClause[str]] = [sa.literal_column(f"'{each}'") for each in UNFINISHED]
    return sa.select(ids).select_from(sa.table("workflow_status", ids, status, schema=schema)).where(status.in_(named))
