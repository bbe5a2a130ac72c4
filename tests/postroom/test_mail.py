"""Senders as mail names them: what they are called, and what is no name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom import Sender
from postroom.letters import LINK


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Ana Duarte <ana@example.com>", "Ana"),
        ('"Duarte, Ana" <ana@example.com>', "Ana"),
        ('"Duarte, Ana Maria" <ana@example.com>', "Ana"),
        ("Dr. Ana Duarte <ana@example.com>", "Ana"),
        ("J. R. Smith <j@example.com>", "Smith"),
        ("Jean-Luc O'Neil <j@example.com>", "Jean-Luc"),
        ("\"'Ana Duarte'\" <ana@example.com>", "Ana"),
        ("Zoe\u0308 <z@example.com>", "Zoë"),
        ("अना <a@example.com>", "अना"),
        ('"Duarte," <ana@example.com>', "Duarte"),
        ("ana@example.com", ""),
        ('"https://evil.test/win" <ana@example.com>', ""),
        ('"evil.test Ana" <ana@example.com>', ""),
        ('"Ana www.evil.test" <ana@example.com>', ""),
        ('"ana@example.com" <ana@example.com>', ""),
        ('"Win 500 EUR" <ana@example.com>', ""),
        ('"Ana\u202e" <ana@example.com>', ""),
        ('"<b>Ana</b>" <ana@example.com>', ""),
        (f'"{"A" * 41}" <ana@example.com>', ""),
        ('"., Dr." <ana@example.com>', ""),
        ("", ""),
    ],
)
def test_a_first_name_is_found_or_there_is_none(header: str, name: str) -> None:
    assert Sender.parse(header).first_name == name


@given(st.text(max_size=60))
def test_a_first_name_is_one_short_word_without_a_link(name: str) -> None:
    found = Sender("ana@example.com", name).first_name
    assert len(found.split()) <= 1
    assert len(found) <= 40
    assert not LINK.search(found)
    assert not any(character in found for character in "@,/:0123456789")
