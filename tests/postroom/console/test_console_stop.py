"""The kill switch on the page: what it could not stop and what it un-scheduled is told to who pressed it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from postroom.console import stopping

DESK = "desk@sandbox.test"


def scheduled(console: Any, to: str) -> Any:
    at = console.runtime.clock.now() + timedelta(hours=3)
    drafts = console.sandbox.client().inboxes.drafts
    return drafts.create(DESK, to=[to], subject=f"For {to}", text="x", send_at=at)


def test_drafts_that_were_unscheduled_are_told_to_who_pressed_and_to_nobody_else(console: Any) -> None:
    for to in ("ana@example.com", "ben@example.com"):
        scheduled(console, to)
    answer = console.post("/switch", scope="all", back="/dead-letters?resumed=1")
    told = console.text(answer.location)
    assert answer.location.startswith("/dead-letters?pressed=")
    assert "What the stop came upon:" in told
    for to in ("ana@example.com", "ben@example.com"):
        said = f"the draft &#39;For {to}&#39; to {to} was to leave by itself, and is un-scheduled"
        assert said in told
    assert "What the stop came upon:" not in console.text("/dead-letters")
    assert "What the stop came upon:" not in console.text("/dead-letters?pressed=guessed")


def test_a_stop_that_came_upon_nothing_says_so(console: Any) -> None:
    assert stopping.ALL_STOPPED in console.text(console.post("/switch", scope="all").location)


def test_an_inbox_can_be_stopped(console: Any) -> None:
    assert 'value="inbox:desk@sandbox.test">inbox desk@sandbox.test' in console.web.get("/").text
    console.post("/switch", scope=f"inbox:{DESK}", reason="a wrong price")
    assert "Stopped: inbox desk@sandbox.test." in console.text("/")
    console.mail()
    assert console.sandbox.outbox() == []


def test_a_stop_holds_where_agentmail_does_not_say_what_is_scheduled(console: Any) -> None:
    console.sandbox.chaos.fail(r"GET /v0/inboxes/[^/]+/drafts$", status=400)
    told = console.text(console.post("/switch", scope="all").location)
    assert "Stopped: all agents." in told
    assert "drafts of desk@sandbox.test may still leave by themselves: AgentMail answered 400" in told
    assert "press once more" in told


def test_letting_it_go_on_takes_the_answer_of_the_press_away(console: Any) -> None:
    pressed = console.post("/switch", scope="all").location
    assert console.post("/switch", scope="all", to="on", back=pressed).location == "/?resumed=1"


def test_only_the_latest_presses_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "KEPT", 2)
    presses = stopping.Presses()
    names = [presses.keep([said]) for said in ("first", "second", "third")]
    assert [presses.told(name) for name in names] == [(), ["second"], ["third"]]
