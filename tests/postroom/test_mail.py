"""Senders: read from a header, written as people write them, what of a name is no name; and who wrote a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from enum import auto

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom import Inbox, Message, Sender, State, Thread
from postroom.campaign import Record
from postroom.letters import LINK
from postroom.mail import Kind


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


@pytest.mark.parametrize(
    ("header", "address", "vouched_for"),
    [
        ("Bo <bo@example.com>", "bo@example.com", True),
        ("bo@example.com", "bo@example.com", True),
        ("bo@example.com <bo@example.com>", "bo@example.com", True),
        ('"Bo <bo@example.com>" <mallory@evil.test>', "mallory@evil.test", True),
        ("Duarte, Ana <ana@example.com>", "ana@example.com", True),
        ("Bo <bo@example.com> <mallory@evil.test>", "mallory@evil.test", False),
        ("bo@example.com <mallory@evil.test>", "mallory@evil.test", False),
        ("bo@example.com\n <mallory@evil.test>", "mallory@evil.test", False),
        ("bo@example.com, mallory@evil.test", "bo@example.com", False),
        ("mallory@evil.test, Bo <bo@example.com>", "bo@example.com", False),
        ("bo@example.com; mallory@evil.test", "bo@example.com", False),
        ("bo@example.com: mallory@evil.test;", "bo@example.com", False),
    ],
)
def test_an_address_in_a_name_is_nobodys_and_of_several_none_is_vouched_for(
    header: str, address: str, vouched_for: bool
) -> None:
    sender = Sender.parse(header, authenticated=True)
    assert (sender.address, sender.authenticated) == (address, vouched_for)


@given(st.text(max_size=60))
def test_a_first_name_is_one_short_word_without_a_link(name: str) -> None:
    found = Sender("ana@example.com", name).first_name
    assert len(found.split()) <= 1
    assert len(found) <= 40
    assert not LINK.search(found)
    assert not any(character in found for character in "@,/:0123456789")


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


@pytest.mark.parametrize(
    ("kind", "received", "by_person"),
    [("human", True, True), ("human", False, False), ("auto_reply", True, False), ("bounce", True, False)],
)
def test_only_what_came_in_and_no_program_wrote_is_by_a_person(kind: Kind, received: bool, by_person: bool) -> None:
    ana, at = Sender("ana@example.com"), datetime(2026, 3, 2, tzinfo=UTC)
    assert Message("<1>", "t", "inbox", ana, "Hi", "Hi", at, kind=kind, received=received).by_person is by_person


def test_a_thread_tells_the_value_of_a_label_and_whose_a_mail_surely_is() -> None:
    class Mood(State):
        CALM = auto()

    now = datetime(2026, 3, 2, tzinfo=UTC)
    record = Record("r1", "spring", "ana@example.com", "", {}, now)
    labels = frozenset({"desk/calm", "priority/high", "priority-of/low"})
    thread = Thread("t1", Inbox("i1", "desk", now), Mood.CALM, now, labels=labels, record=record)

    def mail(sender: Sender) -> Message:
        return Message("m1", "t1", "i1", sender, "", "", now)

    assert (thread.label("priority"), thread.label("step"), thread.label("prio")) == ("high", "", "")
    assert thread.is_theirs(mail(Sender("ana@example.com", authenticated=True)))
    assert not thread.is_theirs(mail(Sender("ana@example.com", authenticated=False)))
    assert not thread.is_theirs(mail(Sender("bo@example.com", authenticated=True)))
    assert not replace(thread, record=None).is_theirs(mail(Sender("ana@example.com", authenticated=True)))
