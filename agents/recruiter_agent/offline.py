"""How the recruiter decides without a model: by examples, by numbers and words of answers, by the role sheet."""

from __future__ import annotations

from functools import cache

from postroom.brain.offline import Ask, Guess, classify_fields, compose_answer, rows_of
from postroom_kit.hiring.screening import extract
from postroom_kit.hiring.wishes import wants_more
from postroom_kit.kept import Kept
from postroom_kit.knowledge.answerable import Answerable
from postroom_kit.knowledge.asking import asked
from postroom_kit.replies import declines, wants_no_more
from recruiter_agent.decisions import SURE_OF_ANSWER
from recruiter_agent.files import HERE, ROLES

SURE_BY_WORDS = 0.95


def words(_subject: str, new_text: str) -> str:
    """Judge a reply by its own words: its subject is ours."""
    return new_text


def replykind(ask: Ask) -> Guess:
    """Classify by the examples; what plain words say counts for more: an end to all mail, a no, an interest."""
    message, guess = ask.question.message, classify_fields(ask)
    text, subject = (message.new_text, message.subject) if message else ("", "")
    if wants_no_more(subject, text):
        return guess.changed("kind", "opt-out", SURE_BY_WORDS, "asks for no more mail")
    if declines(text) and guess.value["kind"] not in ("referral", "later", "wrong person"):
        return guess.changed("kind", "not interested", SURE_BY_WORDS, "says no in plain words")
    return guess.changed("kind", "interested", SURE_BY_WORDS, "says so in plain words") if wants_more(text) else guess


def answers(ask: Ask) -> Guess:
    """Take what stands behind the numbers of our questions, or speaks of one of them alone."""
    message = ask.question.message
    text = message.new_text.strip() if message else ""
    found = extract(text, ROLES[ask.given("role")].questions.questions)
    return Guess({"answers": [{"id": each.id, "quote": each.quote} for each in found]}, 1.0 if found else 0.5)


def answer(ask: Ask) -> Guess:
    """Answer each question from the role sheet, as sure as the least sure of those answered."""
    return compose_answer(answerable(ask.given("role"), ask.kept), ask, SURE_OF_ANSWER)


@cache
def answerable(role: str, kept: Kept) -> Answerable:
    """Fit on the questions of `examples/answer.jsonl`: their articles have the same names on every sheet."""
    sheet = ROLES[role].sheet
    return Answerable.fit(sheet, rows_of(HERE / "examples" / "answer.jsonl", sheet), kept)


def warm(kept: Kept) -> None:
    """Fit, and index the sheets, ahead of the first mail."""
    for role, about in ROLES.items():
        asked(about.sheet, "", "What does the job pay?")
        answerable(role, kept)
