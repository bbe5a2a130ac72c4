"""How much of a bare engine's speed is left when a whole agent runs on it."""

from __future__ import annotations

import json
import re
import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postroom_bench.load import Customers, questions
from postroom_bench.processes import Program, started

ROUNDS = 5
MAILS = 40
"""In each round, for each side."""
WARM_UP = 40
"""For each side too: the first workflows of a process take twice as long."""
SIDES = ("support", "bare", "empty")


@dataclass(frozen=True)
class Side:
    """A contender's process, and who writes to it."""

    kind: str
    program: Program
    customers: Customers

    def go(self, asked: Sequence[str], mark: str) -> dict[str, Any]:
        """Write the mails first, then let it work them off; return what it counted."""
        for number, question in enumerate(asked if self.kind != "empty" else ()):
            self.customers.write(f"{mark}.{number}@example.com", question)
        self.program.tell(f"go {len(asked)}")
        _, line = self.program.await_line("done ", 120)
        counted: dict[str, Any] = json.loads(line.removeprefix("done "))
        return counted


def throughput(home: Path) -> Iterator[str]:
    """Yield the lines of the figure: messages a second of the whole agent and of the bare workflow, in turns."""
    with ExitStack() as stack:
        command = [sys.executable, "-m", "agentmail_sandbox", "--port", "0", "--ws-port", "0", "--smtp-port", "0"]
        sandbox = stack.enter_context(started([*command, "--data-dir", str(home / "sandbox")], home))
        _, line = sandbox.await_line("AgentMail sandbox", 30)
        found = re.search(r"http://[\d.:]+", line)
        url = found[0] if found else line
        sides = [stack.enter_context(_side(kind, url, home)) for kind in SIDES]
        asked = _answerable(sides)
        rounds = [_round(sides, asked, number) for number in range(ROUNDS)]
    yield from _report(rounds)


@contextmanager
def _side(kind: str, url: str, home: Path) -> Iterator[Side]:
    folder = home / kind
    folder.mkdir()
    # the engine is compared, so that what decides should cost little
    command = [sys.executable, "-m", "postroom_bench.contender", kind, url, str(folder)]
    with started(command, folder, POSTROOM_KNOWLEDGE="bm25") as program:
        _, line = program.await_line("inbox ", 60)
        customers = Customers(url, line.removeprefix("inbox "))
        try:
            yield Side(kind, program, customers)
        finally:
            customers.close()


def _answerable(sides: Sequence[Side]) -> list[str]:
    """Warm the sides up, and return what support answers from its articles: that makes the calls of the bare side."""
    tried = questions()[:WARM_UP]
    answered = [name for side in sides for name in side.go(tried, "warm")["answered"]]
    return [tried[int(address.split(".")[1].partition("@")[0])] for address in answered]


def _round(sides: Sequence[Side], asked: Sequence[str], number: int) -> dict[str, dict[str, Any]]:
    chosen = [asked[(number * MAILS + index) % len(asked)] for index in range(MAILS)]
    order = sides if number % 2 == 0 else sides[::-1]
    return {side.kind: side.go(chosen, f"r{number}") for side in order}


def _report(rounds: Sequence[dict[str, dict[str, Any]]]) -> Iterator[str]:
    for kind, what in zip(SIDES, ("whole support agent", "bare workflow, same calls", "empty steps"), strict=True):
        speeds = [each[kind]["per_second"] for each in rounds]
        steps, calls = (statistics.mean(each[kind][name] for each in rounds) for name in ("steps", "calls"))
        yield (
            f"{what + ':':27} {statistics.median(speeds):6.1f} messages/s "
            f"({', '.join(f'{speed:.1f}' for speed in speeds)}); {steps:.1f} steps, {calls:.1f} calls each"
        )
    ratios = [each["support"]["per_second"] / each["bare"]["per_second"] for each in rounds]
    yield f"support against bare: {statistics.median(ratios):.0%} ({', '.join(f'{ratio:.0%}' for ratio in ratios)})"
