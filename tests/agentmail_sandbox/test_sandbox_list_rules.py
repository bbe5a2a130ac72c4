"""What lists, spam marks and bounces do to mail: by the real SDK."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import httpx
import pytest
from agentmail import AgentMail, MessageRejectedError
from agentmail.core.api_error import ApiError

from agentmail_sandbox import Sandbox

ANA, BO = "ana@example.com", "bo@example.net"
HIDDEN = {f"include_{label}": True for label in ("spam", "blocked", "unauthenticated")}


def send(client: AgentMail, inbox: str, *to: str) -> str:
    return client.inboxes.messages.send(inbox, to=list(to), subject="Hi", text="x").message_id


def kinds(sandbox: Sandbox) -> list[str]:
    answer = http(sandbox).get("/sandbox/events")
    return [entry["event"]["event_type"] for entry in answer.json()["events"]]


def http(sandbox: Sandbox) -> httpx.Client:
    transport = httpx.WSGITransport(app=sandbox.wsgi)
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    return httpx.Client(transport=transport, base_url="http://127.0.0.1", headers=headers)


def refused(client: AgentMail, inbox: str, *to: str) -> str:
    with pytest.raises(MessageRejectedError) as error:
        send(client, inbox, *to)
    assert error.value.body.code == "message_rejected"
    return str(error.value.body.message)


@pytest.mark.parametrize(
    "spelled", ['"ana"@example.com', "Ana <ana@example.com.>", "ana@EXAMPLE。com", "ana@exam\u00adple.com"]
)
def test_no_spelling_of_an_address_gets_around_the_lists(
    sandbox: Sandbox, client: AgentMail, support: str, spelled: str
) -> None:
    client.lists.create("send", "block", entry=ANA)
    client.lists.create("receive", "block", entry="example.com")
    assert f"{ANA} is blocked" in refused(client, support, spelled)
    came = sandbox.receive(f"From: {spelled}\r\n\r\nx".encode(), "env@example.net", [support])[0].message_id
    assert "blocked" in client.inboxes.messages.get(support, came).labels


@pytest.mark.parametrize("entry", ["exämple.com", "xn--exmple-cua.com"])
def test_a_domain_is_the_same_in_letters_and_in_ascii(client: AgentMail, support: str, entry: str) -> None:
    client.lists.create("send", "block", entry=entry)
    for domain in ("exämple.com", "xn--exmple-cua.com"):
        assert client.lists.get("send", "block", domain).entry_type == "domain"
        assert "is blocked" in refused(client, support, f"zoe@{domain}")


def test_no_spelling_of_an_address_gets_around_a_suppression(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    sent = send(client, support, ANA)
    http(sandbox).post("/sandbox/bounce", json={"message_id": sent, "recipient": ANA})
    assert "(bounced)" in refused(client, support, '"ana"@example.com')


def test_an_inbox_has_lists_of_its_own(client: AgentMail, support: str) -> None:
    made = client.inboxes.lists.create(support, "send", "block", entry=ANA, reason="asked")
    assert (made.inbox_id, made.entry, made.reason) == (support, ANA, "asked")
    assert client.inboxes.lists.get(support, "send", "block", ANA) == made
    assert client.inboxes.lists.list(support, "send", "block").entries == [made]
    assert client.lists.list("send", "block").count == 0
    client.inboxes.lists.delete(support, "send", "block", ANA)
    assert client.inboxes.lists.list(support, "send", "block").count == 0
    with pytest.raises(ApiError) as missing:
        client.inboxes.lists.list("nobody@sandbox.test", "send", "block")
    assert missing.value.status_code == 404


def test_the_lists_of_an_inbox_go_with_it(client: AgentMail, support: str) -> None:
    client.inboxes.lists.create(support, "send", "block", entry=ANA)
    client.inboxes.delete(support)
    client.inboxes.create(request={"username": "support"})
    assert client.inboxes.lists.list(support, "send", "block").count == 0


@pytest.mark.parametrize("entry", [ANA, "example.com"])
def test_blocked_mail_is_stored_hidden_and_told_under_its_own_name(
    sandbox: Sandbox, client: AgentMail, support: str, entry: str
) -> None:
    client.inboxes.lists.create(support, "receive", "block", entry=entry)
    mail = sandbox.post_mail("Ana <Ana@Example.com>", support, "Hi", "x")
    assert client.inboxes.messages.get(support, str(mail.message_id)).labels == ["blocked", "received", "unread"]
    assert client.inboxes.messages.list(support).count == 0
    assert client.inboxes.messages.list(support, include_blocked=True).count == 1
    assert kinds(sandbox) == ["message.received.blocked"]


def test_with_an_allow_list_only_who_is_on_it_gets_through(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    client.lists.create("receive", "allow", entry="example.com")
    for sender in (ANA, BO, "eve@sub.example.com"):
        sandbox.post_mail(sender, support, "Hi", "x")
    assert [message.from_ for message in client.inboxes.messages.list(support).messages] == [ANA]


def test_the_nearest_list_with_a_match_decides_and_in_it_block_beats_allow(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    client.lists.create("receive", "block", entry="example.com")
    client.inboxes.lists.create(support, "receive", "allow", entry=ANA)
    assert sandbox.post_mail(ANA, support, "1", "x").message_id
    assert client.inboxes.messages.list(support).count == 1
    client.inboxes.lists.create(support, "receive", "block", entry="example.com")
    sandbox.post_mail(ANA, support, "2", "x")
    assert client.inboxes.messages.list(support).count == 1


def test_an_answer_is_the_business_of_the_reply_lists_alone(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    client.lists.create("receive", "block", entry="example.com")
    asked = send(client, support, ANA)
    sandbox.post_mail(ANA, support, "Re: Hi", "yes", in_reply_to=asked)
    assert "received" in client.inboxes.messages.list(support).messages[0].labels
    client.lists.create("reply", "block", entry=ANA)
    sandbox.post_mail(ANA, support, "Re: Hi", "no", in_reply_to=asked)
    assert client.inboxes.messages.list(support).count == 2
    blocked = client.inboxes.messages.list(support, include_blocked=True, labels=["blocked"]).messages
    assert [message.in_reply_to for message in blocked] == [asked]


def test_an_allow_list_for_answers_hides_answers_of_others_and_nothing_else(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    asked = send(client, support, ANA)
    client.inboxes.lists.create(support, "reply", "allow", entry=ANA)
    client.lists.create("reply", "block", entry=ANA)
    sandbox.post_mail(ANA, support, "listed", "x", in_reply_to=asked)
    sandbox.post_mail(BO, support, "not listed", "x", in_reply_to=asked)
    sandbox.post_mail(BO, support, "no answer", "x")
    sandbox.post_mail(BO, support, "in the thread alone", "x", references=[asked])
    subjects = [message.subject for message in client.inboxes.messages.list(support, labels=["received"]).messages]
    assert sorted(map(str, subjects)) == ["in the thread alone", "listed", "no answer"]


def test_mail_that_answers_another_mail_is_no_answer_to_ours(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    client.lists.create("receive", "block", entry="example.com")
    theirs = sandbox.post_mail(BO, support, "Hi", "x").message_id
    sandbox.post_mail(ANA, support, "Re: Hi", "x", in_reply_to=str(theirs))
    assert client.inboxes.messages.list(support).count == 1


def test_a_send_to_one_blocked_recipient_is_refused_as_a_whole(
    sandbox: Sandbox, client: AgentMail, support: str
) -> None:
    client.lists.create("send", "block", entry="example.com", reason="asked to stop")
    assert "example.com (asked to stop)" in refused(client, support, BO, ANA)
    assert sandbox.outbox() == []
    assert client.inboxes.messages.list(support).count == 0
    assert kinds(sandbox) == ["message.rejected"]


def test_a_send_beyond_the_allow_list_is_refused(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    client.inboxes.lists.create(support, "send", "allow", entry=ANA)
    assert "not on the allow list" in refused(client, support, BO)
    assert send(client, support, ANA)
    assert kinds(sandbox) == ["message.rejected", "message.sent", "message.delivered"]


def test_a_refused_answer_names_its_thread_in_the_event(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    asked = sandbox.post_mail(ANA, support, "Hi", "x")
    client.lists.create("send", "block", entry=ANA)
    with pytest.raises(MessageRejectedError):
        client.inboxes.messages.reply(support, str(asked.message_id), text="no")
    (event,) = http(sandbox).get("/sandbox/events", params={"after": 1}).json()["events"]
    assert event["event"]["reject"]["thread_id"] == asked.thread_id
    assert ANA in event["event"]["reject"]["reason"]


@pytest.mark.parametrize(
    ("headers", "auth", "kind"),
    [
        ({"X-Sandbox-Spam": "yes"}, "pass", "message.received.spam"),
        ({"X-Sandbox-Spam": "yes"}, "none", "message.received.spam"),
        ({"X-Sandbox-Spam": "no"}, "none", "message.received.unauthenticated"),
        ({}, "pass", "message.received"),
    ],
)
def test_suspect_mail_is_never_told_as_plain_mail(
    sandbox: Sandbox, client: AgentMail, support: str, headers: dict[str, str], auth: str, kind: str
) -> None:
    mail = sandbox.post_mail(ANA, support, "Hi", "x", headers=headers, auth=auth)  # type: ignore[arg-type]
    found = client.inboxes.messages.get(support, str(mail.message_id)).labels
    assert ("spam" in found, "unauthenticated" in found) == (headers.get("X-Sandbox-Spam") == "yes", auth == "none")
    assert client.inboxes.messages.list(support).count == (kind == "message.received")
    assert client.inboxes.messages.list(support, **HIDDEN).count == 1
    assert kinds(sandbox) == [kind]


@pytest.mark.parametrize(("route", "label"), [("bounce", "bounced"), ("complaint", "complained")])
def test_feedback_for_good_labels_tells_and_suppresses(
    sandbox: Sandbox, client: AgentMail, support: str, route: str, label: str
) -> None:
    sent = send(client, support, ANA, BO)
    told = {"message_id": sent, "recipient": "Ana <ANA@example.com>", "sub_type": "Special"}
    assert label in http(sandbox).post(f"/sandbox/{route}", json=told).json()["labels"]
    assert kinds(sandbox)[2:] == [f"message.{label}"]
    entry = client.lists.get("send", "block", ANA)
    assert (entry.read_only, entry.reason) == (True, label)
    assert ANA in refused(client, support, ANA)
    assert send(client, support, BO)
    with pytest.raises(ApiError) as kept:
        client.lists.delete("send", "block", ANA)
    assert kept.value.status_code == 403
    client.inboxes.lists.create(support, "send", "allow", entry=ANA)
    assert ANA in refused(client, support, ANA)


def test_a_passing_bounce_suppresses_nobody(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    told = {"message_id": send(client, support, ANA), "recipient": ANA, "type": "Transient"}
    assert "delayed" in http(sandbox).post("/sandbox/bounce", json=told).json()["labels"]
    assert client.lists.list("send", "block").count == 0
    assert send(client, support, ANA)


def test_an_address_of_ours_that_bounced_is_suppressed(client: AgentMail, support: str) -> None:
    send(client, support, "nobody@sandbox.test")
    assert "bounced" in refused(client, support, "nobody@sandbox.test")


@pytest.mark.parametrize(("change", "status"), [({"message_id": "<no@x>"}, 404), ({"recipient": BO}, 400)])
def test_feedback_on_what_was_not_sent_is_refused(
    sandbox: Sandbox, client: AgentMail, support: str, change: dict[str, str], status: int
) -> None:
    told = {"message_id": send(client, support, ANA), "recipient": ANA} | change
    assert http(sandbox).post("/sandbox/bounce", json=told).status_code == status


def test_a_data_folder_from_before_suppression_still_opens(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "sandbox.db")
    old.executescript(
        "CREATE TABLE list_entries (seq INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, direction TEXT NOT "
        "NULL, list_type TEXT NOT NULL, entry TEXT NOT NULL, reason TEXT, created_at TEXT NOT NULL, "
        "UNIQUE (scope, direction, list_type, entry));"
        "INSERT INTO list_entries VALUES (1, '', 'send', 'block', 'ana@example.com', NULL, '2026-01-01T00:00:00.000Z');"
    )
    old.close()
    made = Sandbox(tmp_path)
    entry = made.client().lists.get("send", "block", ANA)
    assert (entry.entry, entry.read_only) == (ANA, None)
    made.close()
