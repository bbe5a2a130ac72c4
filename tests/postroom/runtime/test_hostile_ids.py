"""Message-IDs are a stranger's to choose: whatever they say, each mail is answered once, in its own thread."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from desk_agent.agent import agent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mail_wire import WiredSandbox

from agentmail_sandbox import Sandbox
from agentmail_sandbox.receiving import Received
from postroom.brain.scripted import ScriptedBrain
from postroom.mailbox.client import connect
from postroom.runtime import dead_letters
from postroom.runtime.app import Runtime

DESK = "desk@sandbox.test"
HOSTILE = [
    "<a%2Fb@example.com>",
    "<a/b@example.com>",
    "<a%252Fb@example.com>",
    "../drafts?x",
    "../../other@sandbox.test/drafts?y",
    "send?",
    "send",
    "<a?b@x>",
    "<a#b@x>",
    "<a;b@x>",
    "<a b@x>",
    "<50%off@x>",
    "‹ünï@exämple.com>",
    "Ã¼@example.com",
    ".",
    "..",
    "/a//b/",
    "x/raw",
    "x/reply",
    "<>",
    "<a@b",
    "<a>'b>",
    "<a>/b>",
    "<a>/reply>",
    "<" + "x" * 3000 + "@example.com>",
]
PIECES = st.sampled_from(
    [*"<>/?#%;@&=+ .:\\\"'a", "%2F", "%25", "..", "ü", "‹", "reply", "raw", "\t", "\x7f", "\u2028"]
)
IDS = st.lists(PIECES, min_size=1, max_size=12).map("".join)
Start = Callable[..., tuple[Runtime, Sandbox]]
writers = (f"writer{number}@example.com" for number in itertools.count())


def say(what: str) -> ScriptedBrain:
    return ScriptedBrain(Say={"what": what, "body": "It is blue."})


def write(sandbox: Sandbox, message_id: str) -> tuple[str, Received]:
    writer = next(writers)
    raw = f"From: {writer}\r\nTo: {DESK}\r\nSubject: Of {writer}\r\nMessage-ID: {message_id}\r\n\r\nWhat colour?"
    (received,) = sandbox.receive(raw.encode(), writer, [DESK])
    return writer, received


def assert_answered_once(client: Any, sandbox: Sandbox, writer: str, received: Received) -> None:
    (sent,) = sandbox.outbox(to=writer)
    assert sent.subject == f"Re: Of {writer}"
    first, answer = client.inboxes.threads.get(DESK, received.thread_id).messages
    assert (first.message_id, first.from_) == (received.message_id, writer)
    assert (answer.to, answer.in_reply_to) == ([writer], received.message_id)
    assert "unread" not in first.labels


@pytest.mark.parametrize("over", ["in process", "over a port"])
def test_every_writer_gets_one_answer_in_the_own_thread(
    run_agent: Start, over: str, request: pytest.FixtureRequest
) -> None:
    runtime, sandbox = run_agent(agent, say("answer"))
    if over == "over a port":
        sandbox.serve(0, 0, 0)
        http = httpx.Client()
        request.addfinalizer(http.close)
        url = f"http://127.0.0.1:{sandbox.port}"
        over_port = connect(sandbox.api_key, base_url=url, ws_url="ws://127.0.0.1", http=http)
        object.__setattr__(runtime.context, "client", over_port)
    mails = [write(sandbox, message_id) for message_id in HOSTILE]
    assert len({received.message_id for _, received in mails}) == len(HOSTILE)
    runtime.drain()
    for writer, received in mails:
        assert_answered_once(runtime.context.client, sandbox, writer, received)
    assert len(sandbox.outbox()) == len(mails)


def test_the_original_of_a_hand_over_is_the_mail_it_is_about(run_agent: Start) -> None:
    runtime, sandbox = run_agent(agent, say("escalate"))
    mails = [write(sandbox, message_id) for message_id in HOSTILE]
    runtime.drain()
    messages = runtime.context.client.inboxes.messages
    handed = messages.list(DESK, labels=["internal"], limit=100).messages
    assert len(handed) == len(mails)
    for writer, _ in mails:
        (mail,) = [mail for mail in handed if str(mail.subject).endswith(f"Of {writer}")]
        (original,) = mail.attachments or ()
        link = messages.get_attachment(DESK, mail.message_id, original.attachment_id).download_url
        assert runtime.context.http.get(link).content.startswith(f"From: {writer}\r\n".encode())
        assert len(sandbox.outbox(to=writer)) == 1


@pytest.fixture
def desk(run_agent: Start) -> tuple[Runtime, Sandbox]:
    return run_agent(agent, say("answer"))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ids=st.lists(st.one_of(IDS, IDS.map("<{}>".format)), min_size=1, max_size=4))
def test_any_id_is_answered_once_in_its_own_thread(desk: tuple[Runtime, Sandbox], ids: list[str]) -> None:
    runtime, sandbox = desk
    mails = [write(sandbox, message_id) for message_id in ids]
    runtime.drain()
    for writer, received in mails:
        assert_answered_once(runtime.context.client, sandbox, writer, received)


@pytest.mark.parametrize("by_itself", [True, False], ids=["by time", "by a person"])
def test_an_answer_without_a_mail_is_a_dead_letter_and_replays_to_one_mail(run_agent: Start, by_itself: bool) -> None:
    sandbox = WiredSandbox()
    runtime, _ = run_agent(agent, say("answer"), sandbox=sandbox)
    writer, received = write(sandbox, "<fine@example.com>")
    whole = sandbox.wire.app

    def forgetful(environ: dict[str, Any], start_response: Any) -> Any:
        if not environ["PATH_INFO"].endswith("/reply"):
            return whole(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]

    sandbox.wire.app = forgetful
    runtime.drain()
    (run,) = runtime.context.journal.runs_of_thread(str(received.thread_id))
    (action,) = runtime.context.journal.actions_of_run(run["run_id"])
    assert (run["status"], action["status"]) == ("dead", "planned")
    assert "names no mail" in run["error"]
    sandbox.wire.app = whole
    if by_itself:
        runtime.advance(timedelta(minutes=2))
    else:
        dead_letters.replay(runtime.context, run["run_id"])
        runtime.drain()
    assert_answered_once(runtime.context.client, sandbox, writer, received)
