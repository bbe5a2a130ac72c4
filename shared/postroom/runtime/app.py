"""The runtime as one object: what starts, ticks, plays time forward and stops an agent or several."""

from __future__ import annotations

import contextlib
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from postroom.clock import Clock
from postroom.intake.door import Door
from postroom.monitoring import alerts, logs
from postroom.runtime import dead_letters, label_watch, sent_drafts
from postroom.runtime.approve_run import ApproveRun
from postroom.runtime.context import Context
from postroom.runtime.digest_answers import DigestRun
from postroom.runtime.people_run import PeopleRun
from postroom.runtime.run import Run
from postroom.runtime.timers import Ticker
from postroom.runtime.undo_run import UndoRun
from postroom.transition import APPROVAL

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
CATCH_UP_EVERY = 60.0
"""Seconds between two looks for mail that no event told of; polling sets a shorter time."""
WAKING = 60.0
"""Seconds at most in which nothing due is begun after a start: mail of the downtime is read first, and may say stop."""
LABELS_EVERY = 60.0
ADOPT_EVERY = 10.0
"""Seconds between two looks for runs that only the engine knows to have ended; nobody sees them before."""
ALERTS_EVERY = timedelta(minutes=1)
"""By the clock, between two looks for incidents that our people get a mail about."""
HOUSEKEEPING_EVERY = 300.0
LONGEST_ADVANCE = timedelta(days=3660)
"""All that comes due on the way happens: of a daily cron 3,660 runs."""


class MovableSandbox(Protocol):
    """What playing time forward needs of an embedded sandbox."""

    @property
    def clock(self) -> Any: ...
    def next_due(self) -> datetime | None: ...
    def run_due(self) -> int: ...


class Runtime:
    """Runs agents on an engine, which starts after this is made: what it recovers needs somewhere to go.

    `sandbox` is the embedded one, if any; only then can time be moved.
    """

    def __init__(self, context: Context, sandbox: MovableSandbox | None = None) -> None:
        self.context = context
        self.sandbox = sandbox
        self.catch_up_every = CATCH_UP_EVERY
        self.door = Door(context)
        self.ticker = Ticker(context)
        self.stood_down = ""
        self._wakes_until: float | None = None
        self._moving = threading.RLock()
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._caught_up = self._looked = self._kept_house = time.monotonic()
        self._alerted = datetime.min.replace(tzinfo=UTC)
        self._adopted = self._kept_house - ADOPT_EVERY  # the first beat looks for what an earlier process left
        context.engine.serve(context.name, self.execute)

    @property
    def clock(self) -> Clock:
        """Return the clock all of it asks."""
        return self.context.clock

    def start(self, *, ticking: bool = True) -> None:
        """Begin to tick, once a second; the engine must be started."""
        if ticking:
            self._scheduler.add_job(self.beat, "interval", seconds=TICK_SECONDS, max_instances=1, coalesce=True)
            self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking and serving; the engine is stopped by whoever started it."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        self.context.engine.forget(self.context.name)

    def stand_down(self, reason: str) -> None:
        """Take no more work, at once and until a new start; `stood_down` holds the reason from then on.

        Runs under way end where they are, as after a crash.
        """
        self.stood_down = reason
        log.error("this process has stopped working", reason=reason)
        self.context.engine.stop(patience=0.0)
        self.stop()

    def execute(self, payload: dict[str, Any]) -> None:
        """Carry out one run; the engine calls this."""
        post = self.context.posts.get(payload["agent"])
        post = post.at(payload["inbox_id"]) if post and payload["inbox_id"] in post.inboxes else post
        if post is None:
            dead_letters.wait_for_agent(self.context, payload)
        elif "deaths" in payload:
            dead_letters.give_up(self.context, payload)
        else:
            with logs.about(payload):
                _kind_of_run(payload)(self.context, post, payload).go()

    def beat(self) -> None:
        """Do what is due by the clock, and now and then what keeps the house; called once a second."""
        if not self._moving.acquire(blocking=False):
            return
        try:
            now = time.monotonic()
            if self._wakes(now):
                return
            self.tick()
            if now - self._caught_up >= self.catch_up_every:
                self._caught_up = now
                self.door.catch_up()
            if now - self._looked >= LABELS_EVERY:
                self._looked = now
                self._look_at_people()
            if now - self._adopted >= ADOPT_EVERY:
                self._adopted = now
                dead_letters.adopt_broken_off(self.context)
            if now - self._kept_house >= HOUSEKEEPING_EVERY:
                self._kept_house = now
                self.context.engine.reap()
                dead_letters.show_hanging(self.context)
                self.context.engine.prune()
            if self.clock.now() - self._alerted >= ALERTS_EVERY:
                self._alerted = self.clock.now()
                alerts.tell(self.context)
        finally:
            self._moving.release()

    def _wakes(self, now: float) -> bool:
        """Hand in what came in while nobody was here; tell whether that is still being read."""
        if self._wakes_until is None:
            self._wakes_until = now + WAKING
            self.door.catch_up()
        if now < self._wakes_until and not self.context.engine.unfinished(self.context.name):
            self._wakes_until = now
        return now < self._wakes_until

    def tick(self) -> int:
        """Hand in all that is due; return how much that was. Any number of processes may tick at once."""
        due = self.ticker.due()
        for identifier, lane, payload in due:
            self.context.engine.enqueue(identifier, lane, payload)
            self.ticker.settle(payload)
        return len(due)

    def advance(self, by: timedelta) -> int:
        """Move the sandbox's clock on by `by`, doing all that comes due on the way in its order; return how much.

        Raises RuntimeError without an embedded sandbox: nobody can move AgentMail's clock; ValueError for a way
        back or more than ten years; TimeoutError when runs do not end.
        """
        if by < timedelta():
            raise ValueError(f"the clock cannot go back by {-by}; give a positive time")
        if by > LONGEST_ADVANCE:
            raise ValueError(f"it moves at most ten years at a time, and {by.days:,} days were asked for")
        if self.sandbox is None:
            raise RuntimeError("time can be moved only on the embedded sandbox; this runtime uses a server elsewhere")
        with self._moving:
            self.drain()
            target = self.clock.now() + by
            count = 0
            while (due := self._next_due()) is not None and due <= target:
                _pass_time(self.sandbox, until=due)
                self.sandbox.run_due()
                count += self.run_due()
            _pass_time(self.sandbox, until=target)
            self.drain()
            return count

    def run_due(self) -> int:
        """Do what is due in the calling thread, in due order, after all mail that came in before it."""
        self.drain()
        due = self.ticker.due()
        for identifier, _lane, payload in due:
            self.context.engine.run_now(identifier, payload)
            self.ticker.settle(payload)
        self.door.catch_up()  # what people do is looked for when the next is due: no run of ours is theirs
        self._end_runs()
        return len(due)

    def drain(self, patience: float = 60.0) -> None:
        """Hand in what is unread and wait until no run is left; raises TimeoutError after `patience` seconds."""
        self.door.catch_up()
        self._look_at_people()
        self._end_runs(patience)

    def _end_runs(self, patience: float = 60.0) -> None:
        deadline = time.monotonic() + patience
        while self.context.engine.unfinished(self.context.name):
            if time.monotonic() > deadline:
                raise TimeoutError(f"runs are still under way after {patience:.0f} s; look at the dead letters")
            time.sleep(0.01)

    def _look_at_people(self) -> None:
        """Take in what people did in AgentMail: labels they changed, drafts they sent."""
        label_watch.look(self.context)
        sent_drafts.look(self.context)

    def _next_due(self) -> datetime | None:
        moments = [self.ticker.next_due(), self.sandbox.next_due() if self.sandbox else None]
        return min((moment for moment in moments if moment is not None), default=None)


def _kind_of_run(payload: dict[str, Any]) -> type[Run]:
    if "undo" in payload:
        return UndoRun
    if "digest" in payload:
        return DigestRun
    if "handed" in payload or "overseen" in payload:
        return PeopleRun
    return ApproveRun if payload["kind"] == "approve" or payload.get("timer") == APPROVAL else Run


def _pass_time(sandbox: MovableSandbox, until: datetime) -> None:
    """Move the clock on to `until`; it runs, so that it may be there already, as with all that is overdue."""
    with contextlib.suppress(ValueError):
        sandbox.clock.set(until)
