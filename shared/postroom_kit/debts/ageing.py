"""How old debts are, what came in, and what happened to them: the weekly report, by currency and in exact amounts."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from .ledger import Ledger
from .money import Money, total

BUCKETS = (("0-30", 30), ("31-60", 60), ("61-90", 90), ("90+", 10**6))
"""Days overdue; what is not due yet is in no bucket."""


@dataclass(frozen=True, slots=True)
class Aged:
    """The debts of one bucket in one currency."""

    currency: str
    bucket: str
    debts: int
    amount: Money


@dataclass(frozen=True)
class Report:
    """A week: open debts by age, what was recovered, how many debts of each outcome, and blocks by rule."""

    since: date
    until: date
    aged: tuple[Aged, ...]
    recovered: tuple[Money, ...]
    outcomes: Mapping[str, int] = field(default_factory=dict)
    blocked: Mapping[str, int] = field(default_factory=dict)
    doubtful: tuple[str, ...] = ()

    def csv(self) -> str:
        """Return the open debts by age as CSV, in figures that a spreadsheet adds up."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["currency", "days overdue", "debts", "amount"])
        writer.writerows([each.currency, each.bucket, each.debts, each.amount.exact] for each in self.aged)
        return text.getvalue()


def bucket(days: int) -> str:
    """Return the bucket of a debt so many days overdue, "" of one that is not due."""
    return next((name for name, until in BUCKETS if 0 <= days <= until), "")


@dataclass(frozen=True, slots=True)
class Stood:
    """How a debt stands: when it was due, its labels, its state, and what a rule said of its mail, `law/…: why`."""

    debt: str
    due: date
    labels: Collection[str]
    state: str
    note: str

    @property
    def outcome(self) -> str:
        """Return what stopped it, else its state."""
        return next((label for label in self.labels if label.startswith("stop/")), self.state)

    @property
    def rule(self) -> str:
        """Return the rule that keeps its mail back, if one does."""
        return self.note.partition(":")[0] if self.note.startswith(("law/", "manners/")) else ""


def week(ledger: Ledger, until: date, debts: Sequence[Stood]) -> dict[str, Any]:
    """Return what people read of a week: its report, what was paid too much, lines of the ledger that are in doubt."""
    due = {each.debt: each.due for each in debts}
    blocked = Counter(each.rule for each in debts if each.rule)
    made = report(ledger, due, until - timedelta(days=7), until, (each.outcome for each in debts), blocked)
    overpaid = {debt: str(amount) for debt, amount in ledger.overpaid(until).items() if debt in due}
    return {"week": made, "overpaid": overpaid, "faults": [str(fault) for fault in ledger.faults]}


def report(
    ledger: Ledger,
    due: Mapping[str, date],
    since: date,
    until: date,
    outcomes: Iterable[str] = (),
    blocked: Mapping[str, int] | None = None,
) -> Report:
    """Make the report of the days from `since` to `until` for the debts of `due`, by the day each was due.

    A debt that the ledger does not know, or doubts, counts in no bucket and is named.
    """
    known = [debt for debt in due if ledger.knows(debt)]
    open_now: dict[tuple[str, str], list[Money]] = {}
    paid: dict[str, list[Money]] = {}
    for debt in known:
        balance = ledger.balance(debt, until)
        name = bucket((until - due[debt]).days)
        if balance.minor > 0 and name:
            open_now.setdefault((balance.currency, name), []).append(balance)
        paid.setdefault(balance.currency, []).append(ledger.paid(debt, since, until))
    order = [name for name, _ in BUCKETS]
    aged = tuple(
        Aged(currency, name, len(amounts), total(amounts, currency))
        for (currency, name), amounts in sorted(
            open_now.items(), key=lambda item: (item[0][0], order.index(item[0][1]))
        )
    )
    recovered = tuple(amount for currency in sorted(paid) if (amount := total(paid[currency], currency)))
    counts = dict(sorted(Counter(filter(None, outcomes)).items()))
    doubtful = tuple(sorted(set(due) - set(known)))
    return Report(since, until, aged, recovered, counts, dict(blocked or {}), doubtful)
