"""How support decides without a model: by examples, and by the best passage for each question."""

from __future__ import annotations

from functools import lru_cache

from postroom.brain.offline import HELD_BACK, Ask, Guess, classify_fields, read_examples
from postroom_kit.knowledge.answerable import VERBATIM, Answerable, asked
from support_agent.agent import HERE, SURE_OF_ANSWER, SURE_OF_TRIAGE, knowledge


def triage(ask: Ask) -> Guess:
    """Classify by the examples; what the articles surely answer wants an answer, however oddly it is put."""
    guess = classify_fields(ask)
    message = ask.question.message
    sure = guess.sure_of["wants"]
    if message:
        questions = asked(knowledge, message.subject, message.new_text)
        found = min(answerable().confidence(question) for question in questions)
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
        confidence = answerable().confidence(found)
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


@lru_cache(maxsize=1)
def answerable() -> Answerable:
    """Fit once on the questions of `examples/answer.jsonl` that ask for one thing or for nothing we know."""
    examples = read_examples(HERE / "examples" / "answer.jsonl")
    return Answerable.fit(
        knowledge,
        [(e.subject, e.new_text, e.value["ids"]) for e in examples if e.split != HELD_BACK and len(e.value["ids"]) < 2],
    )


def warm() -> None:
    """Fit ahead of the first mail."""
    answerable()
