"""The sandbox on ports of its own: embedded, as a program, and across restarts."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx
import pytest
from agentmail import AgentMail, AgentMailEnvironment
from click.testing import CliRunner
from sandbox_testing import SUPPORT, until

import agentmail_sandbox
from agentmail_sandbox import FolderUnusable, PortTaken, Sandbox, websocket
from agentmail_sandbox.__main__ import main
from programs import started


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    first = Sandbox(tmp_path)
    client = first.client()
    client.inboxes.create(request={"username": "support", "client_id": "c"})
    asked = first.post_mail("ada@example.com", SUPPORT, "Q", "?")
    sent = client.inboxes.messages.reply(SUPPORT, asked.message_id, text="A", idempotency_key="k", labels=["x"])
    draft = client.inboxes.drafts.create(SUPPORT, text="later", to=["ada@example.com"])
    first.close()

    second = Sandbox(tmp_path)
    client = second.client()
    assert client.inboxes.create(request={"client_id": "c"}).inbox_id == SUPPORT
    assert [message.message_id for message in client.threads.get(asked.thread_id).messages] == [
        asked.message_id,
        sent.message_id,
    ]
    assert client.inboxes.messages.list(SUPPORT, labels=["x"]).count == 1
    again = client.inboxes.messages.reply(SUPPORT, asked.message_id, text="A", idempotency_key="k", labels=["x"])
    assert again == sent
    assert client.drafts.get(draft.draft_id).text == "later"
    assert len(second.outbox()) == 1
    second.close()


def test_a_draft_interrupted_in_the_middle_is_sent_after_the_restart(tmp_path: Path) -> None:
    first = Sandbox(tmp_path)
    client = first.client()
    client.inboxes.create(request={"username": "support"})
    client.inboxes.drafts.create(SUPPORT, to=["ada@example.com"], text="x", send_at=first.clock.now())
    with first._core.store.transaction() as db:
        db.execute("UPDATE drafts SET send_status = 'sending'")
    first.close()
    second = Sandbox(tmp_path)
    assert second.run_due() == 1
    assert len(second.outbox()) == 1
    second.close()


def test_an_ephemeral_sandbox_forgets(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    other = Sandbox()
    assert other.client().inboxes.list().count == 0
    other.close()


def test_a_folder_in_use_is_named_and_free_again_after_closing(tmp_path: Path) -> None:
    first = Sandbox(tmp_path)
    with pytest.raises(FolderUnusable, match="another data folder"):
        Sandbox(tmp_path)
    first.close()
    Sandbox(tmp_path).close()


def test_a_taken_port_is_named_with_what_to_do(served: Sandbox) -> None:
    other = Sandbox()
    for start in (other.start_smtp, other.start_websocket, lambda port: other.serve(port, 0, 0)):
        with pytest.raises(PortTaken, match=f"Port {served.port} .*another port"):
            start(served.port)
    other.close()


def test_a_failed_start_leaves_no_listener_behind(served: Sandbox) -> None:
    other = Sandbox()
    with pytest.raises(PortTaken):
        other.serve(0, 0, served.smtp_port)
    with pytest.raises(ValueError, match="HOST:PORT"):
        other.serve(0, 0, 0, relay="nowhere")
    assert (other.port, other.ws_port, other.smtp_port) == (None, None, None)
    other.serve(0, 0, 0)
    assert other.client().inboxes.list().count == 0
    other.close()


def test_closing_ends_every_thread_while_a_client_keeps_its_connection(receiver: object) -> None:
    before = set(threading.enumerate())
    sandbox = Sandbox()
    sandbox.serve(0, 0, 0)
    with httpx.Client(verify=False) as http:
        http.get(f"http://127.0.0.1:{sandbox.port}/v0/inboxes")
        sandbox.close()
        until(lambda: set(threading.enumerate()) <= before)


def test_closing_waits_for_no_websocket_client_that_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "GOODBYE", 0.05)
    sandbox = Sandbox(tmp_path)
    sandbox.serve(0, 0, 0)
    silent, deaf = (socket.create_connection(("127.0.0.1", sandbox.ws_port or 0)) for _ in range(2))
    with silent, deaf:
        deaf.sendall(
            b"GET /v0 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer am_sandbox\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        assert deaf.recv(4096).startswith(b"HTTP/1.1 101")
        sandbox.close()
    Sandbox(tmp_path).close()


def test_what_fails_while_closing_keeps_nothing_else_open(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    sandbox.serve(0, 0, 0)
    port = sandbox.port
    sandbox._listeners._closers.callback(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sandbox.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port or 0))
    Sandbox(tmp_path).close()


def test_many_threads_at_once_lose_and_double_nothing(served: Sandbox, remote: AgentMail) -> None:
    def work(number: int) -> str:
        received = served.post_mail(f"p{number}@example.com", SUPPORT, str(number), "x")
        remote.inboxes.messages.update(SUPPORT, received.message_id, add_labels=[f"n{number % 5}"])
        return remote.inboxes.messages.reply(
            SUPPORT, received.message_id, text="y", idempotency_key=f"k{number}"
        ).message_id

    with ThreadPoolExecutor(12) as pool:
        sent = list(pool.map(work, range(60)))
    assert len(set(sent)) == 60
    assert len(served.outbox()) == 60
    listed = remote.inboxes.messages.list(SUPPORT, limit=1000)
    assert listed.count == 120
    assert remote.inboxes.messages.list(SUPPORT, labels=["n3"], limit=1000).count == 12
    assert remote.threads.list(limit=1000).count == 60


def test_a_client_is_answered_however_many_others_keep_their_connections(served: Sandbox, remote: AgentMail) -> None:
    with ExitStack() as kept:
        for _ in range(150):
            kept.enter_context(socket.create_connection(("127.0.0.1", served.port or 0)))
        with httpx.Client(verify=False, headers={"Authorization": "Bearer am_sandbox"}) as http:
            assert http.get(f"http://127.0.0.1:{served.port}/v0/inboxes", timeout=5).json()["count"] == 1


def test_the_client_times_out_over_a_real_port(served: Sandbox, remote: AgentMail) -> None:
    with served._core.store.transaction(), pytest.raises(httpx.ReadTimeout):
        remote.inboxes.list(request_options={"timeout_in_seconds": 1, "max_retries": 0})
    assert remote.inboxes.list().count == 1


def test_the_python_in_the_readme_runs() -> None:
    readme = Path(agentmail_sandbox.__file__).with_name("README.md").read_text(encoding="utf-8")
    remote, in_process = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    compile(remote, "README.md", "exec")
    found: dict[str, object] = {}
    exec(in_process, found)
    assert isinstance(found["sandbox"], Sandbox)


def start_program(*arguments: str) -> AbstractContextManager[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "agentmail_sandbox", *arguments]
    return started(command, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": ""})


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_program_says_where_it_listens_and_stops_cleanly(tmp_path: Path, stop: signal.Signals) -> None:
    with start_program("--port", "0", "--ws-port", "0", "--smtp-port", "0", "--data-dir", str(tmp_path)) as program:
        assert program.stdout is not None
        lines = [program.stdout.readline() for _ in range(5)]
        url = lines[0].split()[2].removesuffix("/v0")
        with httpx.Client(verify=False) as http:
            environment = AgentMailEnvironment(http=url, websockets=lines[1].split()[1].removesuffix("/v0"))
            client = AgentMail(environment=environment, api_key="am_sandbox", httpx_client=http)
            client.inboxes.create(request={"username": "support"})
        program.send_signal(stop)
        _, errors = program.communicate(timeout=10)
    assert program.returncode == 0
    assert errors == ""
    kept = Sandbox(tmp_path)
    assert kept.client().inboxes.list().count == 1
    kept.close()


def test_the_program_explains_a_taken_port(served: Sandbox) -> None:
    before = signal.getsignal(signal.SIGINT)
    outcome = CliRunner().invoke(
        main, ["--ephemeral", "--port", str(served.port), "--ws-port", "0", "--smtp-port", "0"]
    )
    assert outcome.exit_code == 1
    assert f"Port {served.port}" in outcome.output
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["--ephemeral", "--data-dir", "x"], 2, "--ephemeral"),
        (["--ephemeral", "--port", "0", "--ws-port", "0", "--smtp-port", "0", "--relay", "nowhere"], 1, "HOST:PORT"),
    ],
)
def test_the_program_explains_wrong_options(arguments: list[str], code: int, word: str) -> None:
    outcome = CliRunner().invoke(main, arguments)
    assert outcome.exit_code == code
    assert word in outcome.output
