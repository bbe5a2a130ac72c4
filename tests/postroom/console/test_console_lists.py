"""The list of an inbox says what AgentMail has: how many threads stand where, which hold doubtful mail, what waits."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import agent

from postroom import Actions, Send
from postroom.console import shown
from postroom.runtime import refusals

DESK = "desk@sandbox.test"


def test_states_are_counted_from_what_agentmail_has(console: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = [console.mail(f"number {number}") for number in range(3)]
    console.sandbox.client().inboxes.threads.delete(DESK, threads[0])
    assert "done 2 " in console.text("/")
    monkeypatch.setattr(shown, "MOST_COUNTED", 1)
    assert "done 1+ " in console.text("/")


@pytest.mark.parametrize("path", ["/", "/overview", "/agents/desk"])
def test_mail_to_our_people_hides_no_thread_from_the_counts(
    console: Any, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    console.mail("Colour")
    console.say("escalate")
    for number in range(3):
        console.mail(f"number {number}")
    monkeypatch.setattr(shown, "MOST_COUNTED", 4)  # of the newest four threads three are hand-overs
    counts = re.findall(r"(done|with-human)(?: [^ 0-9]+)? (\d)", console.text(path))
    assert {("done", "1"), ("with-human", "3")} <= set(counts)


def test_what_waits_is_counted_from_the_newest_threads_where_those_are_all(
    console: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for subject in ("LOUD WORDS", "LOUD COLOURS", "Calm words"):
        console.mail(subject)
    lists, wire = rf"GET /v0/inboxes/{DESK}/threads$", console.sandbox.wire
    before = wire.count(lists)
    assert "held for approval 2 " in console.text("/")
    assert wire.count(lists) == before + 2
    monkeypatch.setattr(shown, "MOST_COUNTED", 3)
    assert "held for approval 2 " in console.text("/")


@pytest.mark.parametrize(
    ("more", "says"),
    [({"headers": {"X-Sandbox-Spam": "yes"}}, "has spam"), ({"auth": "none"}, "has an unverified sender")],
)
def test_a_doubtful_mail_marks_a_conversation_and_hides_it_not(console: Any, more: dict[str, Any], says: str) -> None:
    thread = console.mail("Colour")
    assert says not in console.text("/")
    (sent,) = console.sandbox.outbox()
    console.mail("Re: Colour", in_reply_to=sent.message_id, **more)
    assert f"{says} " in console.text("/")
    assert says in console.text(f"/threads/{thread}")
    assert "done 1 " in console.text("/")


def test_blocked_mail_marks_a_conversation_and_hides_it_not(console: Any) -> None:
    console.sandbox.client().lists.create("receive", "block", entry="ana@example.com")
    console.mail("Colour")
    assert "Colour" in console.text("/")
    assert "has blocked mail" in console.text("/")
    assert "working" not in console.text("/")


def test_the_list_shows_held_mail_that_has_no_thread(console: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = Actions(Send("plain", to="stranger@example.net", subject="An offer", body="Buy this."))
    monkeypatch.setattr(agent, "crons", [dataclasses.replace(agent.crons[0], handler=lambda _: offer)])
    console.runtime.tick()
    console.runtime.advance(timedelta(days=4))
    assert "held for approval mail of digest, as a draft in AgentMail: recipients/unknown" in console.text("/")


def test_letting_mail_leave_again_tells_how_many_were_refused_until_they_are_taken_up(console: Any) -> None:
    console.post("/switch", scope="all")
    console.mail()
    console.mail("Size")
    told = "2 mails were refused while it was off; `postroom dead-letters --refused --replay-all` takes them up again"
    assert told not in console.text("/")
    page = console.post("/switch", scope="all", to="on").location
    assert told in console.text(page)
    refusals.take_up(console.runtime.context)
    console.settle()
    assert "refused while it was off" not in console.text(page)


def test_a_held_answer_that_newer_mail_overtook_says_so_and_the_newer_one_names_the_mail(console: Any) -> None:
    thread = console.mail("LOUD WORDS")
    asked = console.sandbox.client().inboxes.threads.get(DESK, thread).messages[0]
    console.mail("LOUD WORDS", "And which size?", in_reply_to=asked.message_id)
    shown = console.text(f"/threads/{thread}")
    assert "stale: newer mail came in before a person approved it" in shown
    assert f"not answered yet: mail of {asked.created_at:%Y-%m-%d %H:%M} UTC" in shown
    assert "needs a person" in shown


def test_passages_show_when_their_article_was_updated(console: Any) -> None:
    passage = {"id": "a", "score": 0.4, "answer": "A", "updated": "2024-05-06"}
    thread, journal = console.mail(), console.runtime.context.journal
    (run,) = journal.runs_of_thread(thread)
    journal.record_decision(
        run_id=run["run_id"], number=9, type="Answer", inputs_hash="h", value={"sources": []}, confidence=0.5,
        brain="scripted", seen={"context": {"passages": [passage]}, "why": {}}, made_at=console.runtime.clock.now(),
    )  # fmt: skip
    assert "updated 2024-05-06" in console.text(f"/threads/{thread}")


def test_a_run_tells_what_the_rules_said_of_it(console: Any) -> None:
    assert "Checked no rule held or refused it" in console.text(f"/threads/{console.mail()}")
    held = console.text(f"/threads/{console.mail('LOUD WORDS')}")
    assert "Held by " in held
    assert "Checked" not in held
