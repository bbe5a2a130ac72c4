"""The webhook: what is signed and ours comes in once, everything else stays outside."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from desk_agent.agent import agent
from flask import Flask
from svix.webhooks import Webhook

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.intake.webhook import LARGEST_BODY, PATH, webhook_blueprint
from postroom.runtime.app import Runtime

DESK = "desk@sandbox.test"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
Start = Callable[..., tuple[Runtime, Sandbox]]


@dataclass
class Post:
    """The endpoint of a runtime, and AgentMail as it posts to it."""

    runtime: Runtime
    sandbox: Sandbox
    app: Flask

    def __call__(
        self, event: Any, *, secret: str = SECRET, age: float = 0.0, tamper: bytes = b"", **headers: str
    ) -> int:
        raw = event if isinstance(event, bytes) else json.dumps(event).encode()
        at = datetime.now(UTC) - timedelta(seconds=age)
        signed = {
            "svix-id": "msg_1",
            "svix-timestamp": str(int(at.timestamp())),
            "svix-signature": Webhook(secret).sign("msg_1", at, raw.decode()),
        }
        sent = {**signed, **{name.replace("_", "-"): value for name, value in headers.items()}}
        answer = self.app.test_client().post(PATH, data=raw + tamper, headers=sent, content_type="application/json")
        return answer.status_code

    def events(self) -> list[dict[str, Any]]:
        transport = httpx.WSGITransport(app=self.sandbox.wsgi)
        with httpx.Client(transport=transport, base_url="http://127.0.0.1") as http:
            listed = http.get("/sandbox/events", headers={"Authorization": "Bearer am_sandbox"}).json()["events"]
        return [item["event"] for item in listed]

    def received(self) -> dict[str, Any]:
        return next(event for event in self.events() if event["event_type"].startswith("message.received"))

    def runs(self) -> list[Any]:
        self.settle()
        return list(
            self.runtime.context.journal.runs_with_status("done", "held", "recorded", "nothing", "dead", "queued")
        )

    def settle(self) -> None:
        deadline = time.monotonic() + 10
        while self.runtime.context.engine.unfinished(self.runtime.context.name):
            assert time.monotonic() < deadline
            time.sleep(0.005)


@pytest.fixture
def post(run_agent: Start) -> Post:
    runtime, sandbox = run_agent(agent, ScriptedBrain(Say={"what": "answer", "body": "Blue."}))
    app = Flask("trial")
    app.register_blueprint(webhook_blueprint(runtime.door, lambda: SECRET))
    return Post(runtime, sandbox, app)


def test_a_signed_event_is_acknowledged_and_answered(post: Post) -> None:
    post.sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    assert post(post.received()) == 204
    assert [run["status"] for run in post.runs()] == ["done"]
    assert len(post.sandbox.outbox()) == 1


@pytest.mark.parametrize(
    "how",
    [
        {"secret": OTHER},
        {"tamper": b" "},
        {"age": 360.0},
        {"age": -360.0},
        {"svix_signature": ""},
        {"svix_signature": "v1"},
        {"svix_signature": "v1,not base64!"},
        {"svix_signature": "v1,ä"},
        {"svix_timestamp": "yesterday"},
        {"svix_id": "msg_2"},
    ],
    ids=str,
)
def test_what_is_not_signed_by_agentmail_now_stays_outside(post: Post, how: dict[str, Any]) -> None:
    post.sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    assert post(post.received(), **how) == 401
    assert post.runs() == []


def test_an_unsigned_event_stays_outside(post: Post) -> None:
    post.sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    assert post.app.test_client().post(PATH, json=post.received()).status_code == 401
    assert post.runs() == []


def test_a_body_larger_than_any_event_is_not_even_read(post: Post) -> None:
    assert post(b"x" * (LARGEST_BODY + 1)) == 413


@pytest.mark.parametrize(
    "event",
    [
        b"no json",
        b"[]",
        b"null",
        {"event_type": "message.received"},
        {"event_type": "message.received", "message": None},
    ],
    ids=str,
)
def test_a_signed_event_of_another_shape_is_refused_so_that_it_is_not_lost(post: Post, event: Any) -> None:
    assert post(event) == 422
    assert post.runs() == []


def test_an_event_of_an_unknown_type_is_acknowledged_and_ignored(post: Post) -> None:
    assert post({"event_type": "domain.verified", "domain": {}}) == 204
    assert post.runs() == []


def test_mail_to_an_inbox_that_is_not_ours_is_ignored(post: Post) -> None:
    post.sandbox.client().inboxes.create(request={"username": "other"})
    post.sandbox.post_mail("ana@example.com", "other@sandbox.test", "Hi", text="What colour?")
    assert post(post.received()) == 204
    assert post.runs() == []


def test_unauthenticated_mail_comes_in_too(post: Post) -> None:
    post.sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?", auth="none")
    event = post.received()
    assert event["event_type"] == "message.received.unauthenticated"
    assert post(event) == 204
    assert [run["status"] for run in post.runs()] == ["held"]


def test_the_same_event_twice_and_a_catch_up_make_one_run(post: Post) -> None:
    post.sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    event = post.received()
    post.runtime.door.catch_up()
    assert [post(event), post(event)] == [204, 204]
    assert len(post.runs()) == 1
    assert post(event) == 204
    assert len(post.runs()) == 1
    assert len(post.sandbox.outbox()) == 1


def test_a_bounce_becomes_a_run_of_the_thread_it_belongs_to_and_stops_mail_to_that_address(post: Post) -> None:
    mail = post.sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    post.runtime.drain()
    details = {
        "inbox_id": DESK,
        "thread_id": mail.thread_id,
        "message_id": post.sandbox.outbox()[0].message_id,
        "timestamp": datetime.now(UTC).isoformat(),
        "type": "Permanent",
        "sub_type": "General",
        "recipients": [{"address": "Ana@Example.com", "status": "bounced"}],
    }
    event = {"type": "event", "event_type": "message.bounced", "event_id": "evt_1", "bounce": details}
    assert [post(event), post(event)] == [204, 204]
    post.settle()
    runs = post.runtime.context.journal.runs_of_thread(str(mail.thread_id))
    assert [run["kind"] for run in runs] == ["mail", "event"]
    assert post.runtime.context.journal.suppressed(["ana@example.com"]) == {"ana@example.com": "bounce"}
    assert [sent.subject for sent in post.sandbox.outbox("team@example.com")] == ["[desk] a bounce"]
