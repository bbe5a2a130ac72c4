"""Days that English words count: "in two weeks", "3 days ago", "5 days before Christmas"."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod

from .calendar_steps import business_days_on, months_on
from .english_dates import Dates
from .time_words import SPANS, Hit, Value, one_day, words_of

_UNITS = {word: kind for kind in SPANS for word in words_of(kind)}
_HALVES = dict.fromkeys(("half an hour", "half hour", "half a hour"), (30, "minute")) | {
    "half a year": (6, "month"), "a half year": (6, "month"), "three quarters of an hour": (45, "minute"),
    "a quarter of an hour": (15, "minute"), "quarter of an hour": (15, "minute"), "a quarter hour": (15, "minute"),
}  # fmt: skip
_SMALLER = {"year": ("month", 12), "hour": ("minute", 60), "week": ("day", 7), "day": ("hour", 24)}
_MONTHS_OF = {"month": 1, "year": 12, "decade": 120, "century": 1200}
_FEW = {"few", "several"}
_AHEAD = ("later", "hence", "from now", "from today", "in advance", "in the future")
_ABOUT = ("about", "around", "roughly", "approximately", "exactly", "just", "another")
SHORT = {"hour", "minute", "second"}
_MOST = 3_660
"""Days or months that are counted: beyond ten years nothing is agreed."""


class Counts(Dates):
    """Reads days that are counted from today or from another day."""

    @abstractmethod
    def day(self, place: int) -> Hit | None:
        """Return the day named here."""

    @abstractmethod
    def whole(self, place: int) -> Hit | None:
        """Return the period behind "of"."""

    @abstractmethod
    def weekday_named(self, place: int) -> Hit | None:
        """Return the day that a weekday names here."""

    def amount(self, place: int) -> tuple[int, list[tuple[int, str]]] | None:
        """Return the place behind "two weeks and 3 days", and what is counted."""
        parts: list[tuple[int, str]] = []
        while one := self._counted_unit(self.past(self.past(place, ","), "and") if parts else place):
            place = one[0]
            parts.append((one[1], one[2]))
        return (place, parts) if parts else None

    def _counted_unit(self, place: int) -> tuple[int, int, str] | None:
        place = self.past(place, "a") if self.at(place + 1) in {"couple", *_FEW} else place
        for phrase, counted in _HALVES.items():
            if end := self.says(place, phrase):
                return end, *counted
        if self.at(place) in {"a", "an"} and self.at(place + 1) != "hundred":
            number: tuple[int, int] | None = (place + 1, 1)
        elif self.at(place) == "couple":
            number = (self.past(place + 1, "of"), 2)
        elif self.at(place) in _FEW:
            number = (place + 1, 3)
        else:
            number = self.cardinal(place)
        if not number:
            return None
        behind = self.past(number[0], "full", "whole", "consecutive")
        decimal = self.says(behind, ". 5") if self.glued(behind) and self.glued(behind + 1) else 0
        half = decimal or self.says(behind, "and a half")
        if half and (whole := _UNITS.get(self.at(half), "")) in _SMALLER:
            smaller, length = _SMALLER[whole]
            return half + 1, number[1] * length + length // 2, smaller
        business = self.at(behind) in {"business", "working", "work"}
        if self.at(behind) in {"weekday", "weekdays"}:
            return behind + 1, number[1], "business day"
        unit = _UNITS.get(self.at(behind + business))
        if not unit or number[1] > _MOST or (business and unit != "day"):
            return None
        end = behind + business + 1
        if unit in _SMALLER and (with_half := self.says(end, "and a half")):
            smaller, length = _SMALLER[unit]
            return with_half, number[1] * length + length // 2, smaller
        return end, number[1], "business day" if business else unit

    def vague(self, place: int, end: int) -> bool:
        """Tell whether words count in "a few"."""
        return any(self.at(each) in _FEW for each in range(place, end))

    def _counted_range(self, place: int) -> Hit | None:
        """Read "in 2-3 weeks", "within 3 to 5 business days", "in a week or two", "2 or 3 days ago"."""
        begin = place + (self.at(place) in {"in", "within"})
        low, high = self.cardinal(begin), self._counted_unit(begin)
        if low and self.at(low[0]) in {"-", "–", "to", "or"}:
            high = self._counted_unit(low[0] + 1)
        elif high and high[1] == 1 and (end := self.says(high[0], "or two")):
            low, high = (end, 1), (end, 2, high[2])
        if not low or not high or high[1] <= low[1] or high[2] in SHORT:
            return None
        end, sign = high[0], 1
        if begin == place:
            end, sign = (end + 1, -1) if self.at(end) == "ago" else (self.says(end, "from now"), 1)
        first = self.today if self.at(place) == "within" else self.moved(self.today, [(low[1], high[2])], sign)
        last = self.moved(self.today, [high[1:]], sign)
        return Hit(end, Value(min(first, last), max(first, last), unit="span")) if end and first and last else None

    def _beside(self, place: int) -> Hit | None:
        """Read "the day before Thanksgiving", "the last Friday before 3 May", "the Monday after next"."""
        nth = self.nth(place)
        begin = place = nth[0] if nth else place
        place = self.past(place, "business", "working")
        named = self.weekday(place)
        end = named[0] if named else place + (self.at(place) == "day")
        if (
            end == place
            or (nth and not named and place == begin)
            or self.at(end) not in {"before", "after", "following"}
        ):
            return None
        sign = -1 if self.at(end) == "before" else 1
        if named and self.at(end + 1) == ("next" if sign > 0 else "last"):
            monday = self.today - dt.timedelta(days=self.today.weekday())
            return Hit(end + 2, one_day(monday + dt.timedelta(days=sign * 14 + named[1]), sure=False))
        other = self.day(end + 1) if not self.weekday(end + 1) or not named else None
        if not other or other.value.unit != "day":
            return None
        which = sign * (abs(nth[1]) if nth else 1)
        day = other.value.first + dt.timedelta(days=sign)
        if place > begin:
            return Hit(other.end, one_day(business_days_on(other.value.first, which), sure=other.value.sure))
        while named and day.weekday() != named[1]:
            day += dt.timedelta(days=sign)
        day += dt.timedelta(days=7 * (which - sign))
        return Hit(other.end, one_day(day, sure=other.value.sure))

    def moved(self, day: dt.date, parts: list[tuple[int, str]], sign: int) -> dt.date | None:
        """Return the day that lies these spans on, or back; None beyond the calendar."""
        try:
            for count, unit in parts:
                if months := _MONTHS_OF.get(unit):
                    day = months_on(day, sign * count * months)
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
        if leading and self.at(place - 1) in {*_UNITS, "once", "twice", "times", "one"}:
            return None  # "12 months in a year"
        found = self.amount(self.past(place + 1, *_ABOUT) if leading else place)
        if not found or (leading and found[1] == [(1, "second")]):
            return None
        end, parts = found
        sign, base, behind = 1, self.today, end
        if self.at(end) == "'" or self.says(end, "' time"):
            end = self.says(end, "' time") or end
        if self.at(end) in {"ago", "earlier", "back"} or self.says(end, "before now"):
            end += self.at(end) == "before"
            sign, behind = -1, self.past(end + 1, "today")
            if parts[-1][1] not in SHORT and self.at(behind) in {"yesterday", "tomorrow"}:
                base, behind = self.today + dt.timedelta(days=1 if self.at(behind) == "tomorrow" else -1), behind + 1
        elif ahead := self.either(end, *_AHEAD):
            behind = ahead
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
        if any(unit in SHORT for _, unit in parts):
            return self._instant(behind, parts, sign) if base == self.today else None
        day = self.moved(base, parts, sign)
        return Hit(behind, one_day(day, sure=not self.vague(place, behind))) if day else None

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
