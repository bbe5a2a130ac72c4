"""Single days that English words name: "3 March", "next Friday", "the 18th", "in two weeks", "Christmas"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from .english_counts import Counts
from .english_dates import BEHIND_A_DAY, date_or_none
from .holidays_told import NAMES, holiday
from .time_words import SUFFIXES, WEEKDAYS, Hit, Token, months_on, numbers_of, one_day

_NEXT = {"next", "following"}
_LAST = {"last", "previous"}
_COMING = {"coming", "upcoming"}
_AROUND_TODAY = numbers_of("around today")
_OTHER_NEW_YEARS = {"chinese", "lunar", "jewish", "islamic", "orthodox", "persian", "vietnamese", "korean", "tamil"}
_LONGEST_ROW = 20  # tokens of "3, 4 and 5 January"
_DEEPEST = 6  # days told from another day: "3 days before the day before ..."


class Days(Counts):
    """Reads single days."""

    def __init__(self, found: list[Token], reference: dt.datetime) -> None:
        """Keep the days that have been read: several readers ask for the same ones."""
        super().__init__(found, reference)
        self._days: dict[int, Hit | None] = {}
        self._depth = 0

    def day(self, place: int) -> Hit | None:
        """Return the day named here, the longest way to read it."""
        place = self.past(place, "the")
        if place in self._days or self._depth > _DEEPEST:
            return self._days.get(place)
        readers: tuple[Callable[[int], Hit | None], ...] = (
            self.weekday_named, self._numbers, self._iso, self._named_month, self._told, self._counted, self._holiday,
            self._of_the_same_month, self._of_month, self._nth_weekday, self._beside,
        )  # fmt: skip
        self._depth += 1
        self._days[place] = hit = self.longest(place, readers)
        self._depth -= 1
        return hit

    def _of_month(self, place: int) -> Hit | None:
        """Read "the 18th", "the 15th day of next month", "on the 17": the next such day."""
        number, told = self.ordinal(place), self.at(place - 1) == "the"
        bare = self.digits(place)
        is_end = self.at(place + 1) in {"", "!", "?", ",", "at", "from"} or (
            self.at(place + 1) == "." and not self.at(place + 2).isdecimal()
        )
        if (
            not number
            and bare
            and self.at(place - 1 - told) == "on"
            and (told or is_end)
            and self.at(place + 1) not in {":", "/", "-"}
        ):
            number = (place + 1, bare)
        if not number or not 1 <= number[1] <= 31:
            return None
        behind = self.past(number[0], "day")
        of = self.past(behind, "of")
        behind = self.past(of, "the")
        if (of > number[0] or self.at(behind) in {"next", "this"}) and (
            step := {"next": 1, "this": 0, "last": -1, "month": 0, "following": 1}.get(self.at(behind))
        ) is not None:
            end = behind + (self.at(behind) != "month")
            day = months_on(self.today.replace(day=1), step) if self.at(end) == "month" else None
            found = date_or_none(day.year, day.month, number[1]) if day else None
            return Hit(end + 1, one_day(found)) if found else None
        before = self.at(place - 2) if told else self.at(place - 1)
        told = told or (before in {"or", "and", ","} and self.at(place - 2) in SUFFIXES)  # "the 19th or 20th"
        if (
            not (told or before in {"on", "by", "until", "till"})
            or self.at(number[0]) not in BEHIND_A_DAY
            or (number[1] < 10 and not self.at(place)[0].isdecimal() and before not in {"on", "by", "until", "till"})
        ):
            return None
        days = (self.today + dt.timedelta(days=ahead) for ahead in range(62))
        return next((Hit(number[0], one_day(day)) for day in days if day.day == number[1]), None)

    def _of_the_same_month(self, place: int) -> Hit | None:
        """Read "4th" in "Jan 3rd or 4th", 4 and 5 in "December 3, 4 and 5", 10 in "10 or 11 December"."""
        number = self.day_number(place)
        if not number or self.at(number[0]) in {":", "am", "pm", "/", "-", "%"}:
            return None
        joins, back = {"and", "or", "&", ","}, place
        closing = self.at(place - 1) in joins - {","} or (
            self.at(number[0]) in joins and self.day_number(number[0] + 1)
        )
        while self.at(back - 1) in joins and place - back < _LONGEST_ROW:  # back to the first number of the row
            back -= 2 + (self.at(back - 2) in SUFFIXES)
        before = self.month(back - 1) if back < place and closing and self.day_number(back) else None
        if before and self.at(number[0]) in {*BEHIND_A_DAY, *joins}:
            return self._dated(number[0], before[1], number[1], None)
        ahead = number[0]
        while (
            ahead - place < _LONGEST_ROW
            and self.at(ahead) in joins
            and (other := self.day_number(self.past(ahead + 1, "or", "and")))
        ):
            ahead = other[0]
        behind = self.month(self.past(ahead, "of")) if ahead > number[0] else None
        return self._dated(number[0], behind[1], number[1], self._year_behind(behind[0])[1]) if behind else None

    def _nth_weekday(self, place: int) -> Hit | None:
        """Read "first Monday of January", "last Friday of next month", "two Sundays from now"."""
        number = (place + 1, -1) if self.at(place) == "last" else self.ordinal(place)
        named = self.weekday(number[0]) if number and number[1] <= 5 else None
        of_week = self.says(named[0], "of the week of") if (named := named or self.weekday(place)) else 0
        if named and of_week and (other := self.day(of_week)):
            monday = other.value.first - dt.timedelta(days=other.value.first.weekday())
            return Hit(other.end, one_day(monday + dt.timedelta(days=named[1]), sure=other.value.sure))
        if number and named and self.at(named[0]) in {"of", "in"}:
            behind = self.past(named[0] + 1, "the")
            first = self.today.replace(day=1)
            if month := self.month(behind):
                end, year = self._year_behind(month[0])
                first = first.replace(month=month[1], year=year or first.year + (month[1] < first.month))
            elif self.at(behind) in {"this", "next", "last", "month"}:
                end = behind + 1 + (self.at(behind) != "month")
                first = months_on(first, {"next": 1, "last": -1}.get(self.at(behind), 0))
                if self.at(end - 1) != "month":
                    return None
            else:
                return None
            days = [first + dt.timedelta(days=ahead) for ahead in range(31)]
            found = [day for day in days if day.month == first.month and day.weekday() == named[1]]
            which = number[1] - 1 if number[1] > 0 else -1
            return Hit(end, one_day(found[which])) if which < len(found) else None
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

    def _told(self, place: int) -> Hit | None:
        """Read the words for days around today."""
        for phrase, (ahead,) in _AROUND_TODAY.items():
            if end := self.says(place, phrase):
                if phrase in {"day before", "day after"} and self.at(end) not in {"", ".", "?", "!", ","}:
                    return None
                if phrase == "day after" and self.at(place - 2) in {"or", "and"}:
                    ahead += self._days_until(place - 3)  # "Friday or the day after"
                return Hit(end, one_day(self.today + dt.timedelta(days=ahead)))
        return None

    def _days_until(self, place: int) -> int:
        named = self.weekday(place)
        return (named[1] - self.today.weekday() - 1) % 7 + 1 if named else int(self.at(place) == "tomorrow")

    def weekday_named(self, place: int) -> Hit | None:
        """Read "Friday", "next Friday", "Monday of next week", "Tuesday the eleventh", "Friday, 3 March"."""
        which, behind = self._which(place)
        week = 0
        if which and self.at(behind) == "week":
            week, behind = behind, self.past(behind + 1, "on", "'s", ",")
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
        ahead = self.today + dt.timedelta(days=(weekday - self.today.weekday() - 1) % 7 + 1)  # never today
        if which in _NEXT:
            day += dt.timedelta(days=7)
        elif which in _LAST:
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
            joined |= self.at(behind) in {"or", "and", "/"}
            behind = self.past(behind, "or", "and", "/")
            named = self.weekday(behind) if behind > place else None
            if not named:
                break
            place = named[0]
        which, at = self._which(self.past(place, "of", "in"))
        return which if joined and self.at(at) == "week" else ""

    def _week_before(self, place: int) -> str:
        """Return which week the first of two weekdays named: "next Thursday or Friday"."""
        joined = self.at(place - 1) in {"or", "and", "/"} and self.weekday(place - 2)
        return self.at(place - 3) if joined and self.at(place - 3) in {*_NEXT, *_LAST} else ""

    def _which(self, place: int) -> tuple[str, int]:
        """Return the word that tells which week, year or weekday, and the place behind it."""
        behind = self.past(place, "the")
        if self.at(behind) == "this" and self.at(behind + 1) in {"past", *_COMING}:
            return self.at(behind + 1), behind + 2
        if self.at(behind) in {"this", "past", "current", *_NEXT, *_LAST, *_COMING}:
            return self.at(behind), behind + 1
        return "", place

    def _with_date(self, end: int, weekday: int, which: str) -> Hit | None:
        behind = self.past(end, ",", "(", "-")
        behind = self.past(behind, "on")
        bare = self.past(behind, "the")
        dated = self.longest(bare, (self._numbers, self._iso, self._named_month))
        if dated:
            return Hit(self.past(dated.end, ")"), self._of_that_weekday(dated.value, weekday))
        number = self.day_number(bare)
        if not number and self.at(bare) in {"twenty", "thirty"}:
            number = self.cardinal(bare)
        if not number or (
            self.at(number[0]) in {":", ".", "am", "pm", "-", "–", "h", "%", "o", "to"}
            and (self.at(number[0] + 1) != "" or self.at(number[0]).isalpha())
            and self.ordinal(bare) is None
        ):
            return None
        if which and not self.ordinal(bare):
            return None
        for ahead in range(40 * 31):
            day = self.today + dt.timedelta(days=ahead) if self.today.year < dt.MAXYEAR - 4 else self.today
            if day.day == number[1] and day.weekday() == weekday:
                return Hit(number[0], one_day(day))
        return None

    def _holiday(self, place: int) -> Hit | None:
        of_year = self.says(place + 1, "year ' s") if self.at(place) in {"this", "next", "last"} else 0
        which, behind = ("", of_year) if of_year else self._which(place)
        names = [name for name in NAMES.get(self.at(behind), ()) if self.says(behind, name)]
        if not names:
            return None
        name = max(names, key=len)
        end = self.says(behind, name)
        if self.at(place - 1) in _OTHER_NEW_YEARS:
            return None
        told = {"this": 0, "next": 1, "last": -1}[self.at(place)] if of_year else 0
        year = (end, self.today.year + told) if of_year else self.year(self.past(end, ",", "of", "in"))
        if year:
            end = year[0]
        years = [year[1]] if year else range(max(self.today.year - 1, 1), min(self.today.year + 3, dt.MAXYEAR))
        days = [holiday(name, each) for each in years]
        if year or not days:
            return Hit(end, one_day(days[0])) if days else None
        past = [day for day in days if day < self.today]
        ahead = [day for day in days if day >= self.today]
        return Hit(end, one_day((past[-1] if past else ahead[0]) if which in {*_LAST, "past"} else ahead[0]))
