"""A worker's id on Postgres: one process has it, for as long as the connection lives that took it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import sqlalchemy as sa
import structlog

from postroom.database import lock_id

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0


class Claim:
    """The id `worker` on a database. On SQLite there is nothing to claim: its folder has one process."""

    def __init__(self, database: sa.Engine, worker: str) -> None:
        self.database = database
        self.worker = worker
        self.can_be_lost = database.dialect.name == "postgresql"
        self._connection: sa.Connection | None = None

    def take(self) -> bool:
        """Take the id for this process; return False where another one has it.

        Raises sqlalchemy.exc.OperationalError while the database is away.
        """
        if not self.can_be_lost:
            return True
        connection = self.database.connect().execution_options(isolation_level="AUTOCOMMIT")
        # out of the pool, so that closing it closes the session, which holds the lock
        connection.detach()
        claimed = connection.execute(sa.select(sa.func.pg_try_advisory_lock(lock_id(f"worker {self.worker}"))))
        if claimed.scalar_one():
            self._connection = connection
            return True
        connection.close()
        return False

    def held(self) -> bool:
        """Tell whether the id is this process's; where its connection was lost and it is still free, take it again.

        Raises sqlalchemy.exc.OperationalError while the database is away: nobody can take it then.
        """
        if not self.can_be_lost or self._is_connected():
            return True
        taken = self.take()
        if taken:
            log.warning("took the worker's id again, after its connection was lost", worker=self.worker)
        return taken

    def _is_connected(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.execute(sa.select(1))
        except sa.exc.DBAPIError as error:
            log.warning(
                "lost the connection that holds the worker's id",
                worker=self.worker,
                reason=str(error.orig).partition("\n")[0],
            )
            # never asked again: it would connect anew by itself, without the lock
            self._connection.close()
            self._connection = None
        return self._connection is not None

    def release(self) -> None:
        """Give the id back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def watch(claim: Claim, on_loss: Callable[[], None], every: float = LOOK_SECONDS) -> Callable[[], None]:
    """Look every so many seconds, in a thread, whether the id is still held; return what ends that.

    `on_loss` is called once, when another process has it.
    """
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(every):
            try:
                held = claim.held()
            except sa.exc.OperationalError:
                continue
            if not held:
                on_loss()
                return

    thread = threading.Thread(target=look, name="claim-watch", daemon=True)
    if claim.can_be_lost:
        thread.start()

    def end() -> None:
        ended.set()
        if thread.is_alive() and thread is not threading.current_thread():
            thread.join(timeout=5)

    return end
