"""What goes on in the background: webhooks delivered, drafts sent when due, mail relayed. Each waits, none polls."""

import logging
import threading
import time
from collections.abc import Callable

from agentmail_sandbox.core import Core

log = logging.getLogger(__name__)

# After a failure of the sandbox itself (not of a receiver): do not spin.
PAUSE_AFTER_BUG = 1.0
# Longer waits are cut: the system's timers end at some 292 years, and a laptop that slept is back on time sooner.
LONGEST_WAIT = 3600.0
# Svix's documented waits before each attempt after the first, in seconds; for mail AgentMail gives no numbers.
RETRY_WAITS = (5, 300, 1800, 7200, 18000, 36000, 36000)


def next_attempt(attempts: int, scale: float) -> float | None:
    """Return when to try again what failed ``attempts`` times (seconds since the epoch), None when never.

    ``scale`` multiplies the waits. Receivers live in real time, so this is wall-clock time.
    """
    return None if attempts > len(RETRY_WAITS) else time.time() + RETRY_WAITS[attempts - 1] * scale


class Worker:
    """A thread that does what is due and sleeps until more is, or until it is woken.

    ``work`` returns the seconds until it wants to be called again, None to be called only when woken. Whatever it
    raises is logged and it is called again: a worker that died would stop all deliveries.
    """

    def __init__(self, name: str, work: Callable[[], float | None]) -> None:
        self._work = work
        self._wake = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Have the thread look for work now."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stopped:
            self._wake.clear()
            pause = self._pause_after_work()
            if not self._stopped:
                self._wake.wait(pause)

    def _pause_after_work(self) -> float | None:
        try:
            pause = self._work()
            return None if pause is None else min(max(pause, 0.0), LONGEST_WAIT)
        except Exception:
            if not self._stopped:
                log.exception("%s failed; trying again in %s s", self._thread.name, PAUSE_AFTER_BUG)
            return PAUSE_AFTER_BUG

    def stop(self, patience: float = 0.2) -> None:
        """End the thread; wait up to ``patience`` seconds for what it is doing."""
        self._stopped = True
        self._wake.set()
        self._thread.join(patience)


def listen(core: Core, worker: Worker) -> Worker:
    """Wake ``worker`` whenever the sandbox has new work."""
    core.on_work.append(worker.wake)
    return worker
