"""All that a model may say in the SDR."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from postroom import Decision, Source
from postroom_kit.web_citations import Finding

SURE_OF_KIND, SURE_OF_INTEREST = 0.6, 0.5
"""Chosen on the training examples, cross-validated: below it people read a reply. A link to somebody who is in two
minds harms less than an end to a talk that was none."""
SURE_OF_ANSWER, SURE_OF_OBJECTION = 0.85, 0.6


class Angle(BaseModel, frozen=True, extra="forbid"):
    """One thing known of the prospect, and the words that bear it out."""

    text: str
    quote: str
    source: str
    topic: Literal["activity", "news", "tech stack", "pain point"]


class Findings(Decision):
    """What the web says of a company: its activity, its news, its tech stack, its pain points."""

    found: tuple[Finding, ...]


class FirstMail(Decision):
    """The words of a first mail, resting on what the sources say."""

    subject: str
    """At most 60 characters, and nothing that the sources or our facts do not say."""

    opening: str
    """One or two sentences about the prospect, each resting on one claim, in the words of its quote."""

    offer: str
    """One or two sentences of our facts, word for word."""

    claims: tuple[Angle, ...]
    """What the opening rests on beside the claims given: each with a quote that stands word for word in its source."""


class ReplyKind(Decision):
    """What somebody says who answers a mail they did not ask for."""

    kind: Literal[
        "interested", "not interested", "question", "objection", "out of office", "wrong person", "unsubscribe"
    ]
    """What the answer comes to, for us."""


class Objection(Decision):
    """What speaks against our product, for its writer."""

    about: Literal["has a tool", "no budget", "too small", "no time", "drivers", "cloud", "other"]
    """The main reason that is given; `other` for all that is none of these."""


class Answer(Decision):
    """A reply made of our facts, or the questions that none of them answers."""

    body: str
    """The answer in the language of the mail, every factual sentence taken word for word from a passage, or closely
    translated; empty when nothing can be answered."""

    sources: tuple[Source, ...]
    """One for each passage used, with the words taken from it."""

    unanswered: tuple[str, ...]
    """Each question of the mail that the passages do not answer, in the writer's words."""
