"""What goes on in the background: webhooks delivered, drafts sent when due, mail relayed. Each waits, none polls."""

import logging
import threading
from collections.abc import Callable

from agentmail_sandbox.core import Core

log = logging.getLogger(__name__)

# After a failure of the sandbox itself (not of a receiver): do not spin.
PAUSE_AFTER_BUG = 1.0


class Worker:
    """A thread that does what is due and sleeps until more is, or until it is woken.

    ``work`` returns the seconds until it wants to be called again, None to be called only when woken.
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
            try:
                pause = self._work()
            except Exception:  # a worker that dies silently would stop all deliveries
                if self._stopped:
                    return
                log.exception("%s failed; trying again in %s s", self._thread.name, PAUSE_AFTER_BUG)
                pause = PAUSE_AFTER_BUG
            if not self._stopped:
                self._wake.wait(pause)

    def stop(self, patience: float = 0.2) -> None:
        """End the thread; wait up to ``patience`` seconds for what it is doing."""
        self._stopped = True
        self._wake.set()
        self._thread.join(patience)


def listen(core: Core, worker: Worker) -> Worker:
    """Wake ``worker`` whenever the sandbox has new work."""
    core.on_work.append(worker.wake)
    return worker
