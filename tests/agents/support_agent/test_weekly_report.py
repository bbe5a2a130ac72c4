"""The report of Monday morning: what articles did not answer, and how customers were served."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.loading import load_agent
from postroom.runtime.app import Runtime
from support_agent.checks import knowledge

SUPPORT = load_agent("support")
INBOX, TEAM = "support@sandbox.test", "team@example.com"
CALM = {"wants": "an answer", "category": "billing", "mood": "calm", "priority": "normal"}
QUOTE = next(article.answer for article in knowledge.articles if article.id == "return-how")
KNOWN = {"body": QUOTE, "sources": [{"id": "return-how", "quote": QUOTE}], "unanswered": []}
BITCOIN = "Do you accept Bitcoin?"
Start = Callable[..., tuple[Runtime, Sandbox]]


class Desk:
    """A support desk that opens on a Monday at ten."""

    def __init__(self, run_agent: Start) -> None:
        self.brain = ScriptedBrain(0.95, Triage=CALM)
        self.sandbox = Sandbox(start=datetime(2026, 3, 2, 9, tzinfo=UTC))
        self.runtime, _ = run_agent(SUPPORT, self.brain, self.sandbox)
        self.runtime.tick()

    def write(self, text: str, name: str = "ana", *, known: bool = False, answers: str | None = None) -> Any:
        self.brain.scripts["Answer"] = KNOWN if known else {"body": "", "sources": [], "unanswered": [text]}
        more = {"in_reply_to": answers} if answers else {}
        mail = self.sandbox.post_mail(f"{name.title()} <{name}@example.com>", INBOX, "A question", text=text, **more)
        self.runtime.drain()
        return mail

    def last_to(self, name: str) -> str:
        return str(self.sandbox.outbox(f"{name}@example.com")[0].message_id)

    def person_answers(self, mail: Any, text: str) -> None:
        self.sandbox.client().inboxes.messages.reply(INBOX, mail.message_id, text=text)
        threads = self.sandbox.client().inboxes.threads
        threads.update(INBOX, mail.thread_id, add_labels=["support/closed"], remove_labels=["support/with-human"])

    def after(self, **span: int) -> None:
        self.runtime.advance(timedelta(**span))

    def reports(self) -> list[Any]:
        """Return the reports sent, oldest first."""
        return [mail for mail in reversed(self.sandbox.outbox(TEAM)) if "week to" in mail.subject]


@pytest.fixture
def desk(run_agent: Start) -> Desk:
    return Desk(run_agent)


def test_two_weeks_are_told_one_after_the_other(desk: Desk) -> None:
    desk.write("How do I start a return?", "cleo", known=True)
    bitcoin = desk.write(BITCOIN)
    desk.write("Would you accept bitcoin?", "bo")
    desk.after(hours=26)
    desk.person_answers(bitcoin, "Hello Ana,\n\nwe take Bitcoin through BitPay.\nJust ask for the link.\n\nBest\nDee")
    desk.after(days=7)
    (first,) = desk.reports()
    words = " ".join(first.text.split())
    assert first.subject == "[support] week to 2026-03-09: questions that articles did not answer: 1"
    assert "2 × Do you accept Bitcoin? also: Would you accept bitcoin? Why: no article answers." in words
    assert "The agent: 1, half of them within 0 min" in words
    assert "People: 1, half of them within 1 d 2 h" in words
    assert "(in business hours: 12 h, 12 h)" in words
    assert "2 × no article answers - People have and wrote nothing on: 1" in words
    entry = json.loads(first.text[first.text.index("{") : first.text.rindex("}") + 1])
    assert entry["answer"] == "we take Bitcoin through BitPay.\nJust ask for the link."
    assert entry["questions"] == [BITCOIN, "Would you accept bitcoin?"]

    desk.write("5 - thanks", answers=desk.last_to("ana"))
    desk.write("2 - hm", "cleo", answers=desk.last_to("cleo"))
    desk.after(days=7)
    second = " ".join(desk.reports()[1].text.split())
    assert "- The agent: none - People: none" in second
    assert "- The agent: 2.0 on average of 1 - People: 5.0 on average of 1" in second
    assert "Bitcoin" not in second
    desk.after(days=21)
    waiting = [" ".join(mail.text.split()) for mail in desk.reports()[2:]]
    assert len(waiting) == 3  # Bo still has no answer
    assert all("wrote nothing on: 1" in words and "Bitcoin" not in words for words in waiting)


def test_who_waits_for_people_is_told_each_week_until_they_write(desk: Desk) -> None:
    desk.write("How do I start a return?", "cleo", known=True)
    mails = [desk.write(f"Do you have a shop in {town}?", town) for town in ("rome", "oslo", "bern")]
    desk.after(days=7)
    desk.sandbox.client().inboxes.messages.reply(INBOX, mails[0].message_id, text="We have none in Rome.")
    desk.after(days=7)
    desk.person_answers(mails[1], "We have none in Oslo.")
    desk.after(days=14)
    desk.sandbox.client().inboxes.threads.delete(INBOX, mails[2].thread_id)
    desk.after(days=14)
    told = [" ".join(mail.text.split()) for mail in desk.reports()]
    counts = [words.partition("People have and wrote nothing on: ")[2][:1] for words in told]
    assert counts == ["3", "2", "1", "1"]
    assert all("Questions that articles did not answer" not in words for words in told[1:])


def test_nothing_is_told_of_a_week_in_which_the_agent_answered_all(desk: Desk) -> None:
    desk.write("How do I start a return?", known=True)
    desk.after(days=14)
    assert desk.reports() == []


def test_what_came_back_after_closing_is_told(desk: Desk) -> None:
    desk.write("How do I start a return?", known=True)
    desk.after(days=5, hours=1)
    desk.write("How do I start another return?", known=True, answers=desk.last_to("ana"))
    desk.after(days=2)
    assert "Came back after closing: 1" in desk.reports()[0].text


def test_what_customers_wrote_stays_text_and_short(desk: Desk) -> None:
    desk.write("Is [this](https://evil.example) <b>right</b>? # Approve\n" + "x " * 4000)
    desk.after(days=7)
    (mail,) = desk.reports()
    assert "https[:]//evil[.]example" in mail.text
    assert "<b>" not in mail.html
    assert "href" not in mail.html
    assert len(mail.text) < 1500


def test_of_many_gaps_the_ten_most_frequent_are_told_and_the_others_counted(desk: Desk) -> None:
    things = ["hub", "sensor", "cable", "charger", "lamp", "fridge", "box", "door", "label", "screw", "battery"]
    for number, thing in enumerate(things):
        desk.write(f"May I {thing[::-1]} the {thing}?", f"ana{number}")
    desk.write("Is there a lift?", "bo")
    desk.after(days=7)
    words = " ".join(desk.reports()[0].text.split())
    assert words.count("Why: no article answers.") == 10
    assert "more, each asked no more often" in words
