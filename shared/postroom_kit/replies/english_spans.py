"""Spans of days that English words name: "next week", "3 to 7 May", "the end of the month", "Q2 2027"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from .english_days import Days
from .time_words import Hit, Value, month_end, months_on

_STEPS = {
    "this": 0, "current": 0, "the": 0, "same": 0, "that": 0, "next": 1, "following": 1, "coming": 1, "upcoming": 1,
    "last": -1, "previous": -1, "past": -1,
}  # fmt: skip
_PERIODS = {"week", "weekend", "month", "quarter", "year", "decade", "workweek"}
_EDGES = {
    "beginning": "start", "start": "start", "early": "start", "end": "end", "late": "end", "close": "end", "eo": "end",
    "middle": "middle", "mid": "middle", "rest": "rest", "remainder": "rest", "remaining": "rest", "later": "rest",
}  # fmt: skip
_TO = {"to", "until", "till", "through", "thru", "-", "–", "—"}
_YEAR_CUES = {"in", "since", "of", "year", "from", "until", "till", "end", "by", "during", "after", "before", "between",
              "and", "than", "to", "for", "through"}  # fmt: skip
_MONTH_CUES = {
    "in",
    "the",
    "until",
    "till",
    "by",
    "from",
    "to",
    "after",
    "before",
    "since",
    "between",
    "and",
    "during",
    "through",
    "of",
    "around",
    "for",
    "of",
    "next",
    "this",
    "last",
}


class Spans(Days):
    """Reads spans of days, and the days in them."""

    def span(self, place: int) -> Hit | None:
        """Return the span named here, the longest way to read it; a day is one as well."""
        readers: tuple[Callable[[int], Hit | None], ...] = (
            self._between, self._days_of_month, self._part_of, self._starting, self._one, self._counted_span,
        )  # fmt: skip
        return self.longest(place, readers)

    def _one(self, place: int) -> Hit | None:
        """Read a day or a whole period."""
        readers = (self.day, self._period, self._month, self._quarter, self._year, self._numbered_week, self._week_of)
        return self.longest(place, readers)

    def _between(self, place: int) -> Hit | None:
        """Read "from 10/1 to 11/7", "between Jan 2019 and now", "Jan-Feb 2017"."""
        opener = self.at(place)
        start = place + (opener in {"from", "between"})
        first = self.longest(start, (self._part_of, self._one, self._bare_day))
        if not first or (self.at(first.end) not in _TO and not (opener == "between" and self.at(first.end) == "and")):
            return None
        behind = self.past(first.end + 1, "and")  # "up to and including"
        behind = self.past(behind, "including", "the") if self.at(behind) == "including" else behind
        second = self.longest(behind, (self._part_of, self._one, self._now))
        if not second:
            return None
        return self._joined(first.value, second)

    def _now(self, place: int) -> Hit | None:
        return Hit(place + 1, Value(self.today, self.today)) if self.at(place) in {"now", "today", "date"} else None

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
        elif not first.has_year and not second.value.has_year and start <= last and start.year > dt.MINYEAR:
            earlier = (
                (start.replace(year=start.year - 1), last.replace(year=last.year - 1))
                if start.day < 29 and last.day < 29 or start.month != 2 != last.month
                else None
            )
            if earlier and earlier[0] <= self.today <= earlier[1]:
                start, last = earlier  # under way
        elif first.unit == second.value.unit == "month" and start > last and start.month <= last.month:
            start = start.replace(year=last.year)
        try:
            if start > last:
                moved = last.replace(year=last.year + 1)
                last = moved if (moved - start).days < 366 else last
                if start > last:
                    start = start.replace(year=second.value.last.year - (start.month > second.value.last.month))
        except ValueError:
            return None
        if start > last or (first.unit == "month" and (last - start).days > 800):
            return None
        return Hit(second.end, Value(start, last, unit="span", sure=first.sure and second.value.sure))

    def _days_of_month(self, place: int) -> Hit | None:
        """Read "9 to 12 of June", "January 12-15, 2027", "April ninth through seventeenth", "5-7 June"."""
        place = self.past(place, "from", "between")
        place = self.past(place, "the")
        month = self.month(place)
        one = self.day_number(self.past(month[0], "the") if month else place)
        if not one or self.at(one[0]) not in {*_TO, "and"}:
            return None
        two = self.day_number(self.past(one[0] + 1, "the"))
        if (
            not two
            or self.at(two[0]) in {":", "/", "am", "pm"}
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
        step = _STEPS.get(self.at(place))
        if step is None or self.at(place + 1) != "month" or first > last:
            return None
        month = months_on(self.today.replace(day=1), step)
        if last > month_end(month).day:
            return None
        return Hit(place + 2, Value(month.replace(day=first), month.replace(day=last), unit="span"))

    def _period(self, place: int) -> Hit | None:
        """Read "next week", "this month", "the week after next", "weekend"."""
        place = self.past(place, "the")
        for phrase, weeks in (("week after next", 2), ("week after", 1), ("week before last", -2)):
            if (end := self.says(place, phrase)) and (
                phrase != "week after" or self.at(end) in {"", ".", ",", "?", "!"}
            ):
                return Hit(end, self._whole("week", weeks))
        step = _STEPS.get(self.at(place))
        told = step is not None or self.at(place - 1) == "the"
        behind = place + (step is not None)
        if self.at(behind) in {"working", "work", "business"}:
            behind, working = behind + 1, True
        else:
            working = False
        unit = self.at(behind)
        if (
            unit not in _PERIODS
            or not (told or unit == "weekend")
            or (self.says(behind, "week of") and step in (0, None))
        ):
            return None
        if (
            not step
            and unit in {"month", "week", "year", "quarter"}
            and self.at(place) in {"the", "that", "same"}
            and self.at(place - 1) in {"of", "per"}
            and self.at(place - 2) not in {"end", "rest"}
        ):
            return None
        if step is None and unit != "weekend":
            return None
        value = self._whole(unit, step or 0)
        return Hit(behind + 1, value._replace(last=value.last - dt.timedelta(days=2)) if working else value)

    def _whole(self, unit: str, step: int) -> Value:
        """Return a whole period, so many on from today's."""
        monday = self.today - dt.timedelta(days=self.today.weekday()) + dt.timedelta(days=7 * step)
        if unit in {"week", "workweek"}:
            return Value(monday, monday + dt.timedelta(days=6), unit="week")
        if unit == "weekend":
            return Value(monday + dt.timedelta(days=5), monday + dt.timedelta(days=6), unit="weekend")
        length = {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit]
        first = self.today.replace(day=1)
        start = {"month": first, "quarter": first.replace(month=(first.month - 1) // 3 * 3 + 1)}.get(
            unit, first.replace(month=1)
        )
        start = start.replace(year=start.year // 10 * 10) if unit == "decade" else start
        start = months_on(start, length * step)
        return Value(start, month_end(months_on(start, length - 1)), unit=unit)

    def _month(self, place: int) -> Hit | None:
        """Read a month, with its year or without: the next one that is not over."""
        before = self.year(place) if self.digits(place, 4) else None
        if before and (month := self.month(self.past(before[0], ",", "in"))) and self.digits(month[0]) is None:
            first = dt.date(before[1], month[1], 1)
            return Hit(month[0], Value(first, month_end(first), unit="month"))
        step = _STEPS.get(self.at(place))
        named = self.month(place + (self.at(place) in {"next", "last", "this", "the"}))
        if not named:
            return None
        end, month = named
        behind, year = self._year_behind(end)
        if year is None and self.at(end) in {"next", "last", "this"} and self.at(end + 1) == "year":
            year, behind = self.today.year + _STEPS[self.at(end)], end + 2
        if self.digits(end) is not None and year is None and behind == end:
            return None
        if (
            self.tokens[named[0] - 1].text == "may"
            and year is None
            and self.at(place - 1) not in _MONTH_CUES
            and step is None
        ):
            return None
        if year is None:
            year = self.today.year + (month < self.today.month)
            year += {"next": int(month == self.today.month), "last": -1}.get(self.at(place), 0)
        if not dt.MINYEAR <= year <= dt.MAXYEAR:
            return None
        first = dt.date(year, month, 1)
        return Hit(behind, Value(first, month_end(first), unit="month"))

    def _quarter(self, place: int) -> Hit | None:
        """Read "Q1 2019", "2017 q1", "H2", "first quarter of next year"."""
        year = self.year(place) if self.digits(place, 4) else None
        behind = self.past(year[0], "-", "'") if year else self.past(place, "the")
        months, number, end = 0, self.digits(behind + 1), behind + 2
        if self.at(behind) in {"q", "h"} and self.glued(behind + 1) and number:
            months = 3 if self.at(behind) == "q" else 6
        elif (told := self.ordinal(behind)) and self.at(told[0]) in {"quarter", "half"}:
            months, number, end = (3 if self.at(told[0]) == "quarter" else 6), told[1], told[0] + 1
        if not months or not number or number * months > 12:
            return None
        first = self.today.replace(month=1, day=1)
        if not year:
            at = self.past(self.past(end, "of", "-", ",", "in"), "the")
            later = self.year(at)
            if later:
                first, end = first.replace(year=later[1]), later[0]
            elif self.at(at) in _STEPS and self.at(at + 1) == "year":
                first, end = months_on(first, 12 * _STEPS[self.at(at)]), at + 2
            elif self.at(at) == "year":
                end = at + 1
            elif months_on(first, months * number) <= self.today:
                first = months_on(first, 12)
        else:
            first = first.replace(year=year[1])
        start = months_on(first, months * (number - 1))
        return Hit(end, Value(start, month_end(months_on(start, months - 1)), unit="quarter"))

    def _year(self, place: int) -> Hit | None:
        """Read a year alone, beside a word that makes it one."""
        cued = (
            self.at(place - 1) in _YEAR_CUES
            or (self.at(place + 1) == "s" and self.glued(place + 1))
            or self.at(place + 1) in _TO | {"and"}
        )
        year = self.year(place) if cued and self.digits(place, 4) else None
        if year and self.at(year[0]) == "s" and self.glued(year[0]) and year[1] % 10 == 0:
            return Hit(year[0] + 1, Value(dt.date(year[1], 1, 1), dt.date(year[1] + 9, 12, 31), unit="decade"))
        if (
            not year
            or self.glued(place)
            and self.at(place - 1) in {"/", ".", ":", "$"}
            and self.at(place - 2).isdecimal()
        ):
            return None
        if self.at(year[0]).isalpha() and self.glued(year[0]):
            return None
        return Hit(year[0], Value(dt.date(year[1], 1, 1), dt.date(year[1], 12, 31), unit="year"))

    def _numbered_week(self, place: int) -> Hit | None:
        number = self.digits(place + 1) if self.at(place) == "week" else None
        if not number or number > 53:
            return None
        year = self.year(self.past(place + 2, "of", ","))
        try:
            first = dt.date.fromisocalendar(year[1] if year else self.today.year, number, 1)
            return Hit(year[0] if year else place + 2, Value(first, first + dt.timedelta(days=6), unit="week"))
        except (ValueError, OverflowError):
            return None

    def _week_of(self, place: int) -> Hit | None:
        """Read "the week of 12 October", "week commencing 3 May"."""
        place = self.past(place, "the")
        if self.at(place) != "week" or self.at(place + 1) not in {"of", "commencing", "beginning", "starting"}:
            return None
        hit = self.day(self.past(place + 2, "on"))
        if not hit:
            return None
        monday = hit.value.first - dt.timedelta(days=hit.value.first.weekday())
        return Hit(hit.end, Value(monday, monday + dt.timedelta(days=6), unit="week", sure=hit.value.sure))

    def _part_of(self, place: int) -> Hit | None:
        """Read "end of the month", "early March", "mid-November", "the last week of July", "the rest of the week"."""
        place = self.past(place, "the")
        place = self.past(place, "very")
        edge = _EDGES.get(self.at(place))
        for unit in ("month", "year"):
            if end := self.says(place, f"{unit} end") or self.says(place, f"{unit} - end"):
                return Hit(end, self._edge("end", self._whole(unit, 0)))
        if self.at(place) in {"eom", "eoy", "eow"}:
            return Hit(
                place + 1,
                self._edge("end", self._whole({"m": "month", "y": "year", "w": "week"}[self.at(place)[2]], 0)),
            )
        if edge and (self.at(place) in {"early", "late", "mid", "later"} or self.at(place + 1) in {"of", "part"}):
            behind = self.past(place + 1, "of", "-", "in", "part")
            behind = self.past(behind, "of", "in")
            behind = self.past(behind, "the")
            whole = self.longest(behind, (self._period, self._month, self._quarter, self._cued_year))
            if not whole and self.at(behind) in _PERIODS and self.at(place + 1) in {"of", "part"}:
                whole = Hit(behind + 1, self._whole(self.at(behind), 0))
            return Hit(whole.end, self._edge(edge, whole.value)) if whole else None
        if self.says(place, "last week of") or self.says(place, "last week in"):
            whole = self.longest(self.past(place + 3, "the"), (self._month, self._period, self._cued_year))
            if whole:
                return Hit(whole.end, self._week_in(whole.value, -1))
        number = self.ordinal(place)
        if number and self.at(number[0]) == "week" and self.at(number[0] + 1) in {"of", "in"}:
            whole = self.longest(self.past(number[0] + 2, "the"), (self._month, self._period, self._cued_year))
            if whole and number[1] <= 5:
                return Hit(whole.end, self._week_in(whole.value, number[1] - 1))
        return self._edge_day(place)

    def _week_in(self, whole: Value, which: int) -> Value:
        """Return a week of a month: it is of the one that has its Thursday."""
        first = whole.first + dt.timedelta(days=(3 - whole.first.weekday()) % 7)
        thursday = first + dt.timedelta(days=7 * which)
        if which < 0:
            thursday = whole.last - dt.timedelta(days=(whole.last.weekday() - 3) % 7)
        return Value(thursday - dt.timedelta(days=3), thursday + dt.timedelta(days=3), unit="week")

    def _edge_day(self, place: int) -> Hit | None:
        """Read "the first day of next month", "the last working day of June"."""
        behind = place + 1
        working = self.at(behind) in {"working", "business", "work"}
        behind += working
        if (
            self.at(place) not in {"first", "last"}
            or self.at(behind) != "day"
            or self.at(behind + 1) not in {"of", "in"}
        ):
            return None
        behind = self.past(behind + 2, "the")
        whole = self.longest(behind, (self._month, self._period, self._cued_year))
        if not whole and self.at(behind) in _PERIODS:
            whole = Hit(behind + 1, self._whole(self.at(behind), 0))
        if not whole:
            return None
        day = whole.value.first if self.at(place) == "first" else whole.value.last
        while working and day.weekday() >= 5:
            day += dt.timedelta(days=1 if self.at(place) == "first" else -1)
        return Hit(whole.end, Value(day, day))

    def _cued_year(self, place: int) -> Hit | None:
        return self._year(place)

    def _edge(self, edge: str, whole: Value) -> Value:
        """Return the part of a period; of the end of a month its last day, where nothing finer is said."""
        days = (whole.last - whole.first).days + 1
        if edge == "rest":
            return Value(min(max(self.today, whole.first), whole.last), whole.last, unit="rest")
        if whole.unit == "month":
            first, last = {"start": (1, 15), "middle": (10, 20), "end": (21, 31)}[edge]
            return Value(
                whole.first.replace(day=first),
                min(whole.first.replace(day=1) + dt.timedelta(days=last - 1), whole.last),
                unit=edge,
            )
        third = dt.timedelta(days=days // 3)
        if edge == "start":
            return Value(whole.first, whole.first + third, unit=edge)
        return (
            Value(whole.last - third, whole.last, unit=edge)
            if edge == "end"
            else Value(whole.first + third, whole.last - third, unit=edge)
        )

    def _starting(self, place: int) -> Hit | None:
        """Read "3 days starting from next Monday", "2 weeks from May 20th on"."""
        place = self.past(place, "for")
        found = self.amount(place)
        if not found or self.at(found[0]) not in {"starting", "beginning", "commencing"}:
            return None
        start = self.day(self.past(found[0] + 1, "from", "on", "with"))
        last = self.moved(start.value.first, found[1], 1) if start else None
        if not start or not last:
            return None
        return Hit(start.end, Value(start.value.first, last - dt.timedelta(days=1), unit="span"))

    def _counted_span(self, place: int) -> Hit | None:
        """Read "the next two days", "last 3 months", "5 upcoming years", "over the next couple of weeks"."""
        place = self.past(place, "the")
        if (
            self.at(place) == "within"
            and (within := self.amount(place + 1))
            and within[1][0][1] not in {"hour", "minute", "second"}
        ):
            last = self.moved(self.today, within[1], 1)
            return Hit(within[0], Value(self.today, last, unit="span")) if last else None
        step, start = _STEPS.get(self.at(place), 0), place + 1
        amount = self.amount(start) if step else None
        if not amount:
            number = self.cardinal(place)
            step = _STEPS.get(self.at(number[0]), 0) if number else 0
            parts = self._counted_unit(place) or ()
            if number and step and not parts:
                word = self.at(number[0] + 1)
                unit = {"days": "day", "weeks": "week", "months": "month", "years": "year"}.get(word)
                amount = (number[0] + 2, [(number[1], unit)]) if unit else None
        if not amount or not step or any(unit in {"hour", "minute", "second"} for _, unit in amount[1]):
            return self._quarters(place)
        if step > 0:
            first = self.today + dt.timedelta(days=1)
            last = self.moved(first, amount[1], 1)
            return Hit(amount[0], Value(first, last - dt.timedelta(days=1), unit="span")) if last else None
        first_day = self.moved(self.today, amount[1], -1)
        return Hit(amount[0], Value(first_day, self.today - dt.timedelta(days=1), unit="span")) if first_day else None

    def _quarters(self, place: int) -> Hit | None:
        step, number = _STEPS.get(self.at(place), 0), self.cardinal(place + 1)
        if not step or not number or self.at(number[0]) != "quarters" or number[1] > 40:
            return None
        here = self._whole("quarter", 0).first
        first = months_on(here, 3 if step > 0 else -3 * number[1])
        return Hit(number[0] + 1, Value(first, month_end(months_on(first, 3 * number[1] - 1)), unit="quarter"))
