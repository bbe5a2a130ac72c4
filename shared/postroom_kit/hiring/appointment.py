"""An interview as it stands at a moment: what a candidate says of it, and the steps that offer, book and call it off.

Steps are plain values: a change of the diary, or a mail made from a template. Who uses them carries them out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from . import bookings
from .bookings import Interview, Row, slot_of
from .invitations import Reaction, reaction
from .slots import chosen
from .wishes import comes, wish

HELD_FOR = timedelta(days=4)
A_DAY, SHORT_NOTICE, AN_HOUR = timedelta(hours=24), timedelta(hours=2), timedelta(hours=1)


@dataclass(frozen=True)
class Change:
    """A change of the diary: `function(op_id, **values)`; `key` tells two of one step apart."""

    function: Callable[..., None]
    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Letter:
    """A mail, to the candidate or to our `people`."""

    template: str
    values: Mapping[str, Any]
    people: bool = False


Steps = list[Change | Letter]
Said = Literal["withdraw", "unsure", "take", "others", ""]
"""`unsure`: it may be a withdrawal, which only people can tell."""


@dataclass(frozen=True)
class Appointment:
    """An interview, what the diary has of it (`bookings.standing`), and the moment."""

    interview: Interview
    found: Mapping[str, Any]
    now: datetime

    @property
    def booked(self) -> Row | None:
        """Return the booking as it stands or last stood; None where there never was one."""
        row: Row | None = self.found["booked"]
        return row

    @property
    def stands(self) -> bool:
        """Tell whether it is booked, and nobody called it off."""
        return self.booked is not None and not self.booked["cancelled"]

    def said(self, text: str, *, no: bool = False) -> tuple[Said, Row | None]:
        """Tell what a mail of the candidate wants, and the time that it takes; `no` where it says no in plain words."""
        rows, wanted = self.found["held"], wish(text)
        meant = chosen(text, [slot_of(row) for row in rows], self.interview.zone, self.interview.clock)
        row = next((row for row in rows if slot_of(row) == meant.slot), None)
        if wanted in ("withdraw", "unsure") or (no and wanted != "move" and row is None):
            sure = wanted != "unsure" and row is None and not comes(text)
            return ("withdraw" if sure else "unsure"), None
        if row is not None and row["free"]:
            return "take", row
        return ("others" if row is not None or wanted == "move" or meant.meant == "none" else ""), None

    def reacted(self, event: Mapping[str, Any], writer: str) -> Reaction:
        """Tell what an answer of a calendar program to the invitation means."""
        assert self.booked is not None
        return reaction(self.interview.meeting(self.booked, self.booked["sequence"]), event, writer)[0]

    def due(self) -> Literal["over", "remind", ""]:
        """Tell whether it is over since an hour, or the time for a reminder has come: the last day, but two hours."""
        assert self.booked is not None
        slot = slot_of(self.booked)
        if slot.end + AN_HOUR <= self.now:
            return "over"
        return "remind" if SHORT_NOTICE < slot.start - self.now <= A_DAY else ""

    def offer(self, rows: Sequence[Row], *, again: bool) -> Steps:
        """Keep free times for the candidate and tell of them; nothing where there are none."""
        until, now = (self.now + HELD_FOR).isoformat(), self.now.isoformat()
        times, known = [self.interview.when(row) for row in rows], self.interview.clock is not None
        told = Letter("slots", {"times": times, "clock_known": known, "again": again})
        return [self.change(bookings.hold, slots=list(rows), until=until, now=now), told] if rows else []

    def invite(self, row: Row) -> Steps:
        """Book a time and invite to it: the first, or in place of the one that stood."""
        old = self.booked
        sequence = old["sequence"] + 1 + old["cancelled"] if old else 0
        told = {
            "when": self.interview.when(row), "moved": self.stands, "people": self.interview.names, "off": False,
            "calendar": self.interview.invitation(row, sequence, self.now),
        }  # fmt: skip
        entry = self.change(bookings.book, f"book {sequence}", slot=row, sequence=sequence, now=self.now.isoformat())
        return [entry, Letter("invitation", told), self._tell("is booked", told)]

    def call_off(self, why: str, *, quietly: bool = False) -> Steps:
        """Take it off the diary and the calendars, and tell people; the candidate hears of it last, or not at all."""
        given_back = self.change(bookings.cancel)
        if self.booked is None or not self.stands or slot_of(self.booked).end <= self.now:
            return [given_back]
        told = {
            "when": self.interview.when(self.booked), "moved": False, "off": True,
            "calendar": self.interview.cancellation(self.booked, self.now),
        }  # fmt: skip
        return [given_back, self._tell(f"is off: {why}", told), *([] if quietly else [Letter("cancelled", told)])]

    def change(self, function: Callable[..., None], key: str = "", **values: Any) -> Change:
        """Return a change of the diary."""
        return Change(function, key or function.__name__, {**self.interview.entry, **values})

    def _tell(self, what: str, told: Mapping[str, Any]) -> Letter:
        guest = self.interview.candidate
        who = guest.name or guest.address
        return Letter("interview", {**told, "subject": f"interview with {who} {what}", "who": who}, people=True)
