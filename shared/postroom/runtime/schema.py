"""Bringing a database up to the tables of this code, whichever earlier code made it."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

from postroom.database import DatabaseUnusable
from postroom.runtime.tables import metadata

EXAMPLES = 3


def bring_up(connection: sa.Connection) -> None:
    """Make the tables and indexes that a database lacks, within the transaction of `connection`.

    A table that exists gets the columns and indexes that came later; such a column is empty in the rows it has.
    Raises DatabaseUnusable where rows from before a unique index forbid it; then nothing is changed.
    """
    inspector = sa.inspect(connection)
    known = [table for table in metadata.sorted_tables if inspector.has_table(table.name)]
    new = [table for table in metadata.sorted_tables if table not in known]
    metadata.create_all(connection, tables=new, checkfirst=False)
    for table in known:
        _add_columns(connection, table, {column["name"] for column in inspector.get_columns(table.name)})
        # an index that is there is left alone: naming it in SQL would wait for every writer of its table
        there = {index["name"] for index in inspector.get_indexes(table.name)}
        for index in table.indexes:
            if index.name not in there:
                _refuse_doubles(connection, table, index)
                index.create(connection)


def _add_columns(connection: sa.Connection, table: sa.Table, there: Collection[str]) -> None:
    for column in table.columns:
        if column.name not in there:
            declared = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {declared}")


def _refuse_doubles(connection: sa.Connection, table: sa.Table, index: sa.Index) -> None:
    if not index.unique:
        return
    columns = list(index.columns)
    # to a unique index no NULL is like another
    doubled = sa.select(*columns).where(*(column.is_not(None) for column in columns)).group_by(*columns)
    found = connection.execute(doubled.having(sa.func.count() > 1)).all()
    if found:
        names = ", ".join(column.name for column in columns)
        examples = "; ".join(", ".join(map(str, row)) for row in found[:EXAMPLES])
        raise DatabaseUnusable(
            f"{table.name} holds several rows of the same {names}, {len(found)} times ({examples}), which its index "
            f"{index.name} forbids; nothing was changed: back the database up, delete all but the first row of each, "
            "then start again"
        )
