"""What waits for approval, seen and decided on the page."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import CALLED, agent, record
from desk_page import ANA, DESK, Console

from postroom import Actions, Propose
from postroom.runtime import approvals


@pytest.fixture
def waiting(console: Console) -> Console:
    console.say("answer")
    console.mail(subject="COLOUR")
    return console


def fields(console: Console) -> dict[str, str]:
    """Return the hidden fields of the one form."""
    page = console.web.get("/approvals").text
    return {name: re.findall(rf'name="{name}" value="([^"]+)"', page)[0] for name in ("case", "content")}


def decide(console: Console, wish: str, **more: str) -> Any:
    answer = console.post("/approvals", wish=wish, **{**fields(console), **more})
    console.settle()
    console.runtime.run_due()
    return answer


def sent(console: Console) -> list[Any]:
    return console.sandbox.outbox("ana@example.com")


def test_the_page_shows_what_would_leave_to_whom_and_why_it_waits(waiting: Console) -> None:
    words = waiting.text("/approvals")
    assert "the subject is shouted" in words
    assert "It is blue." in words
    assert "to ana@example.com" in words
    assert "Approvals 1" in waiting.text("/")


def test_approved_on_the_page_it_leaves_once(waiting: Console) -> None:
    seen = fields(waiting)
    assert decide(waiting, "approve").status_code == 303
    assert len(sent(waiting)) == 1
    waiting.post("/approvals", wish="approve", **seen)
    waiting.settle()
    waiting.runtime.run_due()
    assert len(sent(waiting)) == 1
    assert "Nothing waits" in waiting.text("/approvals")


def test_a_changed_text_is_saved_shown_with_its_changes_and_leaves_when_approved(waiting: Console) -> None:
    decide(waiting, "edit", text="Hello,\n\nit is green.")
    assert sent(waiting) == []
    page = waiting.web.get("/approvals").text
    assert '<p class="new">+ it is green.</p>' in page
    assert '<p class="gone">− It is blue.</p>' in page
    decide(waiting, "approve")
    assert "it is green." in sent(waiting)[0].text


def test_what_changed_since_the_page_was_loaded_is_not_approved_by_it(waiting: Console) -> None:
    seen = fields(waiting)
    decide(waiting, "edit", text="It is green.")
    waiting.post("/approvals", wish="approve", **seen)
    waiting.settle()
    waiting.runtime.run_due()
    assert sent(waiting) == []


def test_rejected_it_does_not_leave(waiting: Console) -> None:
    assert decide(waiting, "reject", reason="wrong").status_code == 303
    assert "Nothing waits" in waiting.text("/approvals")
    assert sent(waiting) == []


def test_put_off_it_waits(waiting: Console) -> None:
    until = waiting.runtime.clock.now() + timedelta(hours=5)
    assert decide(waiting, "defer", until=f"{until:%Y-%m-%dT%H:%M}").status_code == 303
    assert "put off until" in waiting.text("/approvals")
    assert sent(waiting) == []


def test_what_is_proposed_has_a_text_box_and_is_done_as_it_was_saved(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    CALLED.clear()
    asked = Propose(record, "blue", title="New rule", text="All is blue.", because="two people ask")
    (cron,) = agent.crons
    monkeypatch.setattr(agent, "crons", [dataclasses.replace(cron, handler=lambda _inbox: Actions(asked))])
    console.runtime.run_due()
    console.runtime.advance(timedelta(days=4))
    page = console.web.get("/approvals").text
    assert "<b>New rule</b>" in page
    assert ">All is blue.</textarea>" in page
    decide(console, "edit", text="All is green.")
    assert decide(console, "approve", text="All is red.").status_code == 400
    decide(console, "approve", text="All is green.")
    assert {values["text"] for _, values in CALLED} == {"All is green."}


@pytest.mark.parametrize(
    "form", [{"wish": "burn"}, {"wish": "edit", "text": " "}, {"wish": "defer", "until": "soon"}, {"wish": ""}]
)
def test_what_cannot_be_done_is_said(waiting: Console, form: dict[str, str]) -> None:
    answer = waiting.post("/approvals", **{**fields(waiting), **form})
    assert answer.status_code == 400
    assert 'class="problem"' in answer.text


def test_to_look_changes_nothing(waiting: Console) -> None:
    case = fields(waiting)["case"]
    for path in ("/approvals", f"/approvals?case={case}&wish=approve", f"/approvals/{case}/approve"):
        waiting.web.get(path)
    waiting.settle()
    waiting.runtime.run_due()
    assert sent(waiting) == []


def test_a_form_without_the_pages_token_changes_nothing(waiting: Console) -> None:
    answer = waiting.web.post("/approvals", data={**fields(waiting), "wish": "approve"})
    assert answer.status_code == 400
    waiting.settle()
    waiting.runtime.run_due()
    assert sent(waiting) == []


def test_nobody_knows_a_case_that_is_not_there(console: Console) -> None:
    assert console.post("/approvals", wish="approve", case="00000000", content="x").status_code == 404


def test_words_of_strangers_are_text_on_the_page(console: Console) -> None:
    console.say("answer", body="<script>alert(1)</script>")
    console.mail(subject="COLOUR", from_=ANA)
    assert DESK
    assert "<script>alert" not in console.web.get("/approvals").text


def test_a_text_that_was_written_into_the_box_is_not_passed_over_by_approve(waiting: Console) -> None:
    answer = waiting.post("/approvals", wish="approve", text="It is green.", **fields(waiting))
    assert answer.status_code == 400
    waiting.settle()
    waiting.runtime.run_due()
    assert sent(waiting) == []


def test_an_open_page_does_not_ask_agentmail_for_the_drafts_each_second(waiting: Console) -> None:
    drafts, wire = rf"GET /v0/inboxes/{DESK}/drafts", waiting.sandbox.wire
    first = waiting.web.get("/approvals")
    asked = wire.count(drafts)
    assert asked
    assert waiting.web.get("/approvals", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert wire.count(drafts) == asked


@pytest.mark.parametrize(("first", "second"), [("approve", "approve"), ("reject", "approve"), ("approve", "reject")])
def test_a_press_that_comes_too_late_is_told_so_and_stands_in_the_story(
    waiting: Console, first: str, second: str
) -> None:
    ((thread, seen),) = [
        (row["thread_id"], fields(waiting)) for row in approvals.waiting(waiting.runtime.context.journal)
    ]
    decide(waiting, first)
    left = len(sent(waiting))
    answer = waiting.post("/approvals", wish=second, **seen)
    assert (answer.status_code, "It was decided before" in answer.text) == (409, True)
    waiting.settle()
    waiting.runtime.run_due()
    assert len(sent(waiting)) == left
    story = waiting.text(f"/threads/{thread}")
    assert story.count(f"before ({'approved' if first == 'approve' else 'rejected'} by the operator") == 1
    assert "looked at again" not in story


def test_what_is_approved_after_it_changed_is_told_so(waiting: Console) -> None:
    seen = fields(waiting)
    decide(waiting, "edit", text="It is green.")
    answer = waiting.post("/approvals", wish="approve", **seen)
    assert (answer.status_code, "has changed since" in answer.text) == (409, True)


def test_a_thread_says_in_words_what_the_core_waits_for(waiting: Console) -> None:
    (row,) = approvals.waiting(waiting.runtime.context.journal)
    shown = waiting.text(f"/threads/{row['thread_id']}")
    assert re.search(r"Due next what waits for approval is looked at again on \d+ \w+ \d{4}, \d\d:\d\d", shown)
    assert "if still <" not in waiting.web.get(f"/threads/{row['thread_id']}").text


def test_a_hand_over_that_waits_is_told_in_words(console: Any) -> None:
    console.say("escalate")
    shown = console.text(f"/threads/{console.mail()}")
    assert re.search(r"the hand-over is sent once more on \d+ \w+ \d{4}, \d\d:\d\d if still with-human", shown)
