"""Payment plans add up to the cent, fall on business days, and stay within what finance allows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.debts.money import Money, total
from postroom_kit.debts.schedule import (
    Every,
    Instalment,
    Limits,
    Schedule,
    ScheduleError,
    allowed,
    in_equal_parts,
    next_business_day,
    of_fixed_amount,
    proposals,
)

BALANCES = st.builds(Money, st.integers(1, 10**9), st.sampled_from(["USD", "JPY", "KWD"]))
DAYS = st.dates(date(2026, 1, 1), date(2029, 12, 31))
EVERY = st.sampled_from(["week", "two weeks", "month"])


def usd(amount: str) -> Money:
    """An amount in dollars."""
    return Money.parse(amount, "USD")


@given(BALANCES, st.integers(1, 60), DAYS, EVERY, st.sampled_from(["first", "last"]), st.sampled_from(["", "US", "DE"]))
def test_equal_parts_add_up_to_the_balance(
    balance: Money, count: int, first: date, every: Every, rest: str, country: str
) -> None:
    if balance.minor < count:
        with pytest.raises(ScheduleError):
            in_equal_parts("D", balance, count, first, every=every)
        return
    plan = in_equal_parts("D", balance, count, first, every=every, rest=rest, country=country)  # type: ignore[arg-type]
    assert total((each.amount for each in plan.instalments), balance.currency) == balance
    odd = plan.instalments[0 if rest == "first" else -1].amount
    assert {each.amount for each in plan.instalments} <= {Money(balance.minor // count, balance.currency), odd}
    assert all(each.day.weekday() < 5 and each.day >= first for each in plan.instalments)


@given(BALANCES, st.integers(1, 10**9), DAYS, EVERY)
def test_fixed_amounts_end_with_what_is_left(balance: Money, minor: int, first: date, every: Every) -> None:
    amount = Money(minor, balance.currency)
    if balance.minor // minor > 400:
        return
    plan = of_fixed_amount("D", balance, amount, first, every=every)
    assert total((each.amount for each in plan.instalments), balance.currency) == balance
    assert all(each.amount == amount for each in plan.instalments[:-1])
    assert plan.instalments[-1].amount.minor <= max(minor, 0)


@given(BALANCES, st.integers(1, 24), DAYS, st.lists(st.integers(0, 10**8), max_size=5))
def test_what_is_due_grows_from_nothing_to_the_balance(
    balance: Money, count: int, first: date, paid_minors: list[int]
) -> None:
    if balance.minor < count:
        return
    plan = in_equal_parts("D", balance, count, first)
    assert not plan.due(first - timedelta(days=1))
    assert plan.due(plan.instalments[-1].day) == balance
    paid = Money(sum(paid_minors), balance.currency)
    assert (plan.next(paid) is None) == (paid >= balance)
    assert plan.missed(paid, plan.instalments[-1].day) == max(balance - paid, Money(0, balance.currency))


def test_a_month_that_is_too_short_does_not_shift_the_ones_behind_it() -> None:
    plan = in_equal_parts("D", usd("300"), 4, date(2026, 12, 31))
    assert [each.day for each in plan.instalments] == [
        date(2026, 12, 31), date(2027, 2, 1), date(2027, 3, 1), date(2027, 3, 31),
    ]  # fmt: skip


def test_instalments_avoid_weekends_and_holidays_of_the_country() -> None:
    plan = in_equal_parts("D", usd("200"), 2, date(2026, 12, 25), every="week", country="US")
    assert [each.day for each in plan.instalments] == [date(2026, 12, 28), date(2027, 1, 4)]
    assert next_business_day(date(2026, 3, 6), after=5) == date(2026, 3, 13)
    assert next_business_day(date(2026, 3, 7)) == date(2026, 3, 9)


def test_odd_cents_are_where_they_are_asked_for() -> None:
    assert [str(i.amount) for i in in_equal_parts("D", usd("100"), 3, date(2026, 3, 2)).instalments] == [
        "$33.33", "$33.33", "$33.34",
    ]  # fmt: skip
    first = in_equal_parts("D", usd("100"), 3, date(2026, 3, 2), rest="first")
    assert first.lines[0] == "1. $33.34 on Monday, 2 March 2026"


def test_only_plans_within_the_limits_are_proposed() -> None:
    limits = Limits(most=12, least=usd("25"), days=366, offered=(3, 6, 12))
    plans = proposals("D", usd("240"), date(2026, 3, 2), limits, wanted=[usd("75"), usd("5"), usd("500")])
    assert [[i.amount.exact for i in plan.instalments] for plan in plans] == [
        ["75.00", "75.00", "75.00", "15.00"], ["80.00"] * 3, ["40.00"] * 6,
    ]  # fmt: skip
    assert all(allowed(plan, limits, date(2026, 3, 2)) == "" for plan in plans)
    assert proposals("D", usd("20"), date(2026, 3, 2), limits) == ()


def test_another_cent_or_day_is_another_plan() -> None:
    plans = [
        in_equal_parts("D", usd("100"), 3, date(2026, 3, 2)),
        in_equal_parts("D", usd("100"), 3, date(2026, 3, 3)),
        in_equal_parts("D", usd("100"), 3, date(2026, 3, 2), rest="first"),
        in_equal_parts("E", usd("100"), 3, date(2026, 3, 2)),
    ]
    assert len({plan.digest for plan in plans}) == len(plans)


def test_what_does_not_add_up_is_no_schedule() -> None:
    day = date(2026, 3, 2)
    for wrong in ([], [Instalment(day, usd("99"))], [Instalment(day, usd("50"))] * 2, [Instalment(day, usd("0"))]):
        with pytest.raises(ScheduleError):
            Schedule("D", usd("100"), tuple(wrong))
    with pytest.raises(ScheduleError):
        of_fixed_amount("D", usd("100000"), usd("0.01"), day)
