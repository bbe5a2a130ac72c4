from datetime import timedelta

import httpx
import pytest
from agentmail import AgentMail, NotFoundError

from agentmail_sandbox import Part, Sandbox

PDF = Part(b"%PDF-1.7 \x00\xff", "Rechnung März.pdf", "application/pdf")


@pytest.fixture
def web(sandbox: Sandbox) -> httpx.Client:
    return httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi))


def test_an_attachment_is_a_link_to_its_bytes(
    sandbox: Sandbox, client: AgentMail, support: str, web: httpx.Client
) -> None:
    received = sandbox.post_mail("ada@example.com", support, "x", "y", attachments=[PDF])
    listed = client.inboxes.messages.get(support, received.message_id).attachments[0]
    assert (listed.filename, listed.content_type, listed.size) == (PDF.filename, PDF.content_type, len(PDF.content))
    for found in (
        client.inboxes.messages.get_attachment(support, received.message_id, listed.attachment_id),
        client.threads.get_attachment(received.thread_id, listed.attachment_id),
        client.inboxes.threads.get_attachment(support, received.thread_id, listed.attachment_id),
    ):
        assert found.size == len(PDF.content)
        assert found.expires_at - sandbox.clock.now() > timedelta(minutes=59)
        answer = web.get(found.download_url)
        assert answer.content == PDF.content
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_raw_mail_is_what_came(sandbox: Sandbox, client: AgentMail, support: str, web: httpx.Client) -> None:
    raw = b"From: a@example.com\r\nMessage-ID: <1@example.com>\r\nX-Odd:   spaced\r\n\r\nhi\r\n"
    sandbox.receive(raw, "a@example.com", [support])
    found = client.inboxes.messages.get_raw(support, "<1@example.com>")
    assert found.message_id == "<1@example.com>"
    assert found.size == len(raw)
    assert web.get(found.download_url).content == raw


def test_links_expire_and_cannot_be_forged(
    sandbox: Sandbox, client: AgentMail, support: str, web: httpx.Client
) -> None:
    received = sandbox.post_mail("ada@example.com", support, "x", "y")
    url = client.inboxes.messages.get_raw(support, received.message_id).download_url
    assert web.get(url.replace("expires=", "expires=9")).status_code == 403
    assert web.get(url.partition("?")[0]).status_code == 403
    assert web.get(url[:-1] + ("0" if url[-1] != "0" else "1")).status_code == 403
    sandbox.clock.advance(timedelta(hours=1, seconds=1))
    assert web.get(url).status_code == 403
    fresh = client.inboxes.messages.get_raw(support, received.message_id).download_url
    assert web.get(fresh).status_code == 200
    client.inboxes.messages.delete(support, received.message_id)
    assert web.get(fresh).status_code == 404


def test_an_attachment_of_another_message_is_not_found(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    first = sandbox.post_mail("ada@example.com", support, "x", "y", attachments=[PDF])
    second = sandbox.post_mail("ada@example.com", support, "x", "z")
    attachment_id = client.inboxes.messages.get(support, first.message_id).attachments[0].attachment_id
    with pytest.raises(NotFoundError):
        client.inboxes.messages.get_attachment(support, second.message_id, attachment_id)


def test_a_draft_shows_its_attachments(sandbox: Sandbox, client: AgentMail, support: str, web: httpx.Client) -> None:
    draft = client.inboxes.drafts.create(support, attachments=[{"filename": "a.txt", "content": "aGVq"}])
    attachment_id = draft.attachments[0].attachment_id
    found = client.drafts.get_attachment(draft.draft_id, attachment_id)
    assert web.get(found.download_url).content == b"hej"


def test_links_begin_with_the_base_url() -> None:
    sandbox = Sandbox(base_url="http://example.com:8025/")
    client = sandbox.client()
    inbox = client.inboxes.create().inbox_id
    received = sandbox.post_mail("ada@example.com", inbox, "x", "y")
    url = client.inboxes.messages.get_raw(inbox, received.message_id).download_url
    assert url.startswith("http://example.com:8025/files/raw/")
    sandbox.close()


@pytest.mark.parametrize("asked", ["signature=%C3%A9", "signature=%FF", "expires=" + "9" * 5000, "expires=%C2%B2"])
def test_a_link_that_makes_no_sense_is_refused_like_any_other(web: httpx.Client, asked: str) -> None:
    for path in ("/files/raw/1", "/files/attachments/x"):
        assert web.get(f"http://127.0.0.1{path}?{asked}").status_code == 403
