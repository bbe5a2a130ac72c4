"""Figures of the sandbox: calls a second by the SDK over a real port, with few and with many messages in an inbox."""

from __future__ import annotations

import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from agentmail import AgentMail, AgentMailEnvironment

from agentmail_sandbox import Sandbox, messages, threads
from agentmail_sandbox.clock import stamp
from agentmail_sandbox.mime_read import Mail
from agentmail_sandbox.store import Store
from postroom_bench.processes import FREE_PORTS, Program, started

SIZES = (1_000, 10_000, 100_000)
IN_A_THREAD = 4
ROUNDS, CALLS = 5, 60
INBOX = "support@sandbox.test"
TEXT = "Where is my parcel? I ordered it two weeks ago and have heard nothing since. " * 4
RAW = f"From: ada@example.com\r\nTo: {INBOX}\r\nSubject: Order\r\n\r\n{TEXT}".encode()


def sandbox(home: Path) -> Iterator[str]:
    """Yield the figures: calls a second of one client, in brackets the CPU time of one, memory and data."""
    made = Sandbox(home)
    made.client().inboxes.create(request={"username": "support"})
    made.close()
    there = 0
    for size in SIZES:
        seed(home, there, size)
        there = size
        command = [sys.executable, "-m", "agentmail_sandbox", *FREE_PORTS, "--data-dir", str(home)]
        with started(command, home) as program:
            _, line = program.await_line("http://", 60)
            found = rates(re.findall(r"http://[^/\s]+", line)[0], program)
            on_disk = sum(path.stat().st_size for path in home.glob("sandbox.db*")) / 1e6
            yield f"{size:,} messages: {program.memory():.0f} MB of memory, {on_disk:,.0f} MB of data; calls a second:"
            yield "  " + ", ".join(f"{name} {rate:.0f} ({cost:.1f} ms)" for name, (rate, cost) in found.items())


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


def rates(url: str, program: Program) -> dict[str, tuple[float, float]]:
    """Return of each kind of call how many one client makes in a second, and the sandbox's CPU time in ms for one.

    The first is the median of some rounds, and falls when the machine is busy; the second hardly does.
    """
    at = AgentMailEnvironment(http=url, websockets="ws://127.0.0.1")
    found: dict[str, tuple[float, float]] = {}
    with httpx.Client(timeout=60, trust_env=False) as http:
        for name, call in _calls(AgentMail(environment=at, api_key="am_sandbox", httpx_client=http)).items():
            before = program.cpu_seconds()
            rate = statistics.median(_rate(call) for _ in range(ROUNDS))
            found[name] = rate, (program.cpu_seconds() - before) / (ROUNDS * CALLS) * 1000
    return found


def _calls(client: AgentMail) -> dict[str, Callable[[int], object]]:
    inbox = client.inboxes.messages
    page = inbox.list(INBOX, limit=CALLS, labels=["received"]).messages
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
