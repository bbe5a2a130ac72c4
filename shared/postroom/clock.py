"""Time as a parameter: everything that asks what time it is asks one Clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Whatever can tell the time: `now()` is aware and in UTC."""

    def now(self) -> datetime: ...


class WallClock:
    """The machine's clock, as used with a real AgentMail account."""

    def now(self) -> datetime:
        """Return the wall time in UTC."""
        return datetime.now(UTC)
