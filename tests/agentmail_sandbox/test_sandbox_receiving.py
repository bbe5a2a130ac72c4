import json

import pytest
from agentmail import AgentMail

from agentmail_sandbox import Sandbox, UnknownInbox

RAW = (
    b"From: Ada <ada@example.com>\r\nTo: support@sandbox.test\r\nSubject: Hi\r\n"
    b"Message-ID: <1@example.com>\r\n\r\nhello\r\n"
)


def events(sandbox: Sandbox) -> list[dict]:
    with sandbox._core.store.transaction() as db:
        return [json.loads(row["payload"]) for row in db.execute("SELECT payload FROM events ORDER BY seq")]


def test_mail_for_an_unknown_inbox_is_refused_for_all(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    with pytest.raises(UnknownInbox, match=r"nobody@sandbox\.test"):
        sandbox.receive(RAW, "ada@example.com", [support, "nobody@sandbox.test"])
    with pytest.raises(UnknownInbox):
        sandbox.post_mail("ada@example.com", "nobody@sandbox.test")
    assert client.inboxes.messages.list(support).count == 0


def test_one_mail_reaches_several_inboxes(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    client.inboxes.create(request={"username": "sdr"})
    found = sandbox.receive(RAW, "ada@example.com", [support, "SDR@sandbox.test", support])
    assert [received.inbox_id for received in found] == [support, "sdr@sandbox.test"]
    assert len({received.thread_id for received in found}) == 2


def test_a_second_copy_is_dropped_and_can_be_found(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    sandbox.receive(RAW, "ada@example.com", [support])
    (second,) = sandbox.receive(b"Received: again\r\n" + RAW, "ada@example.com", [support])
    assert second.dropped == "duplicate"
    assert client.inboxes.messages.list(support).count == 1


def test_another_mail_under_a_taken_id_is_not_lost(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    sandbox.receive(RAW, "ada@example.com", [support])
    (second,) = sandbox.receive(RAW.replace(b"hello", b"other"), "eve@example.com", [support])
    assert second.message_id != "<1@example.com>"
    assert client.inboxes.messages.get(support, "<1@example.com>").text == "hello\n"
    assert client.inboxes.messages.get(support, second.message_id).text == "other\n"


def test_mail_without_message_id_or_from_gets_what_it_lacks(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    (received,) = sandbox.receive(b"Subject: bare\r\n\r\nx\r\n", "ada@example.com", [support])
    message = client.inboxes.messages.get(support, received.message_id)
    assert message.from_ == "ada@example.com"
    assert message.message_id.startswith("<")


def test_unauthenticated_mail_is_stored_and_hidden(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    for received in (
        sandbox.post_mail("eve@example.com", support, "1", "x", auth="none"),
        sandbox.receive(b"X-Sandbox-Auth: none\r\n" + RAW, "eve@example.com", [support])[0],
    ):
        message = client.inboxes.messages.get(support, received.message_id)
        assert message.labels == ["received", "unauthenticated", "unread"]
    assert client.inboxes.messages.list(support).count == 0
    assert client.inboxes.messages.list(support, include_unauthenticated=True).count == 2
    assert {event["event_type"] for event in events(sandbox)} == {"message.received.unauthenticated"}


def test_mail_that_fails_its_checks_is_dropped(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    assert sandbox.post_mail("eve@example.com", support, "1", "x", auth="fail").dropped == "authentication_failed"
    (received,) = sandbox.receive(b"X-Sandbox-Auth: fail\r\n" + RAW, "eve@example.com", [support])
    assert received.dropped == "authentication_failed"
    assert client.inboxes.messages.list(support, include_unauthenticated=True).count == 0
    assert events(sandbox) == []


def test_events_tell_the_story_of_a_reply(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    asked = sandbox.post_mail("ada@example.com", support, "Q", "?")
    sent = client.inboxes.messages.reply(support, asked.message_id, text="A", cc="nobody@sandbox.test")
    received, left, delivered, bounced = events(sandbox)
    assert [event["event_type"] for event in (received, left, delivered, bounced)] == [
        "message.received",
        "message.sent",
        "message.delivered",
        "message.bounced",
    ]
    assert received["message"]["from"] == "ada@example.com"
    assert received["message"]["text"] == "?\n"
    assert received["thread"]["thread_id"] == asked.thread_id
    assert left["send"]["message_id"] == sent.message_id
    assert left["send"]["recipients"] == ["ada@example.com", "nobody@sandbox.test"]
    assert delivered["delivery"]["recipients"] == ["ada@example.com"]
    assert bounced["bounce"]["recipients"][0]["address"] == "nobody@sandbox.test"
    assert bounced["bounce"]["type"] == "Permanent"
    assert len({event["event_id"] for event in (received, left, delivered, bounced)}) == 4


def test_the_bodies_of_huge_mails_are_left_out_of_events(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    received = sandbox.post_mail("ada@example.com", support, "big", "x" * 1_100_000)
    (event,) = events(sandbox)
    assert "text" not in event["message"]
    assert event["message"]["preview"].startswith("xxx")
    assert len(client.inboxes.messages.get(support, received.message_id).text) > 1_000_000


def test_an_outsider_chooses_reply_to_copies_and_message_id(sandbox: Sandbox, client: AgentMail) -> None:
    client.inboxes.create(request={"username": "support"})
    headers = {"Reply-To": "other@elsewhere.test", "Cc": "Board <board@elsewhere.test>", "Message-ID": "<own@x.test>"}
    received = sandbox.post_mail("ana@example.com", "support@sandbox.test", "Hi", "Hello", headers=headers)
    message = client.inboxes.messages.get("support@sandbox.test", received.message_id)
    assert message.message_id == "<own@x.test>"
    assert message.reply_to == ["other@elsewhere.test"]
    assert message.cc == ["Board <board@elsewhere.test>"]
