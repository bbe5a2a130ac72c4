"""Figures of the sandbox: calls a second by the SDK, in process and over a port, with few and with many messages."""

from __future__ import annotations

import multiprocessing
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

import httpx
from agentmail import AgentMail, AgentMailEnvironment

from agentmail_sandbox import Sandbox, messages, threads
from agentmail_sandbox.clock import stamp
from agentmail_sandbox.in_process import InProcess
from agentmail_sandbox.mime_read import Mail
from agentmail_sandbox.store import Store
from postroom_bench.processes import FREE_PORTS, started

SIZES = (1_000, 10_000, 100_000)
IN_A_THREAD = 4
ROUNDS, CALLS = 5, 60
CLIENTS = 4
SIMPLE = ("get", "list", "label", "send")
_together: Barrier
"""Where the processes of all clients wait for each other."""
INBOX = "support@sandbox.test"
TEXT = "Where is my parcel? I ordered it two weeks ago and have heard nothing since. " * 4
RAW = f"From: ada@example.com\r\nTo: {INBOX}\r\nSubject: Order\r\n\r\n{TEXT}".encode()


def sandbox(home: Path) -> Iterator[str]:
    """Yield the figures: calls a second, in brackets the CPU time of one; in process that is the SDK's too."""
    homes = {size: home / str(size) for size in SIZES}
    for size, folder in homes.items():
        seed(folder, size)
    for size, found in in_turn(homes).items():
        yield f"in process, {size:,} messages; calls a second: {_written(found)}"
    # Processes, for the SDK takes as long as the sandbox: threads of one would measure each other.
    processes = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(CLIENTS, processes, _wait_at, (processes.Barrier(CLIENTS, timeout=60),)) as clients:
        for size, folder in homes.items():
            yield from _over_the_port(size, folder, clients)


def _over_the_port(size: int, home: Path, clients: ProcessPoolExecutor) -> Iterator[str]:
    command = [sys.executable, "-m", "agentmail_sandbox", *FREE_PORTS, "--data-dir", str(home)]
    with started(command, home) as program:
        _, line = program.await_line("http://", 60)
        url = re.findall(r"http://[^/\s]+", line)[0]
        with _client(url) as client:
            found = rates(client, program.cpu_seconds)
            yield f"over the port, {size:,} messages; calls a second: {_written(found)}"
        together = {name: rate_together(clients, url, name, program.cpu_seconds) for name in SIMPLE}
        yield f"  {CLIENTS} clients: {_written(together)}"
        on_disk = sum(path.stat().st_size for path in home.glob("sandbox.db*")) / 1e6
        yield f"  {program.memory():.0f} MB of memory, {on_disk:,.0f} MB of data"


@dataclass(frozen=True)
class Figure:
    """How often a call is made in a second, and the CPU time one takes, in ms: all of it, and the sandbox's part.

    The first falls when the machine is busy; the others hardly do.
    """

    rate: float
    cost: float
    served: float

    def __str__(self) -> str:
        part = "" if self.served == self.cost else f", {self.served:.1f} without the SDK"
        return f"{self.rate:.0f} ({self.cost:.1f} ms{part})"


def _written(found: dict[str, Figure]) -> str:
    return ", ".join(f"{name} {figure}" for name, figure in found.items())


@contextmanager
def _client(url: str) -> Iterator[AgentMail]:
    at = AgentMailEnvironment(http=url, websockets="ws://127.0.0.1")
    with httpx.Client(timeout=60, trust_env=False) as http:
        yield AgentMail(environment=at, api_key="am_sandbox", httpx_client=http)


def seed(home: Path, size: int) -> None:
    """Make a folder with an inbox and its messages, by the store: by mail it would take minutes."""
    with closing(Sandbox(home)) as made:
        made.client().inboxes.create(request={"username": "support"})
    first_at = datetime.now(UTC) - timedelta(seconds=size)
    with closing(Store(home)) as store, store.transaction() as db:
        for number in range(size):
            parent = f"<{number - 1}@example.com>" if number % IN_A_THREAD else None
            mail = Mail(f"ada{number % 500}@example.com", to=[INBOX], subject=f"Order {number}", text=TEXT)
            new = messages.New(
                inbox_id=INBOX,
                message_id=f"<{number}@example.com>",
                mail=mail,
                raw=RAW,
                labels=["received", "unread"],
                sent=False,
                thread=threads.thread_of(db, INBOX, [parent] if parent else []),
            )
            messages.insert(db, new, stamp(first_at + timedelta(seconds=number)))


class Watch(InProcess):
    """A way to a sandbox in process that adds up the CPU time it takes, in seconds."""

    seconds = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Have the sandbox answer."""
        began = time.process_time()
        answered = super().handle_request(request)
        self.seconds += time.process_time() - began
        return answered


def _watched(sandbox: Sandbox) -> tuple[AgentMail, Watch]:
    watch = Watch(sandbox.wsgi)
    http = httpx.Client(transport=watch, timeout=60)
    return AgentMail(environment=sandbox.environment(), api_key=sandbox.api_key, httpx_client=http), watch


def in_turn(homes: dict[int, Path]) -> dict[int, dict[str, Figure]]:
    """Measure the simple calls in process, at each size in turn: a machine changes its pace from minute to minute."""
    found: dict[int, dict[str, Figure]] = {size: {} for size in homes}
    with ExitStack() as opened:
        watched = {size: _watched(opened.enter_context(closing(Sandbox(home)))) for size, home in homes.items()}
        calls = {size: _calls(client, CALLS) for size, (client, _) in watched.items()}
        for name in SIMPLE:
            before = {size: watch.seconds for size, (_, watch) in watched.items()}
            rounds = [{size: _round(each[name]) for size, each in calls.items()} for _ in range(ROUNDS)]
            for size, (_, watch) in watched.items():
                rate, cost = (statistics.median(one[size][at] for one in rounds) for at in (0, 1))
                found[size][name] = Figure(rate, cost, (watch.seconds - before[size]) / (ROUNDS * CALLS) * 1000)
    return found


def rates(client: AgentMail, cpu_seconds: Callable[[], float]) -> dict[str, Figure]:
    """Return of each kind of call how many one client makes in a second; ``cpu_seconds`` are the sandbox's so far."""
    found: dict[str, Figure] = {}
    for name, call in _calls(client, CALLS).items():
        before = cpu_seconds()
        rate = statistics.median(_round(call)[0] for _ in range(ROUNDS))
        cost = (cpu_seconds() - before) / (ROUNDS * CALLS) * 1000
        found[name] = Figure(rate, cost, cost)
    return found


def rate_together(clients: ProcessPoolExecutor, url: str, name: str, cpu_seconds: Callable[[], float]) -> Figure:
    """Return how many calls of a kind all clients make in a second, and the sandbox's CPU time in ms for one."""
    before = cpu_seconds()
    jobs = [clients.submit(_work, url, name, ROUNDS, CALLS) for _ in range(CLIENTS)]
    begins, ends = zip(*(job.result() for job in jobs), strict=True)
    made = CLIENTS * ROUNDS * CALLS
    cost = (cpu_seconds() - before) / made * 1000
    return Figure(made / (max(ends) - min(begins)), cost, cost)


def _wait_at(barrier: Barrier) -> None:
    global _together
    _together = barrier


def _work(url: str, name: str, rounds: int, calls: int) -> tuple[float, float]:
    """Make calls in a process of its own; return when it began and ended, by the clock all processes share."""
    with _client(url) as client:
        call = _calls(client, calls)[name]
        call(0)
        _together.wait()
        began = time.monotonic()
        for number in range(rounds * calls):
            call(number % calls)
        return began, time.monotonic()


def _calls(client: AgentMail, count: int) -> dict[str, Callable[[int], object]]:
    inbox = client.inboxes.messages
    page = inbox.list(INBOX, limit=count, labels=["received"]).messages
    ids = [message.message_id for message in page]
    return {
        "get": lambda number: inbox.get(INBOX, ids[number]),
        "list": lambda _: inbox.list(INBOX, limit=10),
        "list unread": lambda _: inbox.list(INBOX, limit=10, labels=["unread"]),
        "list threads": lambda _: client.inboxes.threads.list(INBOX, limit=10),
        "get thread": lambda number: client.inboxes.threads.get(INBOX, page[number].thread_id),
        "label": lambda number: inbox.update(INBOX, ids[number], add_labels=[f"seen-{number % 7}"]),
        "send": lambda number: inbox.send(INBOX, to=f"ada{number}@example.com", subject="News", text="It left today."),
        "reply": lambda number: inbox.reply(INBOX, ids[number], text="It left today."),
    }


def _round(call: Callable[[int], object]) -> tuple[float, float]:
    """Return the calls a second of one round, and the CPU time in ms of this process for each."""
    began, before = time.perf_counter(), time.process_time()
    for number in range(CALLS):
        call(number)
    return CALLS / (time.perf_counter() - began), (time.process_time() - before) / CALLS * 1000
