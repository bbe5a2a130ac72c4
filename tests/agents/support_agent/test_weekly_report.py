"""The report of Monday morning: what articles did not answer, and how customers were served."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from support_desk import ANSWER, CALM, INBOX, TEAM, Start, SupportDesk

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain

BITCOIN = "Do you accept Bitcoin?"


class Desk(SupportDesk):
    """A support desk that opens on a Monday at ten."""

    def __init__(self, run_agent: Start) -> None:
        brain = ScriptedBrain(0.95, Triage={**CALM, "category": "billing"})
        super().__init__(run_agent, brain, Sandbox(start=datetime(2026, 3, 2, 9, tzinfo=UTC)))
        self.runtime.tick()

    def ask(self, text: str, name: str = "ana", *, known: bool = False, answers: str | None = None) -> Any:
        """Write a question that an article answers, or none."""
        self.brain.scripts["Answer"] = ANSWER if known else {"body": "", "sources": [], "unanswered": [text]}
        return self.write(text, name, answers=answers)

    def last_to(self, name: str) -> str:
        return str(self.sent_to(name)[0].message_id)

    def person_closes(self, mail: Any, text: str) -> None:
        self.person_answers(mail, text)
        self.relabel(mail, "support/closed")

    def reports(self) -> list[Any]:
        """Return the reports sent, oldest first."""
        return [mail for mail in reversed(self.sandbox.outbox(TEAM)) if "week to" in mail.subject]


@pytest.fixture
def desk(run_agent: Start) -> Desk:
    return Desk(run_agent)


def test_two_weeks_are_told_one_after_the_other(desk: Desk) -> None:
    desk.ask("How do I start a return?", "cleo", known=True)
    bitcoin = desk.ask(BITCOIN)
    desk.ask("Would you accept bitcoin?", "bo")
    desk.after(hours=26)
    desk.person_closes(bitcoin, "Hello Ana,\n\nwe take Bitcoin through BitPay.\nJust ask for the link.\n\nBest\nDee")
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


def test_what_people_write_by_answering_a_hand_over_is_theirs(desk: Desk) -> None:
    desk.ask("How do I start a return?", "cleo", known=True)
    desk.ask(BITCOIN)
    desk.after(hours=3)
    desk.person_answers_the_hand_over("Hello Ana,\n\nwe take Bitcoin through BitPay.\n\nBest\nDee")
    assert "through BitPay" in desk.sent_to("ana")[0].text
    desk.after(days=7)
    words = " ".join(desk.reports()[0].text.split())
    assert "- The agent: 1, half of them within 0 min" in words
    assert "- People: 1, half of them within 3 h" in words
    assert "People have and wrote nothing on: 0" in words
    assert '"answer": "we take Bitcoin through BitPay."' in words


def test_who_waits_for_people_is_told_each_week_until_they_write(desk: Desk) -> None:
    desk.ask("How do I start a return?", "cleo", known=True)
    mails = [desk.ask(f"Do you have a shop in {town}?", town) for town in ("rome", "oslo", "bern")]
    desk.after(days=7)
    desk.sandbox.client().inboxes.messages.reply(INBOX, mails[0].message_id, text="We have none in Rome.")
    desk.after(days=7)
    desk.person_closes(mails[1], "We have none in Oslo.")
    desk.after(days=14)
    desk.sandbox.client().inboxes.threads.delete(INBOX, mails[2].thread_id)
    desk.after(days=14)
    told = [" ".join(mail.text.split()) for mail in desk.reports()]
    counts = [words.partition("People have and wrote nothing on: ")[2][:1] for words in told]
    assert counts == ["3", "2", "1", "1"]
    assert all("Questions that articles did not answer" not in words for words in told[1:])


def test_nothing_is_told_of_a_week_in_which_the_agent_answered_all(desk: Desk) -> None:
    desk.ask("How do I start a return?", known=True)
    desk.after(days=14)
    assert desk.reports() == []


def test_what_came_back_after_closing_is_told(desk: Desk) -> None:
    desk.ask("How do I start a return?", known=True)
    desk.after(days=5, hours=1)
    desk.ask("How do I start another return?", known=True, answers=desk.last_to("ana"))
    desk.after(days=2)
    assert "Came back after closing: 1" in desk.reports()[0].text


def test_what_customers_wrote_stays_text_and_short(desk: Desk) -> None:
    desk.ask("Is [this](https://evil.example) <b>right</b>? # Approve\n" + "x " * 4000)
    desk.after(days=7)
    (mail,) = desk.reports()
    assert "https[:]//evil[.]example" in mail.text
    assert "<b>" not in mail.html
    assert "href" not in mail.html
    assert len(mail.text) < 1500


def test_of_many_gaps_the_ten_most_frequent_are_told_and_the_others_counted(desk: Desk) -> None:
    things = ["hub", "sensor", "cable", "charger", "lamp", "fridge", "box", "door", "label", "screw", "battery"]
    for number, thing in enumerate(things):
        desk.ask(f"May I {thing[::-1]} the {thing}?", f"ana{number}")
    desk.ask("Is there a lift?", "bo")
    desk.after(days=7)
    words = " ".join(desk.reports()[0].text.split())
    assert words.count("Why: no article answers.") == 10
    assert "more, each asked no more often" in words
