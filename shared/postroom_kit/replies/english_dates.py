"""Dates that English words and numbers name: "3 March", "March 3rd, 2027", 3/4/2027, 2027-03-04."""

from __future__ import annotations

import datetime as dt

from .english_times import Times
from .time_words import STEPS, Hit, Value, one_day, words_of

_OF_OTHER_THINGS = set(words_of("of other things"))
_JUST_PAST = dt.timedelta(days=60)
BEHIND_A_DAY = {"", *words_of("behind a day")}
_FRACTIONS = {(1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (24, 7), (9, 10), (10, 10), (5, 5), (4, 5), (1, 1)}
_OF_A_WHOLE = set(words_of("of a whole"))


class Dates(Times):
    """Reads dates with a month, in words or in numbers."""

    def upcoming(self, month: int, number: int) -> dt.date | None:
        """Return the next such day of a year, today included."""
        for year in range(self.today.year, min(self.today.year + 9, dt.MAXYEAR)):
            day = date_or_none(year, month, number)
            if day and day >= self.today:
                return day
        return None

    def _dated(self, end: int, month: int, number: int, year: int | None, *, sure: bool = True) -> Hit | None:
        day = date_or_none(year, month, number) if year else self.upcoming(month, number)
        return Hit(end, one_day(day, sure=sure)._replace(has_year=bool(year))) if day else None

    def _iso(self, place: int) -> Hit | None:
        year = self.year(place) if self.digits(place, 4) is not None else None
        if not year:
            return None
        sign = self.at(year[0]) if self.at(year[0]) in {"-", "/", "."} else ""
        behind = year[0] + bool(sign)
        named = self.month(behind)
        number = self.digits(behind)
        month = named or ((behind + 1, number) if number and number <= 12 else None)
        if not month or (sign and self.at(month[0]) != sign):
            return None
        day = self.digits(month[0] + bool(sign))
        if not day or (
            self.at(month[0] + bool(sign) + 1) == "-" and self.glued(month[0] + 3) and self.digits(month[0] + 3, 4)
        ):
            return None
        return self._dated(month[0] + bool(sign) + 1, month[1], day, year[1])

    def _numbers(self, place: int) -> Hit | None:
        """Read 3/4, 3/4/2026, 3.4., 03-04-2026. With slashes English writers mean the month first, where both are."""
        one, sign, two = self.digits(place), self.at(place + 1), self.digits(place + 2)
        before = self.at(place - 1)
        if (
            not one
            or not two
            or sign not in {"/", ".", "-"}
            or (before in {"/", ".", "-", ":", "$", "€", "£", "#"} and self.glued(place) and not self._second(place))
        ):
            return None
        ended = self._behind_numbers(place, sign, (one, two))
        if not ended:
            return None
        end, year = ended
        months = [(month, day) for month, day in ((one, two), (two, one)) if month <= 12 and day <= 31]
        if sign == ".":
            months.reverse()
        days = [self._dated(end, month, day, year) for month, day in months]
        found = [hit for hit in days if hit]
        if not found:
            return None
        told = self.weekday(place - 1)
        dated = [hit._replace(value=self._of_that_weekday(hit.value, told[1])) for hit in found] if told else []
        agreeing = [hit for hit in dated if told and hit.value.first.weekday() == told[1]]
        if sign == "-" and told and not year and (not agreeing or self.at(place - 2) in {"-", "–", "to"}):
            return None  # "Mon-Fri 9-17" are hours
        read = agreeing or found
        sure = sign == "." or len({each.value.first for each in read}) == 1
        return self._with_weekday(Hit(read[0].end, read[0].value._replace(sure=sure)))

    def _second(self, place: int) -> bool:
        """Tell whether the second of "9/3-9/12" begins here."""
        return self.at(place - 1) == "-" and self.at(place - 3) == "/" == self.at(place + 1)

    def _behind_numbers(self, place: int, sign: str, numbers: tuple[int, int]) -> tuple[int, int | None] | None:
        """Return the place behind a date in numbers, with its year or without; None where they are no date."""
        end, before = place + 3, self.at(place - 1 - (self.at(place - 1) == "."))
        if self.at(end) == sign and self.glued(end) and self.glued(end + 1) and self.digits(end + 1, 4) is not None:
            number = int(self.at(end + 1))
            year = self.year(end + 1) if number >= 100 else (end + 2, 2000 + number)
            named = self.at(end + 2) == "-" and self.glued(end + 2) and self.at(end + 3).isalpha()  # "3.4.2016-b2"
            return year if len(self.at(end + 1)) in (2, 4) and not named else None
        if self.at(end) == "," and self.glued(end + 1) and self.digits(end + 1, 4) and (found := self.year(end + 1)):
            return found
        if sign == "." and self.at(end) == "." and self.glued(end):
            return None if before in _OF_OTHER_THINGS else (end + 1, None)
        if self.glued(end) and self.at(end).isalpha():
            return None
        if self.month(end):
            return None  # "10/11 January"
        goes_on = self.at(end) in {"/", "-", "%", "."} and self.glued(end) and self.at(end + 1).isdecimal()
        goes_on = (goes_on and not self._second(end + 1)) or (sign == "/" and before in _OF_OTHER_THINGS)
        cued = before in {"on", "by", "until", "till", "from", "to"} or bool(self.weekday(place - 1))
        shared = sign == "/" and self.at(end) in _OF_A_WHOLE
        is_fraction = (numbers in _FRACTIONS or shared) and not cued
        if goes_on or is_fraction or (sign != "/" and not self._told_a_date(place, sign)):
            return None
        return self._year_behind(end) if sign == "/" and self.at(end) not in {"-", "/", "."} else (end, None)

    def _told_a_date(self, place: int, sign: str) -> bool:
        """Tell whether what is around 4.5 or 04-05 makes it a day; "Monday 2-4" are hours."""
        if sign == "-" and len(self.at(place)) + len(self.at(place + 2)) < 3:
            return False
        before = self.at(place - 1)
        if self.at(place + 3) in {"am", "pm", "a", "p", "h", "o"}:
            return False
        cued = before in {"on", "by", "until", "till", "before", "back", "date", "dated", "from", "due", "since"}
        return bool(self.weekday(place - 1)) or (cued and self.at(place + 3) in BEHIND_A_DAY)

    def _named_month(self, place: int) -> Hit | None:
        """Read "3 March", "3rd of March 2026", "March 3, 2026", "Jan/3", "the 23rd day of September"."""
        if number := self.day_number(place):
            behind = self.past(number[0], "day")
            behind = self.past(behind, "of", "-", "/", ".", ",")
            if month := self.month(behind):
                end, year = self._year_behind(month[0])
                end, year = (end, year) if year else self._short_year(month[0])
                return self._with_weekday(self._dated(end, month[1], number[1], year))
            return None
        if month := self.month(place):
            dotted = self.at(month[0]) == "." and self.glued(month[0]) and self.glued(month[0] + 1)
            behind = self.past(month[0] + dotted, "-", "/", ",", "the")
            spelled = self.cardinal(behind) if self.at(behind) in {"twenty", "thirty"} else None  # "twenty two"
            if number := self.day_number(behind) or (spelled if spelled and 20 < spelled[1] <= 31 else None):
                if (
                    self.at(number[0]) == ":"
                    or self.at(number[0]) in {"am", "pm", "%"}
                    or (self.at(number[0]) == "." and self.at(number[0] + 1).isdecimal() and self.glued(number[0] + 1))
                ):
                    return None
                end, year = self._year_behind(number[0])
                return self._with_weekday(self._dated(end, month[1], number[1], year))
        return None

    def _with_weekday(self, hit: Hit | None) -> Hit | None:
        """Return a date with its weekday behind it: "5 May (Thursday)", "5 May, Thursday"."""
        named = self.weekday(hit.end + 1) if hit and self.at(hit.end) in {"(", ","} else None
        if not hit or not named:
            return hit
        value, closed = self._of_that_weekday(hit.value, named[1]), self.at(named[0]) == ")"
        return Hit(named[0] + closed, value) if closed or value.first.weekday() == named[1] else hit

    def _stepped(self, place: int) -> Hit | None:
        """Read "last April 22", "this 5/12", "2027, April 22nd", "next year on 22 April"."""
        if year := self.year_before(place):
            hit = self._named_month(self.past(year[0], ",", "on"))
            day = date_or_none(year[1], hit.value.first.month, hit.value.first.day) if hit else None
            return Hit(hit.end, one_day(day)) if hit and day and not hit.value.has_year else None
        step = STEPS.get(self.at(place)) if self.at(place) not in {"the", "that", "same"} else None
        hit = self.longest(place + 1, (self._numbers, self._named_month)) if step is not None else None
        if not hit or hit.value.has_year or not step or step > 0:
            return hit
        day = hit.value.first
        before = date_or_none(day.year - (day >= self.today), day.month, day.day)
        return Hit(hit.end, one_day(before, sure=hit.value.sure)) if before else None

    def year_before(self, place: int) -> tuple[int, int] | None:
        """Return the place behind a year before what is in it: "2027 Christmas", "next year's Q3"."""
        step = STEPS.get(self.at(place)) if self.at(place + 1) == "year" else None
        if step is not None:
            return self.says(place + 2, "' s") or place + 2, self.today.year + step
        return self.year(place) if self.digits(place, 4) else None

    def _year_behind(self, place: int) -> tuple[int, int | None]:
        behind = self.past(place, ",", "of", "-", "/", ".", "in")
        later = self.past(behind, "the") if self.at(behind + 1) in STEPS else behind
        if self.at(later + 1) == "year" and self.at(later) in STEPS and self.at(later + 2) != "'":
            return later + 2, self.today.year + STEPS[self.at(later)]
        year = self.year(behind)
        if year and not (
            self.at(year[0]) == ":" or (self.at(behind) in {"nineteen", "twenty"} and self.at(year[0]) in {"am", "pm"})
        ):
            return year[0], year[1]
        two = self.digits(behind)
        if (
            self.at(behind) == "'"
            and self.glued(behind + 1)
            and len(self.at(behind + 1)) == 2
            and (short := self.digits(behind + 1))
        ):
            return behind + 2, 2000 + short
        if two is not None and self.at(behind - 1) in {"/", "-"} and behind > place and len(self.at(behind)) == 2:
            return behind + 1, 2000 + two
        return place, None

    def _short_year(self, place: int) -> tuple[int, int | None]:
        """Read the year of "22 Apr 16.", which is no hour, where nothing is counted behind it."""
        number = self.digits(place) if len(self.at(place)) == 2 else None
        ends = {"", ".", ",", ")", ";", "?", "!"}
        if not number or number <= 12 or self.at(place + 1) not in ends or self.at(place + 2).isdecimal():
            return place, None
        return place + 1, number + (2000 if number <= self.today.year % 100 + 10 else 1900)

    def _of_that_weekday(self, value: Value, weekday: int) -> Value:
        """Return a date in the year in which it is of this weekday, where no year is told."""
        if value.has_year or value.first.weekday() == weekday:
            return value
        days = (date_or_none(self.today.year + ahead, value.first.month, value.first.day) for ahead in range(-1, 2))
        recent = [day for day in days if day and day >= self.today - _JUST_PAST]
        return next((one_day(day) for day in recent if day.weekday() == weekday), value)


def date_or_none(year: int, month: int, day: int) -> dt.date | None:
    """Return a date, or None where the calendar has none such."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
