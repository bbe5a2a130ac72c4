"""Sandboxes to test against: in memory and in process, or on free ports, and a receiver for webhooks."""

import os
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from agentmail import AgentMail
from sandbox_testing import SUPPORT, Receiver

from agentmail_sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture
def client(sandbox: Sandbox) -> AgentMail:
    return sandbox.client()


@pytest.fixture
def support(client: AgentMail) -> str:
    client.inboxes.create(request={"username": "support", "display_name": "Support"})
    return SUPPORT


@pytest.fixture
def served() -> Iterator[Sandbox]:
    made = Sandbox(retry_scale=0.002)
    made.serve(0, 0, 0)
    yield made
    made.close()


@pytest.fixture
def remote(served: Sandbox) -> Iterator[AgentMail]:
    with httpx.Client(verify=False) as http:
        made = AgentMail(environment=served.environment(), api_key="am_sandbox", httpx_client=http)
        made.inboxes.create(request={"username": "support", "display_name": "Support"})
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path.endswith("/slow"):
                found.go_on.wait(10)
            found.connections.add(self.client_address)
            found.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = found.answers.pop(0) if found.answers else 204
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    yield found
    found.go_on.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def dev_mails() -> list[Path]:
    """Real mails to read, where development data is at hand: POSTROOM_DEV_DATA, or ../shared/data."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("POSTROOM_DEV_DATA", beside))
    found = [path for kind in ("mime", "bounces") for path in sorted((folder / kind).glob("*.txt"))]
    found = [path for path in found if re.match(rb"[\w-]+:|From ", path.read_bytes())]
    if not found:
        pytest.skip("no development mails; set POSTROOM_DEV_DATA to a folder with mime/ and bounces/")
    return found
