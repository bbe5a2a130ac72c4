"""All that a model may say in customer support."""

from __future__ import annotations

from typing import Literal

from postroom import Decision, Source

SURE_OF_TRIAGE = 0.5
SURE_OF_SPAM, SURE_OF_SHORT_SPAM, SHORT = 0.8, 0.97, 15
"""Nobody sees what is closed as spam; of less than `SHORT` words a customer's "your website" looks like an offer."""


class Triage(Decision):
    """What a mail is, before anyone answers it."""

    wants: Literal["an answer", "a person", "nothing", "to stop", "account data", "unclear", "spam"]
    """What the writer wants from us now. `a person` also for threats of legal action, deaths, injuries, break-ins and
    money that is gone."""

    category: Literal["orders", "shipping", "returns", "billing", "account", "technical", "privacy", "product", "other"]
    """What it is about."""

    mood: Literal["calm", "upset", "angry"]
    """How the writer feels, judged by the words used."""

    priority: Literal["normal", "high"]
    """`high` for blocked work, danger, or money wrongly taken."""


def is_surely_spam(triage: Triage, text: str) -> bool:
    """Tell whether a mail surely offers something that nobody here asked for."""
    least = SURE_OF_SPAM if len(text.split()) >= SHORT else SURE_OF_SHORT_SPAM
    return triage.wants == "spam" and triage.sure(least, "wants")


def plainly_asks(triage: Triage) -> bool:
    """Tell whether a mail surely asks something, calmly; less will not do in a language that no rule of ours reads."""
    return triage.wants == "an answer" and triage.mood != "angry" and triage.sure(SURE_OF_TRIAGE, "wants")


class Answer(Decision):
    """A reply made of passages, or the questions that no passage answers."""

    body: str
    """The answer in the language of the mail, every factual sentence taken word for word from a passage, or closely
    translated; empty when nothing can be answered."""

    sources: tuple[Source, ...]
    """One for each passage used, with the words taken from it."""

    unanswered: tuple[str, ...]
    """Each question of the mail that the passages do not answer, in the writer's words."""
