"""What the books answer: from the file as it is at the moment, and nothing where a line is in doubt."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from postroom_kit.debts.books import Books

HEAD = ["debt", "customer", "date", "kind", "amount", "currency", "reference"]
DAY = date(2026, 2, 1)


def books(folder: Path, *lines: list[str]) -> Books:
    with (folder / "ledger.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *lines])
    return Books(folder / "ledger.csv")


def line(kind: str, amount: str, day: str = "2026-01-01", reference: str = "", currency: str = "USD") -> list[str]:
    return ["A", "ann@example.com", day, kind, amount, currency, reference]


def test_a_ledger_that_changes_is_read_again(tmp_path: Path) -> None:
    for amount in ("5.00", "1205.00"):
        made = books(tmp_path, line("debt", amount))
        assert made.standing("A", "Northmoor", "", "2026-02-01")["shown"] == f"${float(amount):,.2f}"


@pytest.mark.parametrize(("whose", "others"), [("ann@example.com", False), ("bob@example.com", True), ("", False)])
def test_a_debt_under_another_address_is_told(tmp_path: Path, whose: str, others: bool) -> None:
    made = books(tmp_path, line("debt", "5.00"))
    assert made.standing("A", "Northmoor", "", "2026-02-01", whose)["others"] is others


def test_a_debt_with_a_line_in_doubt_has_no_balance_and_no_items(tmp_path: Path) -> None:
    made = books(tmp_path, line("debt", "5.00"), line("payment", "1,00"))
    assert made.standing("A", "Northmoor", "", "2026-02-01") == {}
    assert made.facts("A", "Northmoor", DAY, "Owed now: $5.00") == {}
    assert books(tmp_path, line("debt", "5.00")).standing("A", "Northmoor", "", "2025-12-31") == {}


@pytest.mark.parametrize(
    "words",
    [
        "- Owed now: {}",
        "For the balance of {} under reference A we can agree",
        "On 1 March 2026 the balance is {}.",
        "On 1 March 2026 our books show {} still to be paid",
        "On 1 March 2026 our books still show\n{}:",
        "on 1 March 2026 they have {} open under reference A",
        "this is what we have agreed for reference LK-2, {} in all",
    ],
)
def test_a_mail_that_shows_another_balance_than_the_books_is_told(tmp_path: Path, words: str) -> None:
    owed = line("debt", "1205.00")
    seen = books(tmp_path, owed).facts("A", "Northmoor", DAY, words.format("$1,205.00"))
    assert seen.keys() == {"itemisation"}
    made = books(tmp_path, owed, line("payment", "5.00", reference="r1"))
    assert made.facts("A", "Northmoor", DAY, words.format("$1,205.00"))["stale_balance"]
    made = books(tmp_path, owed, line("payment", "1205.00", reference="r1"))
    assert made.facts("A", "Northmoor", DAY, words.format("$1,205.00"))["paid"]


def test_amounts_of_other_currencies_are_compared_as_they_are_shown(tmp_path: Path) -> None:
    made = books(tmp_path, line("debt", "1250.5", currency="KWD"))
    assert made.facts("A", "Northmoor", DAY, "Owed now: KWD 1,250.500").keys() == {"itemisation"}
    assert made.facts("A", "Northmoor", DAY, "Owed now: KWD 1,250.400")["stale_balance"]


def test_a_claim_and_what_came_in_are_answered_from_the_books(tmp_path: Path) -> None:
    made = books(tmp_path, line("debt", "5.00"), line("payment", "2.00", "2026-01-20", "r1"))
    assert made.claim("A", "2026-02-01", [], [])["outcome"] == "part paid"
    assert made.paid_since("A", "2026-01-21", "2026-02-01") == 0
    assert made.paid_since("A", "2026-01-20", "2026-02-01") == 200
