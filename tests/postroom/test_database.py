"""Which SQLite is used, how it is opened, and that a missing driver names the command."""

from __future__ import annotations

import sqlite3
import sys
import traceback
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa

from postroom.database import DatabaseUnusable, open_database, sqlite_module, sqlite_url


@pytest.fixture
def bundled(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("pysqlite3")
    monkeypatch.setitem(sys.modules, "pysqlite3", module)
    return module


def pretend(monkeypatch: pytest.MonkeyPatch, python: tuple[int, int], sqlite: tuple[int, int, int]) -> None:
    monkeypatch.setattr(sys, "version_info", (*python, 0, "final", 0))
    monkeypatch.setattr(sqlite3, "sqlite_version_info", sqlite)


@pytest.mark.parametrize(
    ("python", "sqlite"),
    [((3, 11), (3, 40, 1)), ((3, 12), (3, 42, 0)), ((3, 13), (3, 46, 1))],
    ids=["old Python, old SQLite", "new Python, just new enough SQLite", "both new"],
)
def test_the_systems_sqlite_is_used_where_it_will_do(
    python: tuple[int, int], sqlite: tuple[int, int, int], bundled: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, python, sqlite)
    assert sqlite_module() is sqlite3


@pytest.mark.parametrize("python", [(3, 12), (3, 13)])
def test_the_bundled_sqlite_is_used_where_the_systems_is_too_old(
    python: tuple[int, int], bundled: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, python, (3, 41, 2))
    assert sqlite_module() is bundled


def test_a_missing_bundled_sqlite_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, (3, 12), (3, 40, 1))
    monkeypatch.setitem(sys.modules, "pysqlite3", None)
    with pytest.raises(RuntimeError, match=r"older than 3\.42: run `pip install pysqlite3`"):
        sqlite_module()


def test_sqlite_opens_in_wal_mode_and_waits_for_its_lock(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path / "a.db"))
    with database.connect() as connection:
        asked = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        found = [connection.execute(sa.text(f"PRAGMA {name}")).scalar_one() for name in asked]
    database.dispose()
    assert found == ["wal", 1, 30_000, 1]


def test_two_writers_wait_for_each_other_instead_of_failing(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path / "a.db"))
    with database.begin() as connection:
        connection.execute(sa.text("create table t (n integer)"))
    with database.begin() as first:
        first.execute(sa.text("insert into t values (1)"))
        with database.connect() as reader:
            assert reader.execute(sa.text("select count(*) from t")).scalar_one() == 0
    with database.connect() as reader:
        assert reader.execute(sa.text("select count(*) from t")).scalar_one() == 1
    database.dispose()


def test_a_new_file_that_another_process_is_writing_to_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("create table t (n integer)")
    other.execute("begin immediate")
    monkeypatch.setattr("postroom.database.time.sleep", lambda _: other.execute("rollback"))
    open_database(sqlite_url(tmp_path / "a.db")).dispose()
    other.close()


def test_a_file_that_another_process_does_not_let_go_of_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("create table t (n integer)")
    other.execute("begin immediate")
    monkeypatch.setattr("postroom.database.LONGEST_WAIT", 0)
    with pytest.raises(DatabaseUnusable, match=r"is locked; another process .* wait for it to end") as refused:
        open_database(sqlite_url(tmp_path / "a.db"))
    assert "backup" not in str(refused.value)
    other.close()


def test_a_file_that_is_no_database_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"not SQLite" * 500)
    with pytest.raises(DatabaseUnusable, match=r"journal\.db: file is not a database; .*postroom rebuild"):
        open_database(sqlite_url(tmp_path / "journal.db"))


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(DatabaseUnusable, match=r"postgresql.*@127\.0\.0\.1:9/x: .*refused.*; see that") as refused:
        open_database("postgresql://me:do-not-print-me@127.0.0.1:9/x")
    assert "do-not-print-me" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://127.0.0.1:9/x?password=hunter2",
        "postgresql://me:my@hunter2@127.0.0.1:9/x",
        "postgresql://me:my@hun:hunter2@127.0.0.1:9/x",
        "postgresql://me:my@hun/hunter2@127.0.0.1:9/x",
    ],
    ids=["in the query", "with an @", "with @ and :", "with @ and /"],
)
def test_no_part_of_a_password_is_told_however_it_stands_in_the_address(address: str) -> None:
    with pytest.raises(DatabaseUnusable) as refused:
        open_database(address)
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))
