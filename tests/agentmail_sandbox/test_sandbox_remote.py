"""Writing to a sandbox in another process, and reading what left it."""

from collections.abc import Iterator

import httpx
import pytest
from agentmail import AgentMail
from sandbox_testing import SUPPORT

from agentmail_sandbox import Part, Sandbox
from agentmail_sandbox.errors import Problem
from agentmail_sandbox.remote import RemoteSandbox


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(verify=False) as made:
        yield made


@pytest.fixture
def far(served: Sandbox, remote: AgentMail, http: httpx.Client) -> RemoteSandbox:
    return RemoteSandbox(f"http://127.0.0.1:{served.port}/", "am_sandbox", http)


def test_a_mail_arrives_as_if_it_had_been_written_in_process(far: RemoteSandbox, remote: AgentMail) -> None:
    files = [Part(b"\x00\xff", "plan.pdf", "application/pdf")]
    received = far.post_mail("Zoë <zoe@example.com>", SUPPORT, "Hi", "there", cc=["b@example.com"], attachments=files)
    message = remote.inboxes.messages.get(SUPPORT, received.message_id or "")
    assert (message.thread_id, message.from_, message.cc) == (
        received.thread_id, "Zoë <zoe@example.com>", ["b@example.com"],
    )  # fmt: skip
    assert [(file.filename, file.size) for file in message.attachments or ()] == [("plan.pdf", 2)]


def test_a_dropped_mail_says_why(far: RemoteSandbox) -> None:
    received = far.post_mail("eve@example.com", SUPPORT, "Hi", "there", auth="fail")
    assert (received.thread_id, received.dropped) == (None, "authentication_failed")


def test_what_left_is_the_same_as_in_process(served: Sandbox, remote: AgentMail, far: RemoteSandbox) -> None:
    remote.inboxes.messages.send(SUPPORT, to=["a@example.com"], subject="One", text="1")
    remote.inboxes.messages.send(SUPPORT, to=["b@example.com"], html="<p>2</p>")
    assert far.outbox() == served.outbox()
    assert [mail.subject for mail in far.outbox("a@example.com")] == ["One"]


def test_a_mail_that_is_not_taken_says_why(far: RemoteSandbox) -> None:
    with pytest.raises(Problem, match="no inbox nobody@"):
        far.post_mail("a@example.com", "nobody@sandbox.test", "Hi", "there")


def test_a_sandbox_is_told_from_another_server(served: Sandbox, far: RemoteSandbox, http: httpx.Client) -> None:
    assert far.answers()
    assert not RemoteSandbox(f"http://127.0.0.1:{served.port}", "am_wrong", http).answers()
    assert not RemoteSandbox(f"http://127.0.0.1:{served.port}/v0", "am_sandbox", http).answers()
