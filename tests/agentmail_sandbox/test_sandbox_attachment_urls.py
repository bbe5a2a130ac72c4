"""Attachments given by ``url``: what is fetched, and what an SDK client cannot make the sandbox fetch."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from agentmail import AgentMail, MessageRejectedError
from agentmail.attachments import SendAttachment
from agentmail.core.api_error import ApiError
from agentmail.drafts import Draft
from sandbox_testing import ONCE, dripping

from agentmail_sandbox import Sandbox, fetching

PDF = b"%PDF-1.7 price list"


class Files(BaseHTTPRequestHandler):
    """Serves /prices.pdf, /moved (to it), /round (to itself), /large and /gone; keeps what it was asked."""

    asked: list[tuple[str, str | None, str | None]]

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["authorization"], self.headers["host"]))
        to = {"/moved": "/prices.pdf", "/round": "/round", "/away": "http://10.0.0.1/x"}.get(self.path)
        content = {"/prices.pdf": PDF, "/price%0D%0Alist.pdf": PDF, "/large": b"x" * 2000}.get(self.path, b"")
        self.send_response(302 if to else 200 if content else 404)
        if to:
            self.send_header("location", to)
        self.send_header("content-type", "application/pdf; charset=binary")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def asked() -> list[tuple[str, str | None, str | None]]:
    return []


@pytest.fixture
def files(asked: list[tuple[str, str | None, str | None]]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Kept", (Files,), {"asked": asked}))
    server.daemon_threads = True
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def open_client() -> Iterator[AgentMail]:
    sandbox = Sandbox(private_urls=True)
    client = sandbox.client()
    client.inboxes.create(request={"username": "support"})
    yield client
    sandbox.close()


INBOX = "support@sandbox.test"


def send(client: AgentMail, *urls: str, **more: str) -> str:
    attachments = [{"url": url, **more} for url in urls]
    sent = client.inboxes.messages.send(
        INBOX, to="ada@example.com", text="x", attachments=attachments, request_options=ONCE
    )
    return sent.message_id


def refusal(client: AgentMail, *urls: str) -> str:
    with pytest.raises(MessageRejectedError) as refused:
        send(client, *urls)
    assert refused.value.body.code == "message_rejected"
    assert client.inboxes.messages.list(INBOX).count == 0
    return str(refused.value.body.message)


def test_a_file_is_fetched_by_url_and_sent(open_client: AgentMail, files: str) -> None:
    sent = open_client.inboxes.messages.get(INBOX, send(open_client, f"{files}/prices.pdf", filename="list.pdf"))
    (attachment,) = sent.attachments or []
    assert (attachment.filename, attachment.content_type, attachment.size) == ("list.pdf", "application/pdf", len(PDF))


def test_what_is_not_given_is_taken_from_the_answer_and_the_path(open_client: AgentMail, files: str) -> None:
    (attachment,) = open_client.inboxes.messages.get(INBOX, send(open_client, f"{files}/moved")).attachments or []
    assert (attachment.filename, attachment.content_type) == ("prices.pdf", "application/pdf")


def test_a_line_break_in_the_path_is_none_in_the_name(open_client: AgentMail, files: str) -> None:
    sent = open_client.inboxes.messages.get(INBOX, send(open_client, f"{files}/price%0D%0Alist.pdf"))
    assert [attachment.filename for attachment in sent.attachments or []] == ["price list.pdf"]


def test_no_credentials_leave_with_the_request(
    open_client: AgentMail, files: str, asked: list[tuple[str, str | None, str | None]]
) -> None:
    send(open_client, files.replace("//", "//ada:secret@") + "/prices.pdf")
    assert asked == [("/prices.pdf", None, files.removeprefix("http://"))]


def test_a_draft_keeps_what_its_url_gave(open_client: AgentMail, files: str) -> None:
    draft = open_client.inboxes.drafts.create(
        INBOX, to=["ada@example.com"], attachments=[{"url": f"{files}/prices.pdf"}]
    )
    changed = open_client.inboxes.drafts.update(
        INBOX, draft.draft_id, add_attachments=[{"url": f"{files}/moved", "filename": "b.pdf"}]
    )
    assert [(part.filename, part.size) for part in changed.attachments or []] == [
        ("prices.pdf", len(PDF)),
        ("b.pdf", len(PDF)),
    ]


def test_a_repeat_under_an_idempotency_key_fetches_nothing(
    open_client: AgentMail, files: str, asked: list[tuple[str, str | None, str | None]]
) -> None:
    def once() -> str:
        attachments = [{"url": f"{files}/prices.pdf"}]
        return open_client.inboxes.messages.send(
            INBOX, to="ada@example.com", text="x", attachments=attachments, idempotency_key="k"
        ).message_id

    assert once() == once()
    assert len(asked) == 1


def test_a_repeat_of_a_draft_is_the_first_one_though_its_file_is_gone(
    open_client: AgentMail, files: str, asked: list[tuple[str, str | None, str | None]]
) -> None:
    def made(path: str) -> Draft:
        attachments = [SendAttachment(url=files + path)]
        return open_client.inboxes.drafts.create(
            INBOX, to=["ada@example.com"], text="x", client_id="offer", attachments=attachments
        )

    assert made("/prices.pdf") == made("/gone")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("path", "why"), [("/gone", "404"), ("/round", "redirects"), ("", "404"), (":x", "InvalidURL")], ids=str
)
def test_what_cannot_be_fetched_is_rejected_with_the_reason(
    open_client: AgentMail, files: str, path: str, why: str
) -> None:
    assert why in refusal(open_client, files + path)


@pytest.mark.parametrize(
    "opening", [b"HTTP/1.1 200 OK\r\nX-Header: ", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["header", "body"]
)
def test_an_answer_that_never_ends_is_not_waited_for(
    open_client: AgentMail, opening: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "LONGEST", 0.1)
    with dripping(opening, b"x") as url:
        assert "it took more than 0 s" in refusal(open_client, url)


def test_a_message_takes_so_much_by_url_and_no_more(
    open_client: AgentMail, files: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentmail_sandbox.composing.MOST_BYTES", 2500)
    assert "MB" in refusal(open_client, f"{files}/large", f"{files}/large")
    assert send(open_client, f"{files}/large")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.pdf",
        "http://localhost:1/a.pdf",
        "http://2130706433/a.pdf",
        "http://[::1]/a.pdf",
        "http://[::ffff:127.0.0.1]/a.pdf",
        "http://[64:ff9b::7f00:1]/a.pdf",
        "http://[2002:7f00:1::]/a.pdf",
        "http://0.0.0.0/a.pdf",
        "http://10.1.2.3/a.pdf",
        "http://192.168.0.1/a.pdf",
        "http://169.254.169.254/latest/meta-data",
        "http://224.0.0.1/a.pdf",
    ],
)
def test_this_machine_and_private_networks_are_not_asked(client: AgentMail, support: str, url: str) -> None:
    assert "private network" in refusal(client, url)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.com/a", "gopher://example.com", "a.pdf", ""])
def test_only_http_is_fetched(client: AgentMail, support: str, url: str) -> None:
    assert refusal(client, url)


def test_a_name_of_this_machine_is_refused_whatever_it_is_called(
    client: AgentMail, support: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(None, None, 0, "", ("127.0.0.1", 80))]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_, **__: found)
    assert "private network" in refusal(client, "http://files.example.com/a.pdf")


def test_a_redirect_into_a_private_network_is_refused(
    client: AgentMail, support: str, files: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first host counts as public, so that the one it leads to is what is refused.
    public = fetching._is_public
    monkeypatch.setattr(fetching, "_is_public", lambda address: str(address) == "127.0.0.1" or public(address))
    assert "private network" in refusal(client, f"{files}/away")


def test_a_connection_goes_to_the_address_that_was_checked(
    open_client: AgentMail, files: str, asked: list[tuple[str, str | None, str | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = httpx.URL(files).port
    asked_for: list[str] = []
    real = fetching.socket.getaddrinfo

    def resolve(host: object, *args: object, **kwargs: object) -> object:
        asked_for.append(host.decode() if isinstance(host, bytes) else str(host))
        return real("127.0.0.1", *args, **kwargs)

    monkeypatch.setattr(fetching.socket, "getaddrinfo", resolve)
    send(open_client, f"http://files.example.com:{port}/prices.pdf")
    # Asked by name once: a name that then leads elsewhere (DNS rebinding) is not asked again.
    assert asked_for.count("files.example.com") == 1
    assert asked == [("/prices.pdf", None, f"files.example.com:{port}")]


def test_a_mail_from_outside_may_bring_a_file_by_url(files: str) -> None:
    sandbox = Sandbox(private_urls=True)
    sandbox.client().inboxes.create(request={"username": "support"})
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    http = httpx.Client(transport=sandbox.transport(), base_url="http://x", headers=headers)
    letter = {"from": "ada@example.com", "to": INBOX, "attachments": [{"url": f"{files}/prices.pdf"}]}
    assert http.post("/sandbox/mail", json=letter).status_code == 200
    (message,) = sandbox.client().inboxes.messages.list(INBOX).messages
    assert [part.size for part in message.attachments or []] == [len(PDF)]
    sandbox.close()


def test_a_key_that_may_not_send_fetches_nothing(files: str, asked: list[object]) -> None:
    sandbox = Sandbox(private_urls=True)
    client = sandbox.client()
    client.inboxes.create(request={"username": "support"})
    key = sandbox.client(client.api_keys.create(request={"permissions": {"message_read": True}}).api_key)
    with pytest.raises(ApiError):
        send(key, f"{files}/prices.pdf")
    assert asked == []
    sandbox.close()
