"""Time as a parameter: everything that asks what time it is asks one Clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Whatever can tell the time: `now()` is aware and in UTC."""

    def now(self) -> datetime: ...


class WallClock:
    """The machine's clock, as used with a real AgentMail account."""

    def now(self) -> datetime:
        """Return the wall time in UTC."""
        return datetime.now(UTC)


class StillClock:
    """A clock that moves only when told: for tests and scenarios."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the time it was last set to."""
        return self._now

    def set(self, to: datetime) -> None:
        """Move to `to`; raises ValueError for a time in the past."""
        if to < self._now:
            raise ValueError(f"a clock never goes back: it is {self._now.isoformat()}, asked for {to.isoformat()}")
        self._now = to.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move on by `by`."""
        self.set(self._now + by)
