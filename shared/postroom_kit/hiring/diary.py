"""The diary of interviews: what is held for whom, what is booked, and who said yes; nobody is booked twice.

diary = Diary(folder / "interviews.db")
diary.hold("thread_1", slots, until, now)      # the ones that were still free are this thread's until then
diary.book("thread_1", slot, sequence=0, now=now)   # raises Taken where somebody else has that time
diary.answer("thread_1", "ana@example.com", "accepted")

Each call may be made twice: the second changes nothing. Times are stored in UTC; of candidates it holds a key alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .slots import Slot

_TABLES = """
CREATE TABLE IF NOT EXISTS held (key TEXT, start TEXT, ends TEXT, minutes INTEGER, people TEXT, until TEXT,
  PRIMARY KEY (key, start));
CREATE TABLE IF NOT EXISTS booked (key TEXT PRIMARY KEY, start TEXT, ends TEXT, minutes INTEGER, people TEXT,
  sequence INTEGER, cancelled INTEGER DEFAULT 0, answers TEXT DEFAULT '{}');
"""


class Taken(ValueError):
    """Somebody else has that time; the message says which."""


@dataclass(frozen=True, slots=True)
class Booking:
    """An interview as it stands."""

    slot: Slot
    sequence: int
    answers: dict[str, str]
    cancelled: bool = False

    def plain(self) -> dict[str, Any]:
        """Return it as JSON."""
        slot = {"start": _at(self.slot.start), "minutes": self.slot.minutes, "people": list(self.slot.people)}
        return {**slot, "sequence": self.sequence, "answers": self.answers, "cancelled": self.cancelled}


class Diary:
    """One file; several processes of one machine may use it at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def hold(self, key: str, slots: Sequence[Slot], until: datetime, now: datetime) -> list[Slot]:
        """Keep for `key` those of these times that nobody else has, in place of what it held; return them."""
        with self._open() as file:
            file.execute("DELETE FROM held WHERE key = ?", (key,))
            kept = [slot for slot in slots if not self._clash(file, key, slot, now)]
            for slot in kept:
                row = (key, _at(slot.start), _at(slot.end), slot.minutes, json.dumps(slot.people), _at(until))
                file.execute("INSERT INTO held VALUES (?, ?, ?, ?, ?, ?)", row)
        return kept

    def held(self, key: str) -> list[Slot]:
        """Return the times held for `key`, soonest first, though their hour be past: nobody else took them."""
        with self._open() as file:
            rows = file.execute("SELECT start, minutes, people FROM held WHERE key = ? ORDER BY start", (key,))
            return [_slot(*row) for row in rows]

    def book(self, key: str, slot: Slot, sequence: int, now: datetime) -> None:
        """Book a time, in place of what `key` held and had booked. Raises Taken where somebody else has it."""
        with self._open() as file:
            if clash := self._clash(file, key, slot, now):
                raise Taken(f"{clash} is taken")
            old = file.execute("SELECT start, sequence FROM booked WHERE key = ? AND NOT cancelled", (key,)).fetchone()
            if old and old[1] > sequence:
                return  # a later move stands already
            file.execute("DELETE FROM held WHERE key = ?", (key,))
            if old == (_at(slot.start), sequence):
                return
            file.execute("DELETE FROM booked WHERE key = ?", (key,))
            row = (key, _at(slot.start), _at(slot.end), slot.minutes, json.dumps(slot.people), sequence)
            file.execute("INSERT INTO booked (key, start, ends, minutes, people, sequence) VALUES (?,?,?,?,?,?)", row)

    def cancel(self, key: str) -> None:
        """Give back what `key` has, booked and held; its booking stays known as cancelled."""
        with self._open() as file:
            file.execute("DELETE FROM held WHERE key = ?", (key,))
            file.execute("UPDATE booked SET cancelled = 1 WHERE key = ?", (key,))

    def answer(self, key: str, address: str, said: str) -> None:
        """Note what a guest answered to the booking as it stands."""
        with self._open() as file:
            found = file.execute("SELECT answers FROM booked WHERE key = ?", (key,)).fetchone()
            if found:
                answers = {**json.loads(found[0]), address.lower(): said}
                file.execute("UPDATE booked SET answers = ? WHERE key = ?", (json.dumps(answers), key))

    def booking(self, key: str) -> Booking | None:
        """Return the booking of `key`, cancelled ones too; None where it never had one."""
        with self._open() as file:
            query = "SELECT start, minutes, people, sequence, answers, cancelled FROM booked WHERE key = ?"
            found = file.execute(query, (key,)).fetchone()
        return Booking(_slot(*found[:3]), found[3], json.loads(found[4]), bool(found[5])) if found else None

    def taken(self, now: datetime) -> dict[str, list[tuple[datetime, datetime]]]:
        """Return what is booked or held at this time, by person."""
        spans: dict[str, list[tuple[datetime, datetime]]] = {}
        with self._open() as file:
            for start, ends, people in (*self._standing(file, now),):
                for person in json.loads(people):
                    spans.setdefault(person, []).append((datetime.fromisoformat(start), datetime.fromisoformat(ends)))
        return spans

    def clash(self, key: str, slot: Slot, now: datetime) -> str:
        """Return what of others is in the way of a time, "" where nothing is."""
        with self._open() as file:
            return self._clash(file, key, slot, now)

    def forget(self, key: str) -> None:
        """Delete all of `key`: a person was erased."""
        with self._open() as file:
            file.execute("DELETE FROM held WHERE key = ?", (key,))
            file.execute("DELETE FROM booked WHERE key = ?", (key,))

    def _standing(self, file: sqlite3.Connection, now: datetime, but: str = "") -> list[tuple[str, str, str]]:
        held = "SELECT start, ends, people FROM held WHERE until > ? AND key <> ?"
        booked = "SELECT start, ends, people FROM booked WHERE NOT cancelled AND key <> ?"
        return file.execute(f"{held} UNION ALL {booked}", (_at(now), but, but)).fetchall()

    def _clash(self, file: sqlite3.Connection, key: str, slot: Slot, now: datetime) -> str:
        for start, ends, people in self._standing(file, now, key):
            same = slot.overlaps(datetime.fromisoformat(start), datetime.fromisoformat(ends))
            if same and set(json.loads(people)) & set(slot.people):
                return f"{start} to {ends}"
        return ""

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            for statement in _TABLES.strip().split(";\n"):
                file.execute(statement)
            file.execute("BEGIN IMMEDIATE")  # whoever looks and then writes does so alone
            yield file
            file.execute("COMMIT")
        except BaseException:
            if file.in_transaction:
                file.execute("ROLLBACK")
            raise
        finally:
            file.close()


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _slot(start: str, minutes: int, people: str) -> Slot:
    return Slot(datetime.fromisoformat(start), minutes, tuple(json.loads(people)))
