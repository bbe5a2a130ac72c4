import json
import threading
from datetime import timedelta
from typing import Any

import httpx
import pytest
from agentmail import AgentMail, ConflictError, ValidationError
from agentmail.core.api_error import ApiError
from sandbox_testing import ONCE

from agentmail_sandbox import Sandbox, sending


def test_a_repeat_returns_the_first_answer_and_sends_nothing(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    asked = str(sandbox.post_mail("ada@example.com", support, "Q", "?").message_id)
    messages = client.inboxes.messages
    for number, call in enumerate(
        (
            lambda key: messages.send(support, to="ada@example.com", text="x", idempotency_key=key),
            lambda key: messages.reply(support, asked, text="x", idempotency_key=key),
            lambda key: messages.reply_all(support, asked, text="x", idempotency_key=key),
            lambda key: messages.forward(support, asked, to="bob@example.com", idempotency_key=key),
        )
    ):
        assert call(f"op-{number}") == call(f"op-{number}")
    assert len(sandbox.outbox()) == 4


def test_a_null_is_as_good_as_absent_in_a_repeat(client: AgentMail, support: str) -> None:
    first = client.inboxes.messages.send(support, to="a@example.com", text="x", idempotency_key="k")
    second = client.inboxes.messages.send(support, to="a@example.com", text="x", bcc=None, idempotency_key="k")
    assert first == second


def test_a_key_used_for_something_else_conflicts(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    client.inboxes.create(request={"username": "sdr"})
    asked = str(sandbox.post_mail("ada@example.com", support, "Q", "?").message_id)
    messages = client.inboxes.messages
    messages.send(support, to="a@example.com", text="x", idempotency_key="k")
    for other in (
        lambda: messages.send(support, to="a@example.com", text="y", idempotency_key="k", request_options=ONCE),
        lambda: messages.send(
            "sdr@sandbox.test", to="a@example.com", text="x", idempotency_key="k", request_options=ONCE
        ),
        lambda: messages.reply(support, asked, text="x", idempotency_key="k", request_options=ONCE),
    ):
        with pytest.raises(ConflictError) as refused:
            other()
        assert refused.value.body.code == "conflict"
        assert refused.value.body.name == "IdempotencyKeyConflictError"


def test_a_repeat_is_known_however_the_inbox_is_spelled(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    messages, drafts = client.inboxes.messages, client.inboxes.drafts
    first = messages.send(support, to="a@example.com", text="x", idempotency_key="k")
    assert messages.send("Support@Sandbox.test", to="a@example.com", text="x", idempotency_key="k") == first
    draft = drafts.create(support, to=["a@example.com"], text="x").draft_id
    first = drafts.send(support, draft, idempotency_key="d")
    assert drafts.send(support.upper(), draft, idempotency_key="d") == first
    assert len(sandbox.outbox()) == 2


@pytest.mark.parametrize("kind", ["text/plain", "application/json", None])
def test_the_body_counts_whatever_its_content_type_says(sandbox: Sandbox, support: str, kind: str | None) -> None:
    headers = {"Authorization": "Bearer am_sandbox", "Idempotency-Key": "k", **({"Content-Type": kind} if kind else {})}
    with httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi), base_url="http://127.0.0.1") as web:
        path = f"/v0/inboxes/{support}/messages/send"
        answers = [
            web.post(path, content=json.dumps({"to": to, "text": "x"}), headers=headers)
            for to in ("a@example.com", "b@example.com", "a@example.com")
        ]
    assert [answer.status_code for answer in answers] == [200, 409, 200]
    assert answers[0].json() == answers[2].json()


def test_a_key_is_free_again_after_a_day(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    messages = client.inboxes.messages
    first = messages.send(support, to="a@example.com", text="x", idempotency_key="k")
    sandbox.clock.advance(timedelta(hours=23, minutes=59))
    assert messages.send(support, to="a@example.com", text="x", idempotency_key="k") == first
    sandbox.clock.advance(timedelta(minutes=2))
    assert messages.send(support, to="a@example.com", text="x", idempotency_key="k") != first


def test_a_refused_send_leaves_its_key_free(client: AgentMail, support: str) -> None:
    client.inboxes.update(support, status="paused")
    with pytest.raises(ApiError):
        client.inboxes.messages.send(support, to="a@example.com", text="x", idempotency_key="k")
    client.inboxes.update(support, status="active")
    client.inboxes.messages.send(support, to="b@example.com", text="other", idempotency_key="k")


@pytest.mark.parametrize("key", ["", "with space", "a@b", "x" * 257])
def test_an_illegal_key_is_refused(client: AgentMail, support: str, key: str) -> None:
    with pytest.raises(ValidationError):
        client.inboxes.messages.send(support, to="a@example.com", text="x", idempotency_key=key)


def test_a_key_in_use_this_moment_conflicts(
    sandbox: Sandbox, client: AgentMail, support: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    building, go_on = threading.Event(), threading.Event()
    build = sending.build

    def slow(*args: Any) -> bytes:
        building.set()
        assert go_on.wait(5)
        return build(*args)

    monkeypatch.setattr(sending, "build", slow)
    first = threading.Thread(
        target=lambda: client.inboxes.messages.send(support, to="a@example.com", text="x", idempotency_key="k")
    )
    first.start()
    assert building.wait(5)
    with pytest.raises(ConflictError) as refused:
        sandbox.client().inboxes.messages.send(
            support, to="a@example.com", text="x", idempotency_key="k", request_options=ONCE
        )
    go_on.set()
    first.join()
    assert "in progress" in refused.value.body.message
    assert len(sandbox.outbox()) == 1
