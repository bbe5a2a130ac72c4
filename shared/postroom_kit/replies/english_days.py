"""Single days that English words name: "3 March", "next Friday", "the 18th", "in two weeks", "Christmas"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from .calendar_steps import business_days_on, months_on
from .english_dates import BEHIND_A_DAY, date_or_none
from .english_weekdays import LAST, Weekdays
from .holidays_told import FIRST_WORDS, NAMES, holiday, plain
from .time_words import STEPS, SUFFIXES, Hit, Token, numbers_of, one_day

_AROUND_TODAY = numbers_of("around today")
_OTHER_NEW_YEARS = {"chinese", "lunar", "jewish", "islamic", "orthodox", "persian", "vietnamese", "korean", "tamil"}
_LONGEST_ROW = 20  # tokens of "3, 4 and 5 January"
_LONGEST_NAME = 9
_DEEPEST = 6  # days told from another day: "3 days before the day before ..."


class Days(Weekdays):
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
            self._of_the_same_month, self._of_month, self._nth_weekday, self._beside, self._stepped, self._in_month,
        )  # fmt: skip
        self._depth += 1
        self._days[place] = hit = self.longest(place, readers)
        self._depth -= 1
        return hit

    def _of_month(self, place: int) -> Hit | None:
        """Read "the 18th", "the 15th day of next month", "on the 17": the next such day."""
        number, told = self.ordinal(place + (self.at(place) == "day")), self.at(place - 1) == "the"
        number = self.day_number(place + 1) if self.at(place) == "day" else number
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
        step = 0 if self.at(behind) == "month" else STEPS.get(self.at(behind))
        end = behind + (self.at(behind) != "month")
        if step is not None and self.at(end) == "month" and (of > number[0] or self.at(behind) in {"next", "this"}):
            day = months_on(self.today.replace(day=1), step)
            found = date_or_none(day.year, day.month, number[1])
            return Hit(end + 1, one_day(found)) if found else None
        before = self.at(place - 2) if told else self.at(place - 1)
        told = told or (self.at(number[0]) == "at" and self.time(number[0]) is not None)  # "5th at 4 a.m."
        told = told or (before in {"or", "and", ","} and self.at(place - 2) in SUFFIXES)  # "the 19th or 20th"
        if (
            not (told or before in {"on", "by", "until", "till"})
            or self.at(place) == "day"
            or self.says(number[0], "to last")
            or self.at(number[0]) not in BEHIND_A_DAY
            or (number[1] < 10 and not self.at(place)[0].isdecimal() and before not in {"on", "by", "until", "till"})
        ):
            return None
        days = (self.today + dt.timedelta(days=ahead) for ahead in range(62))
        return next((Hit(number[0], one_day(day)) for day in days if day.day == number[1]), None)

    def _in_month(self, place: int) -> Hit | None:
        """Read "next month on the 15th"."""
        step = STEPS.get(self.at(place)) if self.at(place + 1) == "month" else None
        number = self.ordinal(self.past(self.past(place + 2, "on", ","), "the"))
        month = months_on(self.today.replace(day=1), step) if step is not None and number else None
        day = date_or_none(month.year, month.month, number[1]) if month and number else None
        return Hit(number[0], one_day(day)) if day and number else None

    def _of_the_same_month(self, place: int) -> Hit | None:
        """Read "4th" in "Jan 3rd or 4th", 4 and 5 in "December 3, 4 and 5", 10 in "10 or 11 December"."""
        number = self.day_number(place)
        if not number or self.at(number[0]) in {":", "am", "pm", "/", "-", "%"}:
            return None
        joins, back = {"and", "or", "&", ","}, place
        closing = self.at(place - 1) in joins - {","} or (
            self.at(number[0]) in joins and self.day_number(self.past(number[0] + 1, "and", "or"))
        )
        while self.at(back - 1) in joins and place - back < _LONGEST_ROW:  # back to the first number of the row
            back -= self.at(back - 1) in {"and", "or"} and self.at(back - 2) == ","
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

    def _told(self, place: int) -> Hit | None:
        """Read the words for days around today."""
        step, working = STEPS.get(self.at(place), 0), self.past(place + 1, "business", "working")
        if step and (self.at(working) == "weekday" or (working > place + 1 and self.at(working) == "day")):
            return Hit(working + 1, one_day(business_days_on(self.today, step)))
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

    def _holiday_name(self, place: int) -> tuple[int, str] | None:
        """Return the place behind the name of a holiday, however its apostrophe is set, and its plain name."""
        if plain(self.at(place)) not in FIRST_WORDS:
            return None
        words, found = "", None
        for at in range(place, place + _LONGEST_NAME):
            if not self.at(at) or (self.at(at) == "." and self.at(at - 1) not in {"st", "jr"}):
                break
            if self.at(at) not in {"'", "."}:
                words += self.at(at) if self.at(at) == "s" and self.at(at - 1) == "'" else f" {self.at(at)}"
                found = (at + 1, plain(words)) if plain(words) in NAMES else found
        return found

    def _holiday(self, place: int) -> Hit | None:
        of_year = self.year_before(place)
        which, behind = ("", of_year[0]) if of_year else self._which(place)
        named = self._holiday_name(behind)
        if not named or self.at(place - 1) in _OTHER_NEW_YEARS:
            return None
        end, name = named
        end, year = (end, of_year[1]) if of_year else self._year_behind(end)
        years = [year] if year else range(max(self.today.year - 1, 1), min(self.today.year + 3, dt.MAXYEAR))
        days = [holiday(name, each) for each in years]
        if year or not days:
            return Hit(end, one_day(days[0])) if days else None
        past = [day for day in days if day < self.today]
        ahead = [day for day in days if day >= self.today]
        return Hit(end, one_day((past[-1] if past else ahead[0]) if which in {*LAST, "past"} else ahead[0]))
