"""Opening databases: SQLite as we need it, or Postgres; one function for the journal and the engine."""

from __future__ import annotations

import hashlib
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa

from postroom.refused import Refused

OLDEST_SQLITE = (3, 42)
"""From Python 3.12 on, the engine's SQL needs `unixepoch('subsec')` of SQLite 3.42."""

LONGEST_WAIT = 30
"""Seconds to wait for another who writes to the same SQLite file."""

CONNECTIONS = 20
"""One for each worker thread of the engine, and some for the clock and the page."""

ADVICE = "put a backup in its place, or move it away: `postroom rebuild` then brings back what AgentMail knows"

BUSY = "another process has been writing to it all the while: wait for it to end, or stop it"


class DatabaseUnusable(Refused):
    """A database that cannot be opened, and what to do."""


def sqlite_module() -> ModuleType:
    """Return the SQLite driver to use: the bundled one of `pysqlite3` where the system's is too old.

    Raises RuntimeError with the command to run when that package is missing.
    """
    if sys.version_info < (3, 12) or sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        return sqlite3
    try:
        import pysqlite3
    except ImportError as error:
        raise RuntimeError(
            f"SQLite {sqlite3.sqlite_version} of this Python is older than 3.42: run `pip install pysqlite3`"
        ) from error
    module: ModuleType = pysqlite3
    return module


def open_database(url: str) -> sa.Engine:
    """Open `sqlite:///path` or `postgresql://…`, see that it answers, and return its SQLAlchemy engine.

    SQLite runs in WAL mode with `synchronous=NORMAL`: it survives the death of the process, and was nine times
    faster than the default in a trial; what a power cut may take back is done again, safely, by idempotent steps.
    Raises DatabaseUnusable when nothing answers, or the file is none of SQLite's.
    """
    engine = _sqlite(url) if url.startswith("sqlite") else _postgres(url)
    try:
        sa.inspect(engine).get_table_names()
    except (sa.exc.SQLAlchemyError, sqlite_module().Error) as error:
        said = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        file = engine.url.database if url.startswith("sqlite") else None
        where = file or engine.url.set(query={}).render_as_string()  # which hides the password before the host
        engine.dispose()
        advice = (BUSY if "locked" in said else ADVICE) if file else "see that the server is up and the address right"
        raise DatabaseUnusable(f"cannot use the database {where}: {said}; {advice}") from error
    return engine


def _postgres(url: str) -> sa.Engine:
    try:
        parts = sa.make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
    except (sa.exc.ArgumentError, ValueError):
        parts = sa.URL.create("postgresql", host="@")
    # what a password's own @ leaves for host or name is a part of it, which any error would repeat
    if "@" in f"{parts.host}{parts.database}":
        raise DatabaseUnusable(
            "POSTROOM_DATABASE_URL is no address of a database: write postgresql://user:password@host:port/name, and "
            "@ : / in the password as %40 %3A %2F"
        ) from None
    return sa.create_engine(parts, pool_pre_ping=True, hide_parameters=True)


def _sqlite(url: str) -> sa.Engine:
    # kept open: a new connection costs more than what a step asks of it
    local = {"check_same_thread": False, "timeout": LONGEST_WAIT}
    engine = sa.create_engine(
        url, module=sqlite_module(), connect_args=local, hide_parameters=True, pool_size=CONNECTIONS
    )

    @sa.event.listens_for(engine, "connect")
    def tune(connection: Any, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        _into_wal(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA busy_timeout={LONGEST_WAIT * 1000}")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def _into_wal(connection: Any) -> None:
    """Turn WAL on, once whoever writes to the new file at this moment has ended: SQLite does not wait for that."""
    until = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite_module().OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"


@contextmanager
def one_at_a_time(database: sa.Engine, what: str) -> Iterator[sa.Connection]:
    """Open a transaction that waits for any other process in the same block on the same database."""
    with database.begin() as connection:
        if database.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock_id(what))))
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def compact(database: sa.Engine) -> None:
    """Take what was deleted out of a SQLite file and its log; Postgres does so by itself (autovacuum)."""
    if database.dialect.name == "sqlite":
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def lock_id(what: str) -> int:
    """Return the number that Postgres knows a lock by, 64 bits with a sign."""
    return int.from_bytes(hashlib.sha256(f"postroom {what}".encode()).digest()[:8], signed=True)
