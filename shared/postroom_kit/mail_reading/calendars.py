"""Invitations and the answers to them (iTIP, RFC 5546): who answered what about which event."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from .charsets import decode
from .header_values import ADDRESS
from .mime import Part

_LONGEST = 200_000  # bytes; an invitation with its time zones has some thousand
_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"([A-Za-z-]{1,40})((?:;[^:;=\"\n]{1,60}=(?:\"[^\"\n]*\"|[^:;\"\n]*))*):(.*)")
_EVENT = re.compile(r"^BEGIN:(VEVENT|VTODO)\s*$(.*?)^END:\1", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_TIME = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
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
    text = _FOLD.sub("", decode(part.content()[:_LONGEST], part.declared.get("charset", ""))[0])
    whole = _fields(_EVENT.sub("", text))
    event = _EVENT.search(text)
    fields = _fields(event[2]) if event else {}
    method = (whole.get("METHOD", ({}, ""))[1] or part.declared.get("method", "")).strip().upper()
    who, address = fields.get("ATTENDEE", ({}, "")) if method in _ANSWERS else ({}, "")
    named = ADDRESS.search(re.sub(r"(?i)^mailto:", "", address.strip()))
    return Calendar(
        method=method,
        uid=fields.get("UID", ({}, ""))[1].strip()[:500],
        attendee=named[0].lower() if named else "",
        partstat=who.get("PARTSTAT", "").upper(),
        start=_time(*fields.get("DTSTART", ({}, ""))),
    )


def _fields(text: str) -> dict[str, tuple[dict[str, str], str]]:
    """Return the first line of each name: its parameters and its value."""
    found: dict[str, tuple[dict[str, str], str]] = {}
    for line in text.splitlines():
        if match := _LINE.fullmatch(line):
            pairs = re.findall(r";([^=;]+)=(\"[^\"]*\"|[^;]*)", match[2])
            parameters = {name.upper(): value.strip('"') for name, value in pairs}
            found.setdefault(match[1].upper(), (parameters, match[3]))
    return found


def _time(parameters: dict[str, str], value: str) -> dt.datetime | dt.date | None:
    match = _TIME.fullmatch(value.strip())
    try:
        if match is None:
            return None
        if not match[2]:
            return dt.date.fromisoformat(match[1])
        found = dt.datetime.fromisoformat(f"{match[1]}T{match[2]}")
    except ValueError:
        return None
    return found.replace(tzinfo=dt.UTC if match[3] else _zone(parameters.get("TZID", "")))


def _zone(name: str) -> ZoneInfo | None:
    """Return a zone of the IANA data; Exchange names Windows' own, which stay without one."""
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, KeyError):  # no such file, no name at all, no zone
        return None
