"""What the tests of the sandbox share beside their fixtures."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from agentmail.core.request_options import RequestOptions

SUPPORT = "support@sandbox.test"
ONCE = RequestOptions(max_retries=0)


def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for a condition that other threads bring about; fail when it does not come."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.002)


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
