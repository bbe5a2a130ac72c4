"""Spans of days that English words name: "3 to 7 May", "the end of the month", "the next two weeks"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from .calendar_steps import month_end, months_on
from .english_counts import SHORT
from .english_dates import BEHIND_A_DAY, date_or_none
from .english_edges import Edges
from .time_words import STEPS, SUFFIXES, TO, Hit, Value

_DAY = dt.timedelta(days=1)
_WITHIN = ("within", "in less than", "in under", "in no more than", "in at most")
_NOW = {"now", "today", "date", "present"}


class Spans(Edges):
    """Reads spans of days, and the days in them."""

    def span(self, place: int) -> Hit | None:
        """Return the span named here, the longest way to read it; a day is one as well."""
        readers: tuple[Callable[[int], Hit | None], ...] = (
            self._days_of_month, self._between, self._part_of, self._starting, self._counted_span, self._one,
            self._counted_range,
        )  # fmt: skip
        return self.longest(place, readers)

    def _one(self, place: int) -> Hit | None:
        """Read a day or a whole period."""
        readers = (
            self.day,
            self.part,
            self._period,
            self._month,
            self._quarter,
            self._year,
            self._numbered_week,
            self._week_of,
        )
        return self.longest(place, readers)

    def _between(self, place: int) -> Hit | None:
        """Read "from 10/1 to 11/7", "between Jan 2019 and now", "Jan-Feb 2017"."""
        opener = self.at(place)
        week = (
            self._period(place) if self.at(place + 1) == "week" and self.at(place + 2) in {"from", "between"} else None
        )
        inner = self._between(place + 2) if week and self.weekday(place + 3) else None
        if (
            week and inner and inner.value.last - inner.value.first < dt.timedelta(days=7)
        ):  # "next week from Mon to Wed"
            first_day = week.value.first + dt.timedelta(days=inner.value.first.weekday())
            return Hit(inner.end, Value(first_day, first_day + (inner.value.last - inner.value.first), unit="span"))
        start = place + (opener in {"from", "between"})
        first = self.longest(start, (self._part_of, self._one, self._bare_day))
        first = first or (self._one(start + 1) if self.at(start) == "the" else None)
        first = first or (self._now(start) if start > place or self.at(place + 1) in TO - {"-", "–"} else None)
        if not first:
            return None
        join = self.past(first.end, "up") if self.at(first.end + 1) in TO else first.end
        if self.at(join) not in TO and not (opener == "between" and self.at(join) == "and"):
            return None
        behind = self.past(join + 1, "and")  # "up to and including"
        behind = self.past(behind, "including", "the") if self.at(behind) == "including" else behind
        readers = (self._part_of, self._one, self._now)
        second = self.longest(behind, readers) or self.longest(self.past(behind, "the"), readers)
        if not second:
            return self._to_a_number(first, behind)
        value = second.value
        if self.weekday(behind) and second.end == behind + 1 and 0 < (first.value.first - value.last).days < 7:
            second = Hit(second.end, value._replace(last=value.last + dt.timedelta(days=7)))
        return self._joined(first.value, second)

    def _to_a_number(self, first: Hit, place: int) -> Hit | None:
        """Read the second of "the 19th-23rd"."""
        number = self.ordinal(self.past(place, "the"))
        if (
            not number
            or first.value.unit not in {"day", "number"}
            or self.at(number[0] - 1) not in SUFFIXES
            or self.at(number[0]) not in BEHIND_A_DAY
        ):
            return None
        day = first.value.first
        month = day.replace(day=1) if number[1] > day.day else months_on(day.replace(day=1), 1)
        last = date_or_none(month.year, month.month, number[1])
        return Hit(number[0], Value(day, last, unit="span")) if last else None

    def _now(self, place: int) -> Hit | None:
        return Hit(place + 1, Value(self.today, self.today)) if self.at(place) in _NOW else None

    def _bare_day(self, place: int) -> Hit | None:
        """Read the first of "from the 27th to the 3rd of April": its month is told behind."""
        number = self.ordinal(self.past(place, "the"))
        days = (self.today + dt.timedelta(days=ahead) for ahead in range(62))
        day = next((day for day in days if number and day.day == number[1]), None)
        return Hit(number[0], Value(day, day, unit="number")) if number and day else None

    def _joined(self, first: Value, second: Hit) -> Hit | None:
        """Join two ends; the first is brought before the second where a word or its missing year leaves that open."""
        start, last = first.first, second.value.last
        if first.unit == "number":
            start = last.replace(day=1)
            if first.first.day > last.day:
                start = months_on(start, -1)
            if first.first.day > month_end(start).day:
                return None
            start = start.replace(day=first.first.day)
        elif first.unit == "day" and not first.has_year and second.value.has_year:
            year = last.year - ((start.month, start.day) > (last.month, last.day))
            start = date_or_none(year, start.month, start.day) or start
        elif not first.has_year and not second.value.has_year and (earlier := self._under_way(start, last)):
            start, last = earlier
        elif (
            first.unit == second.value.unit
            and first.unit in {"month", "quarter"}
            and start > last
            and start.month <= last.month
        ):
            start = start.replace(year=last.year)
        try:
            if start > last:
                moved = last.replace(year=last.year + 1)
                last = moved if (moved - start).days < 366 else last
                if start > last:
                    start = start.replace(year=second.value.last.year - (start.month > second.value.last.month))
        except ValueError:
            return None
        if start > last or (first.unit == "month" and (last - start).days > 800 and last != self.today):
            return None
        return Hit(second.end, Value(start, last, unit="span", sure=first.sure and second.value.sure))

    def _under_way(self, start: dt.date, last: dt.date) -> tuple[dt.date, dt.date] | None:
        """Return the days of a span without years a year earlier, where today is among them then."""
        try:
            begun = start.replace(year=start.year - 1)
            ended = last if start > last else last.replace(year=last.year - 1)
        except ValueError:  # 29 February
            return None
        return (begun, ended) if begun <= self.today <= ended else None

    def _days_of_month(self, place: int) -> Hit | None:
        """Read "9 to 12 of June", "January 12-15, 2027", "April ninth through seventeenth", "5-7 June"."""
        place = self.past(place, "from", "between")
        place = self.past(place, "the")
        month = self.month(place)
        one = self.day_number(self.past(month[0], "the") if month else place)
        join = self.past(one[0], "up") if one and self.at(one[0] + 1) in TO else one[0] if one else 0
        if not one or self.at(join) not in {*TO, "and"}:
            return None
        two = self.day_number(self.past(join + 1, "the"))
        if (
            not two
            or self.at(two[0]) in {":", "/", "am", "pm"}
            or (month and self.at(join) == "and" and self.at(two[0]) not in BEHIND_A_DAY)  # "3 and 10 people"
            or (self.at(two[0]) == "." and self.at(two[0] + 1).isdecimal())
        ):
            return None
        end = two[0]
        if not month:
            named = self.month(self.past(end, "of", "."))
            if not named:
                return self._days_of_period(self.past(end, "of", "in"), one[1], two[1])
            end, month = named[0], named
        elif self.month(end) or self.month(self.past(end, "of")):
            return None  # "May 5 to 7 June"
        behind, year = self._year_behind(end)
        last = self._dated(behind, month[1], two[1], year)
        if not last or one[1] > two[1]:
            return None
        return Hit(behind, Value(last.value.first.replace(day=one[1]), last.value.first, unit="span"))

    def _days_of_period(self, place: int, first: int, last: int) -> Hit | None:
        """Read "from 4 to 23 next month"."""
        step = STEPS.get(self.at(place))
        if step is None or self.at(place + 1) != "month" or first > last:
            return None
        month = months_on(self.today.replace(day=1), step)
        if last > month_end(month).day:
            return None
        return Hit(place + 2, Value(month.replace(day=first), month.replace(day=last), unit="span"))

    def _starting(self, place: int) -> Hit | None:
        """Read "3 days starting from next Monday", "2 weeks from May 20th on"."""
        is_for = self.at(place) == "for"
        found = self.amount(self.past(self.past(place, "for", "the"), "next", "first"))
        begins = {"starting", "beginning", "commencing"} | ({"from"} if is_for else set())
        if not found or self.at(found[0]) not in begins:
            return None
        start = self.day(self.past(found[0] + 1, "from", "on", "with"))
        last = self.moved(start.value.first, found[1], 1) if start else None
        if not start or not last:
            return None
        return Hit(start.end, Value(start.value.first, last - dt.timedelta(days=1), unit="span"))

    def _days_beside(self, place: int) -> Hit | None:
        """Read the rest of "the 3 days after Christmas", "the two weeks ahead"."""
        amount = self.amount(place)
        if not amount and self.at(place) in {"year", "month"}:
            amount = (place + 1, [(1, self.at(place))])
        if not amount or any(unit in SHORT for _, unit in amount[1]):
            return None
        if self.at(amount[0]) == "ahead":
            last = self.moved(self.today, amount[1], 1)
            return Hit(amount[0] + 1, Value(self.today + _DAY, last, unit="span")) if last else None
        if self.at(amount[0]) in {"ended", "ending"} and (end := self.day(self.past(amount[0] + 1, "on"))):
            first = self.moved(end.value.last + _DAY, amount[1], -1)
            return Hit(end.end, Value(first, end.value.last, unit="span")) if first else None
        after = self.at(amount[0]) in {"after", "following"}
        other = self.day(amount[0] + 1) if after or self.at(amount[0]) in {"before", "preceding"} else None
        moved = self.moved(other.value.first, amount[1], 1 if after else -1) if other else None
        if not other or not moved:
            return None
        days = (other.value.last + _DAY, moved) if after else (moved, other.value.first - _DAY)
        return Hit(other.end, Value(*days, unit="span", sure=other.value.sure))

    def _counted_span(self, place: int) -> Hit | None:
        """Read "the next two days", "last 3 months", "5 upcoming years", "over the next couple of weeks"."""
        place = self.past(place, "the")
        opened = self.either(place, *_WITHIN)
        within = self.amount(opened) if opened else None
        if within and within[1][0][1] not in SHORT:
            other = self.day(within[0] + 1) if self.at(within[0]) in {"of", "from", "after"} else None
            first = other.value.first if other else self.today
            last = self.moved(first, within[1], 1)
            return Hit(other.end if other else within[0], Value(first, last, unit="span")) if last else None
        step, start = STEPS.get(self.at(place), 0), place + 1
        amount = self.amount(start) if step else None
        if step and self.at(start) == "fortnight":
            amount = (start + 1, [(1, "fortnight")])
        if self.at(place - 1) == "the" and not step and (beside := self._days_beside(place)):
            return beside
        if not amount:
            number = self.cardinal(place)
            step = STEPS.get(self.at(number[0]), 0) if number else 0
            parts = self._counted_unit(place) or ()
            if number and step and not parts:
                word = self.at(number[0] + 1)
                unit = {"days": "day", "weeks": "week", "months": "month", "years": "year"}.get(word)
                amount = (number[0] + 2, [(number[1], unit)]) if unit else None
        if not amount or not step or any(unit in SHORT for _, unit in amount[1]):
            return self._quarters(place)
        if step > 0:
            first = self.today + dt.timedelta(days=1)
            last = self.moved(first, amount[1], 1)
            sure = not self.vague(place, amount[0])
            return Hit(amount[0], Value(first, last - dt.timedelta(days=1), unit="span", sure=sure)) if last else None
        first_day = self.moved(self.today, amount[1], -1)
        value = Value(first_day or self.today, self.today - dt.timedelta(days=1), unit="span")
        return Hit(amount[0], value._replace(sure=not self.vague(place, amount[0]))) if first_day else None
