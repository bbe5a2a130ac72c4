"""What the tests of the sandbox share beside their fixtures."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from agentmail import AgentMail
from agentmail.core.api_error import ApiError
from agentmail.core.request_options import RequestOptions

from agentmail_sandbox import Sandbox

SUPPORT = "support@sandbox.test"
ONCE = RequestOptions(max_retries=0)


def refusal(call: Callable[[], object]) -> tuple[int, str]:
    """Make a call that the API refuses, and return status and code."""
    with pytest.raises(ApiError) as refused:
        call()
    body = refused.value.body
    return refused.value.status_code or 0, str(body["code"] if isinstance(body, dict) else body.code)


def with_permissions(sandbox: Sandbox, *names: str, **more: Any) -> AgentMail:
    """Return a client whose key of the organization has these permissions alone."""
    wanted = {"permissions": dict.fromkeys(names, True), **more}
    return sandbox.client(sandbox.client().api_keys.create(request=wanted).api_key)


def with_chaos(kind: str) -> RequestOptions:
    """Ask for a kind of chaos with one request, which is made once."""
    return RequestOptions(max_retries=0, additional_headers={"X-Sandbox-Chaos": kind})


def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for a condition that other threads bring about; fail when it does not come."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.002)


@contextmanager
def dripping(opening: bytes, drop: bytes) -> Iterator[str]:
    """Serve, at the URL that is returned, an answer that begins and never ends: it comes drop by drop."""
    over = threading.Event()

    def answer() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with suppress(OSError), connection:
                    connection.recv(65536)
                    connection.sendall(opening)
                    while not over.wait(0.01):
                        connection.sendall(drop)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@dataclass
class Receiver:
    """A web server that keeps what is posted to it and answers with the next of ``answers``, then 204.

    A post to a path that ends in ``/slow`` is kept and answered only once ``go_on`` is set.
    """

    url: str
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    connections: set[tuple[str, int]] = field(default_factory=set)
    go_on: threading.Event = field(default_factory=threading.Event)
