"""What calendar programs answer to our invitations (iTIP, RFC 5546)."""

from __future__ import annotations

from datetime import UTC, timedelta

from postroom_kit.mail_reading.charsets import decode
from postroom_kit.mail_reading.mime import read_mime


def calendar_in(raw: bytes) -> str:
    """Return the calendar text of a mail, "" where it has none."""
    parts = (part for part in read_mime(raw).walk() if part.content_type == "text/calendar")
    return next((decode(part.content(), "utf-8")[0] for part in parts), "")


def answer_to(invitation: str, address: str, said: str, shifted: timedelta) -> str:
    """Return the answer of a guest to an invitation; a COUNTER wants it `shifted`."""
    import icalendar

    asked = icalendar.Calendar.from_ical(invitation)
    event = asked.walk("VEVENT")[0]
    moments = [event.decoded(name).astimezone(UTC) for name in ("DTSTART", "DTEND")]
    start, end = (f"{moment + shifted:%Y%m%dT%H%M%SZ}" for moment in moments)
    method, part = ("COUNTER", "TENTATIVE") if said == "COUNTER" else ("REPLY", said)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Calendar of a guest//EN", f"METHOD:{method}", "BEGIN:VEVENT"]
    lines += [f"UID:{event['UID']}", f"SEQUENCE:{event['SEQUENCE']}", f"DTSTART:{start}", f"DTEND:{end}"]
    lines += [f"ORGANIZER:{event['ORGANIZER']}", f"ATTENDEE;PARTSTAT={part}:mailto:{address}"]
    return "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""])
