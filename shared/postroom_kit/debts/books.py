"""What is asked of the books while a debt is collected: answers as JSON, from a file read again when it changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from .ledger import Ledger
from .money import Money
from .notice import Itemisation, in_words

CLAIMED_DAYS = 120
"""How old a payment may be that a claim is held against."""
STALE = "stale_balance"
"""The fact that a mail shows another balance than the ledger has now; `manners/debt-balance` keeps such a mail back."""
_OWED = re.compile(
    r"(?:Owed now:|\bbalance (?:of|is)|\bbooks (?:still )?show|\bthey have|\bagreed for reference \S+,)\s"
    r"(-?(?:[A-Z]{3}\s|[$€£¥])[\d,]+(?:\.\d+)?)"
)
_ITEMS = ("then", "interest", "fees", "payments", "credits", "now")


@dataclass(frozen=True, slots=True)
class Books:
    """A ledger in a file, as it is at the moment of asking."""

    path: Path

    @property
    def ledger(self) -> Ledger:
        """Return the ledger as its file is now."""
        seen = self.path.stat()
        return _read(self.path, seen.st_mtime_ns, seen.st_size)

    def items(self, debt: str, creditor: str, account: str, on: date) -> Itemisation | None:
        """Return how the balance of a debt came about; None where a line is in doubt, or nothing was owed yet."""
        books = self.ledger
        known = books.knows(debt) and books.of_debt(debt, on)
        return Itemisation.of(books, debt, on, creditor=creditor, account=account) if known else None

    def standing(self, debt: str, creditor: str, account: str, on: str, whose: str = "") -> dict[str, Any]:
        """Return what is owed on a day, and how that came about; {} where a line of the ledger is in doubt.

        `others` tells that the ledger has the debt under an address that is not `whose`.
        """
        day = date.fromisoformat(on)
        items = self.items(debt, creditor, account, day)
        if items is None:
            return {}
        return {
            "minor": items.now.minor, "currency": items.now.currency, "shown": items.now.show(), "on": in_words(day),
            "lines": [list(line) for line in items.lines],
            "others": bool(whose) and "@" in (customer := self.ledger.customer(debt)) and customer != whose,
        }  # fmt: skip

    def claim(self, debt: str, on: str, amounts: Sequence[int], references: Sequence[str]) -> dict[str, str]:
        """Hold a claim of payment against the ledger: what comes of it, and what people read of that."""
        books, day = self.ledger, date.fromisoformat(on)
        currency = books.balance(debt, day).currency
        named = [Money(minor, currency) for minor in amounts]
        since = day - timedelta(days=CLAIMED_DAYS)
        found = books.check(debt, day, since=since, amounts=named, references=references)
        return {"outcome": found.outcome, "told": str(found)}

    def paid_since(self, debt: str, since: str, on: str) -> int:
        """Return what was paid on a debt from one day to another, in minor units."""
        return self.ledger.paid(debt, date.fromisoformat(since), date.fromisoformat(on)).minor

    def facts(self, debt: str, creditor: str, on: date, text: str) -> dict[str, Any]:
        """Return what the rules ask of a mail with this text: the items, and whether it shows another balance."""
        items = self.items(debt, creditor, "", on)
        if items is None:
            return {}
        found: dict[str, Any] = {"itemisation": {name: getattr(items, name).minor for name in _ITEMS}}
        found["itemisation"]["date"] = items.since.isoformat()
        if any(" ".join(shown.split()) != items.now.show() for shown in _OWED.findall(text)):
            found |= {STALE: True, **({"paid": True} if items.now.minor <= 0 else {})}
        return found


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int, _size: int) -> Ledger:
    return Ledger.read(path)
