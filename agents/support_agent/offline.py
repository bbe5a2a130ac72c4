"""How support decides without a model: by examples, and by the best passage for each question."""

from __future__ import annotations

import threading
from functools import lru_cache

from postroom.brain.offline import HELD_BACK, Ask, Guess, classify_fields, read_examples
from postroom_kit.kept import Kept
from postroom_kit.knowledge.answerable import VERBATIM, Answerable, asked
from support_agent.agent import SURE_OF_TRIAGE
from support_agent.checks import SURE_OF_ANSWER, knowledge
from support_agent.files import HERE

_one_at_a_time = threading.Lock()  # the first mail may come while the fit is under way


def triage(ask: Ask) -> Guess:
    """Classify by the examples; what the articles surely answer wants an answer, however oddly it is put."""
    guess = classify_fields(ask)
    message = ask.question.message
    sure = guess.sure_of["wants"]
    if message:
        questions = asked(knowledge, message.subject, message.new_text, message.sender.name)
        found = min(answerable(ask.kept).confidence(question) for question in questions)
        in_doubt = sure < SURE_OF_TRIAGE or guess.value["wants"] == "unclear" or found >= VERBATIM
        if in_doubt and found >= max(SURE_OF_ANSWER, sure):
            return guess.changed("wants", "an answer", found, f"{questions[0].passages[0].id} answers it")
    return guess


def answer(ask: Ask) -> Guess:
    """Answer each question with the passage found for it, as sure as the least sure of those answered."""
    body: dict[str, str] = {}
    unanswered: list[str] = []
    sure: list[float] = []
    for found in ask.given("asked"):
        confidence = answerable(ask.kept).confidence(found)
        sure.append(confidence)
        if confidence >= SURE_OF_ANSWER:
            body[found.passages[0].id] = found.passages[0].answer
        else:
            unanswered.append(found.question)
    return Guess(
        {
            "body": "\n\n".join(body.values()),
            "sources": [{"id": name, "quote": words} for name, words in body.items()],
            "unanswered": unanswered,
        },
        min(sure, default=0.0),
        why={"sure of each question": sure},
    )


def answerable(kept: Kept) -> Answerable:
    """Fit once on the questions of `examples/answer.jsonl` that ask for one thing or for nothing we know."""
    with _one_at_a_time:
        return _answerable(kept)


@lru_cache(maxsize=1)
def _answerable(kept: Kept) -> Answerable:
    examples = read_examples(HERE / "examples" / "answer.jsonl")
    labelled = [(e.subject, e.new_text, e.value["ids"]) for e in examples if e.split != HELD_BACK]
    return Answerable.fit(knowledge, [row for row in labelled if len(row[2]) < 2], kept)


def warm(kept: Kept) -> None:
    """Fit, and index the articles, ahead of the first mail."""
    asked(knowledge, "", "How long is the warranty?")
    answerable(kept)
