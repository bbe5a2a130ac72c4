"""Payment plans in exact cents: what is paid on which day, so that the parts add up to the balance, always.

A schedule is a proposal until finance approves it: `digest` says which one that was, to the cent and the day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal

from dateutil.relativedelta import relativedelta

from .money import Money, amounts_in, total

Every = Literal["week", "two weeks", "month"]
Rest = Literal["first", "last"]


class ScheduleError(ValueError):
    """A plan that cannot be; the message says why."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment of a plan."""

    day: date
    amount: Money

    def __str__(self) -> str:
        """Return it as people read it."""
        return f"{self.amount} on {self.day:%A}, {self.day.day} {self.day:%B %Y}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What finance allows: the most instalments, the smallest one, how far ahead the last may lie, plans offered."""

    most: int = 12
    least: Money | None = None
    days: int = 366
    offered: tuple[int, ...] = (3, 6, 12)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A plan for one debt: instalments, oldest first, that add up to `balance`."""

    debt: str
    balance: Money
    instalments: tuple[Instalment, ...]

    def __post_init__(self) -> None:
        """Refuse what does not add up, goes backwards in time or has an empty instalment: ScheduleError."""
        days = [each.day for each in self.instalments]
        if not days or days != sorted(set(days)):
            raise ScheduleError("instalments need days of their own, oldest first")
        if any(each.amount.minor <= 0 for each in self.instalments):
            raise ScheduleError("an instalment of nothing")
        if total((each.amount for each in self.instalments), self.balance.currency) != self.balance:
            raise ScheduleError(f"the instalments do not add up to {self.balance}")

    @property
    def digest(self) -> str:
        """Return what stands for exactly this plan: another cent or another day gives another one."""
        told = "|".join([self.debt, self.balance.currency, *(f"{i.day} {i.amount.exact}" for i in self.instalments)])
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def lines(self) -> tuple[str, ...]:
        """Return a line for each instalment, for people."""
        return tuple(f"{number}. {each}" for number, each in enumerate(self.instalments, 1))

    def due(self, on: date) -> Money:
        """Return what should have been paid up to and with a day."""
        return total((each.amount for each in self.instalments if each.day <= on), self.balance.currency)

    def missed(self, paid: Money, on: date) -> Money:
        """Return how much less was paid since it began than was due by then."""
        return max(self.due(on) - paid, Money(0, self.balance.currency))

    def next(self, paid: Money) -> Instalment | None:
        """Return the first instalment that `paid`, all that came in since it began, does not cover; None at the end."""
        return next((each for each in self.instalments if self.due(each.day) > paid), None)


def in_equal_parts(
    debt: str,
    balance: Money,
    count: int,
    first: date,
    *,
    every: Every = "month",
    rest: Rest = "last",
    country: str = "",
) -> Schedule:
    """Cut a balance into `count` instalments from the day `first` on; the odd cents are in the first or the last.

    Each falls on a business day (of `country`, ISO 3166-1, with its holidays), counted from `first`: a plan from 31
    January goes on with 28 February and 31 March. Raises ScheduleError.
    """
    if count < 1 or balance.minor < count:
        raise ScheduleError(f"cannot pay {balance} in {count} instalments")
    each, odd = divmod(balance.minor, count)
    minors = [each] * count
    minors[0 if rest == "first" else -1] += odd
    return _schedule(debt, balance, minors, first, every, country)


def of_fixed_amount(
    debt: str, balance: Money, amount: Money, first: date, *, every: Every = "month", country: str = ""
) -> Schedule:
    """Pay `amount` each time from the day `first` on, and what is left in the end. Raises ScheduleError."""
    if amount.minor <= 0 or balance.minor <= 0:
        raise ScheduleError(f"cannot pay {balance} by {amount} at a time")
    times, left = divmod(balance.minor, amount.minor)
    if (balance - amount).minor <= 0:
        times, left = 0, balance.minor
    if times > 1_000:
        raise ScheduleError(f"{amount} at a time takes more than 1,000 instalments")
    return _schedule(debt, balance, [amount.minor] * times + ([left] if left else []), first, every, country)


def proposals(
    debt: str, balance: Money, first: date, limits: Limits, *, wanted: Iterable[Money] = (), every: Every = "month",
    country: str = "",
) -> tuple[Schedule, ...]:  # fmt: skip
    """Return the plans that may be proposed within `limits`: first by the amounts the debtor named, then the usual."""
    made = []
    for amount in wanted:
        if amount.currency == balance.currency and 0 < amount.minor < balance.minor <= amount.minor * limits.most:
            made.append(of_fixed_amount(debt, balance, amount, first, every=every, country=country))
    for count in limits.offered:
        if 1 < count <= min(limits.most, balance.minor):
            made.append(in_equal_parts(debt, balance, count, first, every=every, country=country))
    fit = {plan.digest: plan for plan in made if allowed(plan, limits, first) == ""}
    return tuple(fit.values())


def plans_within(
    rules: Mapping[str, Any], debt: str, balance: Money, day: date, texts: Iterable[str] = (), country: str = ""
) -> tuple[Schedule, ...]:
    """Return the plans that may be proposed on a day: first by the amounts that `texts` of the debtor name.

    What finance allows: `most`, `least` (of US dollars), `offered` instalments, `begin_after_business_days`.
    """
    wanted = [said.amount for text in texts for said in amounts_in(text, balance.currency)]
    least = Money.parse(rules["least"], "USD") if balance.currency == "USD" else None
    limits = Limits(rules["most"], least, offered=tuple(rules["offered"]))
    first = next_business_day(day, country, rules["begin_after_business_days"])
    return proposals(debt, balance, first, limits, wanted=wanted, country=country)


def allowed(plan: Schedule, limits: Limits, today: date) -> str:
    """Return why a plan is beyond what finance allows, "" where it is not. The last instalment may be a small one."""
    if len(plan.instalments) > limits.most:
        return f"{len(plan.instalments)} instalments, more than {limits.most}"
    if plan.instalments[-1].day > today + timedelta(days=limits.days):
        return f"it ends more than {limits.days} days from now"
    if limits.least and any(each.amount < limits.least for each in plan.instalments[:-1]):
        return f"an instalment below {limits.least}"
    return ""


def next_business_day(day: date, country: str = "", after: int = 0) -> date:
    """Return the business day `after` whole ones behind a day; with 0 the day itself, or the next that is one."""
    free = _holidays(country)
    while after > 0 or day.weekday() >= 5 or day in free:
        day += timedelta(days=1)
        after -= after > 0 and day.weekday() < 5 and day not in free
    return day


@lru_cache(maxsize=64)
def _holidays(country: str) -> Container[date]:
    if not country:
        return frozenset()
    from holidays import country_holidays

    return country_holidays(country)


def _schedule(debt: str, balance: Money, minors: Sequence[int], first: date, every: Every, country: str) -> Schedule:
    days: list[date] = []
    for number in range(len(minors)):
        day = next_business_day(_step(first, number, every), country)
        days.append(day if not days or day > days[-1] else next_business_day(days[-1], country, 1))
    amounts = (Money(minor, balance.currency) for minor in minors)
    return Schedule(debt, balance, tuple(map(Instalment, days, amounts)))


def _step(first: date, number: int, every: Every) -> date:
    months = relativedelta(months=number)  # the 31st is the last day of a shorter month
    return first + (months if every == "month" else timedelta(weeks=number * (2 if every == "two weeks" else 1)))
