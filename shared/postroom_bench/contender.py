"""One side of `throughput`, as a process: `python -m postroom_bench.contender support|bare|empty URL FOLDER`.

Prints `inbox <address>` when ready. For each line `go N` it works off its N unread mails (or N workflows of empty
steps) and prints `done` with what it counted as JSON.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import click
import httpx
import sqlalchemy as sa

from postroom.loading import load_agent
from postroom.mailbox.bootstrap import ensure_inbox
from postroom.mailbox.client import connect, patiently
from postroom.serving import Ports, serve
from postroom.settings import SANDBOX_KEY, Settings
from postroom_bench.bare_workflow import BareWorkflow, steps_recorded, unfinished

LOOK_EVERY = 0.02


class Contender(Protocol):
    """What all sides do."""

    inbox_id: str
    http: httpx.Client
    database: sa.Engine

    def hand_in(self, count: int) -> None:
        """Enqueue `count` pieces of work."""

    def answered(self) -> list[str]:
        """Return who got an answer and nothing else."""


class Support:
    """The whole support agent, except that mail waits for `go` instead of coming in by events."""

    def __init__(self, url: str, home: Path) -> None:
        settings = Settings(data_dir=home, agentmail_base_url=url)  # type: ignore[call-arg]
        serving = serve([load_agent("support")], settings, Ports(0, 0, 0), polling=True)
        self.runtime = serving.runtime
        self.runtime.catch_up_every = math.inf
        (post,) = self.runtime.context.posts.values()
        context = self.runtime.context
        self.inbox_id, self.http, self.database = post.inbox_id, context.http, context.engine.database

    def hand_in(self, count: int) -> None:
        """Enqueue all unread mail. Raises RuntimeError when it is not `count`."""
        if (found := self.runtime.door.catch_up()) != count:
            raise RuntimeError(f"{found} mails are unread, and {count} were written")

    def answered(self) -> list[str]:
        """Return who got an answer and nothing else: the mails whose calls the bare workflow makes too."""
        journal = self.runtime.context.journal
        runs = [journal.actions_of_run(run["run_id"]) for run in journal.runs_with_status("done", limit=1000)]
        return [rows[0]["recipient"] for rows in runs if [row["kind"] for row in rows] == ["Reply"]]


class Bare:
    """The bare workflow, fed from the same kind of list."""

    def __init__(self, url: str, home: Path) -> None:
        self.http = httpx.Client(timeout=30, limits=httpx.Limits(max_connections=64, max_keepalive_connections=32))
        self.client = connect(SANDBOX_KEY, base_url=url, ws_url="ws://127.0.0.1", http=self.http)
        self.inbox_id = ensure_inbox(self.client, "bare", "bare")
        self.engine = BareWorkflow(home, self.client)
        self.database = self.engine.database

    def hand_in(self, count: int) -> None:
        """Enqueue all unread mail. Raises RuntimeError when it is not `count`."""
        found = list(self._unread())
        for message in found:
            self.engine.answer(self.inbox_id, message.thread_id, message.message_id)
        if len(found) != count:
            raise RuntimeError(f"{len(found)} mails are unread, and {count} were written")

    def _unread(self) -> Iterator[Any]:
        token = None
        while True:
            page = patiently(
                self.client.inboxes.messages.list, self.inbox_id, labels=["unread"], ascending=True, limit=100,
                include_unauthenticated=True, page_token=token,
            )  # fmt: skip
            yield from page.messages
            token = page.next_page_token
            if not token:
                return

    def answered(self) -> list[str]:
        """Return nobody: it is not asked what it answered."""
        return []


class Empty(Bare):
    """As many steps with nothing in them."""

    def hand_in(self, count: int) -> None:
        """Enqueue `count` workflows of empty steps."""
        for _ in range(count):
            self.engine.run_empty()


SIDES: dict[str, Callable[[str, Path], Contender]] = {"support": Support, "bare": Bare, "empty": Empty}


def work_off(side: Contender, count: int, calls: list[int]) -> dict[str, Any]:
    """Work off `count` pieces; return how many a second, and steps and calls of each."""
    steps, before, began = steps_recorded(side.database), calls[0], time.monotonic()
    side.hand_in(count)
    while unfinished(side.database):
        time.sleep(LOOK_EVERY)
    seconds = time.monotonic() - began
    return {
        "per_second": count / seconds,
        "steps": (steps_recorded(side.database) - steps) / count,
        "calls": (calls[0] - before) / count,
        "answered": side.answered(),
    }


def main(kind: str, url: str, folder: str) -> None:
    """Serve orders until standard input ends."""
    side = SIDES[kind](url, Path(folder))
    calls = [0]

    def count_call(_request: httpx.Request) -> None:
        calls[0] += 1

    side.http.event_hooks = {"request": [count_call]}
    click.echo(f"inbox {side.inbox_id}")
    for line in sys.stdin:
        counted = work_off(side, int(line.removeprefix("go ")), calls)
        click.echo(f"done {json.dumps(counted)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
