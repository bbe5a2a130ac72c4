"""A sandbox whose wire is listened to: requests are noted as they come in, before its chaos or the sandbox answers."""

from __future__ import annotations

import io
import json
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agentmail_sandbox import Sandbox

TUESDAY = datetime(2026, 5, 5, 10, tzinfo=UTC)
"""When a test begins: an hour ahead is no cron of the desk's, and a day ahead is a working day, whenever it is run."""


@dataclass(frozen=True)
class Call:
    """One request as it came over the wire."""

    method: str
    path: str
    body: Any


class Wire:
    """WSGI middleware in front of a sandbox."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.calls: list[Call] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or -1))
        environ["wsgi.input"] = io.BytesIO(raw)
        self.calls.append(Call(environ["REQUEST_METHOD"], environ["PATH_INFO"], json.loads(raw) if raw else None))
        answer: Iterable[bytes] = self.app(environ, start_response)
        return answer

    def count(self, match: str) -> int:
        """Return how many requests matched."""
        return sum(1 for call in self.calls if re.search(match, f"{call.method} {call.path}"))


class WiredSandbox(Sandbox):
    """A sandbox in process behind a `Wire`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"start": TUESDAY} | options)
        self.wire = Wire(self._wsgi)
        self._wsgi = self.wire


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for what other threads bring about; fail when it does not come."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.005)
