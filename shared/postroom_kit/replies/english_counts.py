"""Days that English words count: "in two weeks", "3 days ago", "5 days before Christmas"."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod

from .english_dates import Dates
from .time_words import SPANS, Hit, Value, business_days_on, months_on, one_day, words_of

_UNITS = {word: kind for kind in SPANS for word in words_of(kind)}
_MOST = 3_660
"""Days or months that are counted: beyond ten years nothing is agreed."""


class Counts(Dates):
    """Reads days that are counted from today or from another day."""

    @abstractmethod
    def day(self, place: int) -> Hit | None:
        """Return the day named here."""

    @abstractmethod
    def weekday_named(self, place: int) -> Hit | None:
        """Return the day that a weekday names here."""

    def amount(self, place: int) -> tuple[int, list[tuple[int, str]]] | None:
        """Return the place behind "two weeks and 3 days", and what is counted."""
        parts: list[tuple[int, str]] = []
        while one := self._counted_unit(self.past(place, "and") if parts else place):
            place = one[0]
            parts.append((one[1], one[2]))
        return (place, parts) if parts else None

    def _counted_unit(self, place: int) -> tuple[int, int, str] | None:
        place = self.past(place, "a") if self.at(place + 1) == "couple" else place
        for phrase in ("half an hour", "half hour", "half a hour"):
            if end := self.says(place, phrase):
                return end, 30, "minute"
        if self.at(place) in {"a", "an"}:
            number: tuple[int, int] | None = (place + 1, 1)
        elif self.at(place) == "couple":
            number = (self.past(place + 1, "of"), 2)
        else:
            number = self.cardinal(place)
        if not number:
            return None
        behind = number[0]
        business = self.at(behind) in {"business", "working", "work"}
        unit = _UNITS.get(self.at(behind + business))
        if not unit or number[1] > _MOST or (business and unit != "day"):
            return None
        return behind + business + 1, number[1], "business day" if business else unit

    def moved(self, day: dt.date, parts: list[tuple[int, str]], sign: int) -> dt.date | None:
        """Return the day that lies these spans on, or back; None beyond the calendar."""
        try:
            for count, unit in parts:
                if unit in {"month", "year"}:
                    day = months_on(day, sign * count * (12 if unit == "year" else 1))
                elif unit == "business day":
                    day = business_days_on(day, sign * count)
                else:
                    day += sign * dt.timedelta(days=count * {"week": 7, "fortnight": 14}.get(unit, 1))
        except (ValueError, OverflowError):
            return None
        return day

    def _counted(self, place: int) -> Hit | None:
        """Read "in two weeks", "3 days ago", "two weeks from tomorrow", "5 days before Christmas"."""
        leading = self.at(place) == "in"
        found = self.amount(place + leading)
        if not found:
            return None
        end, parts = found
        sign, base, behind = 1, self.today, end
        if self.at(end) == "'" or self.says(end, "' time"):
            end = self.says(end, "' time") or end
        if self.at(end) in {"ago", "earlier", "back"}:
            sign, behind = -1, end + 1
        elif self.at(end) in {"later", "hence"} or self.says(end, "from now") or self.says(end, "from today"):
            behind = end + (2 if self.at(end) == "from" else 1)
        elif self.at(end) in {"from", "after", "before", "since", "following", "prior"} and (
            other := self.day(self.past(end + 1, "to"))
        ):
            sign, base, behind = (-1 if self.at(end) in {"before", "prior"} else 1), other.value.first, other.end
        elif not leading and parts[-1][1] in {"week", "fortnight"} and (other := self.day(self.past(end, "on"))):
            base, behind = other.value.first, other.end
        elif leading:
            behind = end
            if self.at(end) == "on" and (other := self.weekday_named(end + 1)):
                return other
        else:
            return None
        if any(unit in {"hour", "minute", "second"} for _, unit in parts):
            return self._instant(behind, parts, sign) if base == self.today else None
        day = self.moved(base, parts, sign)
        return Hit(behind, one_day(day)) if day else None

    def _instant(self, end: int, parts: list[tuple[int, str]], sign: int) -> Hit | None:
        seconds = sum(
            count * {"hour": 3600, "minute": 60, "second": 1, "day": 86400, "week": 604800}.get(unit, 0)
            for count, unit in parts
        )
        try:
            at = self.reference + sign * dt.timedelta(seconds=seconds)
        except OverflowError:
            return None
        return Hit(end, Value(at.date(), at.date(), at.time(), "minute", instant=at))
