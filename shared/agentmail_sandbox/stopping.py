"""Wait for the signal that ends a program: Ctrl-C, or SIGTERM."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STOPS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_signal() -> Iterator[Callable[[], None]]:
    """Give a call that returns once SIGINT or SIGTERM came; a second one ends the process at once.

    Raises ValueError outside the main thread, which alone hears signals.
    """
    # The system itself writes which signal came: what a handler tells is not heard by a thread just about to wait.
    told, tell = socket.socketpair()
    tell.setblocking(False)
    heard: list[int] = []

    def on_signal(number: int, _frame: object) -> None:
        if heard:
            os._exit(128 + number)
        heard.append(number)

    def until_told() -> None:
        while told.recv(1)[0] not in STOPS:
            pass

    with told, tell:
        woken = signal.set_wakeup_fd(tell.fileno())
        before = {number: signal.signal(number, on_signal) for number in STOPS}
        try:
            yield until_told
        finally:
            signal.set_wakeup_fd(woken)
            for number, handler in before.items():
                signal.signal(number, handler)
