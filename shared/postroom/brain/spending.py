"""What may be spent: each call is booked at its most before it is made, and at what it cost afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from postroom.brain.prices import Prices, Usage
from postroom.brain.question import BrainError, Question
from postroom.clock import Clock

CAP = "spend cap"
"""How the words begin of a decision that a cap forbade."""


class Ledger(Protocol):
    """Where calls are booked: a row each, shared by all processes that spend from the same purse."""

    def book(self, **columns: Any) -> int:
        """Add a call and return its number."""

    def settle(self, number: int, **columns: Any) -> None:
        """Set columns of a call."""

    def strike(self, number: int) -> None:
        """Take a call back that was not made."""

    def spent(self, since: datetime, until: datetime) -> float:
        """Return the USD booked in that span."""

    def spent_on(self, thread_id: str) -> float:
        """Return the USD booked for a thread."""


@dataclass(frozen=True)
class Purse:
    """Books calls to a model, and refuses those that could exceed a cap. Caps are in USD."""

    ledger: Ledger
    clock: Clock
    prices: Prices
    day_usd: float
    thread_usd: float

    def take(self, question: Question, model: str, most: Usage) -> int:
        """Book a call at what it costs if it uses `most`; return its number. Raises BrainError when a cap forbids it.

        The call is booked before the caps are looked at, so that two calls at once cannot both fit under one.
        """
        # a server that keeps no cache says of what would be written to one that it was read
        uncached = replace(most, input=most.prompt, cache_write=0)
        cost = max(self.prices.cost(model, most), self.prices.cost(model, uncached))
        now = self.clock.now().astimezone(UTC)
        number = self.ledger.book(
            agent=question.folder.name, thread_id=question.thread.thread_id, type=question.kind.__name__,
            model=model, cost_usd=cost, made_at=now, outcome="open",
        )  # fmt: skip
        objection = self._objection(question.thread.thread_id, now, cost)
        if objection:
            self.ledger.strike(number)
            raise BrainError(objection)
        return number

    def settle(self, number: int, model: str, usage: Usage, outcome: str) -> float:
        """Book what the call did cost instead; return that, in USD."""
        cost = self.prices.cost(model, usage)
        self.ledger.settle(
            number, outcome=outcome, cost_usd=cost, input_tokens=usage.input, output_tokens=usage.output,
            cache_write_tokens=usage.cache_write, cache_read_tokens=usage.cache_read,
        )  # fmt: skip
        return cost

    def leave(self, number: int, outcome: str) -> None:
        """Leave a call booked at its most: it was sent, and nobody knows what it cost."""
        self.ledger.settle(number, outcome=outcome)

    def _objection(self, thread_id: str, now: datetime, cost: float) -> str:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        today = self.ledger.spent(midnight, midnight + timedelta(days=1))
        if today > self.day_usd:
            return _said("today (UTC)", today - cost, cost, self.day_usd, "POSTROOM_SPEND_DAY_USD")
        on_thread = self.ledger.spent_on(thread_id) if thread_id else 0.0
        if on_thread > self.thread_usd:
            return _said("on this thread", on_thread - cost, cost, self.thread_usd, "POSTROOM_SPEND_THREAD_USD")
        return ""


def _said(where: str, spent: float, cost: float, cap: float, setting: str) -> str:
    return (
        f"{CAP}: {spent:.4f} USD are spent {where}, this call may cost {cost:.4f} more, and {setting} allows "
        f"{cap:g}; raise it, or let people answer"
    )
