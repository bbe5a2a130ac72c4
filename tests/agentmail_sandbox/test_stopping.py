"""A program that waits for Ctrl-C hears it whenever it comes."""

import signal
import subprocess
import sys
import threading
from typing import Any

import pytest

from agentmail_sandbox.stopping import stop_signal

IMPATIENT = """
import signal
from agentmail_sandbox.stopping import stop_signal
with stop_signal() as until_told:
    signal.raise_signal(signal.SIGINT)
    until_told()
    signal.raise_signal(signal.SIGTERM)
    print("still here")
"""


def test_a_signal_that_does_not_interrupt_the_wait_ends_it_too() -> None:
    # As when it comes just before the system call, or at another thread: the one that waits is not woken by it.
    beside = threading.Timer(0.05, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGINT))
    with stop_signal() as until_told:
        beside.start()
        until_told()
    beside.join()


def test_a_signal_that_comes_while_its_handlers_are_put_in_place_ends_the_wait_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_in_place = signal.signal

    def struck(number: Any, handler: Any) -> Any:
        before = put_in_place(number, handler)
        if number == signal.SIGTERM:
            monkeypatch.undo()
            signal.raise_signal(number)
        return before

    monkeypatch.setattr(signal, "signal", struck)
    with stop_signal() as until_told:
        until_told()


def test_a_second_signal_ends_a_program_that_is_still_stopping() -> None:
    ended = subprocess.run([sys.executable, "-c", IMPATIENT], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (128 + signal.SIGTERM, "")


def test_afterwards_signals_do_what_they_did_before() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with stop_signal():
        assert signal.getsignal(signal.SIGINT) is not before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    assert signal.set_wakeup_fd(-1) == -1
