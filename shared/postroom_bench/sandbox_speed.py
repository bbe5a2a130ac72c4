"""Figures of the sandbox: calls a second by the SDK, in process and over a port, with few and with many messages."""

from __future__ import annotations

import multiprocessing
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

import httpx
from agentmail import AgentMail, AgentMailEnvironment

from agentmail_sandbox import Sandbox, messages, threads
from agentmail_sandbox.clock import stamp
from agentmail_sandbox.mime_read import Mail
from agentmail_sandbox.store import Store
from postroom_bench.processes import FREE_PORTS, started

SIZES = (1_000, 10_000, 100_000)
IN_A_THREAD = 4
ROUNDS, CALLS = 5, 60
CLIENTS = 4
SIMPLE = ("get", "list", "label", "send")
EVERY = ("get", "list", "list unread", "list threads", "get thread", "label", "send", "reply")
_together: Barrier
"""Where the processes of all clients wait for each other."""
INBOX = "support@sandbox.test"
TEXT = "Where is my parcel? I ordered it two weeks ago and have heard nothing since. " * 4
RAW = f"From: ada@example.com\r\nTo: {INBOX}\r\nSubject: Order\r\n\r\n{TEXT}".encode()


def sandbox(home: Path) -> Iterator[str]:
    """Yield the figures: calls a second, in brackets the sandbox's CPU time for one (in process with the SDK's)."""
    made = Sandbox(home)
    made.client().inboxes.create(request={"username": "support"})
    made.close()
    there = 0
    # Processes, for the SDK takes as long as the sandbox: threads of one would measure each other.
    processes = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(CLIENTS, processes, _wait_at, (processes.Barrier(CLIENTS, timeout=60),)) as clients:
        for size in SIZES:
            seed(home, there, size)
            there = size
            made = Sandbox(home)
            # Replies would lengthen the threads that are read over the port.
            found = rates(made.client(), SIMPLE, time.process_time)
            yield f"{size:,} messages; calls a second, in process: {_written(found)}"
            made.close()
            yield from _over_the_port(home, clients)


def _over_the_port(home: Path, clients: ProcessPoolExecutor) -> Iterator[str]:
    command = [sys.executable, "-m", "agentmail_sandbox", *FREE_PORTS, "--data-dir", str(home)]
    with started(command, home) as program:
        _, line = program.await_line("http://", 60)
        url = re.findall(r"http://[^/\s]+", line)[0]
        with _client(url) as client:
            yield f"  one client over the port: {_written(rates(client, EVERY, program.cpu_seconds))}"
        together = {name: rate_together(clients, url, name, program.cpu_seconds) for name in SIMPLE}
        yield f"  {CLIENTS} clients over the port: {_written(together)}"
        on_disk = sum(path.stat().st_size for path in home.glob("sandbox.db*")) / 1e6
        yield f"  {program.memory():.0f} MB of memory, {on_disk:,.0f} MB of data"


def _written(found: dict[str, tuple[float, float]]) -> str:
    return ", ".join(f"{name} {rate:.0f} ({cost:.1f} ms)" for name, (rate, cost) in found.items())


@contextmanager
def _client(url: str) -> Iterator[AgentMail]:
    at = AgentMailEnvironment(http=url, websockets="ws://127.0.0.1")
    with httpx.Client(timeout=60, trust_env=False) as http:
        yield AgentMail(environment=at, api_key="am_sandbox", httpx_client=http)


def seed(home: Path, first: int, end: int) -> None:
    """Put messages into the inbox by the store: by mail it would take minutes."""
    store = Store(home)
    first_at = datetime.now(UTC) - timedelta(seconds=SIZES[-1])
    with store.transaction() as db:
        for number in range(first, end):
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
    store.close()


def rates(client: AgentMail, names: Sequence[str], cpu_seconds: Callable[[], float]) -> dict[str, tuple[float, float]]:
    """Return of these kinds of calls how many one client makes in a second, and the CPU time in ms for one.

    The first is the median of some rounds, and falls when the machine is busy; the second hardly does.
    """
    found: dict[str, tuple[float, float]] = {}
    calls = _calls(client, CALLS)
    for name in names:
        call, before = calls[name], cpu_seconds()
        rate = statistics.median(_rate(call) for _ in range(ROUNDS))
        found[name] = rate, (cpu_seconds() - before) / (ROUNDS * CALLS) * 1000
    return found


def rate_together(
    clients: ProcessPoolExecutor, url: str, name: str, cpu_seconds: Callable[[], float]
) -> tuple[float, float]:
    """Return how many calls of a kind all clients make in a second, and the sandbox's CPU time in ms for one."""
    before = cpu_seconds()
    jobs = [clients.submit(_work, url, name, ROUNDS, CALLS) for _ in range(CLIENTS)]
    begins, ends = zip(*(job.result() for job in jobs), strict=True)
    made = CLIENTS * ROUNDS * CALLS
    return made / (max(ends) - min(begins)), (cpu_seconds() - before) / made * 1000


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


def _rate(call: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for number in range(CALLS):
        call(number)
    return CALLS / (time.perf_counter() - began)
