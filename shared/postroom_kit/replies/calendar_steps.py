"""Steps through the calendar: the end of a month, months and business days on."""

from __future__ import annotations

import datetime as dt

from dateutil.relativedelta import relativedelta


def month_end(day: dt.date) -> dt.date:
    """Return the last day of the month of a day."""
    end: dt.date = day + relativedelta(day=31)
    return end


def months_on(day: dt.date, months: int) -> dt.date:
    """Return the same day of the month so many months on, or that month's last."""
    then: dt.date = day + relativedelta(months=months)
    return then


def business_days_on(day: dt.date, count: int) -> dt.date:
    """Return the day so many days from Monday to Friday on; back for a count below 0."""
    step = dt.timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while day.weekday() >= 5:
            day += step
    return day
