import smtplib
import sqlite3
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from agentmail import AgentMail
from sandbox_testing import SUPPORT

from agentmail_sandbox import Sandbox


@pytest.fixture
def smtp(served: Sandbox, remote: AgentMail) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", served.smtp_port, timeout=5) as client:
        yield client


def test_mail_comes_in_by_smtp(smtp: smtplib.SMTP, remote: AgentMail) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Zoë <zoe@example.com>", SUPPORT, "Grüße"
    mail.set_content("Guten Tag")
    mail.add_attachment(b"\x00\xff", maintype="application", subtype="pdf", filename="a.pdf")
    smtp.send_message(mail)
    item = remote.inboxes.messages.list(SUPPORT).messages[0]
    assert (item.from_, item.subject, item.preview) == ("Zoë <zoe@example.com>", "Grüße", "Guten Tag")
    assert item.attachments[0].size == 2


def test_an_unknown_inbox_is_refused_with_what_to_do(smtp: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.sendmail("a@example.com", ["nobody@sandbox.test"], b"Subject: x\r\n\r\nx")
    code, text = refused.value.recipients["nobody@sandbox.test"]
    assert code == 550
    assert b"inboxes.create" in text


def test_long_lines_and_large_mails_pass(smtp: smtplib.SMTP, remote: AgentMail) -> None:
    smtp.sendmail("a@example.com", [SUPPORT], b"Subject: long\r\nContent-Type: text/html\r\n\r\n" + b"x" * 100_000)
    smtp.sendmail("a@example.com", [SUPPORT], b"Subject: large\r\n\r\n" + b"y" * 70 * 150_000)
    large, long = remote.inboxes.messages.list(SUPPORT).messages
    assert long.size > 100_000
    assert large.size > 10_000_000


def test_internationalized_addresses_pass(smtp: smtplib.SMTP, remote: AgentMail) -> None:
    smtp.sendmail(
        "zoë@example.com",
        [SUPPORT],
        "From: zoë@example.com\r\nSubject: x\r\n\r\nx".encode(),
        ["SMTPUTF8", "BODY=8BITMIME"],
    )
    assert remote.inboxes.messages.list(SUPPORT).messages[0].from_ == "zoë@example.com"


def test_bytes_that_are_no_mail_are_stored_all_the_same(smtp: smtplib.SMTP, remote: AgentMail) -> None:
    smtp.sendmail("a@example.com", [SUPPORT], b"\xff\xfe nonsense \x80 without headers")
    assert remote.inboxes.messages.list(SUPPORT).messages[0].from_ == "a@example.com"


def test_the_header_decides_how_mail_is_authenticated(served: Sandbox, smtp: smtplib.SMTP, remote: AgentMail) -> None:
    for verdict in (b"none", b"fail"):
        smtp.sendmail("e@example.com", [SUPPORT], b"X-Sandbox-Auth: " + verdict + b"\r\nSubject: x\r\n\r\n" + verdict)
    listed = remote.inboxes.messages.list(SUPPORT, include_unauthenticated=True)
    assert [message.preview for message in listed.messages] == ["none"]


@pytest.mark.parametrize(("where", "refusal"), [("smtp.receive", "data"), ("inboxes.require", "recipients")])
def test_a_failure_inside_the_sandbox_leaves_the_mail_with_its_sender(
    smtp: smtplib.SMTP, monkeypatch: pytest.MonkeyPatch, where: str, refusal: str
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(f"agentmail_sandbox.{where}", full)
    with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPRecipientsRefused)) as refused:
        smtp.sendmail("a@example.com", [SUPPORT], b"Subject: x\r\n\r\nx")
    wrong = refused.value
    code, text = (wrong.smtp_code, wrong.smtp_error) if refusal == "data" else wrong.recipients[SUPPORT]
    assert code == 451
    assert b"disk is full" in text


def put_in(smtp: smtplib.SMTP, sender: str, subject: str, **ids: str) -> None:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in {"Subject": subject, **ids}.items()]
    smtp.sendmail(sender, [SUPPORT], "\r\n".join([*lines, "", "x"]).encode())


def test_ids_that_hold_blanks_keep_strangers_apart_and_their_answers_together(
    served: Sandbox, smtp: smtplib.SMTP, remote: AgentMail
) -> None:
    ada, bob = "<20261128 1200.77@one.example>", "<20261128 1300.88@two.example>"
    put_in(smtp, "ada@one.example", "one", Message_ID=ada)
    put_in(smtp, "bob@two.example", "two", Message_ID=bob)
    put_in(smtp, "bob@two.example", "more", Message_ID="<3@two.example>", In_Reply_To=bob)
    put_in(smtp, "bob@two.example", "most", Message_ID="<4@two.example>", References=f"<0@two.example>\r\n {bob}")
    put_in(smtp, "eve@three.example", "bare", Message_ID="20261128 1400.99@three.example")
    threads = remote.inboxes.threads.list(SUPPORT, ascending=True).threads
    assert [(thread.senders, thread.message_count) for thread in threads] == [
        (["ada@one.example"], 1),
        (["bob@two.example"], 3),
        (["eve@three.example"], 1),
    ]
    assert remote.inboxes.messages.get(SUPPORT, ada).message_id == ada
    most = remote.inboxes.messages.get(SUPPORT, "<4@two.example>")
    assert most.references == ["<0@two.example>", bob]
    answer = remote.inboxes.messages.reply(SUPPORT, ada, text="y")
    assert answer.thread_id == threads[0].thread_id
    sent = remote.inboxes.messages.get(SUPPORT, answer.message_id)
    assert (sent.in_reply_to, sent.references) == (ada, [ada])


@pytest.mark.parametrize("empty", ["<>", "< >", "", "<"])
def test_an_id_without_content_is_none_and_joins_nothing(smtp: smtplib.SMTP, remote: AgentMail, empty: str) -> None:
    put_in(smtp, "ada@example.com", "one", Message_ID=empty)
    put_in(smtp, "bob@example.org", "two", Message_ID=empty, In_Reply_To=empty, References=empty)
    put_in(smtp, "eve@example.net", "three", In_Reply_To=empty)
    messages = remote.inboxes.messages.list(SUPPORT).messages
    assert len({message.thread_id for message in messages}) == 3
    assert all(message.message_id.endswith("@sandbox.test>") for message in messages)
    assert [(message.in_reply_to, message.references) for message in messages] == [(None, None)] * 3


@pytest.mark.parametrize(
    ("mail_from", "written"), [("bounces@example.com", "<bounces@example.com>"), ("", "<>"), ("zoë@example.com", None)]
)
def test_a_mail_carries_its_reverse_path_and_no_other(
    smtp: smtplib.SMTP, remote: AgentMail, mail_from: str, written: str | None
) -> None:
    raw = b"Subject: x\r\nreturn-path: <forged@example.com>\r\nReturn-Path :\r\n <forged@example.com>\r\nX-Last: y"
    body = b"Return-Path: <said@example.com>\r\n"
    smtp.sendmail(mail_from, [SUPPORT], raw + b"\r\n\r\n" + body, [] if mail_from.isascii() else ["SMTPUTF8"])
    (item,) = remote.inboxes.messages.list(SUPPORT).messages
    message = remote.inboxes.messages.get(SUPPORT, item.message_id)
    assert message.headers == {"Return-Path": written or f"<{mail_from}>", "Subject": "x", "X-Last": "y"}
    assert message.text == body.decode().replace("\r\n", "\n")
