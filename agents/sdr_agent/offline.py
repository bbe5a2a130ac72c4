"""How the SDR decides without a model: by examples, by facts found for each question, and in plain wording."""

from __future__ import annotations

from postroom.brain.offline import UNKNOWN_CONFIDENCE, Ask, Guess, classify_fields, compose_answer, learnt_from
from postroom_kit.kept import Kept, fitted_once
from postroom_kit.knowledge.answerable import Answerable
from postroom_kit.knowledge.asking import asked
from postroom_kit.replies import declines, wants_no_more
from postroom_kit.research.reply_marks import marked
from sdr_agent.decisions import SURE_OF_ANSWER
from sdr_agent.files import HERE, knowledge

SURE_BY_WORDS = 0.95


def firstmail(ask: Ask) -> Guess:
    """Word a first mail from what people wrote down: the newest claim, our fact, the subject of the variant."""
    plain = ask.given("plain")
    return Guess({"subject": plain.subject, "opening": plain.opening, "offer": plain.offer, "claims": []}, 1.0)


def findings(_ask: Ask) -> Guess:
    """Search no web: that takes Claude."""
    return Guess({"found": []}, 1.0)


def words(_subject: str, new_text: str) -> str:
    """Judge a reply by what is new in it, with what words of many languages hint at; its subject is ours."""
    return marked(new_text)


def replykind(ask: Ask) -> Guess:
    """Classify by the examples; plain words count for more."""
    text, guess = ask.question.message.new_text if ask.question.message else "", classify_fields(ask)
    if wants_no_more("", text):
        return guess.changed("kind", "unsubscribe", SURE_BY_WORDS, "asks for no more mail")
    kind = guess.value["kind"] if any(map(str.isalpha, text)) else ""
    doubtful = kind in ("", "unsubscribe") or (declines(text) and kind not in ("objection", "not interested"))
    return guess.changed("kind", kind or "question", 0.0, "no plain words bear it out") if doubtful else guess


def answer(ask: Ask) -> Guess:
    """Answer each question with the fact found for it, as sure as the least sure of those answered.

    How sure that is was learnt in English: what is found in other languages is for people to look at.
    """
    guess = compose_answer(answerable(ask.kept), ask, SURE_OF_ANSWER)
    return guess if ask.given("language") == "en" else Guess(guess.value, UNKNOWN_CONFIDENCE)


@fitted_once
def answerable(kept: Kept) -> Answerable:
    """Fit on the questions of `examples/answer.jsonl`."""
    examples = learnt_from(HERE / "examples" / "answer.jsonl")
    return Answerable.fit(
        knowledge["en"], [(each.subject, each.new_text, each.value["ids"]) for each in examples], kept
    )


def warm(kept: Kept) -> None:
    """Fit, and index the facts, ahead of the first mail."""
    asked(knowledge["en"], "", "What does it cost?")
    answerable(kept)
