"""Reading: from what AgentMail gives to what a handler reads; odd parts become empty, never an error."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import inscriptis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmail_sandbox import Sandbox
from postroom.mailbox.reading import (
    LONGEST_NEW_TEXT,
    addresses,
    as_datetime,
    message_from,
    own_words,
    read_thread,
)
from postroom_kit.mail_reading import new_text, replies

DESK = "desk@sandbox.test"


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
    texts = dict.fromkeys(["text", "html", "from_", "subject", "extracted_text", "in_reply_to", "size"])
    lists = dict.fromkeys(["labels", "headers", "to", "cc", "reply_to", "attachments"])
    ids = {"message_id": "<1>", "thread_id": "t", "inbox_id": DESK, "timestamp": "2026-03-02T09:00:00+00:00"}
    return SimpleNamespace(**{**texts, **lists, **ids, **fields})


def test_missing_parts_become_empty() -> None:
    message = message_from(bare())
    assert (message.subject, message.new_text, message.text, message.html) == ("", "", "", "")
    assert message.sender.address == message.sender.domain == ""
    assert message.timestamp == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_an_attachment_without_a_name_or_type_is_still_one() -> None:
    odd = SimpleNamespace(attachment_id="a", filename=None, content_type=None, size=3, content_disposition=None)
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


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Hear how many characters are looked at line by line, and how many are laid out."""
    lengths: list[int] = []
    read, lay_out = replies._own_blocks, inscriptis.get_annotated_text

    def reading(lines: list[str], forwarded: bool) -> object:
        lengths.append(len("\n".join(lines)))
        return read(lines, forwarded)

    def laying_out(source: str, config: object) -> object:
        lengths.append(len(source))
        return lay_out(source, config)

    monkeypatch.setattr(replies, "_own_blocks", reading)
    monkeypatch.setattr(inscriptis, "get_annotated_text", laying_out)
    return lengths


@pytest.mark.parametrize("part", ["text", "html"])
@pytest.mark.parametrize(
    "piece",
    [
        "lorem ipsum dolor sit amet\n",
        "w",
        "lorem ",
        "\n",
        "> quoted\n",
        "> a\nb\n",
        "On 5 May 2026 at 10:00\n",
        "--\nx\n",
        "<",
    ],
)
def test_of_five_megabytes_only_a_small_part_is_looked_at_line_by_line_or_laid_out(
    piece: str, part: str, parsed: list[int]
) -> None:
    message = message_from(bare(**{part: "How long?\n" + piece * (5_000_000 // len(piece))}))
    assert len(message.new_text) <= LONGEST_NEW_TEXT
    assert parsed
    assert max(parsed) <= 150_000


@given(st.text(), st.integers(0, 3))
def test_what_is_left_out_of_a_long_mail_is_counted(words: str, more: int) -> None:
    text = f"{words}." + "x" * (LONGEST_NEW_TEXT - len(words) - 1 + more)
    kept, left_out = own_words(text, None)
    assert len(kept) <= LONGEST_NEW_TEXT
    assert kept == new_text(text, None)[: len(kept)]
    assert len(kept) + left_out == len(new_text(text, None))


def test_a_nul_of_a_mail_is_replaced_which_postgres_takes_in_no_text() -> None:
    assert own_words("the pr\0ice?", None) == ("the pr\ufffdice?", 0)
