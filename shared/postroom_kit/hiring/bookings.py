"""Interviews as an agent books them: plain functions of a diary's path, JSON in and out, safe to repeat.

Those that change something take an `op_id` first, as an agent's actions are called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .diary import Diary
from .invitations import Guest, Meeting, cancellation, invitation
from .slots import Slot, free, read_panel
from .time_zones import in_both

Row = Mapping[str, Any]


def slot_of(row: Row) -> Slot:
    """Return a time from its JSON."""
    return Slot(datetime.fromisoformat(row["start"]).astimezone(UTC), row["minutes"], tuple(row["people"]))


def row_of(slot: Slot) -> dict[str, Any]:
    """Return a time as JSON."""
    return {"start": slot.start.isoformat(), "minutes": slot.minutes, "people": list(slot.people)}


@dataclass(frozen=True)
class Interview:
    """What a candidate's interview is made of, whenever it is; `panel` is as `slots.read_panel` takes it.

    `path` is the diary's, `uid` its name there and in calendars, which is always the same.
    """

    path: str
    uid: str
    title: str
    minutes: int
    panel: Sequence[Row]
    candidate: Guest
    organizer: Guest
    clock: ZoneInfo | None = None

    @property
    def zone(self) -> ZoneInfo:
        """Return the first interviewer's time zone, in which it is told."""
        return read_panel(self.panel)[0].hours.zone

    @property
    def names(self) -> list[str]:
        """Return who interviews."""
        return [str(row.get("name") or row["address"]) for row in self.panel]

    @property
    def entry(self) -> dict[str, Any]:
        """Return where it is in which diary, as all functions here take it."""
        return {"path": self.path, "uid": self.uid}

    def asked(self, now: datetime) -> dict[str, Any]:
        """Return what `free_times` is asked."""
        key = self.clock.key if self.clock else ""
        given = {"panel": [dict(row) for row in self.panel], "minutes": self.minutes, "zone": key}
        return {**self.entry, "now": now.isoformat(), **given}

    def when(self, row: Row) -> str:
        """Return a time by the clocks of both sides."""
        return in_both(slot_of(row).start, row["minutes"], self.zone, self.clock)

    def invitation(self, row: Row, sequence: int, now: datetime) -> str:
        """Return the invitation to it at a time."""
        return invitation(self.meeting(row, sequence), now)

    def cancellation(self, row: Row, now: datetime) -> str:
        """Return what takes it off calendars, as it is booked."""
        return cancellation(self.meeting(row, row["sequence"]), now)

    def meeting(self, row: Row, sequence: int) -> Meeting:
        """Return it as calendars know it."""
        guests = (self.candidate, *(person.guest for person in read_panel(self.panel)))
        text = f"{self.when(row)}\nTo move or cancel it, answer our mail or this invitation."
        start = slot_of(row).start.astimezone(self.zone)
        return Meeting(self.uid, start, row["minutes"], self.title, self.organizer, guests, text, sequence=sequence)


def free_times(path: str, panel: Sequence[Row], minutes: int, zone: str, uid: str, now: str) -> list[dict[str, Any]]:
    """Return what is free for a panel and was not offered before."""
    diary, moment = Diary(Path(path)), datetime.fromisoformat(now)
    old = [slot.start for slot in diary.held(uid)]
    if booking := diary.booking(uid):
        old.append(booking.slot.start)
    other = ZoneInfo(zone) if zone else None
    found = free(read_panel(panel), diary.taken(moment), now=moment, minutes=minutes, other=other, not_these=old)
    return [row_of(slot) for slot in found]


def standing(path: str, uid: str, now: str) -> dict[str, Any]:
    """Return `booked`, the booking as it stands or last stood (None), and `held`, the times that are kept.

    Each of those tells whether it is `free`: ahead, and nobody but `uid` has it. What was kept too long may be
    another's by now.
    """
    diary, moment = Diary(Path(path)), datetime.fromisoformat(now)
    booking, slots = diary.booking(uid), diary.held(uid)
    free = [slot.start > moment and not diary.clash(uid, slot, moment) for slot in slots]
    rows = [row_of(slot) | {"free": had} for slot, had in zip(slots, free, strict=True)]
    return {"booked": booking.plain() if booking else None, "held": rows}


def hold(op_id: str, path: str, uid: str, slots: Sequence[Row], until: str, now: str) -> None:  # noqa: ARG001
    """Keep times; one that somebody else took meanwhile is left out."""
    moments = datetime.fromisoformat(until), datetime.fromisoformat(now)
    Diary(Path(path)).hold(uid, [slot_of(row) for row in slots], *moments)


def book(op_id: str, path: str, uid: str, slot: Row, sequence: int, now: str) -> None:  # noqa: ARG001
    """Book a time. Raises Taken where somebody else has it."""
    Diary(Path(path)).book(uid, slot_of(slot), sequence, datetime.fromisoformat(now))


def cancel(op_id: str, path: str, uid: str) -> None:  # noqa: ARG001
    """Give back what is booked and kept."""
    Diary(Path(path)).cancel(uid)


def note(op_id: str, path: str, uid: str, address: str, said: str) -> None:  # noqa: ARG001
    """Note what a guest answered to an invitation."""
    Diary(Path(path)).answer(uid, address, said)


def forget(path: str, uid: str) -> None:
    """Delete all that the diary has of an interview: a person is erased, and the panel has its time back."""
    Diary(Path(path)).forget(uid)
