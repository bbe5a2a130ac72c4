"""Edges of periods that English words name: "the end of the month", "mid-November", "the last day of June"."""

from __future__ import annotations

import datetime as dt

from .calendar_steps import business_days_on, months_on
from .english_parts import Parts
from .english_periods import PERIODS
from .time_words import Hit, Value

_EDGES = {
    "beginning": "start", "start": "start", "early": "start", "end": "end", "late": "end", "close": "end", "eo": "end",
    "middle": "middle", "mid": "middle", "rest": "rest", "remainder": "rest", "remaining": "rest", "later": "rest",
    "earlier": "so far", "latter": "end", "last": "end", "final": "end", "first": "start",
}  # fmt: skip
_WITH_PART = {"latter", "last", "final", "first"}
"""Words that tell an edge in "the last part of" alone."""
_LONG = 80  # days


class Edges(Parts):
    """Reads the beginnings, middles and ends of periods, and the days and weeks in them."""

    def _part_of(self, place: int) -> Hit | None:
        """Read "end of the month", "early March", "mid-November", "the last week of July", "the rest of the week"."""
        place = self.past(place, "the")
        place = self.past(place, "very")
        edge = _EDGES.get(self.at(place))
        for unit in ("month", "year", "quarter", "week"):
            if end := self.either(place, f"{unit} end", f"{unit} - end", f"{unit} ' s end"):
                return Hit(end, self._edge("end", self._whole(unit, 0)))
        if self.at(place) in {"eom", "eoy", "eow", "eoq"}:
            unit = {"m": "month", "y": "year", "w": "week", "q": "quarter"}[self.at(place)[2]]
            return Hit(place + 1, self._edge("end", self._whole(unit, 0)))
        if midweek := self.either(place, "midweek", "mid - week", "mid week"):
            week = self._period(self.past(midweek, "of", ",")) or Hit(midweek, self._whole("week", 0))
            return Hit(week.end, self._edge("middle", week.value))
        if (named := self._month(place)) and self.at(named.end) == "end" and self.at(named.end + 1) != "date":
            return Hit(named.end + 1, self._edge("end", named.value))
        bare = self.at(place) in {"end", "beginning"} and self.at(place - 1) != "the" and self.month(place + 1)
        told = self.at(place) in {"early", "late", "mid", "later", "earlier"} or self.at(place + 1) == "part"
        told = told or (self.at(place + 1) == "of" and self.at(place) not in _WITH_PART)
        if edge and (told or bare):
            joint = self.past(place + 1, "-") + 1
            later = _EDGES.get(self.at(self.past(joint, "-"))) if self.at(joint - 1) in {"to", "-", "–"} else None
            later = later or (_EDGES.get(self.at(joint)) if self.at(joint - 1) == "-" else None)
            behind = self.past(self.past(joint, "-") + 1 if later else place + 1, "of", "-", "in", "part")
            behind = self.past(behind, "of", "in")
            behind = self.past(behind, "the", "my", "our", "your", "their")
            whole = self.longest(behind, (self._period, self._month, self._quarter, self.plain_year, self.part))
            if not whole and self.at(behind) in PERIODS and behind > place + 1:
                whole = Hit(behind + 1, self._whole(self.at(behind), 0))
            if not whole:
                return None
            value = self._edge(edge, whole.value)
            return Hit(whole.end, value._replace(last=self._edge(later, whole.value).last) if later else value)
        nth = self.nth(place)
        end, number = (nth[0] + (self.at(nth[0]) == "week"), nth[1]) if nth else (place + 2, self.digits(place + 1))
        if number and "week" in {self.at(place), self.at(end - 1)} and self.at(end) in {"of", "in"}:
            whole = self.whole(end + 1)
            if whole and whole.value.unit in {"month", "quarter", *(["year"] if nth else [])} and number < 54:
                days = self._week_in(whole.value, number - (number > 0))
                return Hit(whole.end, days) if days.first <= whole.value.last else None
        return self.edge_day(place)

    def _week_in(self, whole: Value, which: int) -> Value:
        """Return a week of a month: it is of the one that has its Thursday."""
        first = whole.first + dt.timedelta(days=(3 - whole.first.weekday()) % 7)
        thursday = first + dt.timedelta(days=7 * which)
        if which < 0:
            thursday = whole.last - dt.timedelta(days=(whole.last.weekday() - 3) % 7)
        return Value(thursday - dt.timedelta(days=3), thursday + dt.timedelta(days=3), unit="week")

    def edge_day(self, place: int) -> Hit | None:
        """Read "the first day of next month", "the last working day of June", "the third day of next week"."""
        nth = self.nth(place)
        behind = self.past(nth[0], "working", "business", "work") if nth else place
        working = behind > (nth[0] if nth else place) or self.at(behind) == "weekday"
        if not nth or self.at(behind) not in {"day", "weekday"} or self.at(behind + 1) not in {"of", "in"}:
            return None
        whole = self.whole(behind + 2)
        if not whole or (whole.value.unit == "day"):
            return None
        step, day = (1, whole.value.first) if nth[1] > 0 else (-1, whole.value.last)
        if working:
            day = business_days_on(day - dt.timedelta(days=step), nth[1])
        else:
            day += dt.timedelta(days=step * (abs(nth[1]) - 1))
        return Hit(whole.end, Value(day, day)) if whole.value.first <= day <= whole.value.last else None

    def _edge(self, edge: str, whole: Value) -> Value:
        """Return the part of a period; of the end of a month its last day, where nothing finer is said."""
        if edge == "so far":
            return Value(whole.first, min(max(self.today, whole.first), whole.last), unit="span")
        if edge == "rest":
            return Value(min(max(self.today, whole.first), whole.last), whole.last, unit="rest")
        if whole.unit == "month":
            first, last = {"start": (1, 15), "middle": (10, 20), "end": (21, 31)}[edge]
            return Value(
                whole.first.replace(day=first),
                min(whole.first.replace(day=1) + dt.timedelta(days=last - 1), whole.last),
                unit=edge,
            )
        days = (whole.last - whole.first).days + 1
        if days > _LONG:  # of years and quarters in months
            months = round(days / 30.5) // 3
            second, end = months_on(whole.first, months), months_on(whole.last.replace(day=1), 1 - months)
            start, middle = second - dt.timedelta(days=1), (second, end - dt.timedelta(days=1))
        else:
            third = dt.timedelta(days=days // 3)
            start, end = whole.first + third, whole.last - third
            middle = (start, end)
        span = {"start": (whole.first, start), "middle": middle, "end": (end, whole.last)}[edge]
        return Value(*span, unit=edge, sure=whole.sure)
