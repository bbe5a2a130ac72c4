"""The weekly report adds up, by currency, and names what it could not count."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.debts.ageing import Stood, bucket, report, week
from postroom_kit.debts.ledger import Ledger
from postroom_kit.debts.money import Money

NOW = date(2026, 6, 1)


def books(*rows: str) -> Ledger:
    """A ledger of lines `debt kind amount currency day`."""
    names = ("debt", "kind", "amount", "currency", "date")
    return Ledger.of((number, dict(zip(names, row.split(), strict=True))) for number, row in enumerate(rows, 2))


@pytest.mark.parametrize(
    ("days", "name"), [(-1, ""), (0, "0-30"), (30, "0-30"), (31, "31-60"), (90, "61-90"), (91, "90+"), (4000, "90+")]
)
def test_a_debt_is_in_the_bucket_of_its_days(days: int, name: str) -> None:
    assert bucket(days) == name


def test_currencies_are_kept_apart_and_doubtful_debts_named() -> None:
    ledger = books(
        "A debt 100.00 USD 2026-05-01", "A payment 40.00 USD 2026-05-28", "B debt 7.50 EUR 2026-01-01",
        "C debt 9.00 USD 2026-05-01", "C payment 9.00 USD 2026-05-30", "D debt 5.00 USD 2026-05-01",
        "D payment x USD 2026-05-02",
    )  # fmt: skip
    due = {"A": date(2026, 5, 10), "B": date(2026, 1, 10), "C": date(2026, 5, 10), "D": NOW, "E": NOW}
    made = report(ledger, due, NOW - timedelta(days=7), NOW, ["paid", "dispute", "paid"], {"law/window": 3})
    assert [(each.currency, each.bucket, each.debts, each.amount.show()) for each in made.aged] == [
        ("EUR", "90+", 1, "€7.50"), ("USD", "0-30", 1, "$60.00"),
    ]  # fmt: skip
    assert [str(amount) for amount in made.recovered] == ["$49.00"]
    assert made.outcomes == {"dispute": 1, "paid": 2}
    assert made.doubtful == ("D", "E")
    assert made.csv().splitlines()[1:] == ["EUR,90+,1,7.50", "USD,0-30,1,60.00"]


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(-20, 400)), max_size=20))
def test_the_buckets_add_up_to_all_that_is_due(debts: list[tuple[int, int]]) -> None:
    ledger = books(*(f"N{n} debt {Money(minor, 'USD').exact} USD 2024-01-01" for n, (minor, _) in enumerate(debts)))
    due = {f"N{n}": NOW - timedelta(days=days) for n, (_, days) in enumerate(debts)}
    made = report(ledger, due, NOW - timedelta(days=7), NOW)
    assert sum(each.amount.minor for each in made.aged) == sum(minor for minor, days in debts if days >= 0)
    assert sum(each.debts for each in made.aged) == sum(days >= 0 for _, days in debts)


def test_a_week_tells_what_stopped_debts_which_rules_kept_mail_back_and_what_was_paid_too_much() -> None:
    ledger = books(
        "A debt 10.00 USD 2026-05-01", "A payment 12.50 USD 2026-05-30", "B debt 5.00 USD 2026-05-01",
        "C debt 1.00 USD 2026-05-01", "C payment 9.00 USD 2026-05-30", "D x 1.00 USD 2026-05-01",
    )  # fmt: skip
    debts = [
        Stood("A", NOW, ("step/firm",), "with-human", ""),
        Stood("B", NOW, ("step/firm", "stop/dispute"), "with-human", "law/ny-consent: no consent: none"),
        Stood("E", NOW, (), "waiting", "a line of the file"),
    ]
    told = week(ledger, NOW, debts)
    assert dict(told["week"].outcomes) == {"stop/dispute": 1, "waiting": 1, "with-human": 1}
    assert dict(told["week"].blocked) == {"law/ny-consent": 1}
    assert told["overpaid"] == {"A": "$2.50"}
    assert [fault.partition(":")[0] for fault in told["faults"]] == ["line 7"]
