"""What is owed, and why: a ledger read from a file, asked for the balance of a debt on a day.

A file has a line for each thing that happened: `debt,customer,date,kind,amount,currency,reference`. Amounts are never
negative; the kind says which way they count. Interest and fees are what the creditor posted: nothing is computed here.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from .money import DECIMALS, Money, MoneyError, total

KINDS = {"debt": 1, "interest": 1, "fee": 1, "payment": -1, "credit": -1, "reversal": 1}
"""What each kind does to the balance. `debt`: what was owed on the itemisation date; `reversal`: a payment returned."""
_NEEDED = ("debt", "date", "kind", "amount", "currency")
Outcome = Literal["nothing owed", "part paid", "elsewhere", "not found"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ledger. `debt` is empty for a payment that came in and belongs to none yet."""

    debt: str
    day: date
    kind: str
    amount: Money
    customer: str = ""
    reference: str = ""
    line: int = 0

    @property
    def counts(self) -> Money:
        """Return what it adds to the balance: less than nothing for payments and credits."""
        return self.amount if KINDS[self.kind] > 0 else -self.amount


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that was left out: its number in the file, why, and the debt it names, "" where that cannot be read."""

    line: int
    reason: str
    debt: str = ""

    def __str__(self) -> str:
        """Return it as people read it."""
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the ledger says of a claim that a debt was paid: the entries that speak for it, and what is still owed."""

    outcome: Outcome
    balance: Money
    entries: tuple[Entry, ...] = ()

    def __str__(self) -> str:
        """Return it as people read it."""
        seen = "; ".join(
            f"{e.kind} of {e.amount} on {e.day} for {e.debt or 'no debt'} ({e.reference or 'no reference'})"
            for e in self.entries
        )
        return f"{self.outcome}: balance {self.balance}; {seen or 'no payment seen'}"


@dataclass(frozen=True)
class Ledger:
    """The entries of all debts. Those of `doubtful` have a line that could not be read: nobody may demand them."""

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Ledger:
        """Read a .csv with a header, or a .json list of objects; each bad line is in `faults`, the rest counts."""
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".json":
            rows = json.loads(text)
            return cls.of(enumerate(rows if isinstance(rows, list) else [rows], 1))
        reader = csv.DictReader(io.StringIO(text), restkey="…")
        return cls.of((reader.line_num, row) for row in reader)

    @classmethod
    def of(cls, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> Ledger:
        """Take in rows with their numbers. What repeats an earlier line, or contradicts one, is a fault."""
        entries: list[Entry] = []
        faults: list[Fault] = []
        opened: dict[str, Entry] = {}
        taken: dict[tuple[object, ...], int] = {}
        read = [(line, row, _entry(line, row)) for line, row in rows]
        for _, _, entry in read:
            if isinstance(entry, Entry) and entry.kind == "debt" and entry.debt not in opened:
                opened[entry.debt] = entry
        for line, row, entry in read:
            wrong = entry if isinstance(entry, str) else _contradiction(entry, opened, taken)
            if wrong or isinstance(entry, str):
                faults.append(Fault(line, str(wrong), _cell(row, "debt") if isinstance(row, Mapping) else ""))
            else:
                entries.append(entry)
        return cls(tuple(sorted(entries, key=lambda entry: (entry.day, entry.line))), tuple(faults))

    @property
    def doubtful(self) -> frozenset[str]:
        """Return the debts that a faulty line names."""
        return frozenset(fault.debt for fault in self.faults if fault.debt)

    def knows(self, debt: str) -> bool:
        """Tell whether there is such a debt, and no line of it is in doubt."""
        return debt not in self.doubtful and any(entry.kind == "debt" for entry in self.of_debt(debt))

    def of_debt(self, debt: str, on: date | None = None) -> tuple[Entry, ...]:
        """Return the entries of a debt up to and with a day, oldest first."""
        return tuple(e for e in self.entries if e.debt == debt and debt and (on is None or e.day <= on))

    def balance(self, debt: str, on: date) -> Money:
        """Return what is owed on a day; less than nothing where too much was paid. Raises KeyError for no such debt."""
        own = self.of_debt(debt)
        if not own:
            raise KeyError(debt)
        return total((entry.counts for entry in own if entry.day <= on), own[0].amount.currency)

    def debts_of(self, customer: str) -> tuple[str, ...]:
        """Return the debts of one customer, by address, in the order they arose."""
        own = (e.debt for e in self.entries if e.kind == "debt" and e.customer == customer.strip().lower())
        return tuple(dict.fromkeys(own))

    def customer(self, debt: str) -> str:
        """Return the address of whoever owes a debt, "" where no line says it."""
        return next((entry.customer for entry in self.of_debt(debt) if entry.customer), "")

    def paid(self, debt: str, since: date, until: date) -> Money:
        """Return what was paid on a debt from one day to another, returned payments taken off."""
        own = self.of_debt(debt)
        moved = (-e.counts for e in own if e.kind in ("payment", "reversal") and since <= e.day <= until)
        return total(moved, own[0].amount.currency) if own else _raise(debt)

    def overpaid(self, on: date) -> dict[str, Money]:
        """Return what is owed to the customer of each debt that was paid more than once."""
        debts = dict.fromkeys(entry.debt for entry in self.entries if entry.debt)
        left = {debt: self.balance(debt, on) for debt in debts}
        return {debt: -amount for debt, amount in left.items() if amount.minor < 0}

    def unapplied(self, customer: str = "") -> tuple[Entry, ...]:
        """Return the payments that belong to no debt yet, of one customer or of all."""
        who = customer.strip().lower()
        return tuple(e for e in self.entries if not e.debt and (not who or e.customer == who))

    def check(
        self, debt: str, on: date, *, since: date, amounts: Iterable[Money] = (), references: Iterable[str] = ()
    ) -> Finding:
        """Check a claim that `debt` was paid: by payments on it since a day, or ones that look misapplied.

        Misapplied may be a payment of its customer that belongs to no debt, or on another debt of theirs one with the
        amount or reference that the customer names. People decide: another customer's payment is never looked at.
        """
        balance = self.balance(debt, on)
        recent = tuple(e for e in self.of_debt(debt, on) if e.kind in ("payment", "credit") and e.day >= since)
        if balance.minor <= 0:
            return Finding("nothing owed", balance, recent)
        named, numbers = set(amounts), {_bare(reference) for reference in references} - {""}
        customer = self.customer(debt)
        others = [*self.unapplied(customer)] if customer else []
        others += [
            e
            for other in (self.debts_of(customer) if customer else ())
            for e in self.of_debt(other, on)
            if other != debt and e.kind == "payment" and (e.amount in named or _bare(e.reference) in numbers)
        ]
        elsewhere = tuple(e for e in others if since <= e.day <= on)
        if elsewhere:
            return Finding("elsewhere", balance, elsewhere)
        return Finding("part paid" if recent else "not found", balance, recent)


def _raise(debt: str) -> Money:
    raise KeyError(debt)


def _bare(reference: str) -> str:
    return "".join(sign for sign in reference.casefold() if sign.isalnum())


def _cell(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()


def _entry(line: int, row: Mapping[str, Any]) -> Entry | str:
    """Read one line, or say what is wrong with it."""
    if not isinstance(row, Mapping):
        return "is no object with names and values"
    kind, currency = _cell(row, "kind").lower(), _cell(row, "currency").upper()
    missing = [name for name in _NEEDED if not _cell(row, name) and (name, kind) != ("debt", "payment")]
    if missing:
        return f"has no {missing[0]}"
    if "…" in row:
        return "has more cells than the header: put text with commas in double quotes"
    if kind not in KINDS:
        return f"kind {kind!r}: write one of {', '.join(KINDS)}"
    if currency not in DECIMALS:
        return f"currency {currency!r}: write a code of ISO 4217 such as USD"
    if isinstance(row["amount"], float):
        return f"amount {row['amount']!r} is a rounded number: write it in quotes"
    try:
        amount = Money.parse(_cell(row, "amount"), currency)
        day = date.fromisoformat(_cell(row, "date"))
    except MoneyError as error:
        return str(error)
    except ValueError:
        return f"date {_cell(row, 'date')!r}: write it like 2026-03-02"
    if amount.minor < 0:
        return f"amount {amount.exact} is negative: the kind says which way it counts"
    customer, reference = _cell(row, "customer").lower(), _cell(row, "reference")
    return Entry(_cell(row, "debt"), day, kind, amount, customer, reference, line)


def _contradiction(entry: Entry, opened: Mapping[str, Entry], taken: dict[tuple[object, ...], int]) -> str:
    """Say why a readable entry cannot count, or return "" and remember it."""
    if entry.debt and entry.debt not in opened:
        return f"names debt {entry.debt}, which no line of kind debt opens"
    start = opened.get(entry.debt)
    if start and entry.kind == "debt" and start.line != entry.line:
        return f"opens debt {entry.debt} again, after line {start.line}"
    if start and entry.amount.currency != start.amount.currency:
        return f"is in {entry.amount.currency}, while debt {entry.debt} is in {start.amount.currency}"
    if start and entry.customer and start.customer and entry.customer != start.customer:
        return f"names another customer than line {start.line}"
    if start and entry.day < start.day:
        return f"is older than line {start.line}, whose amount holds all that was before"
    key = (entry.debt, entry.kind, entry.reference.casefold(), entry.amount, entry.day)
    if entry.reference and key in taken:
        return f"repeats line {taken[key]}"
    taken.setdefault(key, entry.line)
    return ""
