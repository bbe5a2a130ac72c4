"""`postroom doctor`: how each thing stands, or what to do, and never a secret."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agentmail_sandbox import Sandbox
from postroom.cli import group
from postroom.database import open_database, sqlite_url
from postroom.doctor import checks
from postroom.runtime.chain import head_of
from postroom.runtime.journal import Journal


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AGENTMAIL_API_KEY", "AGENTMAIL_BASE_URL", "POSTROOM_HUMANS", "POSTROOM_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "POSTROOM_KNOWLEDGE", "POSTROOM_EMBEDDINGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checks, "PORTS", ())


@pytest.fixture
def claude_answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, str], None]]:
    """Return a function that lets the server of ANTHROPIC_BASE_URL answer all with a status and a kind of content."""
    said = [200, "application/json"]

    class Models(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(int(said[0]))
            self.send_header("content-type", str(said[1]))
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Models)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret-of-mine")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{server.server_port}")
    yield lambda status, kind: said.__setitem__(slice(None), [status, kind])
    server.shutdown()
    server.server_close()
    thread.join()


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["doctor", *arguments])


def line(result: Result, name: str) -> str:
    (found,) = [line for line in result.output.splitlines() if line[4:].startswith(name)]
    return found


def test_without_any_setting_all_is_well_and_the_sandbox_is_named() -> None:
    result = doctor()
    assert result.exit_code == 0, result.output
    assert "agents run on the sandbox" in line(result, "keys")
    assert "made at the first start" in line(result, "database")
    assert all(said.startswith("ok  ") for said in result.output.splitlines())


def test_a_server_that_answers_is_ok_and_one_that_refuses_the_key_is_not(
    served: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTMAIL_BASE_URL", str(served.base_url))
    assert "answers, and knows the key" in line(doctor(), "AgentMail")
    monkeypatch.setenv("AGENTMAIL_API_KEY", "am_secret_of_mine")
    refused = doctor()
    assert refused.exit_code == 1
    assert line(refused, "AgentMail").startswith("!!")
    assert "check AGENTMAIL_API_KEY" in line(refused, "AgentMail")
    assert "am_secret_of_mine" not in refused.output


def test_a_server_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTMAIL_BASE_URL", "http://127.0.0.1:9")
    assert "check AGENTMAIL_BASE_URL, and that it runs" in line(doctor(), "AgentMail")


@pytest.mark.parametrize(
    ("status", "kind", "well", "said"),
    [
        (200, "application/json", True, "Claude decides"),
        (404, "text/html", True, "Claude decides"),
        (200, "text/html", False, "check ANTHROPIC_BASE_URL"),
        (401, "application/json", False, "check ANTHROPIC_API_KEY"),
        (529, "application/json", False, "try again later"),
    ],
)
def test_claude_is_asked_for_its_models_alone(
    status: int, kind: str, well: bool, said: str, claude_answers: Callable[[int, str], None]
) -> None:
    claude_answers(status, kind)
    result = doctor()
    assert line(result, "brain").startswith("ok" if well else "!!")
    assert said in line(result, "brain")
    assert result.exit_code == (not well)
    assert "sk-secret-of-mine" not in result.output


def test_claude_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret-of-mine")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    assert "check ANTHROPIC_BASE_URL, and that it runs" in line(doctor(), "brain")


def test_a_password_in_an_address_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret-of-mine")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://me:hidden-word@127.0.0.1:9")
    monkeypatch.setenv("AGENTMAIL_BASE_URL", "http://me:hidden-word@127.0.0.1:9")
    result = doctor()
    assert "http://127.0.0.1:9 does not answer" in line(result, "brain")
    assert "http://127.0.0.1:9 does not answer" in line(result, "AgentMail")
    assert "hidden-word" not in result.output


def test_a_key_with_a_line_break_in_it_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret\nof-mine")
    result = doctor()
    assert result.exit_code != 0
    assert "ANTHROPIC_API_KEY" in result.output
    assert "sk-secret" not in result.output


def test_a_way_to_compare_texts_that_cannot_be_had_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_KNOWLEDGE", "bm25")
    assert line(doctor(), "texts").startswith("ok  texts      compared by words, as POSTROOM_KNOWLEDGE=bm25 says")
    monkeypatch.setenv("POSTROOM_KNOWLEDGE", "st")
    monkeypatch.setenv("POSTROOM_EMBEDDINGS", "/no/such/model")
    result = doctor()
    assert result.exit_code == 1
    assert line(result, "texts").startswith("!!")


def test_a_live_server_wants_a_key_and_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTMAIL_BASE_URL", "http://agentmail.invalid")
    result = doctor()
    assert "set it to the key of that server" in line(result, "keys")
    assert "set POSTROOM_HUMANS" in line(result, "people")


def test_settings_that_cannot_be_read_are_told_and_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_HUMANS", "nobody")
    result = doctor()
    assert (result.exit_code, len(result.output.splitlines())) == (1, 2)
    assert "POSTROOM_HUMANS" in line(result, "settings")


def test_a_folder_that_cannot_hold_databases_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = doctor("--data-dir", str(tmp_path / "file" / "x"))
    assert result.exit_code == 1
    assert "choose another folder" in line(result, "database")


def test_a_port_in_use_is_told_unless_postroom_runs_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        monkeypatch.setattr(checks, "PORTS", (port,))
        assert line(doctor(), "ports").startswith(f"!!  ports      {port} in use: stop what has them")
        (tmp_path / "run.json").write_text("{}")
        assert line(doctor("--data-dir", str(tmp_path)), "ports").startswith("ok  ")


@pytest.mark.parametrize(
    ("humans", "then"),
    [
        ("Team <team@example.com>, Lead <lead@example.com>", "hand-overs go to lead@example.com"),
        ("", "nobody else is left: hand-overs are on the page alone"),
    ],
    ids=["one of two", "the only one"],
)
def test_one_of_our_people_that_mail_does_not_reach_is_told_with_what_to_do(
    humans: str, then: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("POSTROOM_HUMANS", humans)
    database = open_database(sqlite_url(tmp_path / "journal.db"))
    Journal(database).suppress("team@example.com", "bounce", datetime(2026, 3, 2, 9, tzinfo=UTC))
    database.dispose()
    result = doctor("--data-dir", str(tmp_path))
    assert result.exit_code == 1
    said = f"team@example.com gets no mail since 2026-03-02 09:00 UTC (bounce); {then}; once it works: postroom resume"
    (found,) = [line for line in result.output.splitlines() if "gets no mail" in line]
    assert found.startswith("!!  people")
    assert found.endswith(f"{said} --address team@example.com")


def test_the_head_of_the_audit_is_told_to_be_kept_elsewhere(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path / "journal.db"))
    Journal(database).suppress("ana@example.com", "asked", datetime(2026, 3, 2, 9, tzinfo=UTC))
    with database.connect() as connection:
        head = head_of(connection)
    database.dispose()
    assert head.number == 1
    assert f"its head is {head}; keep it elsewhere" in line(doctor("--data-dir", str(tmp_path)), "audit")


def test_the_doctor_makes_no_journal(tmp_path: Path) -> None:
    doctor("--data-dir", str(tmp_path))
    assert list(tmp_path.iterdir()) == []
