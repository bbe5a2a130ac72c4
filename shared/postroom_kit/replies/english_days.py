"""Single days and times of day that English words name: "3 March", "next Friday at 4", "in two weeks"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from .time_words import WEEKDAYS, Hit, Value, Words, business_days_on, months_on, one_day

_NEXT = {"next", "following"}
_LAST = {"last", "previous"}
_COMING = {"coming", "upcoming"}
_UNITS = {
    "day": "day", "days": "day", "night": "day", "nights": "day", "week": "week", "weeks": "week", "wk": "week", "wks": "week",
    "fortnight": "fortnight", "fortnights": "fortnight", "month": "month", "months": "month", "year": "year", "years": "year",
    "hour": "hour", "hours": "hour", "hr": "hour", "hrs": "hour", "minute": "minute", "minutes": "minute", "min": "minute",
    "mins": "minute",
    "second": "second", "seconds": "second", "secs": "second",
}  # fmt: skip
_FIXED = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25), "xmas": (12, 25), "boxing day": (12, 26),
    "new year ' s eve": (12, 31), "new years eve": (12, 31), "new year ' s day": (1, 1), "new years day": (1, 1),
    "new year ' s": (1, 1), "new year": (1, 1), "halloween": (10, 31), "valentine ' s day": (2, 14),
    "independence day": (7, 4), "juneteenth": (6, 19), "st patrick ' s day": (3, 17), "veterans day": (11, 11),
    "earth day": (4, 22), "may day": (5, 1), "canada day": (7, 1), "bastille day": (7, 14), "epiphany": (1, 6),
    "all saints day": (11, 1), "all saints ' day": (11, 1), "new year eve": (12, 31), "nye": (12, 31),
}  # fmt: skip
_MOVING = {"easter monday": 1, "easter sunday": 0, "good friday": -2, "easter": 0, "pentecost": 49, "whit monday": 50, "palm sunday": -7,
           "maundy thursday": -3, "ash wednesday": -46, "ascension day": 39, "mardi gras": -47, "holy saturday": -1}  # fmt: skip
_NTH = {
    "thanksgiving": (11, 3, 4), "thanksgiving day": (11, 3, 4), "labour day": (9, 0, 1), "labor day": (9, 0, 1), "martin luther king day": (1, 0, 3), "mother ' s day": (5, 6, 2),
    "father ' s day": (6, 6, 3), "columbus day": (10, 0, 2), "memorial day": (5, 0, 5), "presidents ' day": (2, 0, 3),
}  # fmt: skip
"""Month, weekday, and which of them, the fifth for the last."""
_BEHIND_A_DAY = {"", ".", ",", "!", "?", ";", ")", "at", "from", "to", "through", "and", "or", "if", "is", "works", "would",
                 "between", "until", "for", "in", "but", "as", "-", "–", "instead", "then", "please", "when", "so", "because",
                 "will", "with", "should", "due", "i", "we", "around", "about", "after", "before", "by", "it", "the"}  # fmt: skip
_FRACTIONS = {(1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (24, 7), (9, 10), (10, 10), (5, 5), (4, 5), (1, 1)}
PARTS = {"morning": 9, "afternoon": 14, "evening": 18, "night": 20, "tonight": 20, "lunchtime": 12}
_JUST_PAST = dt.timedelta(days=60)
_MOST = 3_660  # days or months counted: beyond ten years nothing is agreed


class Days(Words):
    """Reads single days, with their times of day."""

    def day(self, place: int) -> Hit | None:
        """Return the day named here, the longest way to read it."""
        place = self.past(place, "the")
        readers: tuple[Callable[[int], Hit | None], ...] = (
            self._of_weekday, self._numbers, self._iso, self._named_month, self._told, self._counted, self._holiday,
            self._of_month, self._nth_weekday,
        )  # fmt: skip
        return self.longest(place, readers)

    def upcoming(self, month: int, number: int) -> dt.date | None:
        """Return the next such day of a year, today included."""
        for year in range(self.today.year, min(self.today.year + 9, dt.MAXYEAR)):
            day = _date(year, month, number)
            if day and day >= self.today:
                return day
        return None

    def _dated(self, end: int, month: int, number: int, year: int | None, *, sure: bool = True) -> Hit | None:
        day = _date(year, month, number) if year else self.upcoming(month, number)
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
        close = sign or not named
        if not day or not close or (self.at(month[0] + bool(sign) + 1) == "-" and self.digits(month[0] + 3, 4)):
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
            or before in {"/", ".", "-", ":", "$", "€", "£", "#"}
            and self.glued(place)
        ):
            return None
        end, year = place + 3, None
        if (
            self.at(end) == sign
            and self.glued(end)
            and (number := self.digits(end + 1, 4)) is not None
            and self.glued(end + 1)
        ):
            if len(self.at(end + 1)) not in (2, 4):
                return None
            year, end = number + (2000 if number < 100 else 0), end + 2
        elif (
            self.at(end) == ","
            and self.glued(end + 1)
            and (found_year := self.year(end + 1))
            and self.digits(end + 1, 4)
        ):
            end, year = found_year
        elif sign == "." and self.at(end) == "." and self.glued(end):
            end += 1
        elif (
            sign != "/"
            and not self._told_a_date(place)
            or (self.at(end) in {"/", "-", "%", "."} and self.glued(end) and self.at(end + 1).isdecimal())
        ):
            return None
        elif (
            (one, two) in _FRACTIONS
            and before not in {"on", "by", "until", "till", "from", "to"}
            and not self.weekday(place - 1)
        ):
            return None
        months = [(month, day) for month, day in ((one, two), (two, one)) if month <= 12 and day <= 31]
        if sign == ".":
            months.reverse()
        days = [self._dated(end, month, day, year) for month, day in months]
        found = [hit for hit in days if hit]
        if not found:
            return None
        told = self.weekday(place - 1)
        agreeing = [hit for hit in found if told and hit.value.first.weekday() == told[1]]
        hit = (agreeing or found)[0]
        return Hit(
            hit.end,
            hit.value._replace(sure=len({each.value.first for each in found}) == 1 or bool(agreeing) or sign == "."),
        )

    def _told_a_date(self, place: int) -> bool:
        """Tell whether what is around 4.5 or 4-5 makes it a day."""
        before = self.at(place - 1)
        cued = before in {"on", "by", "until", "till", "before", "back", "date", "dated", "from", "due", "since"}
        return bool(self.weekday(place - 1)) or (cued and self.at(place + 3) in _BEHIND_A_DAY)

    def _named_month(self, place: int) -> Hit | None:
        """Read "3 March", "3rd of March 2026", "March 3, 2026", "Jan/3", "the 23rd day of September"."""
        if number := self.day_number(place):
            behind = self.past(number[0], "day")
            behind = self.past(behind, "of", "-", "/", ".", ",")
            if month := self.month(behind):
                end, year = self._year_behind(month[0])
                return self._with_weekday(self._dated(end, month[1], number[1], year))
            return None
        if month := self.month(place):
            behind = self.past(month[0], "-", "/", ",", "the")
            if number := self.day_number(behind):
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
        """Return a date with the weekday in brackets behind it."""
        named = self.weekday(hit.end + 1) if hit and self.at(hit.end) == "(" else None
        if not hit or not named or self.at(named[0]) != ")":
            return hit
        return Hit(named[0] + 1, self._of_that_weekday(hit.value, named[1]))

    def _year_behind(self, place: int) -> tuple[int, int | None]:
        behind = self.past(place, ",", "of", "-", "/", ".")
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
            found = _date(day.year, day.month, number[1]) if day else None
            return Hit(end + 1, one_day(found)) if found else None
        before = self.at(place - 2) if told else self.at(place - 1)
        if (
            not (told or before in {"on", "by", "until", "till"})
            or self.at(number[0]) not in _BEHIND_A_DAY
            or not self.at(place)[0].isdecimal()
            and before not in {"on", "by", "until", "till"}
        ):
            return None
        days = (self.today + dt.timedelta(days=ahead) for ahead in range(62))
        return next((Hit(number[0], one_day(day)) for day in days if day.day == number[1]), None)

    def _nth_weekday(self, place: int) -> Hit | None:
        """Read "first Monday of January", "last Friday of next month", "two Sundays from now"."""
        number = (place + 1, -1) if self.at(place) == "last" else self.ordinal(place)
        named = self.weekday(number[0]) if number and number[1] <= 5 else None
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
        return None

    def _told(self, place: int) -> Hit | None:
        """Read the words for days around today."""
        for phrase, ahead in (
            ("day after tomorrow", 2), ("day before yesterday", -2), ("tomorrow", 1), ("tmr", 1), ("tmrw", 1), ("tomorow", 1),
            ("yesterday", -1), ("today", 0), ("tonight", 0), ("day before", -1), ("day after", 1), ("next day", 1), ("following day", 1), ("previous day", -1), ("same day", 0), ("current date", 0), ("cob", 0),
        ):  # fmt: skip
            if end := self.says(place, phrase):
                if phrase in {"day before", "day after"} and self.at(end) not in {"", ".", "?", "!", ","}:
                    return None
                return Hit(end, one_day(self.today + dt.timedelta(days=ahead)))
        return None

    def _of_weekday(self, place: int) -> Hit | None:
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
        for phrase in ("of", "in", ""):
            later, at = self._which(self.past(end, phrase) if phrase else end)
            if not which and later and self.at(at) == "week":
                which, end, week = later, at + 1, at
        monday = self.today - dt.timedelta(days=self.today.weekday())
        day = monday + dt.timedelta(days=weekday)
        ahead = self.today + dt.timedelta(days=(weekday - self.today.weekday()) % 7)
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
        if self.at(place - 1) in {"every", "each"} or (self.glued(end) and self.at(end) == "s"):
            return None
        return Hit(end, one_day(day))

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
        if (
            not number
            or self.at(number[0]) in {":", ".", "am", "pm", "-", "–", "h", "%", "o", "to"}
            and self.at(number[0] + 1) != ""
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

    def _of_that_weekday(self, value: Value, weekday: int) -> Value:
        """Return a date in the year in which it is of this weekday, where no year is told."""
        if value.has_year or value.first.weekday() == weekday:
            return value
        days = (_date(self.today.year + ahead, value.first.month, value.first.day) for ahead in range(-1, 2))
        recent = [day for day in days if day and day >= self.today - _JUST_PAST]
        return next((one_day(day) for day in recent if day.weekday() == weekday), value)

    def amount(self, place: int) -> tuple[int, list[tuple[int, str]]] | None:
        """Return the place behind "two weeks and 3 days", and what is counted."""
        parts: list[tuple[int, str]] = []
        while one := self._counted_unit(self.past(place, "and") if parts else place):
            place = one[0]
            parts.append((one[1], one[2]))
        return (place, parts) if parts else None

    def _counted_unit(self, place: int) -> tuple[int, int, str] | None:
        place = self.past(place, "a") if self.at(place + 1) == "couple" else place
        for phrase in ("half an hour", "half hour", "half a hour"):
            if end := self.says(place, phrase):
                return end, 30, "minute"
        if self.at(place) in {"a", "an"}:
            number: tuple[int, int] | None = (place + 1, 1)
        elif self.at(place) == "couple":
            number = (self.past(place + 1, "of"), 2)
        else:
            number = self.cardinal(place)
        if not number:
            return None
        behind = number[0]
        business = self.at(behind) in {"business", "working", "work"}
        unit = _UNITS.get(self.at(behind + business))
        if not unit or number[1] > _MOST or (business and unit != "day"):
            return None
        return behind + business + 1, number[1], "business day" if business else unit

    def moved(self, day: dt.date, parts: list[tuple[int, str]], sign: int) -> dt.date | None:
        """Return the day that lies these spans on, or back; None beyond the calendar."""
        try:
            for count, unit in parts:
                if unit in {"month", "year"}:
                    day = months_on(day, sign * count * (12 if unit == "year" else 1))
                elif unit == "business day":
                    day = business_days_on(day, sign * count)
                else:
                    day += sign * dt.timedelta(days=count * {"week": 7, "fortnight": 14}.get(unit, 1))
        except (ValueError, OverflowError):
            return None
        return day

    def _counted(self, place: int) -> Hit | None:
        """Read "in two weeks", "3 days ago", "two weeks from tomorrow", "5 days before Christmas", "30 minutes later"."""
        leading = self.at(place) == "in"
        found = self.amount(place + leading)
        if not found:
            return None
        end, parts = found
        sign, base, behind = 1, self.today, end
        if self.at(end) == "'" or self.says(end, "' time"):
            end = self.says(end, "' time") or end
        if self.at(end) == "ago":
            sign, behind = -1, end + 1
        elif self.at(end) in {"later", "hence"} or self.says(end, "from now") or self.says(end, "from today"):
            behind = end + (2 if self.at(end) == "from" else 1)
        elif self.at(end) in {"from", "after", "before", "since", "following"} and (other := self.day(end + 1)):
            sign, base, behind = (-1 if self.at(end) == "before" else 1), other.value.first, other.end
        elif not leading and parts[-1][1] in {"week", "fortnight"} and (other := self.day(self.past(end, "on"))):
            base, behind = other.value.first, other.end
        elif leading:
            behind = end
            if self.at(end) == "on" and (other := self._of_weekday(end + 1)):
                return other
        else:
            return None
        if any(unit in {"hour", "minute", "second"} for _, unit in parts):
            return self._instant(behind, parts, sign) if base == self.today else None
        day = self.moved(base, parts, sign)
        return Hit(behind, one_day(day)) if day else None

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

    def _holiday(self, place: int) -> Hit | None:
        which, behind = self._which(place)
        names = [name for name in (*_FIXED, *_MOVING, *_NTH) if self.says(behind, name)]
        if not names:
            return None
        name = max(names, key=len)
        end = self.says(behind, name)
        year = self.year(self.past(end, ",", "of"))
        if year:
            end = year[0]
        years = [year[1]] if year else range(max(self.today.year - 1, 1), min(self.today.year + 3, dt.MAXYEAR))
        days = [_holiday(name, each) for each in years]
        if year or not days:
            return Hit(end, one_day(days[0])) if days else None
        past = [day for day in days if day < self.today]
        ahead = [day for day in days if day >= self.today]
        return Hit(end, one_day((past[-1] if past else ahead[0]) if which in {*_LAST, "past"} else ahead[0]))

    def time(self, place: int) -> tuple[int, dt.time, bool] | None:
        """Return the place behind a time of day, the time, and whether its half of the day is told."""
        start = place
        place = self.past(place, "at", "@", "around", "about", "by", "from")
        place = self.past(place, "around", "about")
        cued = place > start
        part = ""
        for name in ("early", "late", ""):
            at = self.past(place, name) if name else place
            if self.at(at) in PARTS and self.at(at + 1) in {"at", ","}:
                part, place, cued = self.at(at), at + 2, True
        for word, hour in (("noon", 12), ("midday", 12), ("midnight", 0)):
            if self.at(place) == word:
                return place + 1, dt.time(hour), True
        read = self._clock(place)
        if not read:
            return None
        end, hour, minute, is_clock = read
        half = ""
        if self.at(end) in {"am", "pm"}:
            half, end = self.at(end)[0], end + 1
        elif self.at(end) in {"a", "p"} and (
            self.at(end + 1) == "m" or (self.at(end + 1) == "." and self.at(end + 2) == "m")
        ):
            half, dotted = self.at(end), self.at(end + 1) == "."
            end = self.past(end + (3 if dotted else 2), ".") if dotted else end + 2
        else:
            told = self.says(end, "in the") or end
            if self.at(told) in PARTS and (told > end or self.at(told) not in {"night", "tonight"}):
                part, end = self.at(told), told + 1
        if not (half or part or cued or is_clock):
            return None
        if half:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half == "p" else 0)
        elif part in {"afternoon", "evening", "night", "tonight"} and hour < 12:
            hour += 12
        told_half = bool(half or part) or hour >= 7 or hour == 0
        if not told_half:
            hour += 12
        return (end, dt.time(hour, minute), told_half) if hour < 24 and minute < 60 else None

    def _clock(self, place: int) -> tuple[int, int, int, bool] | None:
        """Return the place behind an hour, the hour, the minute and whether it is surely a clock's."""
        for phrase, minute in (("half past", 30), ("quarter past", 15), ("quarter to", -15)):
            if (behind := self.says(place, phrase)) and (hour := self.cardinal(behind)) and 1 <= hour[1] <= 12:
                return hour[0], (hour[1] - (minute < 0)) % 24, minute % 60, True
        number = self.cardinal(place)
        if not number:
            whole = self.digits(place, 4)
            return (
                (place + 1, whole // 100, whole % 100, False)
                if whole and len(self.at(place)) == 4 and self.at(place + 1) in {"am", "pm", "a"}
                else None
            )
        end, hour = number
        if hour > 24 or (self.at(place)[0] not in "0123456789" and hour > 12):
            return None
        if self.at(end) in {":", "."} and self.glued(end) and self.glued(end + 1) and len(self.at(end + 1)) == 2:
            if (minute := self.digits(end + 1)) is not None:
                behind = end + 2
                if self.at(behind) == ":" and self.glued(behind) and self.digits(behind + 1) is not None:
                    behind += 2
                return behind, hour, minute, self.at(end) == ":"
        if self.says(end, "o ' clock"):
            return end + 3, hour, 0, True
        behind = self.past(end, "-")
        if (
            self.at(place).isalpha()
            and (minutes := self.cardinal(behind))
            and self.at(behind).isalpha()
            and 10 <= minutes[1] < 60
        ):
            return minutes[0], hour, minutes[1], True
        return end, hour, 0, False


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _holiday(name: str, year: int) -> dt.date:
    if name in _FIXED:
        return dt.date(year, *_FIXED[name])
    if name in _NTH:
        month, weekday, which = _NTH[name]
        first = dt.date(year, month, 1)
        day = first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
        return day if day.month == month else day - dt.timedelta(days=7)
    from dateutil.easter import easter

    return easter(year) + dt.timedelta(days=_MOVING[name])
