import json
from collections.abc import AsyncIterator
from datetime import timedelta
from socket import create_connection

import httpx
import pytest
import websockets.exceptions
from agentmail import AgentMail, AsyncAgentMail, Error, MessageReceivedEvent, Subscribe, Subscribed
from agentmail.core.api_error import ApiError
from sandbox_testing import SUPPORT, Receiver, until
from websockets.sync.client import connect

from agentmail_sandbox import Sandbox

# The SDK looks for names that websockets has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:websockets:DeprecationWarning")


@pytest.fixture
async def aremote(served: Sandbox, remote: AgentMail) -> AsyncIterator[AsyncAgentMail]:
    async with httpx.AsyncClient(verify=False) as http:
        yield AsyncAgentMail(environment=served.environment(), api_key="am_sandbox", httpx_client=http)


def test_a_subscriber_gets_the_event_a_webhook_gets(served: Sandbox, remote: AgentMail, receiver: Receiver) -> None:
    remote.webhooks.create(url=receiver.url, event_types=["message.received"])
    with remote.websockets.connect() as socket:
        socket.send_subscribe(Subscribe(inbox_ids=[SUPPORT], event_types=["message.received"]))
        subscribed = socket.recv()
        assert isinstance(subscribed, Subscribed)
        assert (subscribed.inbox_ids, subscribed.event_types) == ([SUPPORT], ["message.received"])
        served.post_mail("ada@example.com", SUPPORT, "Hi", "there")
        event = socket.recv()
    assert isinstance(event, MessageReceivedEvent)
    assert (event.type, event.event_type) == ("event", "message.received")
    assert event.message.from_ == "ada@example.com"
    until(lambda: receiver.posts)
    assert json.loads(receiver.posts[0][1])["event_id"] == event.event_id


async def test_the_asynchronous_client_subscribes_too(
    served: Sandbox, aremote: AsyncAgentMail, remote: AgentMail
) -> None:
    async with aremote.websockets.connect() as socket:
        await socket.send_subscribe(Subscribe())
        assert isinstance(await socket.recv(), Subscribed)
        remote.inboxes.messages.send(SUPPORT, to="ada@example.com", text="x")
        kinds = [(await socket.recv()).event_type for _ in range(2)]
    assert kinds == ["message.sent", "message.delivered"]


def test_hidden_kinds_and_other_inboxes_are_not_pushed(served: Sandbox, remote: AgentMail) -> None:
    remote.inboxes.create(request={"username": "sdr"})
    with remote.websockets.connect() as socket:
        served.post_mail("ada@example.com", SUPPORT, "before subscribing", "x")
        socket.send_subscribe(Subscribe(inbox_ids=[SUPPORT]))
        socket.recv()
        served.post_mail("eve@example.com", SUPPORT, "unauthenticated", "x", auth="none")
        served.post_mail("ada@example.com", "sdr@sandbox.test", "other inbox", "x")
        served.post_mail("ada@example.com", SUPPORT, "wanted", "x")
        assert socket.recv().message.subject == "wanted"


def test_a_second_subscribe_replaces_the_first(served: Sandbox, remote: AgentMail) -> None:
    with remote.websockets.connect() as socket:
        for kinds in (["message.sent"], ["message.received.unauthenticated"]):
            socket.send_subscribe(Subscribe(event_types=kinds))
            socket.recv()
        remote.inboxes.messages.send(SUPPORT, to="ada@example.com", text="x")
        served.post_mail("eve@example.com", SUPPORT, "odd", "x", auth="none")
        assert socket.recv().event_type == "message.received.unauthenticated"


@pytest.mark.parametrize(
    "frame",
    [
        "no json",
        "[]",
        "[" * 200_000,
        b"\xff",
        '{"type": "hello"}',
        '{"type": "subscribe", "event_types": ["zzz"]}',
        '{"type": "subscribe", "inbox_ids": ["\\ud800"]}',
    ],
)
def test_a_wrong_frame_is_answered_with_an_error(served: Sandbox, remote: AgentMail, frame: str | bytes) -> None:
    with remote.websockets.connect() as socket:
        socket._websocket.send(frame)
        answer = socket.recv()
        assert isinstance(answer, Error)
        assert answer.type == "error"
        assert answer.message
        socket.send_subscribe(Subscribe())
        assert isinstance(socket.recv(), Subscribed)


async def test_a_wrong_key_is_refused_at_the_door(served: Sandbox) -> None:
    environment = served.environment()
    with (
        pytest.raises(websockets.exceptions.InvalidStatus) as refused,
        AgentMail(environment=environment, api_key="am_wrong").websockets.connect(),
    ):
        pass
    assert refused.value.response.status_code == 401
    async with httpx.AsyncClient(verify=False) as http:
        client = AsyncAgentMail(environment=environment, api_key="am_wrong", httpx_client=http)
        with pytest.raises(ApiError) as denied:
            async with client.websockets.connect():
                pass
    assert denied.value.status_code == 401


def test_the_key_may_come_in_the_query_and_the_path_is_fixed(served: Sandbox) -> None:
    base = f"ws://127.0.0.1:{served.ws_port}"
    with connect(f"{base}/v0?api_key=am_sandbox") as socket:
        socket.send('{"type": "subscribe"}')
        assert json.loads(socket.recv()) == {"type": "subscribed"}
    with pytest.raises(websockets.exceptions.InvalidStatus) as refused, connect(f"{base}/other"):
        pass
    assert refused.value.response.status_code == 404


@pytest.mark.parametrize("header", ["am_sandbox", "bearer am_sandbox", "Basic am_sandbox", "Bearer", "Bearer \xfc"])
def test_the_header_must_be_a_bearer_key(served: Sandbox, header: str) -> None:
    url = f"ws://127.0.0.1:{served.ws_port}/v0"
    with (
        pytest.raises(websockets.exceptions.InvalidStatus) as refused,
        connect(url, additional_headers={"Authorization": header}),
    ):
        pass
    assert refused.value.response.status_code == 401


HUGE_HEADERS = [
    f"X-Long: {'y' * 1_100_000}",
    f"Subject: {'y' * 1_100_000}",
    f"From: {'y' * 600_000} <ada@example.com>",
    f"To: {', '.join(f'{number}.{chr(121) * 300}@example.com' for number in range(2000))}",
    f"References: {' '.join(f'<{number}.{chr(121) * 300}@example.com>' for number in range(4000))}",
]


@pytest.mark.parametrize("header", HUGE_HEADERS, ids=["X-Long", "Subject", "From", "To", "References"])
def test_a_mail_with_a_huge_header_fits_into_a_frame(served: Sandbox, remote: AgentMail, header: str) -> None:
    with remote.websockets.connect() as socket:
        socket.send_subscribe(Subscribe(event_types=["message.received"]))
        socket.recv()
        served.receive(f"{header}\r\nMessage-ID: <1@example.com>\r\n\r\nx".encode(), "a@example.com", [SUPPORT])
        event = socket.recv()
    assert event.message.message_id == "<1@example.com>"
    assert event.thread.thread_id
    assert len(event.model_dump_json()) < 1_000_000


def test_closing_the_sandbox_ends_the_stream(served: Sandbox, remote: AgentMail) -> None:
    with remote.websockets.connect() as socket:
        socket.send_subscribe(Subscribe())
        socket.recv()
        served.close()
        assert list(socket) == []


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("127.0.0.1", {"Origin": "https://evil.test"}),
        ("127.0.0.1", {"Origin": "http://localhost.evil.test"}),
        ("127.0.0.1", {"Origin": "null"}),
        ("rebound.test", {}),
        ("127.0.0.1.nip.test", {}),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}),
        ("127.0.0.1", {"Ngrok-Trace": "1"}),
    ],
)
def test_pages_of_other_sites_and_tunnels_are_refused_though_they_know_the_key(
    served: Sandbox, host: str, headers: dict[str, str]
) -> None:
    address = f"ws://{host}:{served.ws_port}/v0?api_key=am_sandbox"
    with (
        create_connection(("127.0.0.1", served.ws_port)) as line,
        pytest.raises(websockets.exceptions.InvalidStatus) as refused,
        connect(address, sock=line, additional_headers=headers),
    ):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:8025", "http://[::1]"])
def test_a_page_of_this_machine_may_listen(served: Sandbox, origin: str) -> None:
    with connect(f"ws://localhost:{served.ws_port}/v0?api_key=am_sandbox", additional_headers={"Origin": origin}) as ws:
        ws.send('{"type": "subscribe"}')
        assert json.loads(ws.recv()) == {"type": "subscribed"}


def test_a_port_opened_to_others_answers_them_under_any_name(sandbox: Sandbox) -> None:
    port = sandbox.start_websocket(0, host="0.0.0.0")
    line = create_connection(("127.0.0.1", port))
    with line, connect(f"ws://sandbox:{port}/v0?api_key=am_sandbox", sock=line) as ws:
        ws.send('{"type": "subscribe"}')
        assert json.loads(ws.recv()) == {"type": "subscribed"}


def test_a_websocket_hears_what_its_key_may_read(served: Sandbox, remote: AgentMail) -> None:
    pod = remote.pods.create(name="Acme").pod_id
    sales = remote.pods.inboxes.create(pod, username="sales").inbox_id
    made = remote.pods.api_keys.create(pod, request={"name": "p", "permissions": {"message_read": True}})
    client = AgentMail(environment=served.environment(), api_key=made.api_key)
    with client.websockets.connect() as socket:
        socket.send_subscribe(Subscribe(event_types=["message.received.unauthenticated"]))
        refused = socket.recv()
        assert isinstance(refused, Error)
        assert "label_unauthenticated_read" in refused.message
        socket.send_subscribe(Subscribe(event_types=["message.received"]))
        assert isinstance(socket.recv(), Subscribed)
        served.post_mail("ada@example.com", "support@sandbox.test", "of another pod")
        served.post_mail("ada@example.com", sales, "heard")
        event = socket.recv()
        assert isinstance(event, MessageReceivedEvent)
        assert event.message.subject == "heard"
        remote.api_keys.update(made.api_key_id, permissions={"draft_read": True})
        with remote.websockets.connect() as main:
            main.send_subscribe(Subscribe())
            main.recv()
            served.post_mail("ada@example.com", sales, "no longer to be read")
            assert isinstance(main.recv(), MessageReceivedEvent)
        socket.send_subscribe(Subscribe())
        assert isinstance(socket.recv(), Subscribed)


def test_a_narrow_key_cannot_subscribe_to_what_lies_outside_its_scope(served: Sandbox, remote: AgentMail) -> None:
    pod = remote.pods.create(name="Acme").pod_id
    sales = remote.pods.inboxes.create(pod, username="sales").inbox_id
    key = remote.pods.api_keys.create(pod, request={"name": "p"}).api_key
    with AgentMail(environment=served.environment(), api_key=key).websockets.connect() as socket:
        for outside in ({"inbox_ids": [SUPPORT]}, {"pod_ids": [remote.inboxes.get(SUPPORT).pod_id]}):
            socket.send_subscribe(Subscribe(**outside))
            refused = socket.recv()
            assert isinstance(refused, Error)
            assert refused.name == "NotFoundError"
        socket.send_subscribe(Subscribe(inbox_ids=[sales], pod_ids=[pod]))
        assert isinstance(socket.recv(), Subscribed)


def test_a_websocket_refuses_an_expired_key(served: Sandbox, remote: AgentMail) -> None:
    soon = served.clock.now() + timedelta(minutes=1)
    key = remote.api_keys.create(request={"expires_at": soon}).api_key
    address = f"ws://127.0.0.1:{served._listeners.ws_port}/v0?api_key={key}"
    with connect(address) as socket:
        socket.ping()
    served.clock.advance(timedelta(minutes=2))
    with pytest.raises(websockets.exceptions.InvalidStatus) as refused, connect(address):
        pass
    assert refused.value.response.status_code == 401
