"""Chaos that befalls events and mails: by what a test in process asks for next, or by the header of a request."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx
import pytest
import websockets.sync.client as ws
from agentmail import AgentMail
from agentmail.core.api_error import ApiError
from agentmail.core.request_options import RequestOptions
from sandbox_testing import SUPPORT, Receiver, until, with_chaos
from websockets.exceptions import ConnectionClosed

from agentmail_sandbox import Sandbox

ADA = "ada@example.com"
Hear = Callable[[], AbstractContextManager[ws.ClientConnection]]


def listen(remote: AgentMail, receiver: Receiver) -> None:
    remote.webhooks.create(url=receiver.url, event_types=["message.received"])


def test_a_webhook_comes_twice_under_one_id(served: Sandbox, remote: AgentMail, receiver: Receiver) -> None:
    listen(remote, receiver)
    served.chaos.next("duplicate")
    served.post_mail(ADA, SUPPORT, "one")
    until(lambda: len(receiver.posts) == 2)
    assert receiver.posts[0][0]["svix-id"] == receiver.posts[1][0]["svix-id"]
    assert receiver.posts[0][1] == receiver.posts[1][1]
    served.post_mail(ADA, SUPPORT, "two")
    until(lambda: len(receiver.posts) == 3)


def test_a_late_webhook_is_overtaken(served: Sandbox, remote: AgentMail, receiver: Receiver) -> None:
    listen(remote, receiver)
    served.chaos.seconds["reorder"] = 0.2
    served.chaos.next("reorder")
    for subject in ("one", "two"):
        served.post_mail(ADA, SUPPORT, subject)
    until(lambda: len(receiver.posts) == 2)
    assert [subject for _, body in receiver.posts for subject in (b"one", b"two") if subject in body] == [
        b"two",
        b"one",
    ]


@pytest.fixture
def hear(served: Sandbox, remote: AgentMail) -> Hear:
    @contextmanager
    def subscribe() -> Iterator[ws.ClientConnection]:
        with ws.connect(f"ws://127.0.0.1:{served.ws_port}/v0?api_key=am_sandbox") as connection:
            connection.send('{"type": "subscribe", "event_types": ["message.received"]}')
            assert "subscribed" in str(connection.recv(5))
            yield connection

    return subscribe


def close_code(connection: ws.ClientConnection) -> Any:
    with pytest.raises(ConnectionClosed) as closed:
        connection.recv(5)
    return None if closed.value.rcvd is None else closed.value.rcvd.code


@pytest.mark.parametrize(("kind", "code"), [("ws-1000", 1000), ("ws-1011", 1011), ("ws-abort", None)])
def test_a_websocket_ends_in_place_of_an_event_and_serves_the_next_client(
    served: Sandbox, hear: Hear, kind: str, code: int | None
) -> None:
    with hear() as connection:
        served.chaos.next(kind)
        served.post_mail(ADA, SUPPORT, "lost")
        assert close_code(connection) == code
    with hear() as connection:
        served.post_mail(ADA, SUPPORT, "heard")
        assert "heard" in str(connection.recv(5))


def test_a_frame_too_long_ends_the_connection_of_a_usual_client(served: Sandbox, hear: Hear) -> None:
    with hear() as connection:
        served.chaos.next("ws-frame")
        served.post_mail(ADA, SUPPORT, "long")
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(5)
        assert closed.value.sent is not None
        assert closed.value.sent.code == 1009


def test_a_websocket_hears_twice_and_late(served: Sandbox, hear: Hear) -> None:
    served.chaos.seconds["delay"] = 0.1
    with hear() as connection:
        served.chaos.next("duplicate")
        served.post_mail(ADA, SUPPORT, "one")
        assert connection.recv(5) == connection.recv(5)
        served.chaos.next("delay")
        began = time.monotonic()
        served.post_mail(ADA, SUPPORT, "two")
        assert "two" in str(connection.recv(5))
        assert time.monotonic() - began > 0.09


@pytest.mark.parametrize("path", ["/sandbox/mail", f"/v0/inboxes/{SUPPORT}/messages/send"], ids=str)
def test_a_header_asks_for_what_befalls_the_event_of_its_request(
    served: Sandbox, remote: AgentMail, receiver: Receiver, path: str
) -> None:
    remote.webhooks.create(url=receiver.url, event_types=["message.received", "message.sent"])
    key = {"Authorization": "Bearer am_sandbox"}
    letter = {"from": ADA, "to": SUPPORT} if path == "/sandbox/mail" else {"to": ADA}
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}") as web:
        for headers in (key | {"X-Sandbox-Chaos": "duplicate"}, key):
            assert web.post(path, json=letter | {"text": "x"}, headers=headers).status_code == 200
    until(lambda: len(receiver.posts) == 3)
    ids = [headers["svix-id"] for headers, _ in receiver.posts]
    assert len(set(ids)) == 2


def test_a_header_closes_a_websocket_in_place_of_the_event(served: Sandbox, remote: AgentMail, hear: Hear) -> None:
    with hear() as connection:
        remote.inboxes.messages.send(SUPPORT, to=SUPPORT, text="x", request_options=with_chaos("ws-1011"))
        assert close_code(connection) == 1011


def test_mail_to_outside_bounces_and_is_complained_of(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    sandbox.chaos.next("bounce")
    bounced = client.inboxes.messages.send(support, to=[ADA, "bo@example.com"], text="Hi")
    assert [mail.envelope_to for mail in sandbox.outbox()] == [["bo@example.com"]]
    assert {"bounced", "delivered"} <= set(client.inboxes.messages.get(support, bounced.message_id).labels)
    sandbox.chaos.next("complaint")
    complained = client.inboxes.messages.send(support, to="cy@example.com", text="Buy")
    assert {"complained", "delivered"} <= set(client.inboxes.messages.get(support, complained.message_id).labels)
    with httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi), base_url="http://127.0.0.1") as web:
        listed = web.get("/sandbox/events", headers={"Authorization": "Bearer am_sandbox"}).json()["events"]
    told = {item["event"]["event_type"]: item["event"] for item in listed}
    assert told["message.complained"]["complaint"]["recipients"] == ["cy@example.com"]
    assert told["message.bounced"]["bounce"]["recipients"][0]["address"] == ADA


def test_whatever_goes_wrong_at_once_each_mail_leaves_once_and_each_fate_is_told(
    served: Sandbox, receiver: Receiver
) -> None:
    rates = {"hang": 0.1, "drop-after": 0.1, "503-after": 0.1, "duplicate": 0.2, "bounce": 0.3, "complaint": 0.3}
    served.chaos.rates |= {**rates, "delay": 0.5}
    served.chaos.seconds["delay"] = 0.05
    receiver.answers += [204, 500, 204, 503]
    with httpx.Client(verify=False) as http:
        client = AgentMail(environment=served.environment(), api_key="am_sandbox", httpx_client=http)
        kinds = [f"message.{kind}" for kind in ("sent", "delivered", "bounced", "complained")]
        inbox = patiently(lambda **more: client.inboxes.create(request={"client_id": "a"}, **more)).inbox_id
        wanted = {"url": receiver.url, "event_types": kinds, "client_id": "w"}
        patiently(lambda **more: client.webhooks.create(**wanted, **more))
        for number in range(12):
            to = [f"a{number}@example.com", f"b{number}@example.com"]
            patiently(
                lambda to=to, **more: client.inboxes.messages.send(inbox, to=to, text="x", **more), f"mail-{number}"
            )
        served.chaos.rates.clear()
        suppressed = {entry.entry for entry in client.lists.list("send", "block").entries}

    def told(kind: str) -> set[str]:
        found = [json.loads(body) for _, body in receiver.posts if kind.encode() in body]
        members = [
            member
            for event in found
            for about in event.values()
            if isinstance(about, dict)
            for member in about["recipients"]
        ]
        return {member["address"] if isinstance(member, dict) else member for member in members}

    addressed = {f"{letter}{number}@example.com" for letter in "ab" for number in range(12)}
    until(lambda: told("message.sent") == told("message.delivered") | told("message.bounced") == addressed)
    until(lambda: told("message.bounced") | told("message.complained") == suppressed)
    left = [address for mail in served.outbox() for address in mail.envelope_to]
    assert sorted(left) == sorted(addressed - told("message.bounced"))
    assert not told("message.delivered") & told("message.bounced")


def patiently(call: Callable[..., Any], key: str = "") -> Any:
    """Ask again, under the same key, until an answer comes."""
    headers = {"Idempotency-Key": key} if key else {}
    for _ in range(20):
        once = RequestOptions(max_retries=0, timeout_in_seconds=0.3, additional_headers=headers)  # type: ignore[typeddict-item]
        with contextlib.suppress(httpx.TransportError):
            try:
                return call(request_options=once)
            except ApiError as error:
                if error.status_code != 503:
                    raise
    raise AssertionError("no answer came")
