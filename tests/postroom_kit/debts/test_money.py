"""Amounts are exact, and two currencies never mix."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.debts.money import DECIMALS, Money, MoneyError, amounts_in, total

CURRENCIES = st.sampled_from(["USD", "JPY", "KWD", "EUR", "CLF"])
AMOUNTS = st.builds(Money, st.integers(-(10**14), 10**14), CURRENCIES)


@given(AMOUNTS)
def test_what_is_written_to_a_file_is_read_back_exactly(amount: Money) -> None:
    assert Money.parse(amount.exact, amount.currency) == amount


@given(st.builds(Money, st.integers(0, 10**12), st.sampled_from(["USD", "EUR", "JPY", "GBP", "CHF"])))
def test_what_people_are_shown_is_read_back_from_a_mail(amount: Money) -> None:
    (said,) = amounts_in(f"I paid {amount.show()} last week", amount.currency)
    assert said.amount == amount
    assert said.quote == amount.show()


@given(AMOUNTS, st.integers(1, 400))
def test_parts_add_up_to_the_whole_and_differ_by_one_unit_at_most(amount: Money, count: int) -> None:
    parts = amount.parts(count)
    assert len(parts) == count
    assert total(parts, amount.currency) == amount
    assert max(parts).minor - min(parts).minor <= 1


@pytest.mark.parametrize(
    ("text", "currency", "minor", "shown"),
    [
        ("1234.5", "USD", 123450, "$1,234.50"),
        ("1200", "JPY", 1200, "¥1,200"),
        ("1.25", "KWD", 1250, "KWD 1.250"),
        ("-0.07", "EUR", -7, "-€0.07"),
        ("0", "USD", 0, "$0.00"),
    ],
)
def test_each_currency_has_its_own_decimals(text: str, currency: str, minor: int, shown: str) -> None:
    amount = Money.parse(text, currency)
    assert (amount.minor, amount.show()) == (minor, shown)


@pytest.mark.parametrize(
    ("text", "currency"),
    [("1,234.56", "USD"), ("12.345", "USD"), ("1.5", "JPY"), ("$5", "USD"), ("", "USD"), ("nan", "USD"), ("1e3", "USD"),
     ("٣", "USD"), ("5", "USX"), ("5", "usd")],
)  # fmt: skip
def test_an_amount_that_could_mean_two_things_is_refused(text: str, currency: str) -> None:
    with pytest.raises(MoneyError):
        Money.parse(text, currency)


def test_two_currencies_are_never_joined() -> None:
    for join in (Money.__add__, Money.__sub__, Money.__lt__):
        with pytest.raises(MoneyError, match="different currencies"):
            join(Money(1, "USD"), Money(1, "EUR"))
    with pytest.raises(MoneyError, match="whole number"):
        Money(1.5, "USD")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "currency", "found"),
    [
        ("I can do $75 a month, or 80 dollars.", "USD", ["75.00", "80.00"]),
        ("paid 1.234,56 € on 3.11.2026 ref 88213", "EUR", ["1234.56"]),
        ("$1,234 and 1 234,50 EUR", "USD", ["1234.00"]),
        ("it was CAD 20, not $20", "CAD", ["20.00", "20.00"]),
        ("20 % of 400 on 12/11/2026 at 10:30", "USD", []),
        ("KWD 1.250 is unclear, KWD 1,250.500 is not", "KWD", ["1250.500"]),
        ("¥12,000", "JPY", ["12000"]),
        ("invoice 4400-21 for $", "USD", []),
    ],
)
def test_amounts_of_a_mail_are_read_only_with_their_unit(text: str, currency: str, found: list[str]) -> None:
    said = amounts_in(text, currency)
    assert [each.amount.exact for each in said] == found
    assert all(text[each.start :].startswith(each.quote) for each in said)


@given(st.text(max_size=200), st.sampled_from(sorted(DECIMALS)))
def test_any_text_is_read_without_an_error(text: str, currency: str) -> None:
    for said in amounts_in(text, currency):
        assert said.quote in text
