"""What still leaves after the kill switch was pressed, with mail coming in all the time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from postroom_bench.answering import customers_of
from postroom_bench.load import Customers, at_rate, questions, spread
from postroom_bench.processes import BenchError, support

PRESSES = 10
MAILS, MAILS_A_SECOND = 40, 40.0
"""In each round; the switch is pressed when half of them are written."""
PATIENCE = 120.0


def kill_switch(home: Path) -> Iterator[str]:
    """Yield the figure: mails that left after a press had returned, and how long a press takes."""
    with support(home) as (_, run, _), closing(customers_of(run)) as customers, closing(_operator(run)) as operator:
        rounds = [_round(customers, operator, number) for number in range(PRESSES)]
    after, took, before = ([each[at] for each in rounds] for at in range(3))
    told = f"{int(sum(after))} mails left after a press, {int(sum(before))} before; a press takes {spread(took)}"
    yield f"{PRESSES} presses amid {PRESSES * MAILS} mails at {MAILS_A_SECOND:g}/s: {told}"


def _operator(run: dict[str, Any]) -> httpx.Client:
    headers = {"Authorization": f"Bearer {run['token']}"}
    return httpx.Client(
        base_url=f"http://127.0.0.1:{run['port']}/operator", headers=headers, timeout=60, trust_env=False
    )


def _round(customers: Customers, operator: httpx.Client, number: int) -> tuple[float, float, float]:
    """Press once amid mail; return the mails that left afterwards, the seconds of the press, and what left before."""
    asked = questions()

    def write(place: int) -> None:
        customers.write(f"c{number}.{place}@example.com", asked[place % len(asked)])

    known = {mail["message_id"] for mail in _left(customers)}
    writer = threading.Thread(target=at_rate, args=(write, MAILS, MAILS_A_SECOND))
    writer.start()
    time.sleep(MAILS / MAILS_A_SECOND / 2)
    began = time.monotonic()
    operator.post("/pause", json={"scope": "all", "reason": "a drill"}).raise_for_status()
    took, pressed = time.monotonic() - began, datetime.now(UTC)
    writer.join()
    _settle(operator)
    operator.post("/resume", json={"scope": "all"}).raise_for_status()
    new = [mail for mail in _left(customers) if mail["message_id"] not in known]
    late = [mail for mail in new if datetime.fromisoformat(mail["timestamp"]) > pressed]
    return len(late), took, len(new) - len(late)


def _left(customers: Customers) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = customers.get("/sandbox/outbox?limit=1000")["mails"]
    return found


def _settle(operator: httpx.Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while operator.get("/status").raise_for_status().json()["unfinished"]:
        if time.monotonic() > deadline:
            raise BenchError(f"runs are still under way {PATIENCE:g} s after the press")
        time.sleep(0.2)
