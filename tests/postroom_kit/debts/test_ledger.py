"""A ledger adds up, says which lines it could not use, and looks for what customers say they paid."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.debts.ledger import KINDS, Ledger
from postroom_kit.debts.money import Money

START = date(2026, 1, 5)
HEADER = "debt,customer,date,kind,amount,currency,reference\n"
OF_ANA = """A-1,ana@example.com,2026-01-05,debt,500.00,USD,
A-1,ana@example.com,2026-01-20,interest,4.10,USD,
A-1,ana@example.com,2026-02-01,fee,15.00,USD,
A-1,ana@example.com,2026-02-03,payment,200.00,USD,CHK-88
A-2,ana@example.com,2026-01-09,debt,80.00,USD,
,ana@example.com,2026-02-04,payment,80.00,USD,WIRE 7712
B-1,bo@example.com,2026-01-09,debt,80.00,USD,
B-1,bo@example.com,2026-02-04,payment,80.00,USD,CARD-5
"""


def usd(amount: str) -> Money:
    """An amount in dollars."""
    return Money.parse(amount, "USD")


def ledger(tmp_path: Path, lines: str) -> Ledger:
    """A ledger of these lines."""
    path = tmp_path / "ledger.csv"
    path.write_text(HEADER + lines, encoding="utf-8")
    return Ledger.read(path)


def test_the_balance_is_that_of_the_day_asked_for(tmp_path: Path) -> None:
    books = ledger(tmp_path, OF_ANA)
    assert [str(books.balance("A-1", date(2026, *day))) for day in ((1, 5), (1, 20), (2, 1), (2, 3))] == [
        "$500.00", "$504.10", "$519.10", "$319.10",
    ]  # fmt: skip
    assert books.paid("A-1", START, date(2026, 2, 3)) == usd("200")
    assert books.faults == ()


def test_several_debts_of_one_customer_are_kept_apart(tmp_path: Path) -> None:
    books = ledger(tmp_path, OF_ANA)
    assert books.debts_of("Ana@Example.com") == ("A-1", "A-2")
    assert str(books.balance("A-2", date(2026, 3, 1))) == "$80.00"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A-1,,2026-02-03,payment,12.345,USD,", "write it like 1234.55"),
        ("A-1,,03/02/2026,payment,12.00,USD,", "write it like 2026-03-02"),
        ("A-1,,2026-02-03,refund,12.00,USD,", "write one of debt"),
        ("A-1,,2026-02-03,payment,12.00,EUR,", "is in EUR, while debt A-1 is in USD"),
        ("A-1,,2026-02-03,payment,-12.00,USD,", "negative"),
        ("A-1,,2026-02-03,payment,,USD,", "has no amount"),
        ("A-1,ana@example.com,2026-02-03,payment,200.00,USD,CHK-88", "repeats line 5"),
        ("A-1,bo@example.com,2026-02-03,payment,20.00,USD,", "another customer"),
        ("A-1,,2026-02-03,debt,20.00,USD,", "opens debt A-1 again"),
        ("A-1,,2025-12-03,payment,20.00,USD,", "older than line 2"),
        ("A-1,,2026-02-03,payment,1,000.00,USD,", "more cells"),
    ],
)
def test_a_bad_line_is_named_its_debt_is_in_doubt_and_the_rest_counts(tmp_path: Path, line: str, reason: str) -> None:
    books = ledger(tmp_path, f"{OF_ANA}{line}\n")
    (fault,) = books.faults
    assert fault.line == 10
    assert reason in str(fault)
    assert not books.knows("A-1")
    assert books.knows("B-1")
    assert str(books.balance("A-1", date(2026, 3, 1))) == "$319.10"


def test_a_payment_on_a_debt_that_nobody_opened_is_a_fault(tmp_path: Path) -> None:
    (fault,) = ledger(tmp_path, "Z-9,,2026-02-03,payment,20.00,USD,\n").faults
    assert "no line of kind debt opens" in fault.reason


def test_json_is_read_too_and_a_rounded_number_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    path.write_text(
        '[{"debt": "J", "date": "2026-01-05", "kind": "debt", "amount": 1200, "currency": "JPY"},'
        '{"debt": "J", "date": "2026-01-06", "kind": "payment", "amount": 0.1, "currency": "JPY"}, 7]'
    )
    books = Ledger.read(path)
    assert [str(fault) for fault in books.faults] == [
        "line 2: amount 0.1 is a rounded number: write it in quotes",
        "line 3: is no object with names and values",
    ]
    assert books.balance("J", START).show() == "¥1,200"


@pytest.mark.parametrize(
    ("debt", "claim", "outcome"),
    [
        ("B-1", {}, "nothing owed"),
        ("A-1", {}, "elsewhere"),
        ("A-1", {"since": date(2026, 2, 5)}, "not found"),
        ("A-2", {"references": ["chk 88"], "since": date(2026, 2, 3)}, "elsewhere"),
    ],
)
def test_a_claim_of_payment_is_checked(tmp_path: Path, debt: str, claim: dict[str, Any], outcome: str) -> None:
    found = ledger(tmp_path, OF_ANA).check(debt, date(2026, 3, 1), **{"since": START, **claim})
    assert found.outcome == outcome
    assert all(entry.customer != "bo@example.com" for entry in found.entries) or debt == "B-1"


def test_a_partial_payment_is_found_and_the_rest_named(tmp_path: Path) -> None:
    lines = OF_ANA.replace(",ana@example.com,2026-02-04,payment,80.00,USD,WIRE 7712\n", "")
    found = ledger(tmp_path, lines).check("A-1", date(2026, 3, 1), since=START)
    assert (found.outcome, str(found.balance)) == ("part paid", "$319.10")
    assert "payment of $200.00 on 2026-02-03 for A-1 (CHK-88)" in str(found)


def test_what_was_paid_too_much_is_owed_to_the_customer(tmp_path: Path) -> None:
    books = ledger(tmp_path, f"{OF_ANA}B-1,bo@example.com,2026-02-05,payment,5.00,USD,CARD-6\n")
    assert books.overpaid(date(2026, 3, 1)) == {"B-1": usd("5")}
    assert books.check("B-1", date(2026, 3, 1), since=START).outcome == "nothing owed"


def test_a_returned_payment_is_owed_again(tmp_path: Path) -> None:
    books = ledger(tmp_path, f"{OF_ANA}B-1,bo@example.com,2026-02-06,reversal,80.00,USD,CARD-5\n")
    assert str(books.balance("B-1", date(2026, 2, 5))) == "$0.00"
    assert str(books.balance("B-1", date(2026, 2, 6))) == "$80.00"
    assert not books.paid("B-1", START, date(2026, 3, 1))


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(KINDS.keys() - {"debt"})), st.integers(0, 10**7), st.integers(0, 90)),
        max_size=20,
    ),
    st.integers(0, 100),
)
def test_a_balance_is_the_sum_of_what_was_posted_until_then(posted: list[tuple[str, int, int]], after: int) -> None:
    rows: list[dict[str, str]] = [
        {"debt": "A", "date": START.isoformat(), "kind": "debt", "amount": "1000.00", "currency": "USD"}
    ]
    for number, (kind, minor, days) in enumerate(posted):
        day = (START + timedelta(days=days)).isoformat()
        amount = Money(minor, "USD").exact
        rows.append(
            {"debt": "A", "date": day, "kind": kind, "amount": amount, "currency": "USD", "reference": f"{number}"}
        )
    books = Ledger.of(enumerate(rows, 2))
    signed = [minor * KINDS[kind] for kind, minor, days in posted if days <= after]
    assert books.balance("A", START + timedelta(days=after)).minor == 100_000 + sum(signed)
    assert not books.faults


CELL = (
    st.text(max_size=12)
    | st.none()
    | st.floats()
    | st.integers()
    | st.sampled_from(["debt", "payment", "USD", "5.00", "2026-01-05"])
)


@given(st.lists(st.dictionaries(st.sampled_from(HEADER.strip().split(",")), CELL) | st.integers(), max_size=8))
def test_whatever_stands_in_a_row_is_taken_in_or_named(rows: list[Any]) -> None:
    books = Ledger.of(enumerate(rows, 2))
    assert len(books.entries) + len(books.faults) == len(rows)
