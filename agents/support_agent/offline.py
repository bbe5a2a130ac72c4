"""How support decides without a model: the best passage for each question, and how often that is right."""

from __future__ import annotations

from functools import lru_cache

from postroom.brain.offline import HELD_BACK, Ask, Guess, read_examples
from postroom_kit.knowledge.answerable import Answerable
from support_agent.agent import HERE, SURE_OF_ANSWER, knowledge


def answer(ask: Ask) -> Guess:
    """Answer each question with the passage found for it, as sure as the least sure of those answered."""
    body: dict[str, str] = {}
    unanswered: list[str] = []
    sure: list[float] = []
    for asked in ask.given("asked"):
        confidence = answerable().confidence(asked)
        sure.append(confidence)
        if confidence >= SURE_OF_ANSWER:
            body[asked.passages[0].id] = asked.passages[0].answer
        else:
            unanswered.append(asked.question)
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
        [(e.text, e.value["ids"]) for e in examples if e.split != HELD_BACK and len(e.value["ids"]) < 2],
    )


def warm() -> None:
    """Fit ahead of the first mail."""
    answerable()
