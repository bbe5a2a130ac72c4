"""The bench measures what it says: real programs, a steady rate, two sides that do the same work."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from svix.webhooks import Webhook

from agentmail_sandbox import Sandbox
from agentmail_sandbox.in_process import InProcess
from postroom.brain.offline import OfflineBrain
from postroom.loading import load_agent
from postroom.runtime.engine import Engine
from postroom_bench import bench, forging, sandbox_speed, stopping
from postroom_bench.answering import copy_rows
from postroom_bench.bare_workflow import steps_recorded
from postroom_bench.load import Customers, SignedEvents, at_rate, questions, spread
from postroom_bench.processes import BenchError, started
from postroom_bench.throughput import Side

ECHO = "print('starting'); print('ready after 1 s', flush=True); print('heard', input(), flush=True); input()"


def test_a_program_is_watched_told_and_ended(tmp_path: Path) -> None:
    with started([sys.executable, "-c", ECHO], tmp_path) as program:
        seconds, line = program.await_line("ready after", 20)
        assert line == "ready after 1 s"
        assert 0 < seconds < 20
        program.tell("go 3")
        assert program.await_line("heard", 20)[1] == "heard go 3"
        assert 1 < program.memory() < 1000
        assert program.cpu_seconds() >= 0
        pid = program._process.pid
    assert not Path(f"/proc/{pid}").exists()


def test_a_line_that_never_comes_is_reported_with_what_came_instead(tmp_path: Path) -> None:
    with (
        started([sys.executable, "-c", "print('the port is taken')"], tmp_path) as program,
        pytest.raises(BenchError, match=r"no line with 'ready'(?s:.*)the port is taken"),
    ):
        program.await_line("ready", 20)


def test_settings_of_the_caller_do_not_reach_what_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTMAIL_API_KEY", "am_real")
    seen = "import os; print('keys', [n for n in os.environ if n.startswith(('AGENTMAIL_', 'POSTROOM_'))], flush=True)"
    with started([sys.executable, "-c", seen], tmp_path, POSTROOM_HUMANS="x@example.com") as program:
        assert program.await_line("keys", 20)[1] == "keys ['POSTROOM_HUMANS']"


def test_a_figure_that_cannot_be_had_is_said_and_does_not_stop_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    def fails(folder: Path) -> Iterator[str]:
        yield f"in {folder.name.rpartition('-')[0]}"
        raise BenchError("nobody answered")

    def works(folder: Path) -> Iterator[str]:
        yield "4 ms"

    assert bench.measure("odd", fails) is False
    assert bench.measure("fine", works) is True
    said = capsys.readouterr().out
    assert "## odd\nin postroom-odd\nnot measured: nobody answered\n" in said
    assert "## fine\n4 ms\n" in said


def test_the_machine_is_named_with_date_cores_memory_and_python() -> None:
    said = "\n".join(bench.machine())
    assert " UTC\n" in said
    assert " cores of " in said
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in said


def test_quantiles_are_told_in_milliseconds() -> None:
    assert spread([n / 1000 for n in range(1, 102)]) == "p50 51 ms, p99 100 ms, max 101 ms"


def test_every_call_is_made_once_and_a_stall_counts_for_those_that_wait_behind_it() -> None:
    released, made = threading.Event(), []

    def call(number: int) -> None:
        if number == 3:
            released.set()
        elif number == 0:
            released.wait(20)
        made.append(number)

    took = at_rate(call, 4, 50)
    assert sorted(made) == [0, 1, 2, 3]
    # the first waits for the last, which is due three fiftieths of a second after it
    assert took[0] >= 3 / 50


def test_questions_start_with_one_wording_of_each_article() -> None:
    asked = questions()
    assert len(asked) == len(set(asked))
    assert len(asked) >= 200


def test_copied_rows_have_ids_of_their_own_and_other_rows_stay(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "some.db")) as connection, connection:
        connection.execute("CREATE TABLE moves (id INTEGER PRIMARY KEY, thread_id TEXT, run_id TEXT, state TEXT)")
        connection.execute("CREATE TABLE queues (name TEXT)")
        connection.execute("CREATE TABLE postroom_audit (number INTEGER PRIMARY KEY, run_id TEXT)")
        connection.execute("INSERT INTO postroom_audit VALUES (1, 'r')")
        connection.execute("INSERT INTO moves VALUES (7, 't', 'r', 'answered')")
        connection.execute("INSERT INTO queues VALUES ('mail')")
    assert copy_rows(tmp_path / "some.db", 50) == 50
    with closing(sqlite3.connect(tmp_path / "some.db")) as connection:
        rows = connection.execute("SELECT thread_id, run_id, state FROM moves ORDER BY id").fetchall()
        assert rows[0] == ("t", "r", "answered")
        assert rows[1:] == [(f"t-{n}", f"r-{n}", "answered") for n in range(1, 51)]
        assert connection.execute("SELECT count(*) FROM queues").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM postroom_audit").fetchone() == (1,)


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A web server that keeps what is posted to it."""
    kept: list[tuple[dict[str, str], bytes]] = []

    class Keeping(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Keeping)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", kept
    server.shutdown()
    thread.join()
    server.server_close()


def test_events_are_signed_and_each_is_about_a_mail_of_its_own_unless_repeated(
    receiver: tuple[str, list[tuple[dict[str, str], bytes]]],
) -> None:
    url, kept = receiver
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    template = {
        "event_type": "message.received",
        "event_id": "e",
        "message": {"inbox_id": "a@sandbox.test", "message_id": "m"},
    }
    with closing(SignedEvents(url, template, secret)) as events:
        events.post(1)
        events.post(2)
        events.repeat(3)
    for headers, body in kept:
        Webhook(secret).verify(body, headers)
    messages = [json.loads(body)["message"] for _, body in kept]
    assert len({message["message_id"] for message in messages}) == 3
    assert messages[2] == template["message"]
    assert [message["inbox_id"] for message in messages] == ["a@sandbox.test"] * 3


class CountingTransport(InProcess):
    """Keeps what is asked, and asks on."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        CountingSandbox.asked.append(request)
        return super().handle_request(request)


class CountingSandbox(Sandbox):
    """A sandbox in process that keeps what its client asked of it."""

    asked: ClassVar[list[httpx.Request]] = []

    def transport(self) -> InProcess:
        return CountingTransport(self.wsgi)


def test_the_bare_workflow_takes_the_same_steps_and_calls_for_a_mail_as_support(
    served: Sandbox, run_agent: Callable[..., Any], engine: Engine, offline_brain: OfflineBrain, tmp_path: Path
) -> None:
    bare = _work_off_bare(f"http://127.0.0.1:{served.port}", tmp_path)
    runtime, sandbox = run_agent(load_agent("support"), offline_brain, CountingSandbox())
    for number, question in enumerate(questions()[:2]):
        sandbox.post_mail(f"c{number}@example.com", "support@sandbox.test", "A question", question)
    sandbox.asked.clear()
    before = steps_recorded(engine.database)
    runtime.drain()
    assert len(sandbox.outbox()) == 2
    assert bare["steps"] == (steps_recorded(engine.database) - before) / 2 == 7
    # five for each of the two mails, and one to list them; two looks for changed labels come once a minute, mail or not
    asked = [request for request in sandbox.asked if not request.url.path.endswith("/events")]
    assert len(sandbox.asked) == len(asked) + 2
    assert bare["calls"] == len(asked) / 2 == 5.5


def _work_off_bare(url: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "postroom_bench.contender", "bare", url, str(folder)]
    with started(command, folder) as program:
        inbox = program.await_line("inbox ", 60)[1].removeprefix("inbox ")
        with closing(Customers(url, inbox)) as customers:
            return Side("bare", program, customers).go(questions()[:2], "test")


def test_the_sandbox_is_measured_with_the_messages_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_speed, "SIZES", (6, 10))
    monkeypatch.setattr(sandbox_speed, "ROUNDS", 1)
    monkeypatch.setattr(sandbox_speed, "CALLS", 2)
    monkeypatch.setattr(sandbox_speed, "CLIENTS", 2)
    few, more, one, together, size, *_ = sandbox_speed.sandbox(tmp_path)
    rates = r"get \d+ \({ms}\), list \d+ .+, {last} \d+ \({ms}\)"
    both = rates.format(last="send", ms=r"\d+\.\d ms, \d+\.\d without the SDK")
    assert re.fullmatch(r"in process, 6 messages; calls a second: " + both, few)
    assert re.fullmatch(r"in process, 10 messages; calls a second: " + both, more)
    assert re.fullmatch(r"over the port, 6 messages; .+: " + rates.format(last="reply", ms=r"\d+\.\d ms"), one)
    assert re.fullmatch(r"  2 clients: " + rates.format(last="send", ms=r"\d+\.\d ms"), together)
    assert re.fullmatch(r"  \d+ MB of memory, \d+ MB of data", size)
    sandbox = Sandbox(tmp_path / "10")
    client = sandbox.client()
    received = client.inboxes.messages.list(sandbox_speed.INBOX, labels=["unread"]).messages
    assert len(received) == 10
    # Four make a thread.
    assert len({message.thread_id for message in received}) == 3
    sandbox.close()


def test_attempts_at_approving_are_counted_and_a_plain_yes_sends(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [forging.Attempt("forged", forging.APPROVER, "approve", {"auth": "none"}),
           forging.Attempt("unsure", forging.APPROVER, "approve?", {})]  # fmt: skip
    monkeypatch.setattr(forging, "attempts", lambda: few)
    counted, yes = forging.approvals(tmp_path, engine)
    assert counted == "2 attempts (forged 1, unsure 1): 0 accepted"
    assert yes.endswith(": 1 mail left")


def test_an_accepted_attempt_is_named(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forging, "attempts", lambda: [forging.Attempt("unsure", forging.APPROVER, "approve", {})])
    counted, which, _ = forging.approvals(tmp_path, engine)
    assert counted.endswith("1 accepted")
    assert which == "  accepted, unsure: ['approve']"


@pytest.mark.xdist_group("processes")
def test_mail_that_leaves_after_a_press_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "PRESSES", 2)
    monkeypatch.setattr(stopping, "MAILS", 4)
    (told,) = stopping.kill_switch(tmp_path)
    assert re.match(r"2 presses amid 8 mails at 40/s: 0 mails left after a press, \d+ before; a press takes p50", told)
