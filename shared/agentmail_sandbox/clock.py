"""The time of day inside the sandbox: the wall clock plus an offset that only ever grows."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from agentmail_sandbox.store import Store

# In whole milliseconds, as times are stored: rounded up, it would be of the year 10000.
LAST = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)


class SandboxClock:
    """A clock that runs with the wall clock and can be moved forward, never back. Its offset is kept.

    At the end of the calendar it stands still.

    ``moving`` is held while it moves, and by whoever needs it to stand: one who plays through what falls due on the way
    holds it to the end, so that other moves wait and add up, and due drafts leave one after the other.
    """

    def __init__(self, store: Store, start: datetime | None = None) -> None:
        self._store = store
        self.moving = threading.RLock()
        first = (start - datetime.now(UTC)).total_seconds() if start else 0.0
        self._offset = timedelta(seconds=float(store.remember("clock_offset_seconds", lambda: str(first))))
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """Return the sandbox's time, aware, in UTC."""
        try:
            return min(datetime.now(UTC) + self._offset, LAST)
        except OverflowError:
            return LAST

    def set(self, to: datetime) -> datetime:
        """Move the clock to ``to`` (aware) and return it; ValueError when that lies in the past or is naive."""
        if to.tzinfo is None:
            raise ValueError(f"{to.isoformat()} has no time zone; give one, such as {to.isoformat()}Z")
        with self.moving:
            self._shift(self.checked_ahead(to), to)
        self._tell()
        return to.astimezone(UTC)

    def checked_ahead(self, to: datetime) -> datetime:
        """Return the time the clock shows; ValueError when ``to`` (aware) lies before it."""
        now = self.now()
        if to < now:
            raise ValueError(
                f"the sandbox's clock shows {stamp(now)} and cannot go back to {stamp(to)}; "
                "start a sandbox with a fresh data folder to begin earlier"
            )
        return now

    def reach(self, to: datetime) -> None:
        """Move the clock to ``to`` (aware), unless it shows a later time already."""
        with self.moving:
            now = self.now()
            self._shift(now, max(now, to))
        self._tell()

    def advance(self, by: timedelta) -> datetime:
        """Move the clock forward and return the time it then shows; ValueError when ``by`` is negative.

        Moves from several threads add up.
        """
        check_forward(by)
        with self.moving:
            now = self.now()
            self._shift(now, now + by)
        self._tell()
        return now + by

    def _shift(self, now: datetime, to: datetime) -> None:
        self._offset += to - now
        self._store.keep("clock_offset_seconds", str(self._offset.total_seconds()))

    def _tell(self) -> None:
        for call in self._listeners:
            call()

    def on_move(self, call: Callable[[], None]) -> None:
        """Have ``call`` run after every move of the clock."""
        self._listeners.append(call)


def check_forward(by: timedelta) -> None:
    """Raise ValueError when ``by`` is negative."""
    if by < timedelta(0):
        raise ValueError(f"the sandbox's clock cannot go back by {-by}; advance it by a positive time")


def stamp(moment: datetime) -> str:
    """Write an aware time as the sandbox stores and sends it: UTC, milliseconds, fixed width.

    OverflowError when that lies beyond the calendar (years 1 to 9999).
    """
    # Not strftime: its years before 1000 have fewer digits.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def moment(text: str) -> datetime:
    """Read an ISO 8601 time; one without a zone counts as UTC.

    ValueError when it is none, OverflowError when it lies beyond the calendar (years 1 to 9999) in UTC.
    """
    return in_utc(datetime.fromisoformat(text))


def in_utc(given: datetime) -> datetime:
    """Return a time in UTC; one without a zone counts as UTC. OverflowError when it lies beyond the calendar there."""
    return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
