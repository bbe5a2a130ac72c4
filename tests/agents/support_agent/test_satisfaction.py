"""The one question after a thread is closed: whom it goes to, and when it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.loading import load_agent
from postroom.mail import Message, Sender
from postroom.runtime.app import Runtime
from postroom_kit.satisfaction import ASKED, Rating, score_in
from support_agent.checks import knowledge

SUPPORT = load_agent("support")
INBOX, ANA = "support@sandbox.test", "ana@example.com"
CALM = {"wants": "an answer", "category": "returns", "mood": "calm", "priority": "normal"}
QUOTE = next(article.answer for article in knowledge.articles if article.id == "return-how")
ANSWER = {"body": QUOTE, "sources": [{"id": "return-how", "quote": QUOTE}], "unanswered": []}
Start = Callable[..., tuple[Runtime, Sandbox]]


class Desk:
    """A support agent with one thread of Ana's."""

    def __init__(self, run_agent: Start, text: str = "How do I start a return?", fate: str = "", **triage: str) -> None:
        self.runtime, self.sandbox = run_agent(SUPPORT, ScriptedBrain(0.95, Triage={**CALM, **triage}, Answer=ANSWER))
        if fate:
            self.sandbox.chaos.next(fate)
        self.first = self.write(text)

    def write(self, text: str, answers: str | None = None, sender: str = f"Ana <{ANA}>") -> Any:
        mail = self.sandbox.post_mail(
            sender, INBOX, "Return", text=text, **({"in_reply_to": answers} if answers else {})
        )
        self.runtime.drain()
        return mail

    def reply(self, text: str, **more: str) -> None:
        self.write(text, self.sandbox.outbox(ANA)[0].message_id, **more)

    def relabel(self, label: str) -> None:
        threads = self.sandbox.client().inboxes.threads
        old = [each for each in self.labels if each.startswith("support/")]
        threads.update(INBOX, self.first.thread_id, add_labels=[label], remove_labels=old)

    def after(self, days: int) -> list[str]:
        """Return which of our questions have left by then."""
        self.runtime.advance(timedelta(days=days))
        return [
            mail.text for mail in self.sandbox.outbox(ANA) if "from 1 (not at all) to 5" in " ".join(mail.text.split())
        ]

    @property
    def labels(self) -> set[str]:
        return set(self.sandbox.client().inboxes.threads.get(INBOX, self.first.thread_id).labels)


def test_the_question_comes_a_day_after_closing_and_once_in_a_threads_life(run_agent: Start) -> None:
    desk = Desk(run_agent)
    assert desk.after(5) == []
    assert len(desk.after(1)) == 1
    desk.reply("And how do I start another return?")
    assert {"support/answered", "resolved/no", "csat/asked"} <= desk.labels
    assert len(desk.after(60)) == 1


def test_after_a_long_downtime_it_is_asked_once(run_agent: Start) -> None:
    assert len(Desk(run_agent).after(90)) == 1


def test_what_our_people_answered_counts_as_theirs(run_agent: Start) -> None:
    desk = Desk(run_agent, wants="a person")
    desk.sandbox.client().inboxes.messages.reply(INBOX, desk.first.message_id, text="Here you are.")
    desk.relabel("support/closed")
    assert len(desk.after(2)) == 1
    desk.reply("5/5")
    assert {"support/closed", "csat/5", "source/people"} <= desk.labels


def test_a_thread_that_people_closed_without_a_mail_is_not_asked_about(run_agent: Start) -> None:
    desk = Desk(run_agent, wants="a person")
    desk.relabel("support/closed")
    assert desk.after(3) == []


@pytest.mark.parametrize(
    "then", ["STOP", "You took money from my account!", "I am angry"], ids=["opt-out", "grave", "anger"]
)
def test_nobody_is_asked_after_harm_even_told_while_people_had_the_thread(run_agent: Start, then: str) -> None:
    desk = Desk(run_agent, wants="a person")
    desk.runtime.context.brain.scripts["Triage"] = {**CALM, "mood": "angry" if "angry" in then else "calm"}
    desk.reply(then)
    desk.sandbox.client().inboxes.messages.reply(INBOX, desk.first.message_id, text="Here you are.")
    desk.relabel("support/closed")
    assert desk.after(10) == []


@pytest.mark.parametrize(
    "text",
    [
        "You people are unbelievable idiots. How do I start a return?",
        "How do I start a return? Otherwise I shall report you to consumer protection.",
        "I don't want a bot. How do I start a return?",
        "Human please",
    ],
)
def test_words_of_anger_of_a_threat_or_for_a_person_count_against_a_calm_triage(run_agent: Start, text: str) -> None:
    desk = Desk(run_agent, text)
    assert {"support/with-human", "source/people"} <= desk.labels
    assert desk.after(10) == []


@pytest.mark.parametrize("then", ["Great, thanks a lot for wasting my time!", "Thank you for ignoring my question."])
def test_scorn_in_thanks_neither_closes_a_thread_nor_is_asked_about(run_agent: Start, then: str) -> None:
    desk = Desk(run_agent)
    desk.runtime.context.brain.scripts["Triage"] = {**CALM, "wants": "nothing"}
    desk.reply(then)
    assert {"support/with-human", "csat/no"} <= desk.labels
    desk.relabel("support/closed")
    assert desk.after(10) == []


def test_nobody_is_asked_who_called_our_mail_spam(run_agent: Start) -> None:
    desk = Desk(run_agent, fate="complaint")
    assert "complained" in desk.labels
    assert desk.after(30) == []


def test_nothing_is_asked_about_spam(run_agent: Start) -> None:
    assert Desk(run_agent, "We sell cheap leads.", wants="spam").after(30) == []


def test_a_low_score_with_its_reason_reaches_people_and_opens_nothing(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.after(6)
    before = len(desk.sandbox.outbox(ANA))
    desk.reply("2 because it was slow")
    assert {"support/closed", "csat/2"} <= desk.labels
    assert "resolved/no" not in desk.labels
    assert "because it was slow" in desk.sandbox.outbox("team@example.com")[0].text
    desk.after(30)
    assert len(desk.sandbox.outbox(ANA)) == before


def test_a_score_may_be_corrected(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.after(6)
    desk.reply("1")
    desk.reply("Sorry, I meant 5")
    assert {"support/closed", "csat/5"} <= desk.labels
    assert not {"csat/1", "resolved/no"} & desk.labels


def test_two_scores_record_none_and_bother_nobody(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.after(6)
    before = len(desk.sandbox.outbox())
    desk.reply("Between 3 and 4")
    assert {"support/closed", "csat/asked"} <= desk.labels
    assert "resolved/no" not in desk.labels
    assert len(desk.sandbox.outbox()) == before
    desk.reply("4/5")
    assert "csat/4" in desk.labels


def test_a_strangers_digit_is_not_the_customers(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.after(6)
    desk.reply("1", sender="Eve <eve@example.net>")
    assert "csat/1" not in desk.labels


@pytest.mark.parametrize("scores", [["1"], ["1", "1"], ["What did you tell her?"]])
def test_what_a_stranger_adds_keeps_no_score_of_the_customer_from_being_recorded(
    run_agent: Start, scores: list[str]
) -> None:
    desk = Desk(run_agent)
    desk.after(6)
    for text in scores:
        desk.reply(text, sender="Eve <eve@example.net>")
    assert "csat/1" not in desk.labels
    desk.reply("5")
    assert "csat/5" in desk.labels


def test_a_stranger_whom_we_answered_something_else_gives_no_score_for_the_customer(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.reply("How do I start a return of mine?", sender="Eve <eve@example.net>")
    assert len(desk.sandbox.outbox("eve@example.net")) == 1
    desk.after(6)
    desk.reply("1", sender="Eve <eve@example.net>")
    assert "csat/1" not in desk.labels
    desk.reply("5")
    assert "csat/5" in desk.labels


@pytest.mark.parametrize("question", sorted(SUPPORT.folder.glob("emails/csat*.j2")), ids=lambda path: path.name)
def test_our_question_tells_in_each_language_who_was_asked(question: Path) -> None:
    ana, eve = Sender("ana@example.com"), Sender("eve@example.net")
    at = datetime(2026, 3, 2, tzinfo=UTC)
    mails = [
        *(Message(who.address, "t", INBOX, who, "Return", "How?", at) for who in (ana, eve)),
        Message(
            "3", "t", INBOX, Sender(INBOX), "", "", at, received=False, to=(ANA,), text=question.read_text("utf-8")
        ),
        Message("4", "t", INBOX, Sender(INBOX), "", "", at, received=False, to=(eve.address,), text="So."),
    ]
    thread = SimpleNamespace(messages=mails, labels=frozenset({ASKED}))
    assert score_in(Message("5", "t", INBOX, eve, "", "1", at), thread, "Wrenfrost") is None
    assert score_in(Message("6", "t", INBOX, ana, "", "4", at), thread, "Wrenfrost") == Rating(4, says_more=False)


def test_a_score_is_recorded_while_a_person_has_the_thread_and_bothers_nobody(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.after(6)
    desk.relabel("support/with-human")
    desk.reply("4")
    assert {"support/with-human", "csat/4"} <= desk.labels
    assert desk.sandbox.outbox("team@example.com") == []


def test_what_says_more_than_a_score_is_recorded_and_passed_on_while_a_person_has_the_thread(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.after(6)
    desk.relabel("support/with-human")
    desk.reply("2, but the hub is offline again")
    assert {"support/with-human", "csat/2"} <= desk.labels
    assert "the customer wrote again" in desk.sandbox.outbox("team@example.com")[0].text
