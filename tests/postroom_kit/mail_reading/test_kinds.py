"""A person's mail is told from a machine's by its headers."""

import email
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postroom_kit.mail_reading import kind, needs_raw, parse

ANN = "Ann Lee <ann@example.com>"
PARTS = [
    "message/delivery-status",
    "message/feedback-report",
    "text/calendar; method=REPLY",
    "text/rfc822-headers",
    "message/rfc822",
    "text/plain",
]


@pytest.mark.parametrize(
    ("headers", "subject"),
    [
        ({}, "Where is my order?"),
        ({"X-Auto-Response-Suppress": "All"}, "Question"),
        ({"List-Unsubscribe": "<mailto:out@example.com>", "List-Unsubscribe-Post": "x"}, "Your offer"),
        ({"Auto-Submitted": "no"}, "Question"),
        ({"Auto-Submitted": " No (a person)"}, "Question"),
        ({"X-MS-Exchange-Inbox-Rules-Loop": "sales@example.com"}, "FW: Question"),
        ({"X-Autoreply": "no"}, "Question"),
        ({"Return-Path": "<ann@example.com>"}, "Undeliverable parcel"),
        ({"Precedence": "first-class"}, "Question"),
        ({}, "RE: Automatic reply: Question"),
        ({"Content-Type": "multipart/mixed; boundary=x"}, "Delivery failed, where is my parcel?"),
        ({"Content-Type": "not a type ;;; ="}, "Question"),
    ],
)
def test_human_mail_stays_human(headers: dict[str, str], subject: str) -> None:
    assert kind(headers, ANN, subject) == "human"


@pytest.mark.parametrize(
    ("headers", "subject"),
    [
        ({"Auto-Submitted": "auto-replied"}, "Away"),
        ({"auto-submitted": "Auto-Generated; type=x"}, "Away"),
        ({"AUTO-SUBMITTED": "auto-replied (vacation)"}, "Away"),
        ({"Auto-Submitted": "auto-notified; owner-email=a@example.com"}, "Away"),
        ({"X-Autoreply": "yes"}, "Away"),
        ({"X-Autorespond": "Away"}, "Away"),
        ({"Precedence": "auto_reply"}, "Away"),
        ({"X-Auto-Response-Suppress": "All"}, "Automatic reply: Question"),
        ({"X-MS-Exchange-Inbox-Rules-Loop": "a@example.com"}, "Automatische Antwort: Frage"),
        ({"Precedence": "bulk"}, "Out of Office: Question"),
        ({"Return-Path": "<>"}, "I am away"),
        ({"Content-Type": "multipart/report; report-type=disposition-notification"}, "Read: Question"),
    ],
)
def test_a_responder_is_known_by_its_headers(headers: dict[str, str], subject: str) -> None:
    assert kind(headers, ANN, subject) == "auto_reply"


@pytest.mark.parametrize(
    ("headers", "sender", "subject"),
    [
        ({"Content-Type": 'multipart/report; report-type="delivery-status"; boundary=x'}, ANN, ""),
        ({"Content-Type": "multipart/report;\n\treport-type=Delivery-Status"}, "", ""),
        ({"X-Failed-Recipients": "bob@example.com"}, ANN, ""),
        ({"Auto-Submitted": "auto-replied"}, "MAILER-DAEMON@example.com", "failure notice"),
        ({"Return-Path": "<>"}, "postmaster@example.com", "Undeliverable: hello"),
        ({"Return-Path": "<MAILER-DAEMON>"}, "x@example.com", "Returned mail: see transcript"),
        ({"Precedence": "bulk"}, "MDaemon@example.com", "Permanent Delivery Failure"),
    ],
)
def test_a_bounce_is_known_by_report_or_sender(headers: dict[str, str], sender: str, subject: str) -> None:
    assert kind(headers, sender, subject) == "bounce"


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("Shop <news@shop.example>", "Delivery problems? Read our tips"),
        ("Shop <news@shop.example>", "Returned to sender? Our spring sale"),
        (ANN, "Undeliverable goods"),
    ],
)
def test_mail_to_many_that_speaks_of_delivery_is_no_bounce(sender: str, subject: str) -> None:
    assert kind({"Precedence": "bulk"}, sender, subject) == "list"


def test_a_complaint_is_a_feedback_report() -> None:
    assert kind({}, ANN, "FW: Offer", "multipart/report; report-type=feedback-report") == "complaint"


@pytest.mark.parametrize("method", ["REPLY", "COUNTER", "CANCEL", "REQUEST"])
def test_a_calendar_message_is_known_by_its_type_even_when_sent_by_a_program(method: str) -> None:
    headers = {"Auto-Submitted": "auto-generated", "Content-Type": f"text/calendar; method={method}"}
    assert kind(headers, ANN, "Accepted: Meeting") == "calendar"


@pytest.mark.parametrize(
    "headers",
    [
        {"List-Id": "<talk.example.com>"},
        {"List-Post": "<mailto:talk@example.com>"},
        {"Precedence": "list"},
        {"X-BeenThere": "talk@example.com"},
        {"X-Mailing-List": "talk@example.com"},
    ],
)
def test_list_mail_is_known_by_what_list_software_sets(headers: dict[str, str]) -> None:
    assert kind(headers, ANN, "[talk] Hello") == "list"


@pytest.mark.parametrize(
    ("header", "said", "found"),
    [
        ("Subject: Re: Lamp", "I am on vacation until 14 August.", "auto_reply"),
        ("In-Reply-To: <q@example.com>", "Our new lamps are here.", "list"),
        ("Subject: Lamp", "Our shop is closed until 14 August.", "list"),
        ("In-Reply-To: <q@example.com>\nList-Unsubscribe: <mailto:x@example.com>", "We are on vacation.", "list"),
    ],
)
def test_an_absence_that_answers_a_mail_is_of_a_responder_though_marked_as_bulk(
    header: str, said: str, found: str
) -> None:
    head = f"From: {ANN}\nDate: Sat, 1 Aug 2026 09:00:00 +0000\nPrecedence: bulk\n{header}"
    assert parse(f"{head}\n\n{said}".encode()).kind == found


def test_the_content_type_given_wins_over_the_header() -> None:
    headers = {"Content-Type": "text/plain"}
    assert kind(headers, ANN, content_type="text/calendar; method=REPLY") == "calendar"


@given(
    st.dictionaries(st.sampled_from(["Auto-Submitted", "Content-Type", "Return-Path"]), st.text()), st.text(), st.text()
)
def test_no_header_makes_it_fail(headers: dict[str, str], sender: str, subject: str) -> None:
    kind(headers, sender, subject)


@pytest.mark.parametrize("mark", ["(", "<", '"', ";", "=", "multipart/report; a*0*=", "@", "\\"])
def test_a_hostile_header_costs_nothing(mark: str) -> None:
    assert kind({"Content-Type": mark * 50_000}, mark * 50_000, mark * 50_000) == "human"


def test_most_real_bounces_are_found() -> None:
    folder = Path(os.environ.get("POSTROOM_DEV_DATA", "../shared/data")) / "bounces"
    if not folder.is_dir():
        pytest.skip("no development data: set POSTROOM_DEV_DATA to a folder with bounces/")
    kinds = []
    for file in sorted(folder.glob("*.txt")):
        mail = email.message_from_bytes(file.read_bytes())
        headers = {name: str(value) for name, value in mail.items()}
        kinds.append(kind(headers, headers.get("From", ""), headers.get("Subject", "")))
    assert kinds.count("bounce") >= 0.9 * len(kinds)


@settings(deadline=None)  # the first calendar part imports icalendar
@given(
    parts=st.lists(st.sampled_from(PARTS), max_size=3),
    sender=st.sampled_from(["ann@example.com", "Mail System <post@mx.example>", "postmaster@mx.example"]),
    subject=st.sampled_from(["Hello", "Re: Order", "Undeliverable: Offer", "Automatic reply: Offer", "failure notice"]),
    body=st.sampled_from(["Hi", "It could not be delivered:\n\nbob@far.example\n550 user unknown"]),
)
def test_where_the_raw_mail_says_more_than_its_headers_it_is_asked_for(
    parts: list[str], sender: str, subject: str, body: str
) -> None:
    written = "".join(f"--b\nContent-Type: {part}\n\nX: y\n" for part in parts)
    head = f"From: {sender}\nSubject: {subject}\nContent-Type: multipart/mixed; boundary=b\n\n"
    by_headers = kind({"Content-Type": "multipart/mixed"}, sender, subject)
    found = parse(f"{head}--b\n\n{body}\n{written}--b--".encode()).kind
    assert found == by_headers or needs_raw(by_headers, sender, subject, parts)


def test_plain_mail_of_people_needs_no_second_look() -> None:
    types = ["image/png", "application/pdf", "message/rfc822", "text/csv"]
    assert not needs_raw("human", "Ann <ann@example.com>", "Re: Where is my order?", types)
    assert not needs_raw("list", "news@example.com", "Our news", types)


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("X-Autogenerated", "Reply", "auto_reply"),
        ("X-Autogenerated", "Forward", "human"),
        ("Delivered-To", "Autoresponder", "auto_reply"),
        ("Delivered-To", "help@shop.example", "human"),
        ("Preference", "auto_reply", "auto_reply"),
        ("X-Precedence", "auto_reply", "auto_reply"),
    ],
)
def test_rare_marks_of_responders_count_and_those_of_forwarders_do_not(header: str, value: str, expected: str) -> None:
    assert kind({header: value}, "ann@example.com", "Order") == expected
