"""A sandbox whose wire can fail: requests are noted, and some are answered with faults instead of by the sandbox."""

from __future__ import annotations

import io
import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agentmail_sandbox import Sandbox


@dataclass(frozen=True)
class Call:
    """One request as it came over the wire."""

    method: str
    path: str
    body: Any


@dataclass
class Fault:
    """What a matching request (`METHOD /path`, by regular expression) gets instead of an answer, `times` times.

    `error` is raised as the network would; else `status` is answered. `after` lets the sandbox do it first, as when
    an answer is lost on its way back.
    """

    match: str
    status: int = 503
    code: str = "service_unavailable"
    headers: Mapping[str, str] = field(default_factory=dict)
    error: Exception | None = None
    times: int = 1
    after: bool = False


class Wire:
    """WSGI middleware in front of a sandbox."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or -1))
        environ["wsgi.input"] = io.BytesIO(raw)
        call = Call(environ["REQUEST_METHOD"], environ["PATH_INFO"], json.loads(raw) if raw else None)
        fault = self._next_fault(call)
        if fault is None or fault.after:
            answer: Iterable[bytes] = self.app(environ, start_response)
            if fault is None:
                return answer
            b"".join(answer)
        if fault.error is not None:
            raise fault.error
        body = json.dumps({"name": "Fault", "code": fault.code, "message": "as the test wants it"}).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **fault.headers}
        start_response(f"{fault.status} Fault", list(headers.items()))
        return [body]

    def _next_fault(self, call: Call) -> Fault | None:
        with self._lock:
            self.calls.append(call)
            for fault in self.faults:
                if fault.times and re.search(fault.match, f"{call.method} {call.path}"):
                    fault.times -= 1
                    return fault
        return None

    def fail(self, match: str, **fault: Any) -> Fault:
        """Let the next requests that match fail; return the fault, whose `times` counts down."""
        made = Fault(match, **fault)
        self.faults.append(made)
        return made

    def count(self, match: str) -> int:
        """Return how many requests matched."""
        return sum(1 for call in self.calls if re.search(match, f"{call.method} {call.path}"))


class WiredSandbox(Sandbox):
    """A sandbox in process behind a `Wire`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.wire = Wire(self._wsgi)
        self._wsgi = self.wire


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for what other threads bring about; fail when it does not come."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.005)
