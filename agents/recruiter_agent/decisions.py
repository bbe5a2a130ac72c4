"""All that a model may say in the recruiter."""

from __future__ import annotations

from typing import Literal

from postroom import Decision, Source

SURE = {"opt-out": 0.8, "not interested": 0.8, "wrong person": 0.8, "interested": 0.5}
SURE_OF_KIND, SURE_OF_ANSWER = 0.6, 0.85
"""Chosen on the training examples, cross-validated: below it people read the reply. Questions to somebody who is in two
minds harm less than an end to a talk that was none; what ends a talk for good needs more than any other kind."""


class ReplyKind(Decision):
    """What somebody says who answers a mail about a role."""

    kind: Literal[
        "interested", "not interested", "question", "answers", "already answered", "referral", "later", "wrong person",
        "opt-out",
    ]  # fmt: skip
    """What the mail comes to, for us; `answers` are those to screening questions."""


class Answers(Decision):
    """The answers to our questions that stand in a mail."""

    answers: tuple[Source, ...]
    """One for each question that is answered, by its id, in the candidate's words without any change."""


class Answer(Decision):
    """A reply made of the role sheet, or the questions that it does not answer."""

    body: str
    """The answer in the language of the mail, every factual sentence taken word for word from a passage, or closely
    translated; empty when nothing can be answered."""

    sources: tuple[Source, ...]
    """One for each passage used, with the words taken from it."""

    unanswered: tuple[str, ...]
    """Each question of the mail that the passages do not answer, in the writer's words."""
