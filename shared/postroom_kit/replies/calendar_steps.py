"""Steps through the calendar: the end of a month, months and business days on."""

from __future__ import annotations

import calendar
import datetime as dt


def month_end(day: dt.date) -> dt.date:
    """Return the last day of the month of a day."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def months_on(day: dt.date, months: int) -> dt.date:
    """Return the same day of the month so many months on, or that month's last."""
    count = day.year * 12 + day.month - 1 + months
    first = dt.date(count // 12, count % 12 + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))


def business_days_on(day: dt.date, count: int) -> dt.date:
    """Return the day so many days from Monday to Friday on; back for a count below 0."""
    step = dt.timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while day.weekday() >= 5:
            day += step
    return day
