"""Mail to outside addresses on its way through a real SMTP server."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from agentmail import AgentMail
from aiosmtpd.smtp import SMTP
from sandbox_testing import SUPPORT, until

from agentmail_sandbox import Sandbox
from agentmail_sandbox import relay as handing_on
from agentmail_sandbox.network import LoopThread, bind, port_of


class Relay:
    """An SMTP server of the plainest kind, on a free port.

    It refuses recipients that hold ``refused``; those in ``put_off`` get the reply named there, once.
    """

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes]] = []
        self.options: list[list[str]] = []
        self.put_off: dict[str, str] = {}
        self.smtputf8 = False
        self._loop = LoopThread("test-relay")
        listener = bind("test", "127.0.0.1", 0)
        self.port = port_of(listener)

        def connection() -> SMTP:
            return SMTP(self, loop=self._loop.loop, enable_SMTPUTF8=self.smtputf8)

        async def start() -> asyncio.Server:
            return await self._loop.loop.create_server(connection, sock=listener)

        self._server = self._loop.run(start())

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return f"127.0.0.1:{self.port}"

    async def handle_RCPT(self, server, session, envelope, address: str, options) -> str:  # noqa: N802
        if "refused" in address:
            return "550 5.1.1 no such user"
        if address in self.put_off:
            return self.put_off.pop(address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        if "data" in self.put_off:
            return self.put_off.pop("data")
        self.mails.append((envelope.rcpt_tos, envelope.content))
        self.options.append(envelope.mail_options)
        return "250 OK"

    def close(self) -> None:
        self._loop.loop.call_soon_threadsafe(self._server.close)
        self._loop.close()


@pytest.fixture
def relay() -> Iterator[Relay]:
    made = Relay()
    yield made
    made.close()


@pytest.fixture
def patient() -> Iterator[Sandbox]:
    """A sandbox with the inbox support, that tries again after a few milliseconds; its relay is not yet set."""
    made = Sandbox(retry_scale=0.0005)
    made.client().inboxes.create(request={"username": "support"})
    yield made
    made.close()


def events_of(sandbox: Sandbox) -> list[dict]:
    with sandbox._core.store.transaction() as db:
        return [json.loads(row["payload"]) for row in db.execute("SELECT payload FROM events ORDER BY seq")]


def told(sandbox: Sandbox) -> list[tuple[str, list[str]]]:
    """Return what is told of the mails sent: what became of whom, in order."""
    events = events_of(sandbox)
    found = [next(value for name, value in event.items() if isinstance(value, dict)) for event in events]
    kinds = [event["event_type"].removeprefix("message.") for event in events]
    return [
        (details.get("type", kind), [who["address"] if isinstance(who, dict) else who for who in details["recipients"]])
        for kind, details in zip(kinds, found, strict=True)
    ]


def labels_of(client: AgentMail) -> list[str]:
    return client.inboxes.messages.list(SUPPORT).messages[0].labels


def send_through(relay_address: str, to: list[str], kinds: set[str]) -> tuple[dict[str, dict], list[str]]:
    """Send a mail from a sandbox with this relay; return its events by kind and the labels the mail then has."""
    sandbox = Sandbox()
    sandbox.start_workers(relay=relay_address)
    client = sandbox.client()
    inbox = client.inboxes.create(request={"username": "support"}).inbox_id
    client.inboxes.messages.send(inbox, to=to, subject="Hi", text="there")

    def events() -> dict[str, dict]:
        return {event["event_type"]: event for event in events_of(sandbox)}

    until(lambda: events().keys() == kinds)
    outcome = events(), labels_of(client)
    sandbox.close()
    return outcome


def test_mail_to_outside_is_relayed(relay: Relay) -> None:
    events, labels = send_through(relay.address, ["ada@example.com"], {"message.sent", "message.delivered"})
    assert events["message.delivered"]["delivery"]["recipients"] == ["ada@example.com"]
    assert labels == ["delivered", "sent"]
    ((to, content),) = relay.mails
    assert to == ["ada@example.com"]
    assert b"Subject: Hi" in content


def test_what_the_relay_refuses_bounces(relay: Relay) -> None:
    events, labels = send_through(
        relay.address,
        ["ada@example.com", "refused@example.com"],
        {"message.sent", "message.delivered", "message.bounced"},
    )
    assert events["message.bounced"]["bounce"]["type"] == "Permanent"
    (bounced,) = events["message.bounced"]["bounce"]["recipients"]
    assert bounced["address"] == "refused@example.com"
    assert "no such user" in bounced["status"]
    assert events["message.delivered"]["delivery"]["recipients"] == ["ada@example.com"]
    assert labels == ["bounced", "delivered", "sent"]


def test_a_relay_that_is_down_delays_everything() -> None:
    events, labels = send_through("127.0.0.1:9", ["ada@example.com"], {"message.sent", "message.bounced"})
    assert events["message.bounced"]["bounce"]["type"] == "Transient"
    assert "127.0.0.1:9" in events["message.bounced"]["bounce"]["recipients"][0]["status"]
    assert labels == ["delayed", "sent"]


def test_a_relay_that_stays_down_bounces_everything_in_the_end() -> None:
    sandbox = Sandbox(retry_scale=0.0)
    client = sandbox.client()
    client.inboxes.create(request={"username": "support"})
    sandbox.start_workers(relay="127.0.0.1:9")
    client.inboxes.messages.send(SUPPORT, to=["ada@example.com"], text="x")
    until(lambda: "bounced" in labels_of(client))
    ada = ["ada@example.com"]
    assert told(sandbox) == [("sent", ada), ("Transient", ada), ("Permanent", ada)]
    assert labels_of(client) == ["bounced", "sent"]
    sandbox.close()


def test_who_is_put_off_is_tried_again_alone(patient: Sandbox, relay: Relay) -> None:
    relay.put_off["bob@example.com"] = "451 4.7.1 greylisted"
    client = patient.client()
    patient.start_workers(relay=relay.address)
    client.inboxes.messages.send(SUPPORT, to=["ada@example.com", "bob@example.com", "refused@example.com"], text="x")
    until(lambda: len(relay.mails) == 2)
    until(lambda: "delayed" not in labels_of(client))
    assert [to for to, _ in relay.mails] == [["ada@example.com"], ["bob@example.com"]]
    assert told(patient)[1:] == [
        ("delivered", ["ada@example.com"]),
        ("Permanent", ["refused@example.com"]),
        ("Transient", ["bob@example.com"]),
        ("delivered", ["bob@example.com"]),
    ]
    assert labels_of(client) == ["bounced", "delivered", "sent"]


@pytest.mark.parametrize("what", ["ada@example.com", "bob@example.com", "data"])
def test_a_relay_that_hangs_up_has_delivered_to_nobody(patient: Sandbox, relay: Relay, what: str) -> None:
    relay.put_off[what] = "421 4.3.2 shutting down"
    patient.start_workers(relay=relay.address)
    both = ["ada@example.com", "bob@example.com"]
    patient.client().inboxes.messages.send(SUPPORT, to=both, text="x")
    until(lambda: relay.mails)
    until(lambda: "delayed" not in labels_of(patient.client()))
    assert [to for to, _ in relay.mails] == [both]
    assert told(patient)[1:] == [("Transient", both), ("delivered", both)]


def test_what_waits_to_be_tried_again_survives_a_restart(tmp_path: Path, relay: Relay) -> None:
    first = Sandbox(tmp_path)
    client = first.client()
    client.inboxes.create(request={"username": "support"})
    first.start_workers(relay="127.0.0.1:9")
    client.inboxes.messages.send(SUPPORT, to=["ada@example.com"], text="x")
    until(lambda: "delayed" in labels_of(client))
    first.close()
    second = Sandbox(tmp_path)
    with second._core.store.transaction() as db:
        attempts, due_at = db.execute("SELECT attempts, due_at FROM relay_retries").fetchone()
        db.execute("UPDATE relay_retries SET due_at = 0")
    assert attempts == 1
    assert 0 < due_at - time.time() <= 5
    second.start_workers(relay=relay.address)
    until(lambda: relay.mails)
    second.close()


def test_an_international_domain_travels_in_ascii(patient: Sandbox, relay: Relay) -> None:
    patient.start_workers(relay=relay.address)
    with patient._core.store.transaction():
        patient.client().inboxes.messages.send(SUPPORT, to=["ada@example.com"], text="x")
        rewrite(patient, "ada@bücher.example")
    until(lambda: relay.mails)
    assert relay.mails[0][0] == ["ada@xn--bcher-kva.example"]
    until(lambda: told(patient)[1:] == [("delivered", ["ada@bücher.example"])])


def rewrite(sandbox: Sandbox, recipient: str) -> None:
    """Give the mail that waits another recipient: one the API would not let through."""
    with sandbox._core.store.transaction() as db:
        db.execute("UPDATE outside_mails SET envelope_to = ? WHERE relay = 'pending'", (json.dumps([recipient]),))


@pytest.mark.parametrize("smtputf8", [True, False])
def test_an_international_name_needs_a_relay_that_takes_it(patient: Sandbox, relay: Relay, smtputf8: bool) -> None:
    relay.smtputf8 = smtputf8
    patient.start_workers(relay=relay.address)
    with patient._core.store.transaction():
        patient.client().inboxes.messages.send(SUPPORT, to=["ada@example.com"], text="x")
        rewrite(patient, "jörg@example.com")
    outcome = "delivered" if smtputf8 else "Permanent"
    until(lambda: told(patient)[1:] == [(outcome, ["jörg@example.com"])])
    assert [to for to, _ in relay.mails] == [["jörg@example.com"]] * smtputf8
    assert ["SMTPUTF8" in options for options in relay.options] == [True] * smtputf8


def test_a_mail_that_cannot_be_handed_on_does_not_hold_up_the_next(
    patient: Sandbox, relay: Relay, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    transfer = handing_on._transfer

    def broken(address: tuple[str, int], mail: sqlite3.Row, recipients: list[str]) -> handing_on.Answers:
        if recipients == ["odd@example.com"]:
            raise UnicodeError("a bug")
        return transfer(address, mail, recipients)

    monkeypatch.setattr(handing_on, "_transfer", broken)
    client = patient.client()
    for to in ("odd@example.com", "bob@example.com"):
        client.inboxes.messages.send(SUPPORT, to=[to], text="x")
    with patient._core.store.transaction() as db:
        db.execute("UPDATE outside_mails SET relay = 'pending'")
    patient.start_workers(relay=relay.address)
    until(lambda: relay.mails)
    assert relay.mails[0][0] == ["bob@example.com"]
    assert "a bug" in caplog.text


@pytest.mark.parametrize("relay", ["localhost", "localhost:", ":25", "localhost:smtp", "localhost:99999"])
def test_a_relay_must_be_host_and_port(sandbox: Sandbox, relay: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        sandbox.start_workers(relay=relay)
