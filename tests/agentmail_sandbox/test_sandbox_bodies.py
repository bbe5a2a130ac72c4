"""What is wrong with a body is said field by field, in AgentMail's words."""

import httpx
import pytest
from agentmail import AgentMail, ValidationError

from agentmail_sandbox import Sandbox


@pytest.fixture
def web(sandbox: Sandbox) -> httpx.Client:
    key = {"Authorization": "Bearer am_sandbox"}
    return httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi), base_url="http://127.0.0.1", headers=key)


def wrong_type(expected: str, received: str, *path: str | int) -> dict[str, object]:
    message = f"Invalid input: expected {expected}, received {received}"
    return {"expected": expected, "code": "invalid_type", "path": list(path), "message": message}


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        ("webhooks", {"url": "https://a.example"}, [wrong_type("array", "undefined", "event_types")]),
        (
            "webhooks",
            {"url": None, "event_types": [], "inbox_ids": ["x", 5]},
            [
                wrong_type("string", "null", "url"),
                wrong_type("string", "number", "inbox_ids", 1),
            ],
        ),
        ("messages/send", {"to": 5}, [wrong_type("string | array", "number", "to")]),
        ("messages/send", {"to": ["a@example.com", {}]}, [wrong_type("string", "object", "to", 1)]),
        (
            "messages/send",
            {"to": "a@example.com", "attachments": [{"content": True}, "x"]},
            [
                wrong_type("string", "boolean", "attachments", 0, "content"),
                wrong_type("object", "string", "attachments", 1),
            ],
        ),
        ("drafts", {"reply_all": "yes"}, [wrong_type("boolean", "string", "reply_all")]),
        ("drafts", {"send_at": 1925000000}, [wrong_type("date", "number", "send_at")]),
        ("drafts", {"send_at": "1925000000"}, [wrong_type("date", "string", "send_at")]),
        ("drafts", {"send_at": "2030-13-01T00:00:00Z"}, [wrong_type("date", "string", "send_at")]),
    ],
)
def test_what_a_field_should_be_is_said_as_agentmail_says_it(
    support: str, web: httpx.Client, path: str, body: dict[str, object], errors: list[dict[str, object]]
) -> None:
    answer = web.post(f"/v0/inboxes/{support}/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["errors"] == errors


def test_the_sdk_reads_the_errors_of_a_refusal(client: AgentMail) -> None:
    with pytest.raises(ValidationError) as refused:
        client.webhooks.create(url="https://a.example", event_types=5)  # type: ignore[arg-type]
    assert refused.value.body.errors == [wrong_type("array", "number", "event_types")]


@pytest.mark.parametrize("body", [{"to": 4102444800}, {"to": "4102444800"}, {"advance_seconds": "60"}])
def test_the_clock_takes_no_number_for_a_time_and_no_text_for_a_number(
    web: httpx.Client, body: dict[str, object]
) -> None:
    assert web.post("/sandbox/clock", json=body).status_code == 400
