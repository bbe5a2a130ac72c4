"""Reading: from what AgentMail gives to what a handler reads; odd parts become empty, never an error."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from postroom.mailbox.reading import addresses, as_datetime, message_from, read_thread

DESK = "desk@sandbox.test"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    made.client().inboxes.create(request={"username": "desk"})
    yield made
    made.close()


def test_a_mail_is_read_with_its_sender_words_and_kind(sandbox: Sandbox) -> None:
    client = sandbox.client()
    mail = sandbox.post_mail("Ana Duarte <ANA@Example.com>", DESK, "Hi", text="What colour?", cc=["Bo <B@Example.com>"])
    page = read_thread(client, DESK, str(mail.thread_id))
    (message,) = page.messages()
    assert (message.sender.address, message.sender.name, message.sender.authenticated) == (
        "ana@example.com",
        "Ana Duarte",
        True,
    )
    assert (message.new_text, message.kind, message.received) == ("What colour?", "human", True)
    assert (message.to, message.cc) == ((DESK,), ("b@example.com",))
    assert page.subject == "Hi"


def test_mail_nobody_vouches_for_is_marked_so(sandbox: Sandbox) -> None:
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="x", auth="none")
    (message,) = read_thread(sandbox.client(), DESK, str(mail.thread_id)).messages()
    assert not message.sender.authenticated


def bare(**fields: Any) -> SimpleNamespace:
    texts = dict.fromkeys(["text", "html", "from_", "subject", "extracted_text", "in_reply_to"])
    lists = dict.fromkeys(["labels", "headers", "to", "cc", "reply_to", "attachments"])
    ids = {"message_id": "<1>", "thread_id": "t", "inbox_id": DESK, "timestamp": "2026-03-02T09:00:00+00:00"}
    return SimpleNamespace(**{**texts, **lists, **ids, **fields})


def test_missing_parts_become_empty() -> None:
    message = message_from(bare())
    assert (message.subject, message.new_text, message.text, message.html) == ("", "", "", "")
    assert message.sender.address == message.sender.domain == ""
    assert message.timestamp == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_an_attachment_without_a_name_or_type_is_still_one() -> None:
    odd = SimpleNamespace(attachment_id="a", filename=None, content_type=None, size=3)
    (attachment,) = message_from(bare(attachments=[odd])).attachments
    assert (attachment.filename, attachment.content_type) == ("", "application/octet-stream")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, ()),
        ("A@Example.com", ("a@example.com",)),
        (["Ana <a@example.com>", "b@example.com, c@example.com"], ("a@example.com", "b@example.com", "c@example.com")),
        (["undisclosed-recipients:;"], ()),
    ],
)
def test_addresses_are_bare_and_in_lower_case(value: Any, found: tuple[str, ...]) -> None:
    assert addresses(value) == found


def test_a_time_is_aware_whether_the_sdk_read_it_or_left_it_as_text() -> None:
    moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert as_datetime(moment) == as_datetime("2026-03-02T09:00:00Z") == moment
