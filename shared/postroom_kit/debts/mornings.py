"""When mails about a debt leave: in the morning of their day, in the window wherever the person may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..outreach import Place, Window, after_absence, next_moment, spots
from ..replies.dates import dates_named
from .stages import HUMAN, Case, Ladder, planned


@dataclass(frozen=True, slots=True)
class Mornings:
    """The mornings of one person: `zone` is that of the books, `places` where the person with that address may be."""

    zone: ZoneInfo
    places: tuple[Place, ...]
    to: str

    def of(self, day: date, earliest: datetime) -> datetime:
        """Return when a mail of a day leaves; not before `earliest`."""
        nominal = max(datetime.combine(day, time(10), self.zone), earliest)
        return next_moment(nominal, spots(self.places, self.to), Window()) or nominal

    def ahead(self, case: Case, now: datetime, ladder: Ladder) -> Iterator[tuple[str, datetime]]:
        """Yield the stages that are still to be written, and when, where one of `case` leaves today."""
        today = now.astimezone(self.zone).date()
        leaves_now = case.sent[-1][1] == today
        earliest = now + timedelta(days=ladder.apart, hours=1) if leaves_now else now
        for step in planned(case, today + timedelta(days=1), ladder):
            if step.stage != HUMAN:
                yield step.stage, self.of(step.day, earliest)

    def back(self, until: str | None, text: str, now: datetime) -> datetime:
        """Return when to go on behind an absence: `until` a day, ISO 8601, or the last that the mail surely names."""
        named = [each.last for each in dates_named(text, now.astimezone(self.zone)) if each.sure]
        day = date.fromisoformat(until) if until else max(named, default=None)
        return after_absence(day, now=now, places=self.places, to=self.to)
