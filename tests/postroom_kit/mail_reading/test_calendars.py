"""Invitations and answers to them: method, event, who answered what, and when it begins."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.mail_reading import Calendar, parse


def _calendar(*event: str, method: str = "REPLY", zone: str = "") -> Calendar:
    lines = [
        "BEGIN:VCALENDAR",
        f"METHOD:{method}",
        *zone.split(),
        "BEGIN:VEVENT",
        *event,
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    head = f"From: ann@example.com\r\nContent-Type: text/calendar; method={method}; charset=utf-8\r\n\r\n"
    found = parse((head + "\r\n".join(lines)).encode()).calendar
    assert found
    return found


@pytest.mark.parametrize("answer", ["ACCEPTED", "DECLINED", "TENTATIVE"])
def test_an_answer_names_who_gave_it(answer: str) -> None:
    found = _calendar(
        "UID:1@example.com", f"ATTENDEE;CN=Ann;PARTSTAT={answer};CUTYPE=INDIVIDUAL:mailto:Ann@Example.com"
    )
    assert (found.method, found.uid, found.attendee, found.partstat) == (
        "REPLY",
        "1@example.com",
        "ann@example.com",
        answer,
    )


def test_an_invitation_is_no_answer_of_those_it_invites() -> None:
    found = _calendar("ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:us@example.com", method="REQUEST")
    assert (found.method, found.attendee, found.partstat) == ("REQUEST", "", "")


@pytest.mark.parametrize(
    ("line", "start"),
    [
        ("DTSTART:20270503T080000Z", dt.datetime(2027, 5, 3, 8, tzinfo=dt.UTC)),
        (
            "DTSTART;TZID=America/New_York:20270503T080000",
            dt.datetime(2027, 5, 3, 8, tzinfo=ZoneInfo("America/New_York")),
        ),
        (
            'DTSTART;TZID="W. Europe Standard Time":20270503T080000',
            dt.datetime(2027, 5, 3, 8, tzinfo=ZoneInfo("Europe/Berlin")),
        ),
        ("DTSTART;VALUE=DATE:20270503", dt.date(2027, 5, 3)),
        ("DTSTART:20271399T990000", None),
        ("DTSTART:PT1H", None),
        (f"DTSTART;TZID={'A' * 5000}:20270503T080000", None),
        ("DTSTART;VALUE=PERIOD:20270503T080000Z/PT1H", None),
        ("DTSTART;TZID=../../etc/passwd:20270503T080000", dt.datetime(2027, 5, 3, 8)),  # noqa: DTZ001
        ("SUMMARY:none", None),
    ],
)
def test_the_start_is_a_time_in_its_zone_or_a_day(line: str, start: dt.date | None) -> None:
    assert _calendar(line).start == start


def test_the_rules_of_a_zone_are_not_the_events_start() -> None:
    zone = "BEGIN:VTIMEZONE BEGIN:STANDARD DTSTART:16010101T030000 END:STANDARD END:VTIMEZONE"
    assert _calendar("DTSTART:20270503T080000Z", zone=zone).start == dt.datetime(2027, 5, 3, 8, tzinfo=dt.UTC)


def test_an_invitation_that_a_person_attached_makes_the_mail_no_machines() -> None:
    raw = (
        b"From: ann@example.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nCan you come?\n"
        b"--b\nContent-Type: text/calendar; method=REQUEST\nContent-Disposition: attachment; filename=a.ics\n\nX\n--b--"
    )
    assert (parse(raw).kind, parse(raw).calendar) == ("human", None)


def test_what_the_parser_falls_over_is_an_empty_calendar() -> None:
    raw = (
        b"From: a@example.com\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nTZID:Foo\nEND:VTIMEZONE\n"
    )
    assert parse(raw).calendar == Calendar("REPLY")


@given(st.text(max_size=300))
def test_no_calendar_part_is_too_odd(text: str) -> None:
    _calendar(*text.splitlines())


@pytest.mark.parametrize(("disposition", "kind"), [("inline", "calendar"), ("attachment", "human")])
def test_an_answer_whose_part_does_not_say_its_method_says_it_inside(disposition: str, kind: str) -> None:
    raw = (
        "From: ann@example.com\nSubject: Accepted: Call\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nok\n--b\n"
        f"Content-Type: text/calendar\nContent-Disposition: {disposition}\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\n"
        "BEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR\n--b--\n"
    )
    assert parse(raw.encode()).kind == kind
