"""Figures of starting: again on the same folder, from a fresh clone, and the tests."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from postroom_bench.answering import customers_of
from postroom_bench.checkout import ROOT
from postroom_bench.load import Replies, conversation
from postroom_bench.processes import FREE_PORTS, BenchError, Program, started, support

STARTS = 5
CLONE_PATIENCE = 600.0
FIRST_PATIENCE = 120.0
"""Seconds: the first start fits, and on a busy machine that takes long."""


def start(home: Path) -> Iterator[str]:
    """Yield the figures, by words and by meaning too: to ready, to the first answer, and memory, anew and again."""
    for knowledge in ("bm25", "vector"):
        yield from _start(home / knowledge, knowledge)


def _start(home: Path, knowledge: str) -> Iterator[str]:
    with support(home, knowledge) as (_, run, first):
        answered_first, *_ = _answers(run, 3)
    again, answered, memory = [], [], 0.0
    for _ in range(STARTS):
        with support(home, knowledge) as (program, run, seconds):
            again.append(seconds)
            answered += _answers(run, 1)
            memory = program.settled_memory()
    yield f"{knowledge}, first start on an empty folder: {first:.2f} s, first answer {answered_first:.2f} s after ready"
    yield f"{knowledge}, second start to ready: {_median(again)}"
    yield f"{knowledge}, second start, ready to first answer: {_median(answered)}"
    yield f"{knowledge}, memory after that answer: {memory:.0f} MB"


def _answers(run: dict[str, Any], count: int) -> list[float]:
    """Return how many seconds each of so many mails waited for its answer, the first written at once."""
    with closing(customers_of(run)) as customers, closing(Replies(run["ws_port"])) as replies:
        return conversation(customers, replies, count, 2, FIRST_PATIENCE)


def _median(found: Sequence[float]) -> str:
    each = ", ".join(f"{seconds:.2f}" for seconds in found)
    return f"median {statistics.median(found):.2f} s of {len(found)} ({each})"


def clone(home: Path) -> Iterator[str]:
    """Yield the figure: `git clone`, `make run-support` until ready, and the first answer; then the second start."""
    began = time.monotonic()
    _call(["git", "clone", "--quiet", str(ROOT), str(home / "clone")], home)
    if not (home / "clone" / "Makefile").is_file():
        raise BenchError(f"the clone of {ROOT} holds no Makefile: commit first, only what is committed is cloned")
    folder, data = home / "clone", home / "data"
    options = " ".join([*FREE_PORTS, "--data-dir", str(data)])
    run = ["make", f"PYTHON={_interpreter()}", "run-support", f"ARGS={options}"]
    with started(run, folder) as program:
        yield program.await_line("knowledge:", CLONE_PATIENCE)[1]
        _ready(program)
        yield f"clone to ready: {time.monotonic() - began:.1f} s (with the package cache this machine has)"
        mail = ["--from", "ana@example.com", "--subject", "Returns", "--text", "How long can I return a sensor?"]
        _call([".venv/bin/postroom", "send", "support", *mail, "--wait", "60", "--data-dir", str(data)], folder)
        yield f"clone to first answer: {time.monotonic() - began:.1f} s"
    with started(run, folder) as program:
        yield f"second start, by make: {_ready(program):.2f} s"


def _ready(program: Program) -> float:
    return program.await_line("ready after", CLONE_PATIENCE)[0]


def tests(_home: Path) -> Iterator[str]:
    """Yield the figure: how long `make test` takes, as in a checkout that is installed."""
    began = time.monotonic()
    with started(["make", "test"], ROOT) as program:
        _, line = program.await_line(" passed", CLONE_PATIENCE)
    yield f"make test: {time.monotonic() - began:.1f} s ({line.strip('= ')})"


def _interpreter() -> str:
    """Return the Python that made this environment: a fresh clone makes its own from it."""
    return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")


def _call(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=CLONE_PATIENCE, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
