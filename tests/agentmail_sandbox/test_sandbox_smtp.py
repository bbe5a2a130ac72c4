import asyncio
import json
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from agentmail import AgentMail
from aiosmtpd.smtp import SMTP
from sandbox_testing import SUPPORT, until

from agentmail_sandbox import Sandbox
from agentmail_sandbox.network import LoopThread, bind, port_of


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


class Relay:
    """An SMTP server of the plainest kind, on a free port: refuses recipients that hold ``refused``."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes]] = []
        self._loop = LoopThread("test-relay")
        listener = bind("test", "127.0.0.1", 0)
        self.port = port_of(listener)

        async def start() -> asyncio.Server:
            return await self._loop.loop.create_server(lambda: SMTP(self, loop=self._loop.loop), sock=listener)

        self._server = self._loop.run(start())

    async def handle_RCPT(self, server, session, envelope, address: str, options) -> str:  # noqa: N802
        if "refused" in address:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        self.mails.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def close(self) -> None:
        self._loop.loop.call_soon_threadsafe(self._server.close)
        self._loop.close()


@pytest.fixture
def relay() -> Iterator[Relay]:
    made = Relay()
    yield made
    made.close()


def send_through(relay_address: str, to: list[str], kinds: set[str]) -> tuple[dict[str, dict], list[str]]:
    """Send a mail from a sandbox with this relay; return its events by kind and the labels the mail then has."""
    sandbox = Sandbox()
    sandbox.start_workers(relay=relay_address)
    client = sandbox.client()
    inbox = client.inboxes.create(request={"username": "support"}).inbox_id
    client.inboxes.messages.send(inbox, to=to, subject="Hi", text="there")

    def events() -> dict[str, dict]:
        with sandbox._core.store.transaction() as db:
            found = [json.loads(row["payload"]) for row in db.execute("SELECT payload FROM events")]
        return {event["event_type"]: event for event in found}

    until(lambda: events().keys() == kinds)
    outcome = events(), client.inboxes.messages.list(inbox).messages[0].labels
    sandbox.close()
    return outcome


def test_mail_to_outside_is_relayed(relay: Relay) -> None:
    events, labels = send_through(f"127.0.0.1:{relay.port}", ["ada@example.com"], {"message.sent", "message.delivered"})
    assert events["message.delivered"]["delivery"]["recipients"] == ["ada@example.com"]
    assert labels == ["delivered", "sent"]
    ((to, content),) = relay.mails
    assert to == ["ada@example.com"]
    assert b"Subject: Hi" in content


def test_what_the_relay_refuses_bounces(relay: Relay) -> None:
    events, labels = send_through(
        f"127.0.0.1:{relay.port}",
        ["ada@example.com", "refused@example.com"],
        {"message.sent", "message.delivered", "message.bounced"},
    )
    (bounced,) = events["message.bounced"]["bounce"]["recipients"]
    assert bounced["address"] == "refused@example.com"
    assert "no such user" in bounced["status"]
    assert events["message.delivered"]["delivery"]["recipients"] == ["ada@example.com"]
    assert labels == ["bounced", "delivered", "sent"]


def test_a_relay_that_is_down_bounces_everything() -> None:
    events, labels = send_through("127.0.0.1:9", ["ada@example.com"], {"message.sent", "message.bounced"})
    assert "127.0.0.1:9" in events["message.bounced"]["bounce"]["recipients"][0]["status"]
    assert labels == ["bounced", "sent"]


@pytest.mark.parametrize("relay", ["localhost", "localhost:", ":25", "localhost:smtp", "localhost:99999"])
def test_a_relay_must_be_host_and_port(sandbox: Sandbox, relay: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        sandbox.start_workers(relay=relay)
