"""`postroom audit` and `postroom erase`, as a person calls them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from postroom.cli import group
from postroom.database import open_database, sqlite_url
from postroom.runtime.journal import Journal
from postroom.runtime.tables import audit

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
Call = Callable[..., Any]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder whose journal tells three things."""
    monkeypatch.chdir(tmp_path)
    database = open_database(sqlite_url(tmp_path / "journal.db"))
    journal = Journal(database, "of-these-tests")
    for name in ("ana", "ben", "cara"):
        journal.suppress(f"{name}@example.com", "asked", NOW)
    database.dispose()
    return tmp_path


def call(home: Path, *more: str) -> Any:
    return CliRunner().invoke(group, ["audit", "--data-dir", str(home), *more])


def test_an_export_is_json_lines_that_verify_as_the_database_does(home: Path) -> None:
    exported = call(home)
    *entries, last = map(json.loads, exported.stdout.splitlines())
    assert [entry["number"] for entry in entries] == [1, 2, 3]
    assert last == {"head": f"3:{entries[-1]['digest']}", "entries": 3, "part": False}
    (home / "audit.jsonl").write_text(exported.stdout)
    for where in ((), (str(home / "audit.jsonl"),)):
        verified = call(home, "--verify", *where, "--head", last["head"])
        assert (verified.exit_code, verified.stdout) == (0, f"3 entries hold; its head is {last['head']}\n")


def test_a_changed_row_and_a_changed_file_end_with_1_and_the_number(home: Path) -> None:
    (home / "audit.jsonl").write_text(call(home).stdout.replace('"number": 2', '"number": 3'))
    changed = call(home, "--verify", str(home / "audit.jsonl"))
    assert (changed.exit_code, "entry 2 should come next, but entry 3 does" in changed.stderr) == (1, True)
    database = open_database(sqlite_url(home / "journal.db"))
    with database.begin() as connection:
        connection.execute(sa.update(audit).where(audit.c.number == 2).values(event="move"))
    database.dispose()
    found = call(home, "--verify")
    assert (found.exit_code, "entry 2 was changed" in found.stderr) == (1, True)


def test_a_cut_tail_shows_by_the_head_that_was_kept(home: Path) -> None:
    head = json.loads(call(home).stdout.splitlines()[-1])["head"]
    database = open_database(sqlite_url(home / "journal.db"))
    with database.begin() as connection:
        connection.execute(sa.delete(audit).where(audit.c.number == 3))
    database.dispose()
    assert call(home, "--verify").exit_code == 0
    cut = call(home, "--verify", "--head", head)
    assert (cut.exit_code, "its end was cut off" in cut.stderr) == (1, True)


def test_a_part_is_chosen_by_agent_and_day(home: Path) -> None:
    assert json.loads(call(home, "--agent", "desk").stdout)["entries"] == 0
    assert json.loads(call(home, "--until", "2026-03-01").stdout) | {"head": ""} == {
        "head": "", "entries": 0, "part": True,
    }  # fmt: skip
    part = call(home, "--since", "2026-03-01").stdout
    (home / "part.jsonl").write_text(part)
    assert (
        "3 entries hold; a part of the chain, whose head is 3:"
        in call(home, "--verify", str(home / "part.jsonl")).stdout
    )


@pytest.mark.parametrize(
    "wrong", [["--head", "3:ab"], ["--verify", "--agent", "desk"], ["--verify", "--head", "three"]]
)
def test_options_that_do_not_go_together_are_refused(wrong: list[str], home: Path) -> None:
    assert call(home, *wrong).exit_code == 2


def test_a_folder_without_a_journal_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert f"there is no {tmp_path}/journal.db" in call(tmp_path).stderr
    assert list(tmp_path.iterdir()) == []


def test_erase_tells_what_it_would_do_does_it_and_refuses_one_of_us(desk: Call) -> None:
    runtime, sandbox, command = desk("answer")
    mail = sandbox.post_mail("ana@example.com", "desk@sandbox.test", "Hi", "What colour?")
    runtime.drain()
    planned = command("erase", "ana@example.com", "--dry-run").stdout
    assert "would be erased: runs: 1\n" in planned
    assert "kept: threads in AgentMail: 1; their mail" in planned
    done = command("erase", "ana@example.com", "--mail").stdout
    assert "erased: runs: 1\n" in done
    assert "erased: threads in AgentMail: 1\n" in done
    (run,) = runtime.context.journal.runs_of_thread(mail.thread_id)
    assert (run["status"], run["subject"]) == ("erased", None)
    assert command("threads", mail.thread_id).exit_code == 0
    refused = command("erase", "desk@sandbox.test")
    assert (refused.exit_code, "is one of ours" in refused.stderr) == (1, True)
