"""Whole periods that English words name: "next week", "June", "Q2 2027", "week 23", "the week of 12 October"."""

from __future__ import annotations

import datetime as dt

from .calendar_steps import month_end, months_on
from .english_days import Days
from .time_words import SPAN_WORDS, STEPS, TO, Hit, Value, words_of

PERIODS = {"week", "weekend", "month", "quarter", "year", "decade", "workweek", "century"}
_SHORT = {"wk": "week", "wknd": "weekend", "mth": "month", "qtr": "quarter", "yr": "year"}
_KINDS_OF_YEAR = {"fiscal", "financial", "calendar", "school", "academic", "tax", "budget"}
_YEAR_CUES = {"in", "since", "of", "year", "from", "until", "till", "end", "by", "during", "after", "before", "between",
              "and", "than", "to", "for", "through", "throughout", "as", "late", "early", "fiscal"}  # fmt: skip
_OF_A_YEAR = set(words_of("of a year"))
_NUMBERED = {"invoice", "order", "ticket", "number", "no", "nr", "#", ".", "file", "case"}
_WEEK_OF = {"of", "commencing", "beginning", "starting", "ending"}
_COUNTED = {"people", "euros", "dollars", "pounds", "units", "customers", "users", "pieces", "items", "of"}
_MONTH_CUES = {
    "mid", "early", "late", "in", "the", "until", "till", "by", "from", "to", "after", "before", "since", "between",
    "and", "during", "through", "of", "around", "for", "next", "this", "last", "throughout",
}  # fmt: skip


class Periods(Days):
    """Reads whole weeks, months, quarters and years."""

    def _period(self, place: int) -> Hit | None:
        """Read "next week", "this month", "the week after next", "weekend"."""
        place = self.past(place, "the")
        if (end := self.says(place, "week after")) and self.at(end) in {"", ".", ",", "?", "!"}:
            return Hit(end, self._whole("week", 1))
        for said in ("to date", "- to - date", "so far"):
            behind = self.says(place + 1 + (said == "so far" and self.at(place) == "this"), said)
            if behind and (unit := self.at(behind - len(said.split()) - 1)) in {"week", "month", "quarter", "year"}:
                return Hit(behind, self._whole(unit, 0)._replace(last=self.today, unit="span"))
        if (so_far := self.says(place, "so far this")) and self.at(so_far) in {"week", "month", "quarter", "year"}:
            return Hit(so_far + 1, self._whole(self.at(so_far), 0)._replace(last=self.today, unit="span"))
        if self.at(place) in {"ytd", "mtd"}:
            whole = self._whole("year" if self.at(place) == "ytd" else "month", 0)
            return Hit(place + 1, whole._replace(last=self.today, unit="span"))
        step = STEPS.get(self.at(place))
        if self.at(place) == "past" and self.at(place + 1) in {"week", "month", "year", "decade"}:
            first = self.moved(self.today, [(1, self.at(place + 1))], -1)
            return Hit(place + 2, Value(first, self.today - dt.timedelta(days=1), unit="span")) if first else None
        told = step is not None or self.at(place - 1) == "the"
        behind = place + (step is not None)
        if self.at(behind) in {"working", "work", "business"}:
            behind, working = behind + 1, True
        else:
            working = False
        of_a_kind = step is not None and self.at(behind) in _KINDS_OF_YEAR and self.at(behind + 1) == "year"
        behind += of_a_kind
        unit = _SHORT.get(self.at(behind), self.at(behind))
        if (
            unit not in PERIODS
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
        if step is None and (unit != "weekend" or self.at(place - 1) in {"every", "each"}):
            return None
        if unit == "weekend" and self.at(place) in {"coming", "upcoming"} and self.today.weekday() < 5:
            step = 0
        value = self._whole(unit, step or 0)._replace(sure=not of_a_kind)
        return Hit(behind + 1, value._replace(last=value.last - dt.timedelta(days=2)) if working else value)

    def _whole(self, unit: str, step: int) -> Value:
        """Return a whole period, so many on from today's."""
        monday = self.today - dt.timedelta(days=self.today.weekday()) + dt.timedelta(days=7 * step)
        if unit in {"week", "workweek"}:
            return Value(monday, monday + dt.timedelta(days=6), unit="week")
        if unit == "weekend":
            return Value(monday + dt.timedelta(days=5), monday + dt.timedelta(days=6), unit="weekend")
        length = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}[unit]
        first = self.today.replace(day=1)
        start = {"month": first, "quarter": first.replace(month=(first.month - 1) // 3 * 3 + 1)}.get(
            unit, first.replace(month=1)
        )
        tens = {"decade": 10, "century": 100}.get(unit, 1)
        start = start.replace(year=start.year // tens * tens)
        start = months_on(start, length * step)
        return Value(start, month_end(months_on(start, length - 1)), unit=unit)

    def _month(self, place: int) -> Hit | None:
        """Read a month, with its year or without: the next one that is not over."""
        before = self.year(place) if self.digits(place, 4) else None
        if before and (later := self.month(self.past(before[0], ",", "in"))) and self.digits(later[0]) is None:
            first = dt.date(before[1], later[1], 1)
            return Hit(later[0], Value(first, month_end(first), unit="month"))
        if numbers := self._month_in_numbers(place):
            return numbers
        step = STEPS.get(self.at(place))
        step = -1 if self.says(place, "this past") else step
        named = self.month(place + (step is not None) + bool(self.says(place, "this past")))
        if not named:
            return None
        end, month = named
        behind, year = self._year_behind(end)
        if self.digits(end) is not None and year is None and behind == end:
            return None
        if (
            self.tokens[named[0] - 1].text == "may"
            and year is None
            and self.at(place - 1 - (self.at(place - 1) == "-")) not in _MONTH_CUES
            and step is None
        ):
            return None
        if year is None:
            year = self.today.year + (month < self.today.month)
            year += int(month == self.today.month) if step == 1 else step or 0
            # "this May" is the one just over, unless most of a year lies between.
            year -= self.at(place) == "this" and step == 0 and 0 < self.today.month - month < 6
        if not dt.MINYEAR <= year <= dt.MAXYEAR:
            return None
        first = dt.date(year, month, 1)
        return Hit(behind, Value(first, month_end(first), unit="month"))

    def _month_in_numbers(self, place: int) -> Hit | None:
        """Read "09/2027", and "2027-09" beside a word that makes it a month."""
        one, sign, two = self.digits(place, 4), self.at(place + 1), self.digits(place + 2, 4)
        lengths = len(self.at(place)), len(self.at(place + 2))
        is_first = lengths in {(1, 4), (2, 4)} and sign in {"/", ".", "-"}
        if not one or not two or not (is_first or (lengths == (4, 2) and sign in {"-", "/"})):
            return None
        cued = self.at(place - 1) in _MONTH_CUES - {"the"} or (sign == "/" and self.at(place - 1) not in _NUMBERED)
        month, year = (one, self.year(place + 2)) if is_first else (two, self.year(place))
        joins = self.glued(place + 3) and (self.at(place + 3) in {"-", "/", "_"} or self.at(place + 4).isdecimal())
        if not year or month > 12 or joins or not cued or not (self.glued(place + 1) and self.glued(place + 2)):
            return None
        if self.glued(place) and self.at(place - 1) in {"/", "-", "."}:
            return None
        first = dt.date(year[1], month, 1)
        return Hit(place + 3, Value(first, month_end(first), unit="month"))

    def _quarter(self, place: int) -> Hit | None:
        """Read "Q1 2019", "2017 q1", "H2", "first quarter of next year"."""
        year = self.year_before(place)
        short = self.digits(place) if len(self.at(place)) == 2 and self.glued(place + 1) else None
        if short and self.at(place + 1) == "q":  # "18Q4"
            year = (place + 1, 2000 + short)
        behind = self.past(year[0], "-", "'") if year else self.past(place, "the")
        months, number, end = 0, self.digits(behind + 1), behind + 2
        told = (behind + 1, -1) if self.at(behind) == "latter" else self.nth(behind)
        if self.at(behind) in {"q", "h"} and self.glued(behind + 1) and number:
            months = 3 if self.at(behind) == "q" else 6
        elif self.at(behind + 1) == "q" and self.glued(behind + 1) and self.digits(behind, 1):
            months, number = 3, self.digits(behind, 1)
        elif self.at(behind + 1) == "h" and self.glued(behind + 1) and self.digits(behind + 2, 4) and not year:
            months, number = (6, self.digits(behind, 1)) if self.year(behind + 2) else (0, None)
        elif told and self.at(told[0]) in {"quarter", "q", "half"}:
            months, number, end = (6 if self.at(told[0]) == "half" else 3), told[1], told[0] + 1
            if number < 0 and not year and self.at(end) not in {"of", "in"}:
                return None  # "the last quarter"
            number = 12 // months if number < 0 else number
        elif self.at(behind) == "quarter" and (named := self.cardinal(behind + 1)):
            end = named[0]
            clear = self.at(end) in {"", "of", "in", ",", "."} or self.year(end)
            months, number = 3 if clear else 0, named[1]
        if not months or not number or number * months > 12:
            return None
        first = self.today.replace(month=1, day=1)
        if not year:
            at = self.past(self.past(end, "of", "-", ",", "in"), "the")
            behind, later = self._year_behind(self.past(end, "of", "in"))
            if later:
                first, end = first.replace(year=later), behind
            elif self.at(at) == "year":
                end = at + 1
            elif self.at(end) == "of":
                return None  # "the first half of the order"
            elif months_on(first, months * number) <= self.today:
                first = months_on(first, 12)
        else:
            first = first.replace(year=year[1])
        start = months_on(first, months * (number - 1))
        return Hit(end, Value(start, month_end(months_on(start, months - 1)), unit="quarter"))

    def _year(self, place: int) -> Hit | None:
        """Read a year alone, beside a word that makes it one."""
        if self.at(place) in {"fy", "cy"} and (told := self.digits(place + 1, 4)):
            number = told + (2000 if told < 100 else 0)
            days = dt.date(number, 1, 1), dt.date(number, 12, 31)
            return Hit(place + 2, Value(*days, unit="year", sure=self.at(place) == "cy")) if number > 1900 else None
        joined = self.at(place + 1) in TO | {"and"} and (self.year(place + 2) or self._now_behind(place + 2))
        joins = self.at(place - 1) in TO and self.digits(place - 2, 4) and self.year(place - 2)
        cued = (
            joined
            or joins
            or self.at(place - 1) in _YEAR_CUES
            or self._or_later(place + 1)
            or {self.at(place - 1), self.at(place + 1)} & _OF_A_YEAR
            or (self.at(place + 1) == "," and self.digits(place + 2, 4) and self.year(place + 2))
            or (self.at(place - 1) in {"around", "circa"} and not self.at(place + 1).isalpha())
            or (self.at(self.past(place + 1, "'")) == "s" and self.glued(place + 1))
        ) and self.at(place + 1) not in _COUNTED
        year = self.year(place) if cued else None
        if year and not self.digits(place, 4) and (year[0] < place + 3 or self.at(year[0]) in SPAN_WORDS):
            return None  # "in two thousand boxes"
        behind = self.past(year[0], "'") if year else 0
        if year and self.at(behind) == "s" and self.glued(behind) and year[1] % 10 == 0:
            return Hit(behind + 1, Value(dt.date(year[1], 1, 1), dt.date(year[1] + 9, 12, 31), unit="decade"))
        if not year or (
            self.glued(place) and self.at(place - 1) in {"/", ".", ":", "$"} and self.at(place - 2).isdecimal()
        ):
            return None
        if self.at(year[0]).isalpha() and self.glued(year[0]):
            return None
        following = self.digits(year[0] + 1) if self.at(year[0]) == "/" else None  # "2016/17"
        end, last = (year[0] + 2, year[1] + 1) if following == (year[1] + 1) % 100 > 12 else year
        return Hit(end, Value(dt.date(year[1], 1, 1), dt.date(last, 12, 31), unit="year"))

    def _or_later(self, place: int) -> bool:
        return any(self.says(place, words) for words in ("onwards", "onward", "or later", "or earlier"))

    def _now_behind(self, place: int) -> bool:
        return self.at(place) in {"now", "today", "date", "present"}

    def _numbered_week(self, place: int) -> Hit | None:
        """Read "week 12 of 2027", "2027-W12", "CW 12", "weeks 12-13"."""
        before = self.year_before(place)
        place = self.past(self.past(before[0], "-", ",") if before else place, "calendar")
        at = self.past(place + 1, "no", "number", "#")
        at = self.past(at, ".") if at > place + 1 else at
        words = {"week", "weeks", "wk", "wks", "cw"} | ({"w"} if before else set())
        number = self.digits(at) if self.at(place) in words else None
        last = self.digits(at + 2) if self.at(place) in {"weeks", "wks"} else number
        if not number or not last or not number <= last < 54:
            return None
        end = at + 1
        if self.at(place) in {"weeks", "wks"}:
            if self.at(end) not in {*TO, "and", "&"}:
                return None
            end += 2
        year = before or self.year(self.past(end, "of", "in", ","))
        if self.at(end) == "of" and not year:
            return None  # "weeks 1 and 2 of the project"
        end = year[0] if year and not before else end
        try:
            first, later = (dt.date.fromisocalendar(year[1] if year else self.today.year, n, 1) for n in (number, last))
            return Hit(end, Value(first, later + dt.timedelta(days=6), unit="week"))
        except (ValueError, OverflowError):
            return None

    def _week_of(self, place: int) -> Hit | None:
        """Read "the week of 12 October", "week commencing 3 May"."""
        place = self.past(place, "the")
        ending = self.says(place, "w / e") or (self.at(place + 1) == "ending" and place + 1)
        behind = self.says(place, "w / c") or self.says(place, "wc") or self.says(place, "w / e")
        if not behind and self.at(place) in {"week", "wk"} and self.at(place + 1) in _WEEK_OF:
            behind = self.past(place + 2, "on", "from", "with")
        weekend = not behind and self.says(place, "weekend of")
        hit = self.day(behind or weekend) if behind or weekend else None
        if not hit:
            return None
        if weekend:
            saturday = hit.value.first + dt.timedelta(days=5 - hit.value.first.weekday())
            return Hit(hit.end, Value(saturday, saturday + dt.timedelta(days=1), unit="weekend", sure=hit.value.sure))
        if ending:
            return Hit(hit.end, Value(hit.value.first - dt.timedelta(days=6), hit.value.first, unit="week"))
        monday = hit.value.first - dt.timedelta(days=hit.value.first.weekday())
        return Hit(hit.end, Value(monday, monday + dt.timedelta(days=6), unit="week", sure=hit.value.sure))

    def _quarters(self, place: int) -> Hit | None:
        step, number = STEPS.get(self.at(place), 0), self.cardinal(place + 1)
        if not step or not number or self.at(number[0]) != "quarters" or number[1] > 40:
            return None
        here = self._whole("quarter", 0).first
        first = months_on(here, 3 if step > 0 else -3 * number[1])
        return Hit(number[0] + 1, Value(first, month_end(months_on(first, 3 * number[1] - 1)), unit="quarter"))
