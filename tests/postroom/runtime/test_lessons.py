"""What people made of a draft before it left is kept as a proposed example, and goes with its customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from approval_desk import ANA, DESK, Desk

from postroom.runtime import erasure, lessons

Start = Callable[..., Any]


@pytest.fixture
def desk(run_agent: Start) -> Desk:
    made = Desk(run_agent)
    made.thread_id = made.shout()
    return made


def learnt(desk: Desk) -> list[Any]:
    return list(lessons.proposed(desk.journal, "desk"))


def test_an_edit_that_was_approved_is_kept_with_the_mail_it_answers(desk: Desk) -> None:
    desk.answer("edit\nIt is navy blue.")
    assert learnt(desk) == []
    desk.answer("approve")
    (lesson,) = learnt(desk)
    assert {**lesson, "at": ""} == {
        "from": ANA, "subject": "COLOUR", "text": "What colour?", "value": {"body": "It is navy blue.\n"},
        "was": "Hello,\n\nIt is blue.\n\nThe desk\n", "at": "",
    }  # fmt: skip


def test_what_was_approved_as_it_stood_teaches_nothing(desk: Desk) -> None:
    desk.answer("approve")
    assert len(desk.to_customer()) == 1
    assert learnt(desk) == []


def test_an_edit_that_was_rejected_teaches_nothing(desk: Desk) -> None:
    desk.answer("edit\nIt is navy blue.")
    desk.answer("reject")
    assert learnt(desk) == []


def test_a_draft_that_was_edited_and_sent_in_agentmail_teaches_too(desk: Desk) -> None:
    (draft,) = desk.drafts()
    desk.client.inboxes.drafts.update(DESK, draft.draft_id, text="It is navy blue.", html="<p>It is navy blue.</p>")
    desk.client.inboxes.drafts.send(DESK, draft.draft_id)
    desk.settle()
    assert [lesson["value"]["body"].strip() for lesson in learnt(desk)] == ["It is navy blue."]


def test_it_is_erased_with_its_customer(desk: Desk) -> None:
    desk.answer("edit\nIt is navy blue.")
    desk.answer("approve")
    erasure.erase(desk.runtime.context, ANA)
    assert learnt(desk) == []
