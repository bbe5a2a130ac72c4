import base64
import json
import sqlite3
from urllib.parse import quote

import httpx
import pytest
from agentmail import AgentMail, AsyncAgentMail
from agentmail.core.api_error import ApiError
from agentmail.events import MessageSentEvent
from agentmail.inboxes import Inbox
from sandbox_testing import ONCE

from agentmail_sandbox import Sandbox
from agentmail_sandbox.payloads import AnswerInvalid, check

KEY = {"Authorization": "Bearer am_sandbox"}


@pytest.fixture
def web(sandbox: Sandbox) -> httpx.Client:
    return httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi), base_url="http://127.0.0.1", headers=KEY)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "missing_authorization"),
        ("Basic am_sandbox", "invalid_token_type"),
        ("bearer am_sandbox", "invalid_token_type"),
        ("Bearer am_other", "unknown_api_key"),
    ],
)
def test_a_request_without_the_key_is_unauthorized(sandbox: Sandbox, header: str | None, code: str) -> None:
    with httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi), base_url="http://127.0.0.1") as web:
        answer = web.get("/v0/inboxes", headers={} if header is None else {"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["code"] == code
    assert answer.json()["name"]
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.agent.sign_up(human_email="a@example.com", username="a", request_options=ONCE),
        lambda client: client.pods.accounts.list("pod", request_options=ONCE),
        lambda client: client.organizations.get_labs(request_options=ONCE),
    ],
)
def test_what_is_not_served_says_so(client: AgentMail, call: object) -> None:
    with pytest.raises(ApiError) as refused:
        call(client)  # type: ignore[operator]
    body = refused.value.body
    assert refused.value.status_code == 400
    assert (body["code"] if isinstance(body, dict) else body.code) == "not_served"


def test_ids_travel_raw_or_escaped(sandbox: Sandbox, client: AgentMail, support: str, web: httpx.Client) -> None:
    odd = "<a/b+c=?x#y&z@example.com>"
    sandbox.receive(f"Message-ID: {odd}\r\n\r\nx".encode(), "a@example.com", [support])
    escaped = quote(odd, safe="")
    assert client.inboxes.messages.get(support, escaped).message_id == odd
    assert client.inboxes.messages.update(support, escaped, add_labels=["x"]).message_id == odd
    assert client.inboxes.messages.get_raw(support, escaped).message_id == odd
    answered = client.inboxes.messages.reply(support, escaped, text="y")
    assert client.inboxes.messages.get(support, answered.message_id).in_reply_to == odd
    slashed = "<a/b//reply/c@example.com>"
    sandbox.receive(f"Message-ID: {slashed}\r\n\r\nx".encode(), "a@example.com", [support])
    assert client.inboxes.messages.get(support, slashed).message_id == slashed
    assert client.inboxes.messages.reply(support, slashed, text="y").thread_id
    assert web.get(f"/v0/inboxes/{quote(support, safe='')}").json()["inbox_id"] == support


@pytest.mark.parametrize(
    "odd", ["<a/attachments/b@example.com>", "<a/raw@example.com>", "<attachments/raw/attachments/>", "a/b@example.com"]
)
def test_an_id_that_looks_like_a_route_is_an_id(sandbox: Sandbox, client: AgentMail, support: str, odd: str) -> None:
    raw = f"Message-ID: {odd}\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx"
    sandbox.receive(raw.encode(), "a@example.com", [support])
    for written in (odd, quote(odd, safe="")):
        message = client.inboxes.messages.get(support, written)
        assert message.message_id == odd
        assert client.inboxes.messages.get_raw(support, written).message_id == odd
        attachment_id = message.attachments[0].attachment_id
        found = client.inboxes.messages.get_attachment(support, written, attachment_id)
        assert found.attachment_id == attachment_id


def test_inbox_ids_are_found_in_any_case(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    received = sandbox.post_mail("ada@example.com", "Support@Sandbox.Test", "x", "y")
    upper = support.upper()
    assert client.inboxes.get(upper).inbox_id == support
    assert client.inboxes.messages.get(upper, received.message_id).inbox_id == support
    assert client.inboxes.threads.get(upper, received.thread_id).inbox_id == support
    draft = client.inboxes.drafts.create(upper, text="x")
    assert client.inboxes.drafts.get(upper, draft.draft_id).inbox_id == support


def test_a_database_that_cannot_be_written_is_explained(
    sandbox: Sandbox, web: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(sandbox._core.store, "transaction", full)
    answer = web.get("/v0/inboxes")
    assert answer.status_code == 503
    assert "disk is full" in answer.json()["message"]


def test_lists_in_the_query_come_in_three_spellings(sandbox: Sandbox, support: str, web: httpx.Client) -> None:
    sandbox.post_mail("ada@example.com", support, "x", "y")
    path = f"/v0/inboxes/{support}/messages"
    for query in ('labels=["received","unread"]', "labels=received", "labels=received&labels=unread"):
        assert web.get(f"{path}?{query}").json()["count"] == 1
    for query in ('labels=["received","other"]', "labels=received&labels=other"):
        assert web.get(f"{path}?{query}").json()["count"] == 0


@pytest.mark.parametrize("subject", ["[Ticket 5]", "[5]", "[", '["a", 5]', '"quoted"', "[" * 3000])
def test_a_filter_that_is_no_array_of_strings_is_taken_as_it_is(
    sandbox: Sandbox, client: AgentMail, support: str, subject: str
) -> None:
    for written in ("other 5", f"Re: {subject} again"):
        sandbox.post_mail("ada@example.com", support, written, "x")
    for given in (subject, [subject]):
        (found,) = client.inboxes.messages.list(support, subject=given).messages
        assert found.subject == f"Re: {subject} again"


@pytest.mark.parametrize(
    "query",
    [
        "before=yesterday",
        "after=9999-12-31T23:59:59-14:00",
        "ascending=maybe",
        "limit=ten",
        f"limit={'9' * 30}",
        "include_spam=1",
    ],
)
def test_a_query_that_makes_no_sense_is_refused(support: str, web: httpx.Client, query: str) -> None:
    answer = web.get(f"/v0/inboxes/{support}/messages?{query}")
    assert answer.status_code == 400
    assert answer.json()["name"] == "ValidationError"
    assert answer.json()["errors"][0]["path"] == [query.partition("=")[0]]


def test_times_in_the_query_may_have_an_offset(sandbox: Sandbox, support: str, web: httpx.Client) -> None:
    sandbox.post_mail("ada@example.com", support, "x", "y")
    for when in ("2100-01-01T00:00:00Z", "2100-01-01T00:00:00+02:00", "2100-01-01T00:00:00%2B02:00", "2100-01-01"):
        assert web.get(f"/v0/inboxes/{support}/messages?before={when}").json()["count"] == 1


def test_a_time_may_be_the_first_of_the_calendar(sandbox: Sandbox, support: str, web: httpx.Client) -> None:
    sandbox.post_mail("ada@example.com", support, "x", "y")
    query = {"after": "0001-01-01T00:00:00Z", "before": "9999-12-31T23:59:59Z"}
    assert web.get(f"/v0/inboxes/{support}/messages", params=query).json()["count"] == 1


@pytest.mark.parametrize(
    "token", ['["%s", "2026-01-01T00:00:00.000Z", 1%s]', '["%s", "\\ud800", 1]', "[" * 20_000, "NaN", '["%s"]']
)
def test_a_page_token_made_up_is_refused(sandbox: Sandbox, support: str, web: httpx.Client, token: str) -> None:
    for number in range(2):
        sandbox.post_mail("ada@example.com", support, str(number), "y")
    path = f"/v0/inboxes/{support}/messages"
    genuine = base64.urlsafe_b64decode(web.get(path, params={"limit": 1}).json()["next_page_token"])
    scope = json.loads(genuine)[0]
    forged = token.replace("%s", scope, 1).replace("%s", "0" * 30)
    answer = web.get(path, params={"page_token": base64.urlsafe_b64encode(forged.encode()).decode()})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"x"',
        b'{"to": 5}',
        b'{"headers": {"a": 1}}',
        b'{"to": "a@example.com", "text": "\\ud800"}',
        b'{"to": "a@example.com", "subject": "\xed\xa0\x80"}',
        b'{"to": "a@example.com", "labels": ["\\udfff"]}',
        b'{"to": "a@example.com", "size": NaN}',
        b'{"to": "a@example.com", "headers": {"Sender": "a@example.com", "sender": "b@example.com"}}',
        b"[" * 200_000,
    ],
)
def test_a_body_that_is_none_is_refused_with_its_fields(support: str, web: httpx.Client, body: bytes) -> None:
    answer = web.post(f"/v0/inboxes/{support}/messages/send", content=body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "validation_error"
    assert answer.json()["errors"]


def test_absent_fields_are_left_out_and_from_is_from(sandbox: Sandbox, support: str, web: httpx.Client) -> None:
    received = sandbox.post_mail("ada@example.com", support, "x", "y")
    shown = web.get(f"/v0/inboxes/{support}/messages/{received.message_id}").json()
    assert shown["from"] == "ada@example.com"
    assert None not in shown.values()
    assert not {"from_", "cc", "in_reply_to", "html"} & shown.keys()


def test_a_deletion_answers_204_without_a_body(support: str, web: httpx.Client) -> None:
    answer = web.delete(f"/v0/inboxes/{support}")
    assert (answer.status_code, answer.content) == (204, b"")


def test_an_answer_that_breaks_the_model_is_loud() -> None:
    right = {"pod_id": "p", "inbox_id": "a", "email": "a"}
    with pytest.raises(AnswerInvalid, match="created_at"):
        check(Inbox, right)


def test_an_answer_with_a_field_the_model_lacks_is_loud(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    now = sandbox.clock.now()
    right = {"pod_id": "p", "inbox_id": "a", "email": "a", "created_at": now, "updated_at": now}
    check(Inbox, right)
    with pytest.raises(AnswerInvalid, match="colour"):
        check(Inbox, right | {"colour": "red"})
    with pytest.raises(AnswerInvalid, match="created_at"):
        check(Inbox, right | {"created_at": "today"})


def test_an_event_under_the_name_of_another_is_loud(sandbox: Sandbox) -> None:
    send = {"inbox_id": "a", "thread_id": "t", "message_id": "m", "timestamp": sandbox.clock.now(), "recipients": ["b"]}
    right = {"type": "event", "event_type": "message.sent", "event_id": "e", "send": send}
    check(MessageSentEvent, right)
    with pytest.raises(AnswerInvalid, match="event_type"):
        check(MessageSentEvent, right | {"event_type": "message.opened"})
    with pytest.raises(AnswerInvalid, match="recipients"):
        check(MessageSentEvent, right | {"send": send | {"recipients": ["b", 1]}})


async def test_the_asynchronous_client_works_in_process(sandbox: Sandbox) -> None:
    client: AsyncAgentMail = sandbox.async_client()
    inbox = await client.inboxes.create(request={"username": "support"})
    received = sandbox.post_mail("ada@example.com", inbox.inbox_id, "Q", "?")
    sent = await client.inboxes.messages.reply(inbox.inbox_id, received.message_id, text="A", idempotency_key="k")
    thread = await client.threads.get(sent.thread_id)
    assert [message.text for message in thread.messages] == ["?\n", "A"]
    await client.inboxes.delete(inbox.inbox_id)
    assert (await client.inboxes.list()).count == 0


@pytest.mark.parametrize(
    "odd", ["‹ünï@exämple.com>", "<ü@example.com>", "Ã¼@example.com", "<a%2Fb@example.com>", "/a//b"]
)
async def test_an_id_is_decoded_once_whichever_way_the_request_comes(odd: str) -> None:
    sandbox = Sandbox()
    sandbox.client().inboxes.create(request={"username": "support"})
    inbox_id, step = "support@sandbox.test", quote(odd, safe="")
    sandbox.receive(f"From: a@example.com\r\nMessage-ID: {odd}\r\n\r\nHi".encode(), "a@example.com", [inbox_id])
    assert sandbox.client().inboxes.messages.get(inbox_id, step).message_id == odd
    assert (await sandbox.async_client().inboxes.messages.get(inbox_id, step)).message_id == odd
    sandbox.serve(0, 0, 0)
    with httpx.Client(base_url=f"http://127.0.0.1:{sandbox.port}") as http:
        served = AgentMail(environment=sandbox.environment(), api_key=sandbox.api_key, httpx_client=http)
        path = served.inboxes.messages.with_raw_response
        assert path.get(inbox_id, step).data.message_id == odd
    sandbox.close()
