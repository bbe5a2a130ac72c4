"""Senders: read from a header, and written as people write them."""

from __future__ import annotations

import pytest

from postroom import Sender


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("", "a@example.com"),
        ("Ana Duarte", "Ana Duarte <a@example.com>"),
        ("Zoë Ünal", "Zoë Ünal <a@example.com>"),
        ("Duarte, Ana", '"Duarte, Ana" <a@example.com>'),
        ('The "Boss"', '"The \\"Boss\\"" <a@example.com>'),
    ],
)
def test_a_sender_is_written_readably_and_read_back_the_same(name: str, written: str) -> None:
    sender = Sender("a@example.com", name)
    assert str(sender) == written
    assert Sender.parse(written) == sender
