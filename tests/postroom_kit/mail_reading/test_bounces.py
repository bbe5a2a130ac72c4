"""Delivery reports of any dialect say whom they are about and whether the address is to blame."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from postroom_kit.mail_reading import Bounce, parse
from postroom_kit.mail_reading.bounce_reasons import is_permanent, status_of

DIALECTS = yaml.safe_load((Path(__file__).parent / "bounce_dialects.yaml").read_text("utf-8"))
HEAD = "Return-Path: <>\nTo: us@example.com\nContent-Type: text/plain; charset=utf-8\n"


@pytest.mark.parametrize("dialect", DIALECTS, ids=[dialect["dialect"] for dialect in DIALECTS])
def test_a_notice_for_people_is_understood(dialect: dict[str, Any]) -> None:
    header = "".join(f"{line}\n" for line in dialect.get("header", "").splitlines())
    raw = f"From: {dialect['from']}\nSubject: {dialect['subject']}\n{HEAD}{header}\n{dialect['body']}"
    mail = parse(raw.encode())
    assert mail.kind == "bounce"
    assert mail.bounce
    assert list(mail.bounce.recipients) == dialect["recipients"]
    assert mail.bounce.permanent is dialect["permanent"]
    assert mail.bounce.action == dialect.get("action", "failed")
    assert mail.bounce.message_id == dialect.get("message_id", "")


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("Unzustellbar: Angebot", "Fehler bei der Zustellung an folgende Empfänger:"),
        ("No se puede entregar: Oferta", "No se pudo entregar su mensaje a un destinatario:"),
        ("Non recapitabile: Offerta", "Recapito non riuscito per i seguenti destinatari:"),
        ("Kan ikke leveres: Tilbud", "Levering mislykkedes til disse modtagere eller grupper:"),
        ("Kan inte levereras: Offert", "Leveransen misslyckades till följande mottagare:"),
        ("Не удается доставить: Заказ", "Сбой доставки следующим получателям или группам:"),
        ("Не вдається доставити: Замовлення", "Помилка доставки таким одержувачам:"),
        ("Nedoručitelné: Nabídka", "Doručení následujícím příjemcům se nezdařilo:"),
        ("Nedoručiteľné: Ponuka", "Doručenie nasledujúcim príjemcom zlyhalo:"),
        ("Kézbesíthetetlen: Ajánlat", "A kézbesítés a következő címzettekhez vagy csoportokhoz sikertelen:"),
        ("Nelivrabil: Ofertă", "Livrarea către acești destinatari a eșuat:"),
        ("Δεν ήταν δυνατή η παράδοση: Προσφορά", "Η παράδοση απέτυχε στους εξής παραλήπτες:"),
        ("未送达: 订单", "向以下收件人或组传递失败:"),
    ],
)
def test_a_notice_without_any_header_of_a_machine_is_told_by_sender_subject_and_words(subject: str, said: str) -> None:
    head = f"From: Postmaster <postmaster@far.example>\nTo: us@example.com\nSubject: {subject}\n"
    bounce = _bounce(f"{head}Content-Type: text/plain; charset=utf-8\n\n{said}\n\ngone@far.example\n".encode())
    assert list(bounce.recipients) == ["gone@far.example"]


@pytest.mark.parametrize("when", ["on 3/11/2026 9:12", "dnia 2026-11-03 09:12", "am 03.11.2026 09:12", "le 03/11/2026"])
def test_a_recipient_with_a_date_behind_is_found_whatever_the_language(when: str) -> None:
    head = "From: System Administrator <postmaster@far.example>\nTo: us@example.com\nSubject: Niedostarczalne: Oferta\n"
    raw = f"{head}Content-Type: text/plain; charset=utf-8\n\nNie dotarła.\n\n    gone@far.example {when}\n    #5.1.1\n"
    assert list(_bounce(raw.encode()).recipients) == ["gone@far.example"]


@pytest.mark.parametrize(
    "said",
    ["No se pudo entregar su mensaje a gone@far.example.", "Мы не смогли доставить: ваше письмо gone@far.example."],
)
def test_a_recipient_named_behind_the_word_for_mail_is_found(said: str) -> None:
    head = "From: MAILER-DAEMON@far.example\nTo: us@example.com\nSubject: Undeliverable: Offer\n"
    raw = f"{head}Content-Type: text/plain; charset=utf-8\n\n{said} Write to desk@far.example.\n"
    assert list(_bounce(raw.encode()).recipients) == ["gone@far.example"]


def _report(*blocks: str, returned: str = "Message-ID: <ours@example.com>\nTo: a@far.example") -> bytes:
    status = "\n\n".join(("Reporting-MTA: dns; mx.example", *blocks))
    return (
        "From: MAILER-DAEMON@mx.example\nTo: us@example.com\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nYour mail was not delivered.\n"
        f"--b\nContent-Type: message/delivery-status\n\n{status}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\n{returned}\n--b--\n"
    ).encode()


def _bounce(raw: bytes) -> Bounce:
    bounce = parse(raw).bounce
    assert bounce
    return bounce


def test_a_structured_report_names_recipient_status_words_and_mail() -> None:
    block = "Final-Recipient: rfc822; a@far.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 No user"
    assert _bounce(_report(block)) == Bounce(
        ("a@far.example",), True, "failed", "5.1.1", "550 No user", "ours@example.com"
    )


def test_the_address_that_was_asked_for_counts_and_not_the_one_it_became() -> None:
    block = "Original-Recipient: rfc822;a@far.example\nFinal-Recipient: rfc822;x@inside.far.example\nAction: failed"
    assert _bounce(_report(block)).recipients == ("a@far.example",)


def test_what_a_server_encoded_in_an_address_is_decoded() -> None:
    block = "Original-Recipient: rfc822;a+2Btag@far.example\nAction: failed\nStatus: 5.1.1"
    assert _bounce(_report(block)).recipients == ("a+tag@far.example",)
    block = "Original-Recipient: rfc822;a+2026@far.example\nAction: failed\nStatus: 5.1.1"
    assert _bounce(_report(block)).recipients == ("a+2026@far.example",)


def test_recipients_who_got_the_mail_are_left_out() -> None:
    reached = "Final-Recipient: rfc822; a@far.example\nAction: relayed\nStatus: 2.1.5"
    failed = "Final-Recipient: rfc822; b@far.example\nAction: failed\nStatus: 5.1.1"
    assert _bounce(_report(reached, failed)).recipients == ("b@far.example",)


def test_a_report_of_success_is_no_bounce() -> None:
    mail = parse(_report("Final-Recipient: rfc822; a@far.example\nAction: delivered\nStatus: 2.0.0"))
    assert (mail.kind, mail.bounce) == ("auto_reply", None)


def test_a_delay_is_not_permanent_whatever_its_reason() -> None:
    block = "Final-Recipient: rfc822; a@far.example\nAction: delayed\nStatus: 5.1.1"
    bounce = _bounce(_report(block))
    assert (bounce.action, bounce.permanent) == ("delayed", False)


def test_one_good_address_among_the_failed_keeps_a_report_from_being_permanent() -> None:
    gone = "Final-Recipient: rfc822; a@far.example\nAction: failed\nStatus: 5.1.1"
    full = "Final-Recipient: rfc822; b@far.example\nAction: failed\nStatus: 5.2.2"
    assert not _bounce(_report(gone, full)).permanent


def test_a_report_that_a_gateway_passed_on_is_read() -> None:
    inner = _report("Final-Recipient: rfc822; a@far.example\nAction: failed\nStatus: 5.1.1").decode()
    raw = (
        "From: postmaster@gateway.example\nSubject: Delivery Status Notification (Failure)\nReturn-Path: <>\n"
        f"Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: message/rfc822\n\n{inner}\n--o--"
    )
    assert _bounce(raw.encode()).recipients == ("a@far.example",)


def test_the_returned_mail_names_its_recipient_when_the_notice_does_not() -> None:
    raw = _report("Action: failed\nStatus: 5.0.0", returned="To: a@far.example\nFrom: us@example.com")
    assert _bounce(raw).recipients == ("a@far.example",)


def test_neither_our_own_address_nor_the_mail_systems_is_a_recipient() -> None:
    raw = (
        f"From: MAILER-DAEMON@mx.example\nSubject: failure notice\n{HEAD}\n"
        "A mail from us@example.com could not be delivered.\nQuestions: postmaster@mx.example\n"
    )
    assert _bounce(raw.encode()).recipients == ()


@pytest.mark.parametrize(
    ("said", "permanent"),
    [
        ("550 5.1.1 User unknown", True),
        ("550 5.1.1 Rejected: your server is on a blocklist", False),
        ("550 5.7.1 No such user", True),
        ("550 5.7.1 Relaying denied", False),
        ("554 Message refused", False),
        ("552 Too much mail", False),
        ("450 4.1.1 User unknown in relay table", False),
        ("421 Try again later", False),
        ("556 Domain does not accept mail", True),
        ("550 Mailbox unavailable", True),
        ("550 5.1.8 Sender address rejected: domain not found", False),
        ("550 5.2.1 Mailbox disabled, not accepting messages", True),
        ("550 5.4.4 Unable to route: no MX", True),
        ("554 5.4.6 Mail loop detected", False),
        ("Das Postfach ist voll", False),
        ("l'utilisateur n'existe pas", True),
        ("", True),
        ("553 5.5.4 <us@sender>... Domain name required for sender address", False),
        ("550 Your message scored 7.1 points", False),
        ("550 5.0.350 your IP has been listed", False),
        ("Name service error for name=far.example type=MX: Host not found, try again", False),
        ("unable to lock mailbox", False),
        ("503 5.5.1 Bad sequence of commands", False),
        ("550 high volume of mail from your network, refused", False),
        ("550 5.1.1 RCP-P2 Refused due to recipient preferences", False),
        ("CNAME lookup failed permanently: no such domain", True),
        ("Undeliverable recipient: Mailbox size limit exceeded", False),
        ("550 5.3.2 System not accepting network messages", False),
        ("501 5.5.4 Invalid domain name in HELO", False),
        ("550 Sender's domain does not exist", False),
        ("550 Callback failed: sender address invalid", False),
        ("550 Reverse lookup failed: no such host", False),
        ("Returned to sender: user unknown", True),
        ("DNS Error: Domain name not found", True),
        ("550 User is out of storage", False),
        ("554 Too big", False),
        ("550 rejected: message contains a forbidden file", False),
        ("メールボックスが一杯です", False),
        ("550 exceeding the number of messages per hour", False),
        ("550 5.2.1 The user is receiving mail at a rate that prevents delivery", False),
        ("lost connection with mx.far.example while sending end of data", False),
        ("La boîte du destinataire est saturée", False),
        ("Skrzynka odbiorcy jest przepełniona", False),
        ("此用户已被删除", True),
        ("一時的に受信できません", False),
    ],
)
def test_blame_is_of_the_address_only_where_the_reply_says_so(said: str, permanent: bool) -> None:
    assert is_permanent(status_of(said), said, "") is permanent


def test_the_most_telling_status_wins() -> None:
    assert status_of("5.0.0", "550 5.1.1 x") == "5.1.1"
    assert status_of("from [192.0.2.5] 5.0.0") == "5.0.0"
    assert status_of("version 5.1.2.3") == ""


def test_real_bounces_name_the_right_recipients() -> None:
    folder = Path(os.environ.get("POSTROOM_DEV_DATA", "../shared/data")) / "bounces"
    if not folder.is_dir():
        pytest.skip("no development data: set POSTROOM_DEV_DATA to a folder with bounces/")
    rows = json.loads((folder / "expected.json").read_text("utf-8"))
    right = 0
    for row in rows:
        bounce = parse((folder / row["file"]).read_bytes()).bounce
        found = sorted(address.lower() for address in bounce.recipients) if bounce else []
        right += found == sorted(address.lower() for address in row["recipients"])
    assert right >= 114
