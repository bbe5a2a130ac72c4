"""A whole process by hand: what it prints, what it refuses, and that it goes on where it was."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from agentmail_sandbox import Sandbox
from postroom import admission, serving
from postroom.admission import StartError
from postroom.database import lock_id
from postroom.loading import load_agent
from postroom.running import start_failure
from postroom.serving import Ports
from postroom.settings import Settings

POSTROOM = [str(Path(sys.executable).with_name("postroom"))]
FREE_PORTS = ["--port", "0", "--ws-port", "0", "--smtp-port", "0"]
QUESTION = "How many days do I have to send something back?"
CLEAN = {
    name: value for name, value in os.environ.items() if not name.startswith(("AGENTMAIL", "POSTROOM", "ANTHROPIC"))
} | {"POSTROOM_KNOWLEDGE": "bm25"}


class Running:
    """`postroom run support` in a process of its own."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        command = [*POSTROOM, "run", "support", "--data-dir", str(home), *FREE_PORTS]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=CLEAN | environment, cwd=home.parent
        )
        assert self.process.stdout is not None
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line)
            if line.startswith("ready"):
                break
        assert self.lines[-1].startswith("ready"), self.lines
        self.facts: dict[str, Any] = json.loads((home / "run.json").read_text())

    def end(self, how: int) -> int:
        self.process.send_signal(how)
        assert self.process.stdout is not None
        self.process.stdout.read()
        self.process.stdout.close()
        return self.process.wait(timeout=30)

    def outbox(self) -> list[dict[str, Any]]:
        url = f"http://127.0.0.1:{self.facts['port']}/sandbox/outbox"
        answer = httpx.get(url, headers={"Authorization": "Bearer am_sandbox"}).raise_for_status()
        return list(answer.json()["mails"])


@pytest.fixture
def start(tmp_path: Path, learnt_folder: Path) -> Iterator[Callable[..., Running]]:
    """Start processes on one data folder; whatever still runs at the end is killed."""
    started: list[Running] = []
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "learnt").symlink_to(learnt_folder)

    def begin(**environment: str) -> Running:
        started.append(Running(tmp_path / "home", **environment))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.end(signal.SIGKILL)


def eventually(told: Callable[[], bool], seconds: float = 240) -> bool:
    deadline = time.monotonic() + seconds
    while not told():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.xdist_group("processes")
def test_mail_by_smtp_is_answered_and_a_kill_loses_and_doubles_nothing(start: Callable[[], Running]) -> None:
    first = start()
    said = "".join(first.lines)
    assert "support answers support@sandbox.test" in said
    assert "sandbox in this process" in said
    assert "offline" in said
    with smtplib.SMTP("127.0.0.1", first.facts["smtp_port"]) as smtp:
        for number in range(6):
            head = f"From: c{number}@example.com\r\nTo: support@sandbox.test\r\nSubject: Returns\r\n"
            body = f"Message-ID: <{number}@example.com>\r\n\r\n{QUESTION}\r\n"
            smtp.sendmail(f"c{number}@example.com", "support@sandbox.test", head + body)
    assert eventually(lambda: len(first.outbox()) >= 1)
    first.end(signal.SIGKILL)

    second = start()
    assert eventually(lambda: len(second.outbox()) >= 6)
    assert sorted(mail["to"][0] for mail in second.outbox()) == [f"c{number}@example.com" for number in range(6)]
    assert second.end(signal.SIGINT) == 0
    assert not (second.home / "run.json").exists()


@pytest.mark.xdist_group("processes")
def test_with_a_password_the_page_asks_for_it_at_the_public_address(start: Callable[..., Running]) -> None:
    running = start(POSTROOM_PASSWORD="correct horse battery", POSTROOM_PUBLIC_URL="https://post.example.com")
    said = "".join(running.lines)
    assert "wants the password; this link, on this machine, works once without" in said
    assert "correct horse" not in said
    page = httpx.get(f"http://127.0.0.1:{running.facts['port']}/", headers={"Host": "post.example.com"})
    assert page.status_code == 401
    assert 'type="password"' in page.text


@pytest.mark.xdist_group("processes")
def test_with_a_password_alone_this_machine_needs_none(start: Callable[..., Running]) -> None:
    running = start(POSTROOM_PASSWORD="correct horse battery")
    url = f"http://127.0.0.1:{running.facts['port']}/"
    assert f"{url} (through a tunnel with the password)" in "".join(running.lines)
    assert httpx.get(url).status_code == 200
    assert httpx.get(url, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401


@pytest.mark.xdist_group("processes")
def test_send_prints_the_answer_and_why_and_a_second_process_is_told_off(start: Callable[[], Running]) -> None:
    running = start()
    command = [*POSTROOM, "send", "support", "--data-dir", str(running.home), "--from", "ana@example.com"]
    sent = subprocess.run(
        [*command, "--subject", "Returns", "--wait", "120"], input=QUESTION, capture_output=True, text=True, env=CLEAN
    )
    assert sent.returncode == 0, sent.stderr
    assert "returns-window" in sent.stdout
    assert "the knowledge answers this" in sent.stdout
    assert "30 days" in sent.stdout

    command = [*POSTROOM, "run", "support", "--data-dir", str(running.home), *FREE_PORTS]
    again = subprocess.run(command, capture_output=True, text=True, env=CLEAN)
    assert again.returncode == 1
    assert f"another process works on {running.home}" in again.stderr
    assert "--data-dir" in again.stderr

    other = str(running.home.parent / "other")
    command = [*POSTROOM, "run", "support", "--data-dir", other, "--port", str(running.facts["port"])]
    taken = subprocess.run([*command, *FREE_PORTS[2:]], capture_output=True, text=True, env=CLEAN)
    assert taken.returncode == 1
    assert f"Port {running.facts['port']}" in taken.stderr
    assert "give another port" in taken.stderr
    with socket.create_connection(("127.0.0.1", running.facts["port"])):
        pass


@pytest.mark.xdist_group("processes")
def test_newcomers_write_on_a_sandbox_in_another_process_too(start: Callable[..., Running]) -> None:
    sandbox = Sandbox()
    sandbox.serve(0, 0, 0)
    try:
        running = start(
            AGENTMAIL_BASE_URL=f"http://127.0.0.1:{sandbox.port}/v0",
            AGENTMAIL_WS_URL=f"ws://127.0.0.1:{sandbox.ws_port}/v0",
        )
        said = "".join(running.lines)
        assert "taken in by WebSocket" in said
        assert "write:  on the page, or with" in said
        command = [*POSTROOM, "send", "support", "--data-dir", str(running.home), "--from", "ana@example.com"]
        command += ["--subject", "Returns", "--text", QUESTION, "--wait", "120"]
        sent = subprocess.run(command, capture_output=True, text=True, env=CLEAN)
        assert (sent.returncode, "30 days" in sent.stdout) == (0, True), sent.stderr
        page = httpx.get(f"http://127.0.0.1:{running.facts['port']}/outside")
        assert "ana@example.com" in page.text
        running.end(signal.SIGINT)
    finally:
        sandbox.close()


@pytest.mark.postgres
@pytest.mark.xdist_group("processes")
def test_a_process_whose_workers_id_went_to_another_stops_working_and_says_so(
    start: Callable[..., Running], postgres: Callable[[str], str]
) -> None:
    url = postgres("taken_over")
    running = start(POSTROOM_DATABASE_URL=url, POSTROOM_SECRET="of-these-tests")
    page = f"http://127.0.0.1:{running.facts['port']}"
    assert httpx.get(f"{page}/readyz").status_code == 200
    with psycopg.connect(url, autocommit=True) as other, psycopg.connect(url, autocommit=True) as watching:
        # the other process stands in line for the id, and so has it the moment its holder's session ends
        standing = threading.Thread(
            target=other.execute, args=(f"select pg_advisory_lock({lock_id('worker worker-1')})",)
        )
        standing.start()
        holder = (
            f"select count(pg_terminate_backend(pid)) from unnest(pg_blocking_pids({other.info.backend_pid})) as pid"
        )
        assert eventually(lambda: watching.execute(holder).fetchone() == (1,))
        standing.join()
        assert eventually(lambda: httpx.get(f"{page}/readyz").status_code == 503)
        said = httpx.get(f"{page}/readyz").text
        assert said.startswith("another process works on this database as worker-1, since the connection")
        assert "POSTROOM_WORKER" in said
    assert running.end(signal.SIGINT) == 0


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:9", r"http://127\.0\.0\.1:9 does not serve: ConnectError.*check address"),
        (
            "http://10.0.0.7:9",
            r"company\.json is marked fictional, and AGENTMAIL_BASE_URL is http://10.*, not",
        ),
    ],
)
def test_a_server_elsewhere_that_cannot_be_used_is_named(url: str, said: str, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, agentmail_base_url=url, POSTROOM_DATA_DIR=tmp_path)  # type: ignore[call-arg]
    with pytest.raises(StartError, match=said):
        serving.serve([load_agent("support")], settings, Ports(0, 0, 0))


def test_a_full_disk_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(admission.shutil, "disk_usage", lambda _path: usage(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(StartError, match=r"only 1 MB are free .* --data-dir"):
        admission.prepare(tmp_path / "home")
    assert "the disk is full" in start_failure(OSError(28, "No space left on device"))


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError, match=r"cannot use the data folder .*--data-dir"):
        admission.prepare(tmp_path / "file" / "home")


def test_a_secret_is_made_once_for_its_owner_alone_and_that_of_the_settings_outranks_it(tmp_path: Path) -> None:
    given = {"_env_file": None, "POSTROOM_DATA_DIR": tmp_path}
    made = admission.secret_of(Settings(**given), tmp_path)  # type: ignore[arg-type]
    assert len(made) == 64
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert admission.secret_of(Settings(**given), tmp_path) == made  # type: ignore[arg-type]
    chosen = Settings(**given, POSTROOM_SECRET="of-mine")  # type: ignore[arg-type]
    assert admission.secret_of(chosen, tmp_path) == "of-mine"
    assert "of-mine" not in repr(chosen)


def test_on_postgres_a_secret_must_be_set(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, POSTROOM_DATABASE_URL="postgresql://127.0.0.1/x")  # type: ignore[call-arg]
    with pytest.raises(StartError, match=r"POSTROOM_SECRET is not set.*openssl rand"):
        admission.secret_of(settings, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_fictional_data_refuses_to_meet_real_mail(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, agentmail_api_key="am_real", POSTROOM_DATA_DIR=tmp_path)  # type: ignore[call-arg]
    with pytest.raises(StartError, match=r"company\.json is marked fictional"):
        serving.serve([load_agent("support")], settings, Ports(0, 0, 0))
    assert not (tmp_path / "lock").exists()


@pytest.mark.parametrize("written", ["auto", "auto, support: approve"])
def test_with_real_mail_agents_that_send_by_themselves_are_named(tmp_path: Path, written: str) -> None:
    live = {"agentmail_api_key": "am_real", "POSTROOM_DATA_DIR": tmp_path, "autonomy": written}
    with pytest.raises(StartError, match=r"lets every agent send by itself.*name those that may, as in support: auto"):
        serving.serve([load_agent("support")], Settings(_env_file=None, **live), Ports(0, 0, 0))  # type: ignore[arg-type]


def test_commands_without_a_running_process_say_what_to_start(tmp_path: Path) -> None:
    command = [*POSTROOM, "threads", "--data-dir", str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, env=CLEAN)
    assert told.returncode == 1
    assert "make run-support" in told.stderr


WARMED = """
import sys
from postroom.brain.offline import OfflineBrain
from postroom.serving import _warm
assert "numpy" not in sys.modules
_warm(OfflineBrain(), [])
from threadpoolctl import threadpool_info
print({library["num_threads"] for library in threadpool_info()})
"""


def test_numeric_libraries_take_no_second_core() -> None:
    environment = CLEAN | {"OPENBLAS_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", WARMED], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("{1}\n", "")
