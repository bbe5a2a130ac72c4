"""The hours in which a mail may reach a person: by the clock on their wall, in every place where they may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from .leaving import aware
from .places import Spot, is_free_day

HORIZON_DAYS = 45
"""How far ahead a moment is looked for: what comes later than that is another conversation."""

_YEARS = (1900, 9000)
"""A moment beyond these is a mistake, and near the calendar's ends no day can be added."""


@dataclass(frozen=True)
class Window:
    """From `start` until before `end`, local time, on days that are free neither by weekend nor by holiday.

    `weekend` is each country's own unless given (Monday is 0). `days_off`, `hours_off` are what one person asked for.
    """

    start: time = time(8, 30)
    end: time = time(17, 30)
    business_days: bool = True
    holidays: bool = True
    weekend: frozenset[int] | None = None
    days_off: frozenset[int] = frozenset()
    hours_off: tuple[tuple[time, time], ...] = ()

    def __post_init__(self) -> None:
        for opens, closes in ((self.start, self.end), *self.hours_off):
            if opens >= closes:
                raise ValueError(f"a window from {opens} to {closes} ends before it begins; write two for a night")

    def is_open(self, at: datetime, spot: Spot) -> bool:
        """Tell whether a mail may arrive at an instant (aware) if the person is there."""
        local = aware(at, "the moment").astimezone(spot.clock)
        clock = local.time()
        return (
            self.start <= clock < self.end
            and not any(opens <= clock < closes for opens, closes in self.hours_off)
            and not self.is_off(local.date(), spot)
        )

    def is_open_in_all(self, at: datetime, places: Iterable[Spot]) -> bool:
        """Tell whether a mail may arrive wherever the person is."""
        return all(self.is_open(at, spot) for spot in places)

    def next_open(self, at: datetime, spot: Spot) -> datetime | None:
        """Return the first instant from `at` on (in UTC) at which it is open there, within the horizon."""
        at = aware(at, "the moment").astimezone(UTC)
        if self.is_open(at, spot):
            return at
        first = at.astimezone(spot.clock).date() - timedelta(days=1)
        before: list[datetime] = []
        for day in (first + timedelta(days=number) for number in range(HORIZON_DAYS + 2)):
            found = [moment for moment in self._beginnings(day, spot) if moment > at and self.is_open(moment, spot)]
            if before:  # a clock set back over midnight mixes the hours of two days
                return min(before + found)
            before = found
        return min(before, default=None)

    def is_off(self, day: date, spot: Spot) -> bool:
        """Tell whether nothing may arrive there on a day."""
        if day.weekday() in self.days_off:
            return True
        return self.business_days and is_free_day(spot, day, weekend=self.weekend, holidays=self.holidays)

    def _beginnings(self, day: date, spot: Spot) -> Iterator[datetime]:
        """Yield the instants of a local day at which the window may open: by its clock, or by a clock that jumps."""
        if self.is_off(day, spot):
            return
        clock = spot.clock
        for wall in (self.start, *(closes for _, closes in self.hours_off)):
            for fold in (0, 1):
                yield datetime.combine(day, wall, clock).replace(fold=fold).astimezone(UTC)
        midnight = datetime.combine(day, time.min, UTC)
        jump = _jump(clock, midnight - timedelta(days=1), midnight + timedelta(days=2))
        if jump is not None:
            yield jump


def next_moment(at: datetime, places: Sequence[Spot] | None, window: Window) -> datetime | None:
    """Return the first instant from `at` on (in UTC) at which the window is open wherever the person may be.

    None where no time is safe: no place is known, or the places have no hour in common within the horizon.
    """
    return _next_moment(aware(at, "the moment").astimezone(UTC), tuple(places or ()), window)


@lru_cache(maxsize=4096)
def _next_moment(moment: datetime, places: tuple[Spot, ...], window: Window) -> datetime | None:
    if not places or not _YEARS[0] < moment.year < _YEARS[1]:
        return None
    last = moment + timedelta(days=HORIZON_DAYS)
    alike = {(_changes(spot.clock, moment), spot.country, spot.region): spot for spot in places}.values()
    while not window.is_open_in_all(moment, alike):
        for spot in alike:
            later = window.next_open(moment, spot)
            if later is None or later > last:
                return None
            moment = later
    return moment


def _changes(clock: ZoneInfo, moment: datetime) -> tuple[object, ...]:
    """Return what a clock shows over the horizon: zones that show the same need to be looked at once."""
    days = [moment + timedelta(days=number) for number in range(-2, HORIZON_DAYS + 4)]
    offsets = [day.astimezone(clock).utcoffset() for day in days]
    jumps = [n for n in range(len(days) - 1) if offsets[n] != offsets[n + 1]]
    return (offsets[0], *((_jump(clock, days[n], days[n + 1]), offsets[n + 1]) for n in jumps))


def _jump(clock: ZoneInfo, start: datetime, end: datetime) -> datetime | None:
    """Return the instant between two at which a clock changes, None if it keeps its offset."""
    # whole seconds: the middle of less than two would be the start again, for ever
    start, end = start.replace(microsecond=0), end.replace(microsecond=0) + timedelta(seconds=end.microsecond > 0)
    before, after = (moment.astimezone(clock).utcoffset() for moment in (start, end))
    if before == after:
        return None
    while end - start > timedelta(seconds=1):
        middle = (start + (end - start) / 2).replace(microsecond=0)
        start, end = (middle, end) if middle.astimezone(clock).utcoffset() == before else (start, middle)
    return end
