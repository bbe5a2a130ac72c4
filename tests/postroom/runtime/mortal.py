"""Runs the desk agent in processes that die by SIGKILL, by their own hand or another's; started by `test_crash`.

Reads one JSON line for each trial from standard input, writes one for each result. All is imported once; a trial
forks, so that a death costs no new start of Python.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import httpx
import sqlalchemy as sa
from desk_agent.agent import agent

from postroom.brain import Answered, Brain, Question
from postroom.clock import WallClock
from postroom.database import open_database
from postroom.mailbox.client import connect
from postroom.monitoring.logs import configure_logs
from postroom.runtime.engine import Engine
from postroom.runtime.journal import Journal
from postroom.settings import Settings
from postroom.starting import make_runtime

T = TypeVar("T")

LIVES = 12
"""More than any trial may take."""


class MortalEngine(Engine):
    """Kills its process at boundary `death`: 2n is before the n-th step's work, 2n + 1 right after it."""

    death: int | None = None
    passed = 0

    def step(self, name: str, work: Callable[[], T]) -> T:
        def dying() -> T:
            self.pass_boundary()
            result = work()
            self.pass_boundary()
            return result

        return super().step(name, dying)

    def pass_boundary(self) -> None:
        if self.death == self.passed:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed += 1


class NotedBrain:
    """Hands over, and notes in a file each time it is asked; a mail that says POISON kills the process."""

    name = "noted"

    def __init__(self, notes: Path) -> None:
        self.notes = notes

    def answer(self, question: Question) -> Answered:
        with self.notes.open("a") as file:
            file.write(f"{question.kind.__name__}\n")
        if question.message and "POISON" in question.message.new_text:
            os.kill(os.getpid(), signal.SIGKILL)
        return Answered({"what": "escalate", "body": "A colleague will write."}, 0.9, self.name)


class StuckBrain:
    """Never answers, and tells through a pipe that it was asked by as many runs as there are."""

    name = "stuck"

    def __init__(self, runs: int, asked: int) -> None:
        self.barrier = threading.Barrier(runs, action=lambda: os.write(asked, b"!"))

    def answer(self, question: Question) -> Answered:
        self.barrier.wait()
        threading.Event().wait()
        raise AssertionError("unreachable: nothing sets that event")


def live(trial: dict[str, Any], death: int | None, brain: Brain | None = None) -> None:
    """Be the process: start, take in what is unread, work until nothing is left."""
    home = Path(trial["home"])
    http = httpx.Client(timeout=30)
    client = connect("am_sandbox", base_url=trial["base_url"], ws_url="ws://127.0.0.1:1", http=http)
    engine = MortalEngine(open_database(trial["engine_url"]), polling_seconds=0.01)
    engine.death = death
    runtime = make_runtime(
        [agent],
        Settings(_env_file=None, agentmail_base_url=trial["base_url"]),  # type: ignore[call-arg]
        client=client,
        http=http,
        journal=Journal(open_database(trial["journal_url"])),
        engine=engine,
        clock=WallClock(),
        brain=brain or NotedBrain(home / "notes"),
        home=home,
    )
    # stopped in order, as `postroom run` is by Ctrl-C, not by a handler: that may interrupt what holds a lock
    ends: SimpleQueue[Callable[[], None]] = SimpleQueue()
    signal.signal(signal.SIGTERM, lambda *_: ends.put(partial(engine.stop, patience=0.0)))
    engine.start()
    ThreadPoolExecutor(1).submit(runtime.drain).add_done_callback(lambda drained: ends.put(drained.result))
    ends.get()()


def in_a_process(work: Callable[[], None], while_it_lives: Callable[[int], None] = lambda _child: None) -> int:
    """Fork, work there, and return how it ended: 0, or minus the number of the signal."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - the parent must not go on in the child's place
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
        os._exit(0)
    while_it_lives(child)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def ended_while_deciding(trial: dict[str, Any], runs: int, by: signal.Signals) -> int:
    """Live until that many runs are in their decision, and get a signal from outside."""
    told, tell = os.pipe()

    def kill(child: int) -> None:
        os.close(tell)
        os.read(told, 1)
        os.kill(child, by)

    try:
        return in_a_process(lambda: live(trial, None, StuckBrain(runs, tell)), kill)
    finally:
        os.close(told)


def ends(trial: dict[str, Any]) -> Iterator[int]:
    """Live again and again until nothing is left, and give how each life ended."""
    for runs in trial["kills"]:
        yield ended_while_deciding(trial, runs, signal.SIGKILL)
    for _ in range(trial.get("stops", 0)):
        yield ended_while_deciding(trial, 1, signal.SIGTERM)
    for death in (trial["death"], *[None] * LIVES):
        end = in_a_process(partial(live, trial, death))
        yield end
        if end == 0:
            break


def main() -> None:
    configure_logs("text")  # standard output is for results
    for line in sys.stdin:
        trial = json.loads(line)
        ended = list(ends(trial))
        journal = Journal(open_database(trial["journal_url"]))
        with journal.database.connect() as connection:
            runs = sa.text("select status, error, retry_at is not null from postroom_runs order by run_id")
            rows = [list(row) for row in connection.execute(runs)]
        notes = Path(trial["home"]) / "notes"
        result = {"ends": ended, "runs": rows, "asked": notes.read_text().split()}
        sys.stdout.write(f"{json.dumps(result)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
