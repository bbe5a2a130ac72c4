"""The one question after a thread is closed: whom it goes to, and when it does not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from support_desk import ANSWER, CALM, INBOX, SUPPORT, TEAM, Start, SupportDesk

from postroom.brain.scripted import ScriptedBrain
from postroom.mail import Message, Sender
from postroom_kit.satisfaction import ASKED, Rating, score_in


class Desk(SupportDesk):
    """A support agent with one thread of Ana's."""

    subject = "Return"

    def __init__(self, run_agent: Start, text: str = "How do I start a return?", fate: str = "", **triage: str) -> None:
        super().__init__(run_agent, ScriptedBrain(0.95, Triage={**CALM, **triage}, Answer=ANSWER))
        if fate:
            self.sandbox.chaos.next(fate)
        self.first = self.write(text)

    def reply(self, text: str, name: str = "ana") -> None:
        self.write(text, name, answers=self.sent_to()[0].message_id)

    def move(self, label: str) -> None:
        self.relabel(self.first, label)

    def times_asked_after(self, days: int) -> int:
        """Let days pass; return how often the customer has been asked by then."""
        self.after(days=days)
        return sum("from 1 (not at all) to 5" in " ".join(mail.text.split()) for mail in self.sent_to())

    @property
    def labels(self) -> set[str]:
        return self.labels_of(self.first)


@pytest.fixture
def asked(run_agent: Start) -> Desk:
    """A desk whose customer was answered and is asked for a score."""
    desk = Desk(run_agent)
    desk.after(days=6)
    return desk


def test_the_question_comes_a_day_after_closing_and_once_in_a_threads_life(run_agent: Start) -> None:
    desk = Desk(run_agent)
    assert desk.times_asked_after(5) == 0
    assert desk.times_asked_after(1) == 1
    desk.reply("And how do I start another return?")
    assert {"support/answered", "resolved/no", "csat/asked"} <= desk.labels
    assert desk.times_asked_after(60) == 1


def test_after_a_long_downtime_it_is_asked_once(run_agent: Start) -> None:
    assert Desk(run_agent).times_asked_after(90) == 1


def test_what_our_people_answered_counts_as_theirs(run_agent: Start) -> None:
    desk = Desk(run_agent, wants="a person")
    desk.person_answers(desk.first, "Here you are.")
    desk.move("support/closed")
    assert desk.times_asked_after(2) == 1
    desk.reply("5/5")
    assert {"support/closed", "csat/5", "source/people"} <= desk.labels


def test_a_thread_that_people_closed_without_a_mail_is_not_asked_about(run_agent: Start) -> None:
    desk = Desk(run_agent, wants="a person")
    desk.move("support/closed")
    assert desk.times_asked_after(3) == 0


@pytest.mark.parametrize(
    "then", ["STOP", "You took money from my account!", "I am angry"], ids=["opt-out", "grave", "anger"]
)
def test_nobody_is_asked_after_harm_even_told_while_people_had_the_thread(run_agent: Start, then: str) -> None:
    desk = Desk(run_agent, wants="a person")
    desk.brain.scripts["Triage"] = {**CALM, "mood": "angry" if "angry" in then else "calm"}
    desk.reply(then)
    desk.person_answers(desk.first, "Here you are.")
    desk.move("support/closed")
    assert desk.times_asked_after(10) == 0


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
    assert desk.times_asked_after(10) == 0


@pytest.mark.parametrize("then", ["Great, thanks a lot for wasting my time!", "Thank you for ignoring my question."])
def test_scorn_in_thanks_neither_closes_a_thread_nor_is_asked_about(run_agent: Start, then: str) -> None:
    desk = Desk(run_agent)
    desk.brain.scripts["Triage"] = {**CALM, "wants": "nothing"}
    desk.reply(then)
    assert {"support/with-human", "csat/no"} <= desk.labels
    desk.move("support/closed")
    assert desk.times_asked_after(10) == 0


@pytest.mark.parametrize(
    "then", ["Thanks. Now the hub is dead.", "Thank you. I paid twice.", "Thanks, the light is red."]
)
def test_trouble_behind_thanks_reaches_people_whatever_triage_says(run_agent: Start, then: str) -> None:
    desk = Desk(run_agent)
    desk.brain.scripts["Triage"] = {**CALM, "wants": "nothing"}
    desk.reply(then)
    assert "support/with-human" in desk.labels
    assert len(desk.sandbox.outbox(TEAM)) == 1


def test_good_news_close_a_thread_without_a_word(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.brain.scripts["Triage"] = {**CALM, "wants": "nothing"}
    desk.reply("Thank you, the label arrived. We will try it tomorrow.")
    assert "support/closed" in desk.labels
    assert len(desk.sent_to()) == 1


def test_nobody_is_asked_who_called_our_mail_spam(run_agent: Start) -> None:
    desk = Desk(run_agent, fate="complaint")
    assert "complained" in desk.labels
    assert desk.times_asked_after(30) == 0


def test_nothing_is_asked_about_spam(run_agent: Start) -> None:
    assert Desk(run_agent, "We sell cheap leads.", wants="spam").times_asked_after(30) == 0


def test_a_low_score_with_its_reason_reaches_people_and_opens_nothing(asked: Desk) -> None:
    before = len(asked.sent_to())
    asked.reply("2 because it was slow")
    assert {"support/closed", "csat/2"} <= asked.labels
    assert "resolved/no" not in asked.labels
    assert "because it was slow" in asked.sandbox.outbox(TEAM)[0].text
    asked.after(days=30)
    assert len(asked.sent_to()) == before


def test_a_score_may_be_corrected(asked: Desk) -> None:
    asked.reply("1")
    asked.reply("Sorry, I meant 5")
    assert {"support/closed", "csat/5"} <= asked.labels
    assert not {"csat/1", "resolved/no"} & asked.labels


@pytest.mark.parametrize("scores", ["Between 3 and 4", "10/10", "9 out of 10!", "8"])
def test_what_is_no_one_score_of_ours_is_none_and_bothers_nobody(asked: Desk, scores: str) -> None:
    before = len(asked.sandbox.outbox())
    asked.reply(scores)
    assert {"support/closed", "csat/asked"} <= asked.labels
    assert "resolved/no" not in asked.labels
    assert len(asked.sandbox.outbox()) == before
    asked.reply("4/5")
    assert "csat/4" in asked.labels


@pytest.mark.parametrize("scores", [["1"], ["1", "1"], ["What did you tell her?"]])
def test_what_a_stranger_adds_keeps_no_score_of_the_customer_from_being_recorded(
    asked: Desk, scores: list[str]
) -> None:
    for text in scores:
        asked.reply(text, "eve")
    assert "csat/1" not in asked.labels
    asked.reply("5")
    assert "csat/5" in asked.labels


def test_a_stranger_whom_we_answered_something_else_gives_no_score_for_the_customer(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.reply("How do I start a return of mine?", "eve")
    assert len(desk.sent_to("eve")) == 1
    desk.after(days=6)
    desk.reply("1", "eve")
    assert "csat/1" not in desk.labels
    desk.reply("5")
    assert "csat/5" in desk.labels


def test_the_question_names_the_customer_it_goes_to_whoever_wrote_since(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.reply("Vielen Dank für die schnelle Antwort!", "eve")
    assert desk.times_asked_after(6) == 1
    assert desk.sent_to()[0].text.startswith("Hello Ana,")
    assert "Eve" not in desk.sent_to()[0].text


@pytest.mark.parametrize("question", sorted(SUPPORT.folder.glob("emails/csat*.j2")), ids=lambda path: path.name)
def test_our_question_tells_in_each_language_who_was_asked(question: Path) -> None:
    ana, eve = Sender("ana@example.com"), Sender("eve@example.com")
    at = datetime(2026, 3, 2, tzinfo=UTC)
    text = question.read_text("utf-8")
    mails = [
        *(Message(who.address, "t", INBOX, who, "Return", "How?", at) for who in (ana, eve)),
        Message("3", "t", INBOX, Sender(INBOX), "", "", at, received=False, to=(ana.address,), text=text),
        Message("4", "t", INBOX, Sender(INBOX), "", "", at, received=False, to=(eve.address,), text="So."),
    ]
    thread = SimpleNamespace(messages=mails, labels=frozenset({ASKED}))
    assert score_in(Message("5", "t", INBOX, eve, "", "1", at), thread, "Wrenfrost") is None
    assert score_in(Message("6", "t", INBOX, ana, "", "4", at), thread, "Wrenfrost") == Rating(4, says_more=False)


@pytest.mark.parametrize(
    ("text", "label", "told"),
    [("4", "csat/4", []), ("2, but the hub is offline again", "csat/2", ["the customer wrote again"])],
)
def test_a_score_is_recorded_while_a_person_has_the_thread_who_is_told_only_what_says_more(
    asked: Desk, text: str, label: str, told: list[str]
) -> None:
    asked.move("support/with-human")
    asked.reply(text)
    assert {"support/with-human", label} <= asked.labels
    mails = asked.sandbox.outbox(TEAM)
    assert [words for words, mail in zip(told, mails, strict=True) if words in mail.text] == told


def test_a_score_above_a_signature_opens_nothing(asked: Desk) -> None:
    asked.write("5\n\nAna\nAna's Bakery Ltd\n+44 20 7946 0000", answers=asked.sent_to()[0].message_id)
    assert {"csat/5", "support/closed"} <= asked.labels


HARM = [
    "You are utterly useless, I am furious!",
    "STOP",
    "Your hub burned my hand.",
    "My mother, your customer, has died.",
]


@pytest.mark.parametrize("text", HARM)
@pytest.mark.parametrize("then", ["support/with-human", "support/closed"])
def test_who_wrote_in_anger_or_distress_on_another_thread_is_not_asked(run_agent: Start, text: str, then: str) -> None:
    desk = Desk(run_agent)
    desk.after(days=5, hours=1)
    desk.subject = "Something else"
    other = desk.write(text)
    if then == "support/closed":
        desk.relabel(other, then)
        desk.runtime.tick()
        desk.runtime.drain()
    assert desk.times_asked_after(3) == 0
    assert "csat/no" in desk.labels_of(other)


def test_another_customer_s_anger_keeps_nobody_from_being_asked(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.after(days=5, hours=1)
    desk.write(HARM[0], "bo")
    assert desk.times_asked_after(3) == 1
