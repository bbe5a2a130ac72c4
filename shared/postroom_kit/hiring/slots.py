"""Times at which interviewers are free, and which of the offered ones a candidate takes.

panel = read_panel(json.loads(…))          # people with weekly hours, holidays and what is in their calendars
offers = free(panel, taken, now=…, minutes=45, other=ZoneInfo("America/New_York"))
chosen("The second one, please", offers, zone, other)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ..business_hours import BusinessHours, BusinessHoursError
from ..word_lists import plain
from ..wordings import wordings
from .invitations import Guest

Spans = Sequence[tuple[datetime, datetime]]
STEP = timedelta(minutes=30)
WAKING = (time(8), time(20))
"""By a candidate's own clock, where we know it; nobody is offered four in the morning."""


class PanelError(ValueError):
    """A calendar file that cannot be read; the message names the person and the entry."""


@dataclass(frozen=True, slots=True)
class Interviewer:
    """One of a panel: when they work, and what is in their calendar already."""

    guest: Guest
    hours: BusinessHours
    busy: tuple[tuple[datetime, datetime], ...] = ()

    def is_free(self, start: datetime, end: datetime) -> bool:
        """Tell whether they are at work the whole time, and nothing is in their calendar."""
        clear = all(end <= begins or start >= ends for begins, ends in self.busy)
        return clear and self.hours.open_time(start, end) == end - start


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A time for an interview, in UTC, and whose time it is."""

    start: datetime
    minutes: int
    people: tuple[str, ...]

    @property
    def end(self) -> datetime:
        """Return when it ends."""
        return self.start + timedelta(minutes=self.minutes)

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Tell whether it takes any of that time."""
        return self.start < end and start < self.end


@dataclass(frozen=True, slots=True)
class Choice:
    """What a candidate said of offered times: one of them, none of them, or nothing that can be told."""

    meant: Literal["one", "none", "unclear"]
    slot: Slot | None = None


def read_panel(rows: Iterable[Mapping[str, Any]]) -> tuple[Interviewer, ...]:
    """Read `[{"address", "name", "hours": {…}, "busy": [["2026-12-03T10:00+01:00", "…T11:00+01:00"]]}]`.

    Raises PanelError where an entry cannot be used, and for times without an offset.
    """
    panel = []
    for row in rows:
        try:
            busy = tuple(
                (datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in row.get("busy", ())
            )
            hours = BusinessHours.read(row["hours"])
            panel.append(Interviewer(Guest(row["address"], row.get("name", "")), hours, busy))
        except (KeyError, TypeError, ValueError, BusinessHoursError) as error:
            raise PanelError(f"{row.get('address', 'an entry without address')}: {error}") from error
        if any(start.tzinfo is None or end.tzinfo is None or end <= start for start, end in busy):
            raise PanelError(f"{row['address']}: a busy time needs an offset, and ends after it begins")
    return tuple(panel)


def free(
    panel: Sequence[Interviewer],
    taken: Mapping[str, Spans],
    *,
    now: datetime,
    minutes: int,
    other: ZoneInfo | None = None,
    most: int = 3,
    notice: timedelta = timedelta(hours=36),
    within: timedelta = timedelta(days=14),
    not_these: Iterable[datetime] = (),
) -> list[Slot]:
    """Return times at which the whole panel is free, soonest first, on as many different days as there are.

    `taken` holds what was booked or is held, by address. `not_these` were offered before. With the candidate's zone
    `other`, only times of their waking day; `now` is aware.
    """
    if not panel:
        return []
    first = now.astimezone(UTC) + notice
    start = first.replace(minute=0, second=0, microsecond=0)
    skipped = {moment.astimezone(UTC) for moment in not_these}
    people = tuple(person.guest.address.lower() for person in panel)
    found: dict[object, Slot] = {}
    while start <= first + within and len(found) < most:
        slot = Slot(start, minutes, people)
        start += STEP
        day = slot.start.astimezone(panel[0].hours.zone).date()
        if slot.start < first or day in found or slot.start in skipped or not _is_awake(slot, other):
            continue
        booked = any(slot.overlaps(*span) for person in people for span in taken.get(person, ()))
        if not booked and all(person.is_free(slot.start, slot.end) for person in panel):
            found[day] = slot
    return list(found.values())


def clashes(slots: Iterable[Slot]) -> list[tuple[Slot, Slot]]:
    """Return each two that take the same time of one person: of what is booked there must be none."""
    by_person: dict[str, list[Slot]] = {}
    for slot in sorted(slots):
        for person in slot.people:
            by_person.setdefault(person, []).append(slot)
    return [
        pair for mine in by_person.values() for pair in pairwise(mine) if pair[0].overlaps(pair[1].start, pair[1].end)
    ]


def _is_awake(slot: Slot, zone: ZoneInfo | None) -> bool:
    if zone is None:
        return True
    start, end = slot.start.astimezone(zone), slot.end.astimezone(zone)
    return start.date() == end.date() and start.time() >= WAKING[0] and end.time() <= WAKING[1]


def chosen(text: str, offered: Sequence[Slot], zone: ZoneInfo, other: ZoneInfo | None = None) -> Choice:
    """Tell which of the offered times a candidate takes, by its number, or by weekday, day and time of day.

    Sentences that deny or ask are no choice; what fits two times is none. Times of day may be told by either clock.
    """
    wanted, refused = set[int](), False
    for part in filter(str.strip, _PARTS.split(plain_lines(text))):
        if _DENIED.search(part):
            refused = True
        elif not part.rstrip().endswith("?"):
            wanted |= set(_named(part, offered, (zone, other or zone)))
    if len(wanted) == 1:
        return Choice("one", offered[wanted.pop()])
    return Choice("none" if refused and not wanted else "unclear")


def plain_lines(text: str) -> str:
    """Return a text in lower case and without accents, its lines kept."""
    return "\n".join(plain(line.lower()) for line in text.splitlines())


_PARTS = re.compile(
    r"(?<=\?)|(?<=[^\d][.!;])\s|\n|(?<=[\d)])\.\s+(?=i\b|thank|best|ich\b|danke|merci|je\b)"
    r"|\b(?:but|aber|mais|pero|maar|mas)\b"
)
_DENIED = re.compile(
    r"\b(?:not|none|neither|no longer|\w+n't|cannot|cant|unable|impossible|instead|other than|except|unless"
    r"|unfortunately|nicht|kein\w*|leider|pas|aucun\w*|ninguna?|no puedo|non|nessun\w*|niet|geen|nao|nenhum\w*)\b"
)
_AGREED = re.compile(
    r"\b(?:yes|works|fine|good|ok|okay|perfect|suits|confirmed|ja|passt|gerne|oui|parfait|si|perfecto|va bene|sim)\b"
)
_NUMBER = re.compile(
    r"(?:^\W*|#|\b(?:option|number|slot|nr|no|nummer|numero|choice|take|choose|pick|prefer|with|nehme|prends)\W{1,2})"
    r"([1-9])(?![\d:h]|\s?[ap]\.?m|[./-]\d"
    r"|\s*(?:hours?|days?|weeks?|minutes?|years?|of|times?|stunden|tage|jahre|heures|jours|uhr|h)\b)"
)
_ORDINALS = (
    r"first|erste[rsn]?|premier|primer[oa]?|prim[oa]|eerste|primeir[oa]",
    r"second|zweite[rsn]?|deuxieme|segund[oa]|second[oa]|tweede",
    r"third|dritte[rsn]?|troisieme|tercer[oa]?|terz[oa]|derde|terceir[oa]",
)
_CLOCK = re.compile(r"(?<![\d.:/-])([01]?\d|2[0-3])(?:[:h.]([0-5]\d))?\s?(a\.?m|p\.?m|h|uhr)?\b")


def _named(said: str, offered: Sequence[Slot], zones: tuple[ZoneInfo, ZoneInfo]) -> list[int]:
    """Return the places of the offered times that agree with all that is said of number, day and time of day."""
    found = list(_NUMBER.finditer(said))
    numbers = {int(match[1]) for match in found}
    for match in found:  # "2 or 3"
        behind = said[match.end() : match.end() + 10]
        numbers |= {int(more) for more in re.findall(r"(?<![\d:.])[1-9](?![\d:.])", behind)}
    days, dates, times = _days(said), _dates(said), _times(said)
    if not (days or dates):
        numbers |= {place for place, words in enumerate(_ORDINALS, 1) if re.search(rf"\b(?:{words})\b", said)}
    if numbers:
        return [number - 1 for number in numbers if number <= len(offered)]
    if not (days or dates or times):
        return [0] if len(offered) == 1 and _AGREED.search(said) else []

    def fits(start: datetime, end: datetime) -> bool:
        told = (not days or days == {start.weekday()}) and (not dates or dates == {(start.month, start.day)})
        at, until = (start.hour, start.minute), (end.hour, end.minute)
        return told and (not times or (at in times and times <= {at, until}))

    local = [[(slot.start.astimezone(zone), slot.end.astimezone(zone)) for zone in zones] for slot in offered]
    return [place for place, clocks in enumerate(local) if any(fits(*clock) for clock in clocks)]


def _days(said: str) -> set[int]:
    return {day for name, day in _day_names().items() if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said)}


def _dates(said: str) -> set[tuple[int, int]]:
    """Return month and day of each date told with its month in words."""
    names = _month_names()
    month = "|".join(map(re.escape, names))
    found = re.findall(rf"\b(\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of |de )?({month})\b", said)
    found += [(day, name) for name, day in re.findall(rf"\b({month}) (\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)", said)]
    return {(names[name], int(day)) for day, name in found}


def _times(said: str) -> set[tuple[int, int]]:
    found = set()
    for hour, minute, half in _CLOCK.findall(said):
        at = int(hour) % 12 + (12 if half[0] == "p" else 0) if half[:1] in {"a", "p"} else int(hour)
        if minute or half:
            found.add((at, int(minute or 0)))
    return found


@cache
def _day_names() -> dict[str, int]:
    names = {plain(name.lower()): day for each in wordings().values() for day, name in enumerate(each.weekdays)}
    names |= {name.removesuffix("-feira"): day for name, day in names.items()}
    return names | {
        "mon": 0,
        "tue": 1,
        "tues": 1,
        "wed": 2,
        "thu": 3,
        "thur": 3,
        "thurs": 3,
        "fri": 4,
        "sat": 5,
        "sun": 6,
    }


@cache
def _month_names() -> dict[str, int]:
    months = {plain(name.lower()): place for each in wordings().values() for place, name in enumerate(each.months, 1)}
    short = {name[:3]: place for place, name in enumerate(wordings()["en"].months, 1)}
    return months | {name.lower(): place for name, place in short.items()}
