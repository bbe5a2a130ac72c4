"""Runs that were under way when their process died: counted, then taken one at a time, at last given up.

The engine counts how often a run was begun, which says little: sixteen runs die with the one that kills. Here a death
counts only against runs that were under way, and only until they record another step. From the second death in the
same step on a run is a suspect: suspects are taken one after the other, the least suspected first, so that the innocent
get through and the next death is that of the one whose turn it was.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa

from postroom.database import one_at_a_time

SUSPECT_AFTER = 2
"""Deaths in the same step after which a run goes on only while no other suspect does."""
GIVEN_UP_AFTER = 5
"""Deaths in the same step after which a run is not begun again; the last three came while it was its turn."""
GATHERING_SECONDS = 2.0
"""How long after the start a suspect waits for less suspected ones that the queue has not handed out yet."""

metadata = sa.MetaData()
deaths = sa.Table(
    "postroom_deaths",
    metadata,
    sa.Column("workflow_id", sa.String(200), primary_key=True),
    sa.Column("steps", sa.Integer, nullable=False),  # recorded when the process died
    sa.Column("deaths", sa.Integer, nullable=False),  # with so many steps recorded
    sa.Column("had_turn", sa.Boolean, nullable=False),  # since the last start; other suspects only waited
)
stops = sa.Table(
    "postroom_stops",  # workers that stopped in order, until they start again
    metadata,
    sa.Column("worker", sa.String(200), primary_key=True),
)


class Stopping(BaseException):
    """The engine stops: the run ends here and goes on at the next start, as after a crash."""


class Suspects:
    """The deaths of runs, in the engine's database; a run that never met one costs no statement."""

    def __init__(self, database: sa.Engine) -> None:
        self.database = database
        self._deaths: dict[str, int] = {}
        self._waiting: set[str] = set()
        self._has_turn: str | None = None
        self._changed = threading.Condition()
        self._stopping = False
        self._counted_at = time.monotonic()
        with one_at_a_time(database, "the engine's deaths") as connection:
            metadata.create_all(connection)

    def known(self) -> list[str]:
        """Return the runs that have a death on record."""
        with self.database.connect() as connection:
            return list(connection.execute(sa.select(deaths.c.workflow_id)).scalars())

    def note_stop(self, worker: str) -> None:
        """Record that a worker stopped in order: what it leaves under way did not die with it."""
        self.forget_stop(worker)
        with self.database.begin() as connection:
            connection.execute(sa.insert(stops).values(worker=worker))

    def forget_stop(self, worker: str) -> bool:
        """Return whether a worker stopped in order the last time; once, as its next end may be a death."""
        with self.database.begin() as connection:
            return bool(connection.execute(sa.delete(stops).where(stops.c.worker == worker)).rowcount)

    def count(self, interrupted: Mapping[str, int], unfinished: Collection[str]) -> None:
        """Count a death of this worker against runs that were under way, given with how many steps each had recorded.

        Once, before any run begins. Rows of runs that are neither `interrupted` nor `unfinished` are dropped.
        """
        with self.database.begin() as connection:
            before = {row["workflow_id"]: row for row in connection.execute(sa.select(deaths)).mappings()}
            over = before.keys() - interrupted.keys() - set(unfinished)
            self._deaths = {key: row["deaths"] for key, row in before.items() if key not in over}
            for workflow_id, steps in interrupted.items():
                self._deaths[workflow_id] = _after_death(before.get(workflow_id), steps)
            for workflow_id in over | interrupted.keys():
                connection.execute(sa.delete(deaths).where(deaths.c.workflow_id == workflow_id))
            rows = [
                {"workflow_id": key, "steps": steps, "deaths": self._deaths[key], "had_turn": False}
                for key, steps in interrupted.items()
            ]
            if rows:
                connection.execute(sa.insert(deaths), rows)
        self._counted_at = time.monotonic()

    @contextmanager
    def turn(self, workflow_id: str) -> Iterator[int]:
        """Wait until a run may go on, and give the number of its deaths; from GIVEN_UP_AFTER on it must not.

        Raises Stopping when the engine stops meanwhile. A run that ends has no deaths any more.
        """
        count = self._deaths.get(workflow_id, 0)
        suspect = SUSPECT_AFTER <= count < GIVEN_UP_AFTER
        if suspect:
            self._take_turn(workflow_id)
        try:
            yield count
            if count:
                self._clear(workflow_id)
        finally:
            if suspect:
                with self._changed:
                    self._has_turn = None
                    self._changed.notify_all()

    def stop(self) -> None:
        """Let those that wait for their turn end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _take_turn(self, workflow_id: str) -> None:
        with self._changed:
            self._waiting.add(workflow_id)
            self._changed.notify_all()
            while not self._stopping and not self._may_go(workflow_id):
                self._changed.wait(GATHERING_SECONDS / 4)
            self._waiting.discard(workflow_id)
            if self._stopping:
                raise Stopping(workflow_id)
            self._has_turn = workflow_id
        with self.database.begin() as connection:
            mine = deaths.c.workflow_id == workflow_id
            connection.execute(sa.update(deaths).where(mine).values(had_turn=True))

    def _may_go(self, workflow_id: str) -> bool:
        if self._has_turn is not None:
            return False
        gathering = time.monotonic() - self._counted_at < GATHERING_SECONDS
        expected = [key for key, count in self._deaths.items() if SUSPECT_AFTER <= count < GIVEN_UP_AFTER]
        return workflow_id == min(expected if gathering else self._waiting, key=lambda key: (self._deaths[key], key))

    def _clear(self, workflow_id: str) -> None:
        with self._changed:
            del self._deaths[workflow_id]
        with self.database.begin() as connection:
            connection.execute(sa.delete(deaths).where(deaths.c.workflow_id == workflow_id))


def _after_death(before: sa.RowMapping | None, steps: int) -> int:
    if before is None or steps != before["steps"]:
        return 1
    if before["deaths"] >= SUSPECT_AFTER and not before["had_turn"]:
        return int(before["deaths"])  # it waited for its turn: whatever killed the process, it was not this one
    return min(int(before["deaths"]) + 1, GIVEN_UP_AFTER)
