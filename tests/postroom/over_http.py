"""An application on a free port, and a client for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from postroom.web import Web


@contextmanager
def over_http(app: Any) -> Iterator[httpx.Client]:
    """Serve an application while the client is used."""
    web = Web(0)
    web.start(app)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{web.port}", trust_env=False) as client:
            yield client
    finally:
        web.stop()
