"""Opening databases: SQLite as we need it, or Postgres; one function for the journal and the engine."""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa

OLDEST_SQLITE = (3, 42)
"""From Python 3.12 on, the engine's SQL needs `unixepoch('subsec')` of SQLite 3.42."""


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
    """Open `sqlite:///path` or `postgresql://…` and return its SQLAlchemy engine.

    SQLite runs in WAL mode with `synchronous=NORMAL`: it survives the death of the process, and was nine times
    faster than the default in a trial; what a power cut may take back is done again, safely, by idempotent steps.
    """
    # what is written are texts of mails, which have no place in errors and logs
    common = {"hide_parameters": True}
    if not url.startswith("sqlite"):
        return sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), pool_pre_ping=True, **common)
    local = {"check_same_thread": False, "timeout": 30}
    engine = sa.create_engine(url, module=sqlite_module(), connect_args=local, **common)

    @sa.event.listens_for(engine, "connect")
    def tune(connection: Any, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA busy_timeout=30000")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"


@contextmanager
def one_at_a_time(database: sa.Engine, what: str) -> Iterator[sa.Connection]:
    """Open a transaction that waits for any other process in the same block on the same database."""
    with database.begin() as connection:
        if database.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_lock_id(what))))
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def claim_worker(database: sa.Engine, worker: str) -> Callable[[], None] | None:
    """Claim a worker's id on Postgres for as long as this process is connected; return what gives it back.

    None means that another process has it. On SQLite there is nothing to claim: its folder has one process.
    """
    if database.dialect.name != "postgresql":
        return lambda: None
    connection = database.connect().execution_options(isolation_level="AUTOCOMMIT")
    # out of the pool, so that closing it closes the session, which holds the lock
    connection.detach()
    claimed = connection.execute(sa.select(sa.func.pg_try_advisory_lock(_lock_id(f"worker {worker}"))))
    if claimed.scalar_one():
        return connection.close
    connection.close()
    return None


def _lock_id(what: str) -> int:
    """Return the number that Postgres knows a lock by, 64 bits with a sign."""
    return int.from_bytes(hashlib.sha256(f"postroom {what}".encode()).digest()[:8], signed=True)
