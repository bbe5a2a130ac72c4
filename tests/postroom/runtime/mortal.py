"""Runs the desk agent in processes that die by SIGKILL at a given step boundary; started by `test_crash`.

Reads one JSON line for each trial from standard input, writes one for each result. All is imported once; a trial
forks, so that a death costs no new start of Python.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import sqlalchemy as sa
from desk_agent.agent import agent

from postroom.brain import Answered, Question
from postroom.clock import WallClock
from postroom.database import open_database
from postroom.mailbox.client import connect
from postroom.runtime.engine import Engine
from postroom.runtime.journal import Journal
from postroom.settings import Settings
from postroom.starting import make_runtime

T = TypeVar("T")


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
    """Hands over, and notes in a file each time it is asked."""

    name = "noted"

    def __init__(self, notes: Path) -> None:
        self.notes = notes

    def answer(self, question: Question) -> Answered:
        with self.notes.open("a") as file:
            file.write(f"{question.kind.__name__}\n")
        return Answered({"what": "escalate", "body": "A colleague will write."}, 0.9, self.name)


def live(trial: dict[str, Any], death: int | None) -> None:
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
        brain=NotedBrain(home / "notes"),
        home=home,
    )
    engine.start()
    runtime.drain()


def in_a_process(work: Callable[[], None]) -> int:
    """Fork, work there, and return how it ended: 0, or minus the number of the signal."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - the parent must not go on in the child's place
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    for line in sys.stdin:
        trial = json.loads(line)
        first = in_a_process(lambda trial=trial: live(trial, trial["death"]))  # type: ignore[misc]
        second = in_a_process(lambda trial=trial: live(trial, None))  # type: ignore[misc]
        journal = Journal(open_database(trial["journal_url"]))
        with journal.database.connect() as connection:
            statuses = list(connection.execute(sa.text("select status from postroom_runs")).scalars())
        asked = (Path(trial["home"]) / "notes").read_text().split()
        result = {"first": first, "second": second, "statuses": statuses, "asked": asked}
        sys.stdout.write(f"{json.dumps(result)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
