"""Parts of periods and further ones that English words name: "the second half of May", "this winter", "the '80s"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from .calendar_steps import month_end, months_on
from .english_periods import PERIODS, Periods
from .time_words import STEPS, Hit, Value, numbers_of, words_of

_DAY = dt.timedelta(days=1)
_SEASONS = {name: month for name, (month,) in numbers_of("seasons").items()}
_DECADES = {name: number for name, (number,) in numbers_of("decades").items()}
_SEASON_CUES, _NOT_A_SEASON = set(words_of("season cues")), set(words_of("behind no season"))


class Parts(Periods):
    """Reads parts of months and years, the periods beside a day, seasons, decades and centuries."""

    def part(self, place: int) -> Hit | None:
        """Return the part of a period named here, the longest way to read it."""
        place = self.past(place, "the")
        readers: tuple[Callable[[int], Hit | None], ...] = (
            self._after_next, self._week_beside, self._half_of, self._first_of, self._nth_of, self._season,
            self._holiday_time, self._decade,
        )  # fmt: skip
        return self.longest(place, readers)

    def whole(self, place: int) -> Hit | None:
        """Return the period behind "of": "next month", "November", "2027", "the year"."""
        behind = self.past(place, "the")
        hit = self.longest(behind, (self._period, self._month, self._quarter, self.plain_year))
        return hit or (Hit(behind + 1, self._whole(self.at(behind), 0)) if self.at(behind) in PERIODS else None)

    def plain_year(self, place: int) -> Hit | None:
        """Read a year behind a word that can only be followed by one: "early 2027"."""
        if hit := self._year(place):
            return hit
        year = self.year(place) if self.digits(place, 4) else None
        if not year or (self.glued(year[0]) and self.at(year[0]) not in {".", ",", "!", "?", ";", ")"}):
            return None
        return Hit(year[0], Value(dt.date(year[1], 1, 1), dt.date(year[1], 12, 31), unit="year"))

    def _after_next(self, place: int) -> Hit | None:
        for phrase, step in (("after next", 2), ("before last", -2)):
            if self.at(place) in PERIODS and (end := self.says(place + 1, phrase)):
                return Hit(end, self._whole(self.at(place), step))
        return None

    def _week_beside(self, place: int) -> Hit | None:
        """Read "the week before Christmas", "the weekend after 3 May": of weeks from Monday."""
        unit, side = self.at(place), self.at(place + 1)
        if unit not in {"week", "weekend"} or side not in {"before", "after", "following"} or self.weekday(place + 2):
            return None
        day = self.day(place + 2)
        if not day or day.value.unit != "day":
            return None
        monday = day.value.first - dt.timedelta(days=day.value.first.weekday())
        if unit == "weekend":
            saturday = monday + dt.timedelta(days=-2 if side == "before" else 5)
            return Hit(day.end, Value(saturday, saturday + _DAY, unit=unit, sure=day.value.sure))
        monday += dt.timedelta(days=-7 if side == "before" else 7)
        return Hit(day.end, Value(monday, monday + dt.timedelta(days=6), unit=unit, sure=day.value.sure))

    def _holiday_time(self, place: int) -> Hit | None:
        """Read "Labor Day weekend", with the holiday beside it, and "Christmas week"."""
        hit = self._holiday(place)
        if not hit or self.at(hit.end) not in {"weekend", "week"} or self.at(hit.end + 1) in {"before", "after"}:
            return None
        day = hit.value.first
        monday = day - dt.timedelta(days=day.weekday())
        if self.at(hit.end) == "week":
            return Hit(hit.end + 1, Value(monday, monday + dt.timedelta(days=6), unit="week"))
        first = {0: day - 2 * _DAY, 1: day - 3 * _DAY, 3: day, 4: day}.get(day.weekday(), monday + 5 * _DAY)
        last = day if day.weekday() < 2 else monday + 6 * _DAY
        if self.at(hit.end - 1) == "easter":
            first, last = day - 2 * _DAY, day + _DAY
        return Hit(hit.end + 1, Value(first, last, unit="weekend"))

    def _half_of(self, place: int) -> Hit | None:
        """Read "the second half of November"; of years and quarters `_quarter` reads them."""
        number = (place + 1, 2) if self.at(place) in {"last", "latter"} else self.ordinal(place)
        if not number or number[1] > 2 or self.at(number[0]) != "half" or self.at(number[0] + 1) not in {"of", "in"}:
            return None
        whole = self.whole(number[0] + 2)
        if not whole or whole.value.unit not in {"month", "week"}:
            return None
        first, last = whole.value.first, whole.value.last
        middle = first + dt.timedelta(days=14 if whole.value.unit == "month" else 2)
        days = (first, middle) if number[1] == 1 else (middle + _DAY, last)
        return Hit(whole.end, Value(*days, unit="half"))

    def _first_of(self, place: int) -> Hit | None:
        """Read "the first two weeks of November", "the last three days of the month"."""
        if self.at(place) not in {"first", "last"}:
            return None
        amount = self.amount(place + 1)
        if not amount or self.at(amount[0]) not in {"of", "in"}:
            return None
        whole = self.whole(amount[0] + 1)
        if not whole or any(unit in {"hour", "minute", "second"} for _, unit in amount[1]):
            return None
        first, last = whole.value.first, whole.value.last
        if self.at(place) == "first":
            end = self.moved(first, amount[1], 1)
            days = (first, end - _DAY) if end else None
        else:
            begin = self.moved(last + _DAY, amount[1], -1)
            days = (begin, last) if begin else None
        if not days or not first <= days[0] <= days[1] <= last:
            return None
        return Hit(whole.end, Value(*days, unit="span", sure=not self.vague(place, amount[0])))

    def _nth_of(self, place: int) -> Hit | None:
        """Read "the first weekend of May", "the last month of the year"."""
        number = (place + 1, 0) if self.at(place) == "last" else self.ordinal(place)
        unit = self.at(number[0]) if number else ""
        if not number or unit not in {"weekend", "month"} or self.at(number[0] + 1) not in {"of", "in"}:
            return None
        whole = self.whole(number[0] + 2)
        if not whole or whole.value.unit in {"day", "week", "weekend", "decade"}:
            return None
        first, last = whole.value.first, whole.value.last
        if unit == "month":
            begin = months_on(first, number[1] - 1) if number[1] else last.replace(day=1)
            value = Value(begin, month_end(begin), unit="month")
        else:
            begin = first + dt.timedelta(days=(5 - first.weekday()) % 7 + 7 * (number[1] - 1))
            begin = begin if number[1] else last - dt.timedelta(days=(last.weekday() - 5) % 7)
            value = Value(begin, begin + _DAY, unit="weekend")
        return Hit(whole.end, value) if begin <= last else None

    def _season(self, place: int) -> Hit | None:
        """Read "this winter", "the summer of 2027", those of the northern half of the world: it is never sure."""
        before = self.year_before(place)
        step = STEPS.get(self.at(place)) if self.at(place) != "the" and not before else None
        step = -1 if (past := self.says(place, "this past")) else step
        at = before[0] if before else past or place + (step is not None)
        month = _SEASONS.get(self.at(at))
        if month is None:
            return None
        end, year = (at + 1, before[1]) if before else self._year_behind(at + 1)
        if year and self.at(end) in {"-", "/"} and self.digits(end + 1, 4) in {year + 1, (year + 1) % 100}:
            end += 2  # "winter 2026/27"
        cue = self.at(place - 1 - (self.at(place - 1) == "the"))
        if not year and step is None and (cue not in _SEASON_CUES or self.at(at + 1) in _NOT_A_SEASON):
            return None
        today = self.today
        if year:
            first = dt.date(year, month, 1)
        else:
            starts = [dt.date(today.year + on, month, 1) for on in (-2, -1, 0, 1)]
            over = [start for start in starts if months_on(start, 3) <= today]
            ahead = [start for start in starts if start > today]
            open_now = [start for start in starts if start <= today < months_on(start, 3)]
            if step is None or (step == 0 and month == 12):
                first = (open_now or ahead)[0]
            elif step == 0:
                first = starts[2]
            else:
                first = ahead[0] if step > 0 else over[-1]
        return Hit(end, Value(first, months_on(first, 3) - _DAY, unit="season", sure=False))

    def _decade(self, place: int) -> Hit | None:
        """Read "the nineties", "the '80s", "the 21st century"."""
        number = self.ordinal(place)
        if number and 1 < number[1] < 30 and self.at(number[0]) == "century":
            first = dt.date(100 * (number[1] - 1), 1, 1)
            return Hit(
                number[0] + 1, Value(first, first.replace(year=first.year + 99, month=12, day=31), unit="decade")
            )
        at = self.past(self.past(place, "'", "nineteen"), "-")
        behind = self.past(at + 1, "'")
        two = self.digits(at) if len(self.at(at)) == 2 and self.at(behind) == "s" and self.glued(behind) else None
        named = _DECADES.get(self.at(at)) if at > place or self.at(place - 1) in {"the", "early", "late", "-"} else None
        if (two is None and named is None) or (two is not None and at == place and self.at(place - 1) != "the"):
            return None
        tens = named or two or 0
        if tens % 10 or tens < 20:
            return None
        first = dt.date((1900 if tens > 20 else 2000) + tens, 1, 1)
        return Hit(at + 1 if named else behind + 1, Value(first, dt.date(first.year + 9, 12, 31), unit="decade"))
