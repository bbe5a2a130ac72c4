"""Days that the names of weekdays tell: "next Friday", "Monday of next week", "the last Friday of May", "Tue 8th"."""

from __future__ import annotations

import datetime as dt

from .english_counts import Counts
from .english_dates import BEHIND_A_DAY
from .time_words import TO, WEEKDAYS, Hit, one_day

_NEXT = {"next", "following"}
LAST = {"last", "previous"}
_COMING = {"coming", "upcoming"}


class Weekdays(Counts):
    """Reads weekdays, of this week or another, of a month, with a date behind them."""

    def weekday_named(self, place: int) -> Hit | None:
        """Read "Friday", "next Friday", "Monday of next week", "Tuesday the eleventh", "Friday, 3 March"."""
        which, behind = self._which(place)
        week = 0
        if which and self.at(behind) == "week":
            week, behind = behind, self.says(behind + 1, "' s") or self.past(behind + 1, "on", ",")
        named = self.weekday(behind)
        if not named:
            return None
        end, weekday = named
        if hit := self._with_date(end, weekday, which):
            return hit
        if not which and not week:
            which = self._week_behind(end) or self._week_before(place)
            week = end if which else week
        for phrase in ("of", "in", ""):
            later, at = self._which(self.past(end, phrase) if phrase else end)
            if not which and later and self.at(at) == "week":
                which, end, week = later, at + 1, at
        monday = self.today - dt.timedelta(days=self.today.weekday())
        day = monday + dt.timedelta(days=weekday)
        further = self.says(self.past(self.past(end, "of", "in"), "the"), "week after next")
        if further and not which:
            return Hit(further, one_day(day + dt.timedelta(days=14)))
        counted = self.amount(self.past(end, "in"))
        if counted and not which and len(counted[1]) == 1 and counted[1][0][1] == "week":
            behind = self.says(counted[0], "from now") or self.says(counted[0], "from today")
            if behind or self.at(end) == "in":
                return Hit(behind or counted[0], one_day(day + dt.timedelta(days=7 * counted[1][0][0])))
        ahead = self.today + dt.timedelta(days=(weekday - self.today.weekday() - 1) % 7 + 1)  # never today
        if which in _NEXT:
            day += dt.timedelta(days=7)
        elif which in LAST:
            day -= dt.timedelta(days=7)
        elif which == "past":
            day = self.today - dt.timedelta(days=(self.today.weekday() - weekday - 1) % 7 + 1)
        elif which in _COMING or (not which and not week):
            day = ahead
        if not which and self.at(end) == "week" and self.at(end + 1) not in {"of", "in"}:
            day, end = day + dt.timedelta(days=7), end + 1
        # "Mondays" and "every Monday" are no day.
        every = self.at(place - 1 - (self.at(place - 1) == "other" or self.ordinal(place - 1) is not None))
        if every in {"every", "each"} or (self.glued(end) and self.at(end) == "s"):
            return None
        return Hit(end, one_day(day))

    def _week_behind(self, place: int) -> str:
        """Return which week the last of several weekdays names: "Thursday or Friday next week"."""
        joined = False
        for _ in range(6):
            behind = self.past(place, ",")
            joined |= self.at(behind) in {"or", "and", "/", *TO}
            to, behind = self.at(behind) in TO, self.past(behind, "or", "and", "/", *TO)
            named = self.weekday(behind) if behind > place else None
            before = self.weekday(place - 1 - (self.at(place - 1) == "."))
            if to and named and before and named[1] < before[1]:
                break  # "Friday to Monday next week"
            if not named:
                break
            place = named[0]
        which, at = self._which(self.past(place, "of", "in"))
        return which if joined and self.at(at) == "week" else ""

    def _week_before(self, place: int) -> str:
        """Return which week the first of two weekdays named: "next Thursday or Friday"."""
        joined = self.at(place - 1) in {"or", "and", "/"} and self.weekday(place - 2)
        return self.at(place - 3) if joined and self.at(place - 3) in {*_NEXT, *LAST} else ""

    def _which(self, place: int) -> tuple[str, int]:
        """Return the word that tells which week, year or weekday, and the place behind it."""
        behind = self.past(place, "the")
        if self.at(behind) == "this" and self.at(behind + 1) in {"past", *_COMING}:
            return self.at(behind + 1), behind + 2
        if self.at(behind) in {"this", "past", "current", *_NEXT, *LAST, *_COMING}:
            return self.at(behind), behind + 1
        return "", place

    def _with_date(self, end: int, weekday: int, which: str) -> Hit | None:
        behind = self.past(end, ",", "(", "-")
        behind = self.past(behind, "on")
        bare = self.past(behind, "the")
        dated = self.longest(bare, (self._numbers, self._iso, self._named_month))
        if dated:
            return Hit(self.past(dated.end, ")"), self._of_that_weekday(dated.value, weekday))
        number, clock = self.day_number(bare), self.time(bare)
        if number and clock and clock[0] > number[0]:
            return None  # "Monday, 8 a.m."
        if not number and self.at(bare) in {"twenty", "thirty"}:
            number = self.cardinal(bare)
        if not number or (
            self.at(number[0]) in {":", ".", "am", "pm", "-", "–", "h", "%", "o", "to"}
            and (self.at(number[0] + 1) != "" or self.at(number[0]).isalpha())
            and self.ordinal(bare) is None
        ):
            return None
        if not self.ordinal(bare) and (which or self.at(number[0]) not in BEHIND_A_DAY):
            return None
        # Neither of the next two months nor of the last two: then it is the next one, however far.
        for ahead in (*range(62), *range(-1, -62, -1), *range(62, 40 * 31)):
            day = self.today + dt.timedelta(days=ahead) if self.today.year < dt.MAXYEAR - 4 else self.today
            if day.day == number[1] and day.weekday() == weekday:
                return Hit(number[0], one_day(day))
        return None

    def _nth_weekday(self, place: int) -> Hit | None:
        """Read "first Monday of January", "last Friday of next month", "two Sundays from now"."""
        number = self.nth(place)
        named = self.weekday(number[0]) if number and number[1] <= 5 else None
        of_week = self.says(named[0], "of the week of") if (named := named or self.weekday(place)) else 0
        if named and of_week and (other := self.day(of_week)):
            monday = other.value.first - dt.timedelta(days=other.value.first.weekday())
            return Hit(other.end, one_day(monday + dt.timedelta(days=named[1]), sure=other.value.sure))
        whole = self.whole(self.past(named[0], "of", "in")) if number and named else None
        if number and named and whole and whole.value.unit in {"month", "quarter", "year"}:
            first, last = whole.value.first, whole.value.last
            begin = first + dt.timedelta(days=(named[1] - first.weekday()) % 7 + 7 * (number[1] - 1))
            latest = last - dt.timedelta(days=(last.weekday() - named[1]) % 7 - 7 * (number[1] + 1))
            day = begin if number[1] > 0 else latest
            return Hit(whole.end, one_day(day)) if first <= day <= last else None
        counted = self.cardinal(place)
        plural = self.at(counted[0]).removesuffix("s") if counted else ""
        weekday = next((number for name, number in WEEKDAYS.items() if name == plural), None)
        later = counted[0] + 1 if counted else place
        end = self.says(later, "from now") or self.says(later, "later")
        if counted and weekday is not None and counted[1] < 60 and end:
            ahead = (weekday - self.today.weekday() - 1) % 7 + 1
            return Hit(end, one_day(self.today + dt.timedelta(days=ahead + 7 * (counted[1] - 1))))
        if counted and weekday is not None and counted[1] < 60 and self.at(later) == "ago":
            back = (self.today.weekday() - weekday - 1) % 7 + 1
            return Hit(later + 1, one_day(self.today - dt.timedelta(days=back + 7 * (counted[1] - 1))))
        return None
