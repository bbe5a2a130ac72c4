"""When people are at work: weekly hours in their own time zone, without the country's public holidays.

hours = BusinessHours.read({"zone": "Europe/Berlin", "country": "DE", "week": {"mon": ["08:00-12:00", "13:00-17:00"]}})
hours.next_opening(now)  # None while they are there
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from .wordings import Wording, wordings

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))")
_COUNTRY = re.compile(r"[A-Z]{2}")
_MOST_DAYS = 400  # ahead: a year in which every open day is a holiday is a mistake

Span = tuple[timedelta, timedelta]
"""From when to when, by the clock on the wall, since midnight."""


class BusinessHoursError(ValueError):
    """Hours that cannot be; the message says what was written and what to write."""


@dataclass(frozen=True)
class BusinessHours:
    """Hours by weekday (Monday first) in `zone`; `country` (ISO 3166 code) has the holidays, None has none."""

    zone: ZoneInfo
    week: tuple[tuple[Span, ...], ...]
    country: str | None = None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> BusinessHours:
        """Read `{"zone", "country", "week": {"mon": ["08:00-18:00"], …}}`; raises BusinessHoursError."""
        unknown = sorted((data.keys() - {"zone", "country", "week"}) | (data.get("week", {}).keys() - set(DAYS)))
        if unknown:
            raise BusinessHoursError(f"hours have no {unknown[0]!r}; write zone, country and week, days as mon to sun")
        week = tuple(tuple(sorted(map(_span, data.get("week", {}).get(day, [])))) for day in DAYS)
        if not any(week):
            raise BusinessHoursError('no day has hours; write at least one, such as "mon": ["08:00-18:00"]')
        if any(later[0] < earlier[1] for spans in week for earlier, later in pairwise(spans)):
            raise BusinessHoursError("two spans of a day overlap; write them one after the other")
        try:
            hours = cls(ZoneInfo(data["zone"]), week, data.get("country"))
        except (KeyError, ValueError, OSError) as error:
            raise BusinessHoursError(f"zone: write Europe/Berlin or the like ({error})") from error
        if hours.country is not None and not _COUNTRY.fullmatch(hours.country):
            raise BusinessHoursError(f"country {hours.country!r}: write DE or the like (ISO 3166)")
        return hours

    def next_opening(self, now: datetime) -> datetime | None:
        """Return the instant, in `zone`, at which people are back; None while they are there. `now` is aware."""
        now = now.astimezone(UTC)
        for opens, closes in self._spans(now.astimezone(self.zone).date() - timedelta(days=1)):
            if now < closes:
                return opens.astimezone(self.zone) if opens > now else None
        raise BusinessHoursError(f"no open day within {_MOST_DAYS} days of {now:%Y-%m-%d}")

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Return how much of the time from `start` to `end`, both aware, people are at work."""
        total = timedelta()
        for opens, closes in self._spans(start.astimezone(self.zone).date() - timedelta(days=1)):
            if opens >= end:
                break
            total += max(min(closes, end) - max(opens, start), timedelta())
        return total

    def told(self, language: str | None, now: datetime) -> dict[str, str]:
        """Return for a mail the `hours`, and when people are `back` ("" while they are there), in words.

        In English where we have no words of the language (ISO 639-1).
        """
        wording = wordings().get(language or "en", wordings()["en"])
        opening = self.next_opening(now)
        zone = now.astimezone(self.zone).strftime("%Z")
        return {"hours": f"{self._week_in(wording)} ({zone})", "back": _moment_in(wording, opening) if opening else ""}

    def _spans(self, first: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield from when to when people are there, as instants, soonest first."""
        for day in (first + timedelta(days=number) for number in range(_MOST_DAYS)):
            for opens, closes in () if is_holiday(self.country, day) else self.week[day.weekday()]:
                start, end = self._instant(day, opens), self._instant(day, closes)
                if start < end:  # else it is in the hour that the clocks skip
                    yield start, end

    def _instant(self, day: date, since_midnight: timedelta) -> datetime:
        return (datetime.combine(day, time.min) + since_midnight).replace(tzinfo=self.zone).astimezone(UTC)

    def _week_in(self, wording: Wording) -> str:
        """Say the week: days in a row with the same hours together."""
        said = []
        for spans, group in groupby(range(7), key=lambda day: self.week[day]):
            days = list(group)
            names = [wording.weekdays[day] for day in (days[0], days[-1])]
            which = wording.days.format(first=names[0], last=names[1]) if len(days) > 1 else names[0]
            times = [wording.times.format(opens=_clock(opens), closes=_clock(closes)) for opens, closes in spans]
            said += [f"{which}, {f' {wording.conjunction} '.join(times)}"] if spans else []
        return "; ".join(said)


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # reads all countries (some 40 MB, half a second): not before somebody asks

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError as error:
        raise BusinessHoursError(f"country {country!r}: its holidays are not known; {error}") from error


def is_holiday(country: str | None, day: date) -> bool:
    """Tell whether a day is a public holiday in the whole of `country` (ISO 3166 code); without one, none is.

    Raises BusinessHoursError for a country whose holidays are not known.
    """
    return country is not None and day in _holidays(country, day.year)


def _moment_in(wording: Wording, at: datetime) -> str:
    return wording.moment.format(
        weekday=wording.weekdays[at.weekday()], day=at.day, month=wording.months[at.month - 1], time=f"{at:%H:%M}"
    )


def _span(written: str) -> Span:
    match = _SPAN.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        raise BusinessHoursError(f"{written!r} is no span of hours; write 08:00-18:00")
    hours = [int(part) for part in match.groups() if part is not None]
    opens, closes = (timedelta(hours=hour, minutes=minute) for hour, minute in (hours[:2], hours[2:]))
    if opens >= closes:
        raise BusinessHoursError(f"{written!r} ends before it begins; write a night as two spans, on two days")
    return opens, closes


def _clock(since_midnight: timedelta) -> str:
    minutes = int(since_midnight.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"
