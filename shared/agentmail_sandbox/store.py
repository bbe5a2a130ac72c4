"""Where the sandbox keeps everything: one SQLite database behind one connection.

One connection and one lock, in memory and on disk alike: a transaction here takes well under a millisecond, so
waiting in line costs less than several writers colliding in SQLite would. Whatever waits for others (relays,
webhooks) is done outside a transaction.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from agentmail_sandbox.errors import FolderUnusable

DATABASE_NAME = "sandbox.db"
JSON = json.JSONEncoder(ensure_ascii=False)
# Columns that tables of older data folders lack.
ADDED_COLUMNS = (
    ("inboxes", "pod_id", "TEXT"),
    ("domains", "pod_id", "TEXT"),
    ("webhooks", "owner_pod_id", "TEXT"),
    ("webhooks", "token_hash", "TEXT"),
    ("webhooks", "failing_since", "REAL"),
    ("list_entries", "read_only", "INTEGER NOT NULL DEFAULT 0"),
)


def as_json(value: object) -> str:
    """Write a list or an object for a JSON column, readable (and searchable) beyond ASCII."""
    return JSON.encode(value)


def add_row(db: sqlite3.Connection, table: str, **values: object) -> int:
    """Insert a row and return its seq. Table and column names are ours, never a client's."""
    places = ", ".join("?" * len(values))
    added = db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", list(values.values()))
    return int(added.lastrowid or 0)


def set_row(db: sqlite3.Connection, table: str, seq: int, **values: object) -> None:
    """Change columns of a row. Table and column names are ours, never a client's."""
    changes = ", ".join(f"{column} = ?" for column in values)
    db.execute(f"UPDATE {table} SET {changes} WHERE seq = ?", [*values.values(), seq])


class Store:
    """Open the database in ``data_dir`` (made if missing), or one in memory when ``data_dir`` is None."""

    def __init__(self, data_dir: Path | None) -> None:
        if data_dir is not None:
            data_dir.mkdir(parents=True, exist_ok=True)
        target = ":memory:" if data_dir is None else str(data_dir / DATABASE_NAME)
        self._db = sqlite3.connect(
            target, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=1
        )
        self._db.row_factory = sqlite3.Row
        # SQLite's own lower() knows ASCII alone.
        self._db.create_function("folded", 1, str.casefold, deterministic=True)
        try:
            # One process at a time: two would each send what is due.
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.DatabaseError as wrong:
            self._db.close()
            raise FolderUnusable(target, str(wrong)) from wrong
        # WAL with NORMAL survives a killed process; only a power cut may lose the last commits.
        self._db.execute("PRAGMA synchronous = NORMAL")
        # A send writes some thirty pages, mostly the same: copied back seldom, each is copied once.
        self._db.execute("PRAGMA wal_autocheckpoint = 4000")
        for table, column, kind in ADDED_COLUMNS:
            known = {row["name"] for row in self._db.execute(f"PRAGMA table_info({table})")}
            if known and column not in known:
                self._db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
        self._db.executescript(files(__package__).joinpath("schema.sql").read_text(encoding="utf-8"))
        self._lock = threading.RLock()
        self._depth = 0
        self._after_commit: list[Callable[[], None]] = []
        self._afterwards: list[Callable[[], None]] = []

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run a block in one transaction; a block inside another joins it.

        An exception rolls all of it back, and so does a COMMIT that fails.
        """
        with self._lock:
            if self._depth:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                self._after_commit.clear()
                # Of some failures (a full disk) SQLite rolls back by itself.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0
                later, self._afterwards = self._afterwards, []
                for call in later:
                    call()
            calls, self._after_commit = self._after_commit, []
        for call in calls:
            call()

    def after_commit(self, call: Callable[[], None]) -> None:
        """Have ``call`` run once the transaction that is open in this thread has been committed."""
        self._after_commit.append(call)

    def afterwards(self, call: Callable[[], None]) -> None:
        """Have ``call`` run once the transaction that is open in this thread has ended, even if it was rolled back."""
        self._afterwards.append(call)

    def remember(self, key: str, make: Callable[[], str]) -> str:
        """Return the value kept under ``key``; make and keep it the first time."""
        with self.transaction() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
            if row is None:
                value = make()
                db.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (key, value))
                return value
            return str(row["value"])

    def keep(self, key: str, value: str) -> None:
        """Keep ``value`` under ``key``, over what was there."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))

    def close(self) -> None:
        """Close the database once the running transaction has ended."""
        with self._lock:
            self._db.close()
