"""Invitations and the answers to them (iTIP, RFC 5546): who answered what about which event."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from .charsets import decode
from .header_values import ADDRESS
from .mime import Part

_LONGEST = 200_000  # bytes; an invitation with its time zones has some thousand
_ANSWERS = {"REPLY", "COUNTER"}


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a calendar part says of its first event.

    `method` is iTIP's (RFC 5546 section 1.4): REQUEST invites, REPLY answers, CANCEL calls off. `attendee` is the
    address of who answers and `partstat` the answer (ACCEPTED, DECLINED, TENTATIVE); both are "" in what is no answer.
    `start` is aware where the part names a zone that is known, a date for whole days, and None where there is none.
    """

    method: str
    uid: str = ""
    attendee: str = ""
    partstat: str = ""
    start: dt.datetime | dt.date | None = None


def read_calendar(mail: Part) -> Calendar | None:
    """Read the calendar part of a mail; None where it has none."""
    part = next((part for part in mail.walk() if part.content_type in {"text/calendar", "application/ics"}), None)
    if part is None:
        return None
    import icalendar  # with its zones a tenth of a second: not before a mail has a calendar part

    text, _ = decode(part.content()[:_LONGEST], part.declared.get("charset", ""))
    try:
        calendar = icalendar.Calendar.from_ical(text)
    except Exception:  # noqa: BLE001 - a stranger wrote it, and the library fails on it in ways of its own
        calendar = icalendar.Calendar()
    method = str(calendar.get("METHOD") or part.declared.get("method", "")).strip().upper()
    event = next(iter(calendar.walk("VEVENT") + calendar.walk("VTODO")), icalendar.Event())
    who = next(iter(_listed(event.get("ATTENDEE"))), None) if method in _ANSWERS else None
    named = ADDRESS.search(re.sub(r"(?i)^mailto:", "", str(who or "").strip()))
    start = next(iter(_listed(event.get("DTSTART"))), None)
    moment = start.dt if isinstance(start, icalendar.vDDDTypes) else None
    return Calendar(
        method=method,
        uid=str(event.get("UID", "")).strip()[:500],
        attendee=named[0].lower() if named else "",
        partstat=str(getattr(who, "params", {}).get("PARTSTAT", "")).upper(),
        start=moment if isinstance(moment, dt.date) else None,  # a datetime is one too
    )


def _listed(value: object) -> list[object]:
    """Return the values of a property, which may stand there once, several times or not at all."""
    return value if isinstance(value, list) else [] if value is None else [value]
