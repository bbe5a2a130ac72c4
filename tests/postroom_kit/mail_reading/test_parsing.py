"""A raw mail is read whole, whatever is in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.mail_reading import Complaint, parse
from postroom_kit.mail_reading.authentication import authentication


def _mail(*header: str, body: str = "Hello") -> bytes:
    return ("\n".join(header) + "\n\n" + body).encode()


@pytest.mark.parametrize(
    ("sender", "subject", "body"),
    [
        ("ann@example.com", "Delivery failed, where is my parcel?", "It could not be delivered to:\n\na@b.example\n"),
        ("postmaster@example.com", "Your SPF record", "Could you mend it? Your mail to a@b.example got 550 5.7.1."),
        ("ann@example.com", "Undeliverable parcel", "My other address: ann2@example.com"),
        ("ann@example.com", "Fwd: Undeliverable: Offer", "I got this:\n> a@b.example\n> 550 5.1.1 user unknown"),
        ("postmaster@example.com", "Re: Undeliverable: Offer", "Your mail was rejected. Write to tom@example.com"),
        ("ann@example.com", "Returned to sender", "My parcel was returned to sender.\n\nanna@example.com\n"),
        ("ann@example.com", "failure notice", "The message could not be sent to\nanna@example.com"),
        ("ann@example.com", "Out of office next week", "Can we move the call to 14 August?"),
        ("ann@example.com", "Absence de Marie", "Marie est absente jusqu'au 14 août."),
        ("ann@example.com", "Automatic reply settings", "How do I set them?"),
        (
            "City Delivery <office@citydelivery.example>",
            "Delivery failure on order 12",
            "We could not deliver to:\n\nhans@far.example\n\nPlease send the right address.",
        ),
        (
            "Daemon Games <team@daemon.example>",
            "Returned to sender",
            "Our parcel was returned to sender. New contact:\n\nteam2@daemon.example",
        ),
        (
            "Currency Exchange <desk@exchange.example>",
            "Delivery problem",
            "The reader was not delivered to:\n\nshop@exchange.example\n\nPlease check.",
        ),
        ("ann@example.com", "failure notice", "My heating shows 'failure notice 12'. What now?"),
        ("ann@example.com", "Abwesenheit", "Ich bin bis 14. August nicht da. Bitte liefern Sie später."),
        ("bob@example.com", "Zustellung fehlgeschlagen", "Mein Paket kam nicht. Konto: ann@example.com"),
        ("Tom Reed, System Administrator <tom@example.com>", "Delivery status", "Where is order 4711?"),
        ("System Administrator <tom@example.com>", "Failure notice on the lamp display", "It shows E55. What now?"),
        (
            "Postmaster <postmaster@example.com>",
            "Undeliverable mail from your shop",
            "Your SPF record fails, see RFC 7208.",
        ),
    ],
)
def test_a_person_who_writes_about_mail_is_a_person(sender: str, subject: str, body: str) -> None:
    raw = _mail(f"Return-Path: <{sender}>", f"From: {sender}", f"Subject: {subject}", body=body)
    assert parse(raw).kind == "human"


@pytest.mark.parametrize(
    "body",
    [
        "--b\n\nThe message below could not be delivered to:\n\nbob@far.example\n--b--",
        "--b\n\nA message that you sent could not be delivered.\n--b\nContent-Type: message/rfc822\n\n"
        "To: b@far.example\n\nHi\n--b--",
    ],
)
def test_a_mail_system_without_a_machines_headers_is_known_by_what_it_says(body: str) -> None:
    head = ("Return-Path: <ndr@far.example>", "From: ndr@far.example", "Subject: Mail delivery failed")
    assert parse(_mail(*head, "Content-Type: multipart/mixed; boundary=b", body=body)).kind == "bounce"


def test_a_bounce_shown_as_an_attachment_is_a_persons_mail() -> None:
    inner = "Content-Type: multipart/report; report-type=delivery-status; boundary=c\n\n--c\nContent-Type: "
    raw = _mail(
        "From: ann@example.com",
        "Content-Type: multipart/mixed; boundary=b",
        body=f"--b\n\nWhy?\n--b\nContent-Type: message/rfc822\n\n{inner}message/delivery-status\n\n--b--",
    )
    assert parse(raw).kind == "human"


@pytest.mark.parametrize("subject", ["Fwd: Undelivered Mail Returned to Sender", "Re: Your order"])
def test_a_report_whose_parts_a_persons_program_passes_on_is_a_persons_mail(subject: str) -> None:
    part = (
        "--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; bob@example.com\nAction: failed\n--b--"
    )
    head = ("From: ann@example.com", f"Subject: {subject}", "Content-Type: multipart/mixed; boundary=b")
    assert parse(_mail(*head, body=f"--b\n\nWhy do I get this?\n{part}")).kind == "human"
    assert parse(_mail("Return-Path: <>", *head, body=f"--b\n\nSorry.\n{part}")).kind == "bounce"


@pytest.mark.parametrize(
    ("sender", "subject", "body"),
    [
        ("Shop <bounce@shop.example>", "Delivery status", "Your order is delayed, ann@cust.example."),
        ("Shop <smtp@shop.example>", "Returned to sender", "Your parcel was returned to sender:\n\nann@cust.example"),
        ("Mail Service <mail@x.example>", "Mail delivery failed", "All mails were not delivered.\nHelp: a@x.example"),
        ("Exchange Server <ex@x.example>", "Returned mail", "Mails to leavers are returned to us:\n\nbob@x.example"),
    ],
)
def test_what_a_shop_or_an_office_sends_about_delivery_is_no_bounce(sender: str, subject: str, body: str) -> None:
    address = sender.partition("<")[2]
    assert parse(_mail(f"Return-Path: <{address}", f"From: {sender}", f"Subject: {subject}", body=body)).kind == "human"
    automatic = "Auto-Submitted: auto-generated"
    machine = _mail(f"Return-Path: <{address}", automatic, f"From: {sender}", f"Subject: {subject}", body=body)
    assert parse(machine).kind == "auto_reply"


def test_a_report_that_a_person_attaches_is_a_persons_mail() -> None:
    part = (
        "Content-Type: message/delivery-status\nContent-Disposition: attachment; filename=details.txt\n\n"
        "Final-Recipient: rfc822; bob@example.com\nAction: failed\n"
    )
    body = f"--b\n\nI attach what your server sent me.\n--b\n{part}--b--"
    head = ("Subject: What is this?", "Content-Type: multipart/mixed; boundary=b")
    assert parse(_mail("From: ann@example.com", *head, body=body)).kind == "human"
    assert parse(_mail("From: MAILER-DAEMON@mx.example", *head, body=body)).kind == "bounce"


def test_a_complaint_of_outlook_com_is_known_by_the_mail_it_returns() -> None:
    inner = "X-HmXmrOriginalRecipient: bob@far.example\nFrom: us@example.com\nMessage-ID: <ours@example.com>\n\nHello"
    head = ("From: staff@hotmail.example", "Content-Type: multipart/mixed; boundary=b")
    mail = parse(_mail(*head, body=f"--b\nContent-Type: message/rfc822\n\n{inner}\n--b--"))
    assert mail.kind == "complaint"
    assert mail.complaint == Complaint("abuse", ("bob@far.example",), "ours@example.com")


@pytest.mark.parametrize("method", ["REPLY", "COUNTER"])
def test_an_answer_to_an_invitation_counts_though_it_is_attached(method: str) -> None:
    part = f"Content-Type: text/calendar; method={method}\nContent-Disposition: attachment; filename=a.ics"
    head = ("From: ann@example.com", "Content-Type: multipart/mixed; boundary=b")
    assert parse(_mail(*head, body=f"--b\n\nAnn accepts.\n--b\n{part}\n\nX\n--b--")).kind == "calendar"


def test_a_responder_that_names_another_address_is_no_bounce() -> None:
    words = "I left the company; mail to me is not delivered any more. Please write to:\n\nbob@example.com"
    raw = _mail("From: ann@example.com", "Auto-Submitted: auto-replied", "Subject: I have left", body=words)
    assert parse(raw).kind == "auto_reply"


def test_an_answer_to_an_invitation_is_known_by_its_part() -> None:
    body = "--b\n\nAnn accepts.\n--b\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\n--b--"
    head = ("From: ann@example.com", "Content-Type: multipart/alternative; boundary=b")
    assert parse(_mail(*head, body=body)).kind == "calendar"
    assert parse(_mail(*head, body=body.replace("REPLY", "PUBLISH"))).kind == "human"


def test_a_complaint_names_the_mail_and_who_complained() -> None:
    body = (
        "--b\n\nThis is an abuse report.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
        "Original-Rcpt-To: <bob@far.example>\n"
        "--b\nContent-Type: message/rfc822\n\nMessage-ID: <ours@example.com>\n\nx\n--b--"
    )
    mail = parse(_mail("From: fbl@far.example", "Content-Type: multipart/mixed; boundary=b", body=body))
    assert mail.kind == "complaint"
    assert mail.complaint
    assert mail.complaint.recipients == ("bob@far.example",)
    assert (mail.complaint.feedback_type, mail.complaint.message_id) == ("abuse", "ours@example.com")


def test_new_and_quoted_words_are_told_apart() -> None:
    raw = _mail("From: ann@example.com", body="Yes.\n\nOn 5 May 2026, at 10:00, Bob wrote:\n> Shall we?\n> Bob\n")
    mail = parse(raw)
    assert mail.reply_text == "Yes."
    assert mail.quoted_text == "> Shall we?\n> Bob"


def test_words_beyond_the_analysed_length_are_not_lost() -> None:
    raw = _mail("From: ann@example.com", body="word " * 40_000 + "last")
    assert parse(raw).reply_text.endswith("last")


def test_what_is_missing_is_said_in_sentences() -> None:
    assert parse(b"hello").problems == ("there is no From header", "there is no Date header")
    assert parse(_mail("From: a@b.example", "Date: soon")).problems == ("the Date header names no time",)
    assert parse(_mail("From: a@b.example", "Date: Sat, 1 Aug 2026 09:00:00 +0000")).problems == ()


@pytest.mark.parametrize(
    ("headers", "verdicts"),
    [
        (["mx.example; spf=pass smtp.mailfrom=a; dkim=fail (bad; key) header.d=b; dmarc=none"], "pass fail none"),
        (["mx.example;\n dkim=fail; dkim=pass; spf=softfail; dmarc = pass", "evil; dmarc=pass"], "softfail pass pass"),
        (["mx.example 1; SPF=Pass (sender (really; dkim=pass)); dkim=none; dmarc=fail"], "pass none fail"),
    ],
)
def test_verdicts_are_those_of_the_topmost_header(headers: list[str], verdicts: str) -> None:
    assert authentication(headers) == dict(zip(("spf", "dkim", "dmarc"), verdicts.split(), strict=True))


def test_without_the_header_there_are_no_verdicts() -> None:
    assert authentication([]) == {}
    assert authentication(["mx.example; none"]) == {}


HOSTILE = [
    "a\n",
    "From: a\n",
    "> a\nb\n",
    "<a@b.example>: 550\n",
    "user ",
    "your message ",
    "_" * 30 + "\n",
    "=",
    "5.1.",
    "to: ",
    "until 14 ",
    "<b>x</b> ",
    "<p>\n",
]


@pytest.mark.parametrize("part", [*HOSTILE, "<div>", "&amp;", "On 1 May 2020, x@y.example wrote:\n"])
@pytest.mark.parametrize(
    "head",
    [
        "From: MAILER-DAEMON@example.com\nSubject: Undeliverable: x",
        "From: a@example.com\nAuto-Submitted: auto-replied\nDate: Sat, 1 Aug 2026 09:00:00 +0000",
        "From: a@example.com\nContent-Type: text/html",
    ],
)
def test_a_large_hostile_mail_keeps_its_head_and_names_no_day(head: str, part: str) -> None:
    mail = parse(f"{head}\n\n".encode() + part.encode() * (1_000_000 // len(part)))
    assert f"From: {mail.from_}\n" in head
    assert mail.auto_reply is None or mail.auto_reply.until is None


HTML_PART = "Content-Type: text/html\n\n<p>Please cancel my order 47.</p>"
FOOTER_PART = "Content-Type: text/plain\n\nChecked for viruses by Example Gate"
PICTURE_PART = "Content-Type: text/html\n\n<div><img src=x></div>"


@pytest.mark.parametrize(
    ("kind", "parts", "words"),
    [
        ("mixed", [HTML_PART, FOOTER_PART], "Please cancel my order 47. Checked for viruses by Example Gate"),
        ("mixed", [FOOTER_PART, HTML_PART], "Checked for viruses by Example Gate Please cancel my order 47."),
        ("mixed", ["Content-Type: text/plain\n\nPlease cancel\nmy order 47.", HTML_PART], "Please cancel my order 47."),
        ("alternative", [FOOTER_PART, HTML_PART], "Checked for viruses by Example Gate"),
        (
            "alternative",
            ["\nThis is an HTML message; use a program that shows it.", HTML_PART],
            "Please cancel my order 47.",
        ),
        (
            "alternative",
            ["\nI wrote the page in HTML.", f"{HTML_PART}<p>I know HTML.</p>"],
            "I wrote the page in HTML.",
        ),
        ("alternative", ["\nMy export as HTML fails.", PICTURE_PART], "My export as HTML fails."),
    ],
)
def test_what_only_the_html_says_is_read(kind: str, parts: list[str], words: str) -> None:
    body = "".join(f"--b\n{part}\n" for part in parts)
    mail = parse(f"From: a@example.com\nContent-Type: multipart/{kind}; boundary=b\n\n{body}--b--\n".encode())
    assert mail.text.split() == words.split()


def test_html_beside_an_alternative_that_is_plain_is_read_once() -> None:
    both = f"--c\nContent-Type: text/plain\n\nMy words.\n--c\n{HTML_PART}\n--c--"
    raw = f"--b\nContent-Type: multipart/alternative; boundary=c\n\n{both}\n--b\n{FOOTER_PART}\n--b--\n"
    mail = parse(f"From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n\n{raw}".encode())
    assert mail.text.split() == ["My", "words.", "Checked", "for", "viruses", "by", "Example", "Gate"]


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_words_below_a_large_pasted_picture_are_read(charset: str) -> None:
    picture = f'<img src="data:image/png;base64,{"QUJD" * 750_000}">'
    html = f"<p>Look:</p>{picture}<p>La boîte est cassée.</p>".encode(charset)
    mail = parse(f"From: a@example.com\nContent-Type: text/html; charset={charset}\n\n".encode() + html)
    assert mail.reply_text.split() == ["Look:", "La", "boîte", "est", "cassée."]
    assert "there is no Date header" in mail.problems
    assert len(mail.problems) == 1


def test_html_too_long_to_be_read_whole_is_said() -> None:
    mail = parse(b"From: a@example.com\nContent-Type: text/html\n\n" + b"<p>Hello there</p>\n" * 60_000)
    assert "only the first 1 MB of the HTML are read" in mail.problems


def test_a_mail_of_nothing_but_header_fields_is_read() -> None:
    raw = b"".join(b"X-%d: v\n" % number for number in range(30_000)) + b"Subject: Hi\n\nHello"
    assert parse(raw).subject == "Hi"


@given(st.binary(max_size=300), st.sampled_from([b"", b"From: MAILER-DAEMON@a.example\n", b"Auto-Submitted: x\n"]))
def test_no_bytes_make_it_fail(raw: bytes, head: bytes) -> None:
    mail = parse(head + raw)
    assert "\ud800" not in mail.text
