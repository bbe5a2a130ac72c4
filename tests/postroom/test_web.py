"""The one web port over real HTTP: who gets in, and who does not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from desk_agent.agent import agent
from over_http import over_http
from werkzeug.test import Client

from agentmail_sandbox import PortTaken, Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.console import Login
from postroom.web import Web, make_app

TOKEN = "a-token-of-this-run"
SANDBOX_KEY = {"Authorization": "Bearer am_sandbox"}


@pytest.fixture
def serve(run_agent: Callable[..., Any]) -> Iterator[Callable[..., httpx.Client]]:
    """Return a function that serves the desk agent on a free port and gives a client for it."""
    with ExitStack() as opened:

        def start(login: Login | None = None) -> httpx.Client:
            runtime, sandbox = run_agent(agent, ScriptedBrain(Say={"what": "answer", "body": "It is blue."}))
            app = make_app(runtime, secret=lambda: "whsec_c2VjcmV0", token=TOKEN, sandbox=sandbox, login=login)
            return opened.enter_context(over_http(app))

        yield start


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
    assert serve(Login(TOKEN)).get(path, headers=SANDBOX_KEY).status_code == 403


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


@pytest.mark.parametrize(
    "name",
    ["X-Real-IP", "True-Client-IP", "Fly-Client-IP", "X-Original-Host", "Ngrok-Skip-Browser-Warning", "CDN-Loop"],
)
def test_every_kind_of_tunnel_is_known(serve: Callable[..., httpx.Client], name: str) -> None:
    client = serve(Login(TOKEN))
    operator = {"Authorization": f"Bearer {TOKEN}", name: "203.0.113.9"}
    assert client.get("/operator/status", headers=operator).status_code == 403


OPERATOR = {"Authorization": f"Bearer {TOKEN}"}


def test_with_a_public_address_the_commands_work_from_this_machine(serve: Callable[..., httpx.Client]) -> None:
    client = serve(Login(TOKEN))
    assert client.post("/operator/pause", json={}, headers=OPERATOR).json() == {
        "switched_off": {"all": "paused"},
        "told": [],
    }
    elsewhere = {**OPERATOR, "Host": "post.example.com"}
    assert client.post("/operator/resume", json={}, headers=elsewhere).status_code == 400


def test_with_a_public_address_the_page_opens_by_the_printed_link_once(serve: Callable[..., httpx.Client]) -> None:
    login = Login(TOKEN)
    client = serve(login)
    shut = client.get("/")
    assert shut.status_code == 403
    assert "open the link that `postroom run` printed" in shut.text
    link = f"/?token={login.code}"
    opened = client.get(link)
    assert (opened.status_code, opened.headers["Location"]) == (303, "/")
    assert "HttpOnly" in opened.headers["Set-Cookie"]
    assert "SameSite=Strict" in opened.headers["Set-Cookie"]
    assert client.get("/").status_code == 200
    assert client.get("/", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
    client.cookies.clear()
    assert client.get(link).status_code == 403
    assert client.get("/", headers={"Cookie": f"postroom-{client.base_url.port}=guessed"}).status_code == 403


@pytest.mark.parametrize("path", ["/v0/inboxes", "/sandbox/outbox"])
def test_the_password_opens_the_page_from_elsewhere_and_never_the_sandbox(
    serve: Callable[..., httpx.Client], path: str
) -> None:
    client = serve(Login(TOKEN, password="correct horse battery", public_url="http://post.example.com"))
    client.headers["Host"] = "post.example.com"
    form = client.get("/")
    assert form.status_code == 401
    token = form.text.partition('name="token" value="')[2].partition('"')[0]
    let_in = client.post("/login", data={"token": token, "password": "correct horse battery"})
    held = {"Cookie": let_in.headers["Set-Cookie"].partition(";")[0]}
    assert client.get("/", headers=held).status_code == 200
    assert client.get(path, headers={**held, **SANDBOX_KEY}).status_code == 403
    assert client.get("/operator/status", headers=held).status_code == 401


@pytest.mark.parametrize("path", ["/", "/v0/inboxes"])
def test_a_password_alone_changes_nothing_for_this_machine(serve: Callable[..., httpx.Client], path: str) -> None:
    client = serve(Login(TOKEN, password="correct horse battery", here=False))
    assert client.get(path, headers=SANDBOX_KEY).status_code == 200
    refused = client.get(path, headers={**SANDBOX_KEY, "X-Forwarded-For": "203.0.113.9"})
    assert refused.status_code == (401 if path == "/" else 403)


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_a_scope_that_is_not_there_is_refused_with_those_that_are(
    serve: Callable[..., httpx.Client], command: str
) -> None:
    client = serve()
    answer = client.post(f"/operator/{command}", json={"scope": "agent:dekc"}, headers=OPERATOR)
    assert answer.status_code == 400
    assert "there are: all, agent:desk, inbox:desk@sandbox.test" in answer.text
    assert client.get("/operator/status", headers=OPERATOR).json()["switched_off"] == {}


def test_a_mail_by_command_reaches_the_inbox_or_says_why_not(serve: Callable[..., httpx.Client]) -> None:
    client = serve()
    letter = {"agent": "desk", "from": "Zoë <zoe@example.com>", "subject": "Colour", "text": "What colour?"}
    file = {"filename": "a.txt", "content_type": "text/plain", "content": "aGVsbG8="}
    sent = client.post("/operator/mail", json={**letter, "attachments": [file]}, headers=OPERATOR).json()
    thread = client.get(f"/v0/threads/{sent['thread_id']}", headers=SANDBOX_KEY).json()
    assert [item["filename"] for item in thread["messages"][0]["attachments"]] == ["a.txt"]
    for wrong, status, said in (
        ({"agent": "dekc"}, 404, "running are: desk"),
        ({"from": "nobody"}, 400, "Write the sender as an address"),
    ):
        answer = client.post("/operator/mail", json=letter | wrong, headers=OPERATOR)
        assert (answer.status_code, said in answer.text) == (status, True)


def test_a_thread_that_never_moved_stands_where_the_flow_starts(run_agent: Callable[..., Any]) -> None:
    runtime, sandbox = run_agent(agent, ScriptedBrain(Say={"what": "crash", "body": ""}))
    sandbox.post_mail("a@example.com", "desk@sandbox.test", "Colour", "What colour?")
    runtime.drain()
    web = Client(make_app(runtime, secret=str, token=TOKEN, sandbox=sandbox))
    (row,) = web.get("/operator/threads", headers=OPERATOR).json["threads"]
    assert (row["state"], row["status"]) == ("new", "dead")


def test_a_full_disk_is_one_sentence(serve: Callable[..., httpx.Client], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Sandbox, "post_mail", full)
    letter = {"agent": "desk", "from": "a@example.com", "subject": "x", "text": "y"}
    answer = serve().post("/operator/mail", json=letter, headers=OPERATOR)
    assert answer.status_code == 503
    assert answer.text.startswith("A database cannot be used (database or disk is full)")
