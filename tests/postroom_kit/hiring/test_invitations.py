"""Invitations: what calendar programs read from them, on every night and with every name, and what guests answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from io import StringIO
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import pytest
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.hiring.invitations import (
    Guest,
    InvitationError,
    Meeting,
    as_attachment,
    cancellation,
    invitation,
    reaction,
    standing,
    uid_of,
)
from postroom_kit.hiring.time_zones import in_both, in_words, vtimezone
from postroom_kit.mail_reading.calendars import read_calendar
from postroom_kit.mail_reading.mime import read_mime

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
ANA, BEN, US = Guest("ana@example.com", "Ana"), Guest("ben@firm.test", "Ben"), Guest("recruiter@firm.test", "Firm")
ZONES = sorted(
    zone for zone in available_timezones() if zone[0].isupper() and "/" in zone and zone[:3] not in ("Etc", "Sys")
)
MOMENTS = st.integers(1_735_689_600, 1_890_000_000).map(lambda at: datetime.fromtimestamp(at // 60 * 60, UTC))


def meeting(start: datetime = datetime(2026, 10, 22, 15, tzinfo=BERLIN), **more: object) -> Meeting:
    given: dict[str, object] = {"minutes": 45, "summary": "Interview", "organizer": US, "guests": (ANA, BEN), **more}
    return Meeting(uid_of("thread"), start, **given)  # type: ignore[arg-type]


def event_of(text: str) -> icalendar.Event:
    calendar = icalendar.Calendar.from_ical(text)
    assert not calendar.errors
    (event,) = calendar.walk("VEVENT")
    assert not event.errors
    return event


def test_each_guest_is_asked_to_answer() -> None:
    event = event_of(invitation(meeting(), NOW))
    assert [str(who) for who in event["ATTENDEE"]] == ["mailto:ana@example.com", "mailto:ben@firm.test"]
    assert all(who.params["RSVP"] == "TRUE" and who.params["PARTSTAT"] == "NEEDS-ACTION" for who in event["ATTENDEE"])
    assert event["ORGANIZER"].params["CN"] == "Firm"


def test_a_move_keeps_the_uid_and_counts_on_and_a_cancellation_counts_on_too() -> None:
    first = meeting()
    later = first.moved(first.start + timedelta(days=1))
    was, moved, off = (
        event_of(text) for text in (invitation(first, NOW), invitation(later, NOW), cancellation(later, NOW))
    )
    assert was["UID"] == moved["UID"] == off["UID"]
    assert [int(each["SEQUENCE"]) for each in (was, moved, off)] == [0, 1, 2]
    assert off["STATUS"] == "CANCELLED"
    assert "METHOD:CANCEL\r\n" in cancellation(later, NOW)


def test_the_clock_is_the_interviewers_and_its_zone_comes_along() -> None:
    text = invitation(meeting(), NOW)
    assert "DTSTART;TZID=Europe/Berlin:20261022T150000\r\n" in text
    assert "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU" in text
    assert "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU" in text


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC"])
def test_utc_needs_no_zone(zone: str) -> None:
    text = invitation(meeting(datetime(2026, 10, 22, 15, tzinfo=ZoneInfo(zone))), NOW)
    assert "VTIMEZONE" not in text
    assert "DTSTART:20261022T150000Z" in text


@pytest.mark.parametrize("fold", [0, 1])
def test_of_the_hour_that_comes_twice_the_right_one_is_meant(fold: int) -> None:
    start = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=fold)
    event = event_of(invitation(meeting(start), NOW))
    assert event["DTSTART"].dt.astimezone(UTC) == start.astimezone(UTC)
    assert event["DTEND"].dt.astimezone(UTC) - start.astimezone(UTC) == timedelta(minutes=45)


def test_an_hour_that_there_is_not_is_told_as_the_next() -> None:
    event = event_of(invitation(meeting(datetime(2026, 3, 29, 2, 30, tzinfo=BERLIN)), NOW))
    assert event["DTSTART"].dt.replace(tzinfo=None) == datetime(2026, 3, 29, 3, 30)  # noqa: DTZ001


@given(zone=st.sampled_from(ZONES), start=MOMENTS, minutes=st.integers(1, 600))
def test_another_reader_of_the_zone_finds_the_same_instants(zone: str, start: datetime, minutes: int) -> None:
    given = meeting(start.astimezone(ZoneInfo(zone)), minutes=minutes)
    text = invitation(given, NOW)
    event = event_of(text)
    begins, ends = event.decoded("DTSTART"), event.decoded("DTEND")
    if "TZID" not in event["DTSTART"].params or event["DTSTART"].params["TZID"] == "UTC":
        assert (begins.astimezone(UTC), ends.astimezone(UTC)) == (start, start + timedelta(minutes=minutes))
        return
    # dateutil reads the VTIMEZONE itself, whatever this machine knows of the zone
    written = tz.tzical(StringIO(text)).get(zone)
    for naive, instant in ((begins, start), (ends, start + timedelta(minutes=minutes))):
        read = naive.replace(tzinfo=written)
        if not tz.datetime_ambiguous(read):
            assert read.astimezone(UTC) == instant


@pytest.mark.parametrize(
    "zone", ["Africa/Casablanca", "Asia/Jerusalem", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo"]
)
def test_zones_of_their_own_ways_are_read_back(zone: str) -> None:
    lines = "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *vtimezone(ZoneInfo(zone), 2026), "END:VCALENDAR", ""]
    )
    written = tz.tzical(StringIO(lines)).get(zone)
    for day in range(0, 365, 5):
        at = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo(zone)) + timedelta(days=day)
        assert at.replace(tzinfo=written).utcoffset() == at.utcoffset(), at


HOSTILE = st.text(max_size=120) | st.sampled_from(
    [
        "Ana\r\nATTENDEE:mailto:evil@example.net",
        'A";X=1:mailto:evil@example.net',
        "x\nEND:VEVENT\nBEGIN:VEVENT",
        "ü" * 90,
    ]
)


@given(name=HOSTILE, summary=HOSTILE, description=HOSTILE)
def test_no_name_or_text_can_add_a_line_of_its_own(name: str, summary: str, description: str) -> None:
    text = invitation(meeting(summary=summary, description=description, guests=(Guest("ana@example.com", name),)), NOW)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    event = event_of(text)
    assert str(event["ATTENDEE"]) == "mailto:ana@example.com"
    assert str(event["ORGANIZER"]) == "mailto:recruiter@firm.test"
    assert text.split("\r\n").count("BEGIN:VEVENT") == 1


@pytest.mark.parametrize("address", ["ana@example.com\r\nX:1", "ana", "a b@example.com", "ana@localhost", ""])
def test_what_is_no_address_is_not_invited(address: str) -> None:
    with pytest.raises(InvitationError):
        Guest(address)


def test_a_start_without_a_named_zone_is_refused() -> None:
    with pytest.raises(InvitationError):
        meeting(datetime(2026, 10, 22, 15, tzinfo=UTC))


def test_a_person_who_is_twice_on_the_panel_is_asked_once() -> None:
    event = event_of(invitation(meeting(guests=(ANA, Guest("ANA@example.com"), BEN)), NOW))
    assert len(event["ATTENDEE"]) == 2


def test_it_leaves_as_a_calendar_part_that_we_read_ourselves() -> None:
    part = as_attachment(invitation(meeting(), NOW))
    assert part["content_type"] == "text/calendar; method=REQUEST; charset=utf-8"
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "recruiter@firm.test", "ana@example.com", "Interview"
    mail.set_content("See you there.")
    mail.add_attachment(part["text"], subtype="calendar", params={"method": "REQUEST"}, filename=part["filename"])
    read = read_calendar(read_mime(mail.as_bytes()))
    assert read is not None
    assert (read.method, read.uid) == ("REQUEST", meeting().uid)


def test_what_has_no_method_does_not_leave_as_an_invitation() -> None:
    with pytest.raises(InvitationError):
        as_attachment("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")


def said(**more: object) -> dict[str, object]:
    start = meeting().start.astimezone(UTC).isoformat()
    return {
        "method": "REPLY",
        "uid": meeting().uid,
        "attendee": ANA.address,
        "partstat": "ACCEPTED",
        "start": start,
        **more,
    }


@pytest.mark.parametrize(
    ("answer", "writer", "meant"),
    [
        ({}, ANA.address, "accepted"),
        ({"partstat": "DECLINED"}, ANA.address, "declined"),
        ({"partstat": "TENTATIVE"}, ANA.address, "tentative"),
        ({"partstat": "DELEGATED"}, ANA.address, "other"),
        ({"start": None}, ANA.address, "accepted"),
        ({"start": "2026-10-22T13:00:00+00:00"}, ANA.address, "accepted"),
        ({"start": "2026-10-21T13:00:00+00:00"}, ANA.address, "stale"),
        ({"uid": "another"}, ANA.address, "stale"),
        ({}, "", "stranger"),
        ({}, BEN.address, "stranger"),
        ({"attendee": "eve@example.net"}, "eve@example.net", "stranger"),
        ({"method": "REQUEST"}, ANA.address, "other"),
    ],
)
def test_an_answer_counts_for_who_gave_it_and_for_the_time_that_stands(
    answer: dict[str, object], writer: str, meant: str
) -> None:
    assert reaction(meeting(), said(**answer), writer) == (meant, None)


def test_a_counter_names_the_time_it_wants() -> None:
    wanted = datetime(2026, 10, 23, 9, tzinfo=UTC)
    assert reaction(meeting(), said(method="COUNTER", start=wanted.isoformat()), ANA.address) == ("countered", wanted)


def test_an_answer_in_the_hour_that_comes_twice_is_not_taken_for_another_time() -> None:
    twice = meeting(datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1))
    assert reaction(twice, said(start=twice.start.astimezone(UTC).isoformat()), ANA.address)[0] == "accepted"


def test_it_stands_when_all_accepted_and_falls_when_one_declined() -> None:
    assert standing(meeting(), {"ana@example.com": "accepted"}) == "waiting"
    assert standing(meeting(), {"ana@example.com": "accepted", "ben@firm.test": "accepted"}) == "all"
    assert standing(meeting(), {"ana@example.com": "declined", "ben@firm.test": "accepted"}) == "declined"


def test_both_zones_are_told_with_their_offsets() -> None:
    start = datetime(2026, 10, 29, 15, tzinfo=BERLIN)  # Europe is back from summer time, New York is not yet
    assert in_both(start, 45, BERLIN, NEW_YORK) == (
        "Thursday 29 October 2026, 15:00 to 15:45 (Europe/Berlin, UTC+01:00), which is "
        "Thursday 29 October 2026, 10:00 to 10:45 (America/New_York, UTC-04:00)"
    )
    assert in_both(start, 45, BERLIN, None) == in_words(start, 45, BERLIN) == in_both(start, 45, BERLIN, BERLIN)


def test_a_night_in_which_the_clock_changes_is_told_with_both_offsets() -> None:
    start = datetime(2026, 10, 24, 23, 30, tzinfo=BERLIN)
    assert in_words(start, 240, BERLIN) == (
        "Saturday 24 October 2026, 23:30 to 25 October 02:30 (Europe/Berlin, UTC+02:00 then UTC+01:00)"
    )


def test_two_zones_with_the_same_clock_are_told_once() -> None:
    start = datetime(2026, 10, 29, 15, tzinfo=BERLIN)
    assert in_both(start, 45, BERLIN, ZoneInfo("Europe/Oslo")) == (
        "Thursday 29 October 2026, 15:00 to 15:45 (Europe/Berlin and Europe/Oslo, UTC+01:00)"
    )
