"""The one web port over real HTTP: who gets in, and who does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from desk_agent.agent import agent

from agentmail_sandbox import PortTaken
from postroom.brain.scripted import ScriptedBrain
from postroom.web import Web, make_app

TOKEN = "a-token-of-this-run"
SANDBOX_KEY = {"Authorization": "Bearer am_sandbox"}


@pytest.fixture
def serve(run_agent: Callable[..., Any]) -> Iterator[Callable[..., httpx.Client]]:
    """Return a function that serves the desk agent on a free port and gives a client for it."""
    opened: list[Any] = []

    def start(*, public: bool = False) -> httpx.Client:
        runtime, sandbox = run_agent(agent, ScriptedBrain(Say={"what": "answer", "body": "It is blue."}))
        app = make_app(runtime, secret=lambda: "whsec_c2VjcmV0", token=TOKEN, sandbox=sandbox, public=public)
        web = Web(0)
        web.start(app)
        client = httpx.Client(base_url=f"http://127.0.0.1:{web.port}", trust_env=False)
        opened.extend([client.close, web.stop])
        return client

    yield start
    for close in opened:
        close()


PRIVATE = ["/", "/dead-letters", "/v0/inboxes", "/sandbox/outbox", "/operator/status"]


@pytest.mark.parametrize("path", PRIVATE)
@pytest.mark.parametrize(
    "header",
    [{"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=203.0.113.9"}, {"Via": "1.1 tunnel"}, {"CF-Ray": "1"}],
    ids=lambda header: next(iter(header)),
)
def test_nothing_private_answers_through_a_tunnel(
    serve: Callable[..., httpx.Client], path: str, header: dict[str, str]
) -> None:
    assert serve().get(path, headers={**SANDBOX_KEY, **header}).status_code == 403


@pytest.mark.parametrize("path", PRIVATE)
def test_nothing_private_answers_when_the_address_is_public(serve: Callable[..., httpx.Client], path: str) -> None:
    assert serve(public=True).get(path, headers=SANDBOX_KEY).status_code == 403


@pytest.mark.parametrize("path", PRIVATE)
def test_a_strangers_host_name_is_refused(serve: Callable[..., httpx.Client], path: str) -> None:
    assert serve().get(path, headers={**SANDBOX_KEY, "Host": "rebound.example"}).status_code == 400


def test_health_answers_from_anywhere_and_readiness_from_here(serve: Callable[..., httpx.Client]) -> None:
    client = serve()
    assert client.get("/healthz", headers={"X-Forwarded-For": "203.0.113.9"}).text == "ok\n"
    assert client.get("/readyz").text == "ready\n"


def test_the_operators_api_needs_the_token_of_this_run(serve: Callable[..., httpx.Client]) -> None:
    client = serve()
    assert client.get("/operator/status").status_code == 401
    assert client.get("/operator/status", headers={"Authorization": "Bearer wrong"}).status_code == 401
    status = client.get("/operator/status", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    assert status["inboxes"] == {"desk": "desk@sandbox.test"}


def test_the_sandbox_answers_on_the_same_port(serve: Callable[..., httpx.Client]) -> None:
    inboxes = serve().get("/v0/inboxes", headers=SANDBOX_KEY).json()["inboxes"]
    assert [inbox["inbox_id"] for inbox in inboxes] == ["desk@sandbox.test"]


def test_an_unsigned_webhook_is_refused(serve: Callable[..., httpx.Client]) -> None:
    assert serve().post("/webhooks/agentmail", json={"event_type": "message.received"}).status_code == 401


def test_a_port_in_use_is_named_with_what_to_do() -> None:
    first = Web(0)
    try:
        with pytest.raises(PortTaken, match=rf"Port {first.port} .* in use .*another port"):
            Web(first.port)
    finally:
        first.stop()
