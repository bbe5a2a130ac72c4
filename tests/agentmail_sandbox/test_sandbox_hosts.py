"""Which hosts the ports answer to: a page of a stranger's site that reaches loopback under its own name is refused."""

from collections.abc import Callable, Iterator
from socket import create_connection, has_dualstack_ipv6

import httpx
import pytest
import websockets.exceptions
from agentmail import AgentMail, AgentMailEnvironment
from sandbox_testing import refusal
from websockets.sync.client import connect

from agentmail_sandbox import Sandbox

Serve = Callable[..., Sandbox]
KEY = {"Authorization": "Bearer am_sandbox"}


@pytest.fixture
def serve() -> Iterator[Serve]:
    made: list[Sandbox] = []

    def start(host: str, base_url: str | None = None) -> Sandbox:
        made.append(Sandbox(base_url=base_url))
        made[-1].serve(0, 0, 0, host=host)
        return made[-1]

    yield start
    for sandbox in made:
        sandbox.close()


def asked(sandbox: Sandbox, path: str, host: str, at: str = "127.0.0.1") -> httpx.Response:
    """Ask the web port of a sandbox for a path under a name of any kind."""
    with httpx.Client(verify=False, trust_env=False) as http:
        return http.get(f"http://{at}:{sandbox.port}{path}", headers={**KEY, "Host": host})


@pytest.mark.parametrize("path", ["/v0/inboxes", "/sandbox/outbox", "/files/x", "/api/v1/app/x", "/"])
@pytest.mark.parametrize(
    "host", ["rebound.test", "rebound.test:{port}", "127.0.0.1.nip.test", "localhost.evil.test:{port}", "0.0.0.0", ""]
)
def test_a_stranger_who_knows_the_key_gets_nothing(served: Sandbox, path: str, host: str) -> None:
    answer = asked(served, path, host.format(port=served.port))
    assert answer.status_code == 403
    assert answer.json()["code"] == "unknown_host"
    assert f"Ask for localhost:{served.port}" in answer.json()["message"]
    assert "--host ADDRESS" in answer.json()["message"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:{port}", "127.0.0.1:{port}", "[::1]:{port}", "127.0.0.1:9"])
def test_this_machine_is_served_by_any_name_it_has(served: Sandbox, host: str) -> None:
    assert asked(served, "/v0/inboxes", host.format(port=served.port)).json()["count"] == 0


def test_the_host_of_the_address_others_were_told_is_served(serve: Serve) -> None:
    sandbox = serve("127.0.0.1", "https://Mail.example.com:8443")
    assert asked(sandbox, "/v0/inboxes", "mail.example.com").status_code == 200
    assert asked(sandbox, "/v0/inboxes", "mail.example.com:8443").status_code == 200
    assert asked(sandbox, "/v0/inboxes", "other.example.com").status_code == 403


def test_a_loopback_address_it_was_told_to_listen_on_is_served(serve: Serve) -> None:
    sandbox = serve("127.0.0.2")
    assert asked(sandbox, "/v0/inboxes", f"127.0.0.2:{sandbox.port}", "127.0.0.2").status_code == 200
    assert asked(sandbox, "/v0/inboxes", f"127.0.0.3:{sandbox.port}", "127.0.0.2").status_code == 403
    address = f"ws://127.0.0.2:{sandbox.ws_port}/v0?api_key=am_sandbox"
    with connect(address) as ws:
        ws.send("{}")
        assert "subscribe" in str(ws.recv())


def test_a_port_opened_to_others_is_served_under_any_name(serve: Serve) -> None:
    assert asked(serve("0.0.0.0"), "/v0/inboxes", "sandbox").status_code == 200


def attached(sandbox: Sandbox, host: str | None = None) -> str:
    """Send a mail with a file by the SDK over the port, asking for that host, and return the link to the file."""
    headers = {"Host": host} if host else {}
    with httpx.Client(verify=False, trust_env=False, headers=headers) as http:
        client = AgentMail(environment=sandbox.environment(), api_key="am_sandbox", httpx_client=http)
        inbox = client.inboxes.create(request={"client_id": "one"}).inbox_id
        file = {"filename": "a.txt", "content": "aGk="}
        sent = client.inboxes.messages.send(inbox, to=["ana@example.com"], text="x", attachments=[file])
        (about,) = client.inboxes.messages.get(inbox, sent.message_id).attachments or []
        return client.inboxes.messages.get_attachment(inbox, sent.message_id, about.attachment_id).download_url


def is_reached_at(sandbox: Sandbox, host: str) -> bool:
    """Tell whether a client of the environment it names gets its files, under this host, and its WebSocket."""
    link = attached(sandbox)
    with connect(f"{sandbox.environment().websockets}/v0?api_key=am_sandbox") as ws:
        ws.send("{}")
        heard = "subscribe" in str(ws.recv())
    is_there = link.startswith(f"http://{host}:{sandbox.port}/files/")
    return is_there and httpx.get(link, trust_env=False).content == b"hi" and heard


def test_a_link_of_a_port_opened_to_others_is_at_the_host_that_was_asked_for(serve: Serve) -> None:
    sandbox = serve("0.0.0.0")
    assert attached(sandbox, "mail.example.com:99").startswith("http://mail.example.com:99/files/")
    assert is_reached_at(sandbox, "127.0.0.1")


@pytest.mark.parametrize("host", ["::1", "::"])
def test_an_ipv6_address_stands_in_brackets(serve: Serve, host: str) -> None:
    try:
        sandbox = serve(host)
    except OSError:
        pytest.skip("this machine has no IPv6")
    assert is_reached_at(sandbox, "[::1]")


def test_listening_everywhere_by_ipv6_it_is_reached_by_ipv4_too(serve: Serve) -> None:
    if not has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    assert asked(serve("::"), "/v0/inboxes", "sandbox", at="127.0.0.1").status_code == 200


def test_the_websocket_says_the_same(served: Sandbox) -> None:
    address = f"ws://rebound.test:{served.ws_port}/v0?api_key=am_sandbox"
    with (
        create_connection(("127.0.0.1", served.ws_port)) as line,
        pytest.raises(websockets.exceptions.InvalidStatus) as refused,
        connect(address, sock=line),
    ):
        pass
    assert f"Ask for localhost:{served.ws_port}".encode() in (refused.value.response.body or b"")


def test_the_sdk_reads_the_refusal(served: Sandbox) -> None:
    environment = AgentMailEnvironment(http=f"http://127.0.0.1:{served.port}", websockets="")
    with httpx.Client(verify=False, headers={"Host": "rebound.test"}) as http:
        client = AgentMail(environment=environment, api_key="am_sandbox", httpx_client=http)
        assert refusal(client.inboxes.list) == (403, "unknown_host")
