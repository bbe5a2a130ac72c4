"""Invitations to interviews (iCalendar, RFC 5545; iTIP, RFC 5546; iMIP, RFC 6047), and what guests answer to them.

meeting = Meeting(uid_of("thread_1"), start, 45, "Interview", organizer=Guest("recruiter@firm.test"), guests=(…))
invitation(meeting, now)                      # METHOD:REQUEST; each guest is asked to answer
invitation(meeting.moved(later), now)         # the same UID, SEQUENCE + 1: programs move the entry they have
cancellation(meeting, now)                    # METHOD:CANCEL, SEQUENCE + 1: it goes from their calendars
as_attachment(ics)                            # {"filename", "content_type", "text"}: how it leaves with a mail

The clock of the text is that of the zone in which `start` is given, the interviewers'. Names and words come from
strangers: no sign of theirs can begin a line of its own.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from .time_zones import is_utc, vtimezone

PRODUCT = "-//Postroom//Interviews//EN"
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
Reaction = Literal["accepted", "declined", "tentative", "countered", "stale", "stranger", "other"]
_METHOD = re.compile(r"^METHOD:([A-Z-]+)\r?$", re.MULTILINE)
_REACTIONS: Mapping[str, Reaction] = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
_LONGEST_LINE = 75  # bytes, without the line's end (RFC 5545 section 3.1)


class InvitationError(ValueError):
    """An invitation that cannot be; the message says why."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is invited, or invites."""

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        if not ADDRESS.fullmatch(self.address) or len(self.address) > 254:
            raise InvitationError(f"{self.address!r} is no address that a calendar program takes")


@dataclass(frozen=True, slots=True)
class Meeting:
    """One interview. `start` is aware and carries a `ZoneInfo`; `sequence` grows with each change that moves it."""

    uid: str
    start: datetime
    minutes: int
    summary: str
    organizer: Guest
    guests: tuple[Guest, ...]
    description: str = ""
    location: str = ""
    sequence: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.start.tzinfo, ZoneInfo):
            raise InvitationError("start needs a zone by its name: datetime(…, tzinfo=ZoneInfo('Europe/Berlin'))")
        if self.minutes < 1 or not self.guests or self.sequence < 0:
            raise InvitationError("an interview lasts a minute at least, has a guest, and its sequence is 0 or more")

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which it is told."""
        assert isinstance(self.start.tzinfo, ZoneInfo)
        return self.start.tzinfo

    @property
    def end(self) -> datetime:
        """Return the instant it ends, `minutes` later by a watch though the clocks change meanwhile."""
        return (self.start.astimezone(UTC) + timedelta(minutes=self.minutes)).astimezone(self.zone)

    def moved(self, start: datetime) -> Meeting:
        """Return it at another time, one sequence on."""
        return replace(self, start=start, sequence=self.sequence + 1)


def uid_of(*parts: str, domain: str = "postroom.invalid") -> str:
    """Return a UID that is the same whenever the same parts are given, and tells nothing of them."""
    return f"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}@{domain}"


def invitation(meeting: Meeting, now: datetime, *, remind_hours: int = 24) -> str:
    """Return the text of an invitation, or of its move; `now` is aware. Ask each guest to answer."""
    alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(meeting.summary)}"]
    alarm += [f"TRIGGER:-PT{remind_hours}H", "END:VALARM"]
    return _calendar("REQUEST", meeting, now, ["STATUS:CONFIRMED", *alarm] if remind_hours else ["STATUS:CONFIRMED"])


def cancellation(meeting: Meeting, now: datetime) -> str:
    """Return the text that takes an interview off its guests' calendars; `meeting` is it as it last stood."""
    return _calendar("CANCEL", replace(meeting, sequence=meeting.sequence + 1), now, ["STATUS:CANCELLED"])


def as_attachment(ics: str) -> dict[str, str]:
    """Return how a calendar text leaves with a mail: `filename`, `content_type` with its method, and `text`.

    Raises InvitationError for a text without a method, which programs would show as a file and not as an invitation.
    """
    found = _METHOD.search(ics)
    if not ics.startswith("BEGIN:VCALENDAR") or not found:
        raise InvitationError("this is no calendar text with a METHOD")
    name = {"CANCEL": "cancelled.ics"}.get(found[1], "invitation.ics")
    return {"filename": name, "content_type": f"text/calendar; method={found[1]}; charset=utf-8", "text": ics}


def reaction(meeting: Meeting, said: Mapping[str, Any], writer: str) -> tuple[Reaction, datetime | None]:
    """Tell what an answer to an invitation means, and the time that a COUNTER proposes.

    `said` has `method`, `uid`, `attendee`, `partstat` and `start`, an ISO time or None. `stale`: it answers another
    time than the one that stands, or another meeting; `stranger`: of somebody who was not invited, or who answers for
    another. `writer` is the address that sent it, where the mail system vouches for it, else "".
    """
    guests = {guest.address.lower() for guest in meeting.guests}
    attendee = str(said.get("attendee") or "").lower()
    if said.get("uid") != meeting.uid:
        return "stale", None
    if attendee not in guests or attendee != writer.lower():
        return "stranger", None
    start = _moment(said.get("start"))
    if said.get("method") == "COUNTER":
        return "countered", start
    if said.get("method") != "REPLY":
        return "other", None
    if start is not None and start != meeting.start.astimezone(UTC):
        return "stale", None
    return _REACTIONS.get(str(said.get("partstat") or ""), "other"), None


def standing(meeting: Meeting, reactions: Mapping[str, str]) -> Literal["all", "declined", "waiting"]:
    """Tell whether all guests accepted, somebody declined, or somebody has not answered. `reactions` by address."""
    answers = [reactions.get(guest.address.lower(), "") for guest in meeting.guests]
    if "declined" in answers:
        return "declined"
    return "all" if all(answer == "accepted" for answer in answers) else "waiting"


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def _calendar(method: str, meeting: Meeting, now: datetime, more: Sequence[str]) -> str:
    start, end = (moment.astimezone(UTC).astimezone(meeting.zone) for moment in (meeting.start, meeting.end))
    # of an hour that happens twice a local time names the first (RFC 5545 section 3.3.5): then both are told in UTC
    in_utc = is_utc(meeting.zone) or bool(start.fold or end.fold)
    lines = ["BEGIN:VCALENDAR", f"PRODID:{PRODUCT}", "VERSION:2.0", "CALSCALE:GREGORIAN", f"METHOD:{method}"]
    lines += [] if in_utc else vtimezone(meeting.zone, start.year)
    lines += ["BEGIN:VEVENT", f"UID:{_text(meeting.uid)}", f"SEQUENCE:{meeting.sequence}", f"DTSTAMP:{_utc(now)}"]
    lines += [f"{name}{_at(moment, in_utc)}" for name, moment in (("DTSTART", start), ("DTEND", end))]
    lines += [f"SUMMARY:{_text(meeting.summary, one_line=True)}"]
    lines += [f"LOCATION:{_text(meeting.location, one_line=True)}"] if meeting.location else []
    lines += [f"DESCRIPTION:{_text(meeting.description)}"] if meeting.description else []
    lines += [f"ORGANIZER{_named(meeting.organizer)}:mailto:{meeting.organizer.address}"]
    asked = ";RSVP=TRUE;PARTSTAT=NEEDS-ACTION" if method == "REQUEST" else ""
    role = ";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT"
    lines += [f"ATTENDEE{role}{asked}{_named(guest)}:mailto:{guest.address}" for guest in _once(meeting.guests)]
    lines += [*more, "END:VEVENT", "END:VCALENDAR"]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _once(guests: Iterable[Guest]) -> list[Guest]:
    return list({guest.address.lower(): guest for guest in reversed(tuple(guests))}.values())[::-1]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _at(moment: datetime, in_utc: bool) -> str:
    if in_utc:
        return f":{_utc(moment)}"
    assert isinstance(moment.tzinfo, ZoneInfo)
    return f";TZID={moment.tzinfo.key}:{moment:%Y%m%dT%H%M%S}"


def _clean(value: str, keep: str = "") -> str:
    """Return a value without signs that end a line or do not show, which would be read as structure."""
    whole = value.replace("\r\n", "\n").replace("\r", "\n")
    signs = (
        sign if sign in keep or unicodedata.category(sign) not in {"Cc", "Cs", "Zl", "Zp"} else " " for sign in whole
    )
    return "".join(signs)


def _text(value: str, *, one_line: bool = False) -> str:
    """Write a TEXT value (RFC 5545 section 3.3.11)."""
    value = " ".join(_clean(value).split()) if one_line else _clean(value, keep="\n").strip()
    return re.sub(r"([\\;,])", r"\\\1", value).replace("\n", "\\n")


def _named(guest: Guest) -> str:
    """Write a name as a parameter: it may hold no double quote, by no means of escaping (RFC 5545 section 3.2)."""
    name = " ".join(_clean(guest.name).replace('"', "'").split())[:200]
    return f';CN="{name}"' if name else ""


def _folded(line: str) -> str:
    """Fold a line at 75 bytes, never within a sign."""
    rows, row, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > _LONGEST_LINE:
            rows.append(row)
            row, size = " ", 1
        row, size = row + sign, size + width
    return "\r\n".join([*rows, row])
