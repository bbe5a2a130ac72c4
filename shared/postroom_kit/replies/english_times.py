"""Times of day that English words name: "at 4", "10:30 am", "half past seven", "noon"."""

from __future__ import annotations

import datetime as dt

from .time_words import Words

PARTS = {"morning": 9, "afternoon": 14, "evening": 18, "night": 20, "tonight": 20, "lunchtime": 12}
_TO = {5, 10, 20, 25}


class Times(Words):
    """Reads times of day."""

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
        second = (self.digits(end - 1) or 0) % 60 if self.at(end - 4) == self.at(end - 2) == ":" else 0
        ish = self.past(end, "-")
        if self.at(ish) == "ish" and self.glued(ish):
            end, cued = ish + 1, True
        half = ""
        if self.at(end) in {"am", "pm"}:
            half, end = self.at(end)[0], end + 1
        elif self.at(end) in {"a", "p"} and (
            self.at(end + 1) == "m" or (self.at(end + 1) == "." and self.at(end + 2) == "m")
        ):
            half, dotted = self.at(end), self.at(end + 1) == "."
            end = self.past(end + (3 if dotted else 2), ".") if dotted else end + 2
        told = self.either(end, "in the", "at") or end
        if half:
            end = told + 1 if told > end and self.at(told) in PARTS else end  # "8pm in the evening"
        else:
            if self.at(told) in PARTS and (told > end or self.at(told) not in {"night", "tonight"}):
                part, end = self.at(told), told + 1
        if not (half or part or cued or is_clock):
            return None
        if half:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half == "p" else 0)
        elif part in {"afternoon", "evening", "night", "tonight"} and (4 if part == "night" else 0) < hour < 12:
            hour += 12
        told_half = bool(half or part) or hour >= 7 or hour == 0
        if not told_half:
            hour += 12
        return (end, dt.time(hour, minute, second), told_half) if hour < 24 and minute < 60 else None

    def _oclock(self, place: int) -> int:
        return self.either(place, "o ' clock", "oclock", "o clock")

    def _clock(self, place: int) -> tuple[int, int, int, bool] | None:
        """Return the place behind an hour, the hour, the minute and whether it is surely a clock's."""
        for phrase, minute in (("half past", 30), ("quarter past", 15), ("quarter to", -15)):
            if (behind := self.says(place, phrase)) and (told := self.cardinal(behind)) and 1 <= told[1] <= 12:
                return told[0], (told[1] - (minute < 0)) % 24, minute % 60, True
        number = self.cardinal(place)
        if not number:
            whole, is_military = self.digits(place, 4), self.at(place + 1) == "hrs"
            return (
                (place + 1 + is_military, whole // 100, whole % 100, is_military)
                if whole and len(self.at(place)) == 4 and (is_military or self.at(place + 1) in {"am", "pm", "a"})
                else None
            )
        end, hour = number
        past = self.past(end, "minutes")
        if self.at(past) == "past" and hour < 30 and (told := self.cardinal(past + 1)) and 1 <= told[1] <= 12:
            return self._oclock(told[0]) or told[0], told[1], hour, True
        # "ten to nine", where it cannot be from ten to nine.
        told = self.cardinal(past + 1) if self.at(past) == "to" and hour in _TO else None
        until = past > end or hour > 12 or (self.at(place).isalpha() and told and told[1] < hour)
        if told and 1 <= told[1] <= 12 and until:
            return told[0], (told[1] - 1) % 24, 60 - hour, True
        if hour > 24 or (self.at(place)[0] not in "0123456789" and hour > 12):
            return None
        minutes_told = self.digits(end + 1) if len(self.at(end + 1)) == 2 and self.glued(end + 1) else None
        if self.at(end) in {":", ".", "h"} and self.glued(end) and minutes_told is not None:
            behind = end + 2
            if self.at(behind) == ":" and self.glued(behind) and self.digits(behind + 1) is not None:
                behind += 2
            return self._oclock(behind) or behind, hour, minutes_told, self.at(end) != "."
        if oclock := self._oclock(end):
            return oclock, hour, 0, True
        behind = self.past(end, "-")
        if (
            self.at(place).isalpha()
            and (minutes := self.cardinal(behind))
            and self.at(behind).isalpha()
            and 10 <= minutes[1] < 60
        ):
            return minutes[0], hour, minutes[1], True
        return end, hour, 0, False
