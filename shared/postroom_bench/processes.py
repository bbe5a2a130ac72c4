"""Programs the bench starts: their output with times, their memory and CPU from /proc, and their end by id."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

POSTROOM = str(Path(sys.executable).with_name("postroom"))
FREE_PORTS = ("--port", "0", "--ws-port", "0", "--smtp-port", "0")
OUR_SETTINGS = ("AGENTMAIL_", "ANTHROPIC_", "POSTROOM_")
"""Beginnings of variables that would make a measurement depend on who calls it."""
PATIENCE = 20.0
TICKS = os.sysconf("SC_CLK_TCK")


class BenchError(RuntimeError):
    """A measurement that could not be made; the message says what was waited for and what was seen."""


class Program:
    """A program in a session of its own; `stop` ends it and what it started."""

    def __init__(self, command: Sequence[str], cwd: Path, **environment: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OUR_SETTINGS)}
        self.began = time.monotonic()
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env=inherited | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines: queue.SimpleQueue[tuple[float, str | None]] = queue.SimpleQueue()
        self._last: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._lines.put((time.monotonic(), line.rstrip()))
        self._lines.put((time.monotonic(), None))

    def await_line(self, words: str, seconds: float) -> tuple[float, str]:
        """Return when (seconds since the start) a line with these words came, and the line. Raises BenchError."""
        deadline = time.monotonic() + seconds
        with suppress(queue.Empty):
            while True:
                at, line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
                if line is None:
                    break
                self._last = [*self._last[-8:], line]
                if words in line:
                    return at - self.began, line
        raise BenchError(f"no line with {words!r} within {seconds:g} s; the last ones were:\n" + "\n".join(self._last))

    def tell(self, line: str) -> None:
        """Write a line to its standard input."""
        if self._process.stdin is not None:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()

    def memory(self) -> float:
        """Return the resident memory in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def settled_memory(self) -> float:
        """Return the memory in MB once it stops growing: what loads after the start is in it then."""
        before, now = 0.0, self.memory()
        while now > before + 1:
            time.sleep(2)
            before, now = now, self.memory()
        return now

    def cpu_seconds(self) -> float:
        """Return the CPU time used since the start, of all its threads."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def stop(self) -> None:
        """End it as Ctrl-C does, and by force when it does not end."""
        for number in (signal.SIGINT, signal.SIGKILL):
            if self._process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, number)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def started(command: Sequence[str], cwd: Path, **environment: str) -> Iterator[Program]:
    """Run a program for as long as the block lasts."""
    program = Program(command, cwd, **environment)
    try:
        yield program
    finally:
        program.stop()


@contextmanager
def support(home: Path, knowledge: str = "auto") -> Iterator[tuple[Program, dict[str, Any], float]]:
    """Run the support agent on a data folder; yield it, its `run.json`, and the seconds until it was ready.

    `knowledge` is what POSTROOM_KNOWLEDGE says.
    """
    home.mkdir(exist_ok=True)
    command = [POSTROOM, "run", "support", *FREE_PORTS, "--data-dir", str(home)]
    with started(command, home, POSTROOM_KNOWLEDGE=knowledge) as program:
        seconds, _ = program.await_line("ready after", 60)
        yield program, json.loads((home / "run.json").read_text(encoding="utf-8")), seconds
