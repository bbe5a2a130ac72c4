"""Delays as values: `days(2)`, `hours(4)`, `business_days(3)`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from postroom_kit.business_hours import is_holiday

SATURDAY = 5


@dataclass(frozen=True)
class Delay:
    """A span of time from now: hours and days by the clock on the wall, business days by the calendar."""

    amount: int
    unit: Literal["hours", "days", "business days"]

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError(f"a delay must be at least 1, this one is {self.amount} {self.unit}")

    def after(self, moment: datetime, zone: str = "UTC", country: str | None = None) -> datetime:
        """Return the aware UTC instant this long after `moment`.

        Days keep the local hour of `zone` across a change to or from summer time. Business days skip Saturday,
        Sunday and, where `country` (ISO 3166 code) is given, that country's public holidays.
        """
        if self.unit == "hours":
            return moment.astimezone(UTC) + timedelta(hours=self.amount)
        local = moment.astimezone(ZoneInfo(zone))
        if self.unit == "days":
            return (local + timedelta(days=self.amount)).astimezone(UTC)
        left = self.amount
        while left:
            local += timedelta(days=1)
            if local.weekday() < SATURDAY and not is_holiday(country, local.date()):
                left -= 1
        return local.astimezone(UTC)

    def __str__(self) -> str:
        return f"{self.amount} {self.unit if self.amount > 1 else self.unit.removesuffix('s')}"


def hours(amount: int) -> Delay:
    """Return a delay of `amount` hours."""
    return Delay(amount, "hours")


def days(amount: int) -> Delay:
    """Return a delay of `amount` calendar days at the same local hour."""
    return Delay(amount, "days")


def business_days(amount: int) -> Delay:
    """Return a delay of `amount` business days at the same local hour."""
    return Delay(amount, "business days")
