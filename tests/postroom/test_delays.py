"""Delays: the local hour survives summer time, business days skip what nobody works on, and time goes forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom import business_days, days, hours
from postroom.delays import Delay

# the engine's threads draw random numbers while strategies do, which hypothesis takes for a fault of the strategy
YEAR_2000, YEAR_2100 = 946_684_800, 4_102_444_800
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]


@pytest.mark.parametrize(
    "start",
    [datetime(2026, 3, 28, 9, 30, tzinfo=BERLIN), datetime(2026, 10, 24, 9, 30, tzinfo=BERLIN)],
    ids=["into summer time", "out of summer time"],
)
def test_days_keep_the_local_hour_over_a_change_of_the_clocks(start: datetime) -> None:
    due = days(2).after(start, "Europe/Berlin")
    local = due.astimezone(BERLIN)
    assert (local.date(), local.hour, local.minute) == ((start + timedelta(days=2)).date(), 9, 30)
    assert due - start.astimezone(UTC) != timedelta(days=2)


def test_hours_pass_as_they_pass_whatever_the_clock_on_the_wall_does() -> None:
    start = datetime(2026, 3, 28, 9, 30, tzinfo=BERLIN)
    assert hours(48).after(start, "Europe/Berlin") - start.astimezone(UTC) == timedelta(hours=48)


def test_a_local_time_that_does_not_exist_becomes_the_one_after_the_gap() -> None:
    start = datetime(2026, 3, 28, 2, 30, tzinfo=BERLIN)
    assert days(1).after(start, "Europe/Berlin").astimezone(BERLIN).strftime("%d %H:%M") == "29 03:30"


def test_business_days_skip_the_weekend_and_keep_the_local_hour() -> None:
    friday = datetime(2026, 3, 27, 16, tzinfo=BERLIN)
    monday = business_days(1).after(friday, "Europe/Berlin").astimezone(BERLIN)
    assert monday == datetime(2026, 3, 30, 16, tzinfo=BERLIN)


def test_business_days_skip_public_holidays_of_the_country() -> None:
    thursday_before_easter = datetime(2026, 4, 2, 12, tzinfo=UTC)
    assert business_days(1).after(thursday_before_easter, "UTC", "DE") == datetime(2026, 4, 7, 12, tzinfo=UTC)
    assert business_days(1).after(thursday_before_easter, "UTC") == datetime(2026, 4, 3, 12, tzinfo=UTC)


@given(
    moment=st.builds(datetime.fromtimestamp, st.integers(YEAR_2000, YEAR_2100), st.timezones()),
    amount=st.integers(1, 60),
    unit=st.sampled_from(["hours", "days", "business days"]),
    zone=st.sampled_from(ZONES),
)
def test_a_delay_never_ends_in_the_past(moment: datetime, amount: int, unit: str, zone: str) -> None:
    due = Delay(amount, unit).after(moment, zone)  # type: ignore[arg-type]
    assert due.tzinfo is UTC
    assert due > moment.astimezone(UTC)


@pytest.mark.parametrize("amount", [0, -1])
def test_a_delay_of_nothing_is_refused(amount: int) -> None:
    with pytest.raises(ValueError, match=f"must be at least 1, this one is {amount} days"):
        days(amount)


def test_a_delay_reads_as_people_say_it() -> None:
    assert [str(days(1)), str(days(2)), str(hours(1)), str(business_days(3))] == [
        "1 day",
        "2 days",
        "1 hour",
        "3 business days",
    ]
