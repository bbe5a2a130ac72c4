"""How support decides without a model: by examples, and by the best passage for each question."""

from __future__ import annotations

from postroom.brain.offline import Ask, Guess, classify_fields, compose_answer, learnt_from
from postroom_kit.kept import Kept, fitted_once
from postroom_kit.knowledge.answerable import VERBATIM, Answerable
from postroom_kit.knowledge.asking import asked
from support_agent.checks import SURE_OF_ANSWER, knowledge
from support_agent.decisions import SURE_OF_TRIAGE
from support_agent.files import HERE


def triage(ask: Ask) -> Guess:
    """Classify by the examples; what the articles surely answer wants an answer, however oddly it is put."""
    guess = classify_fields(ask)
    sure = guess.sure_of["wants"]
    if message := ask.question.message:
        questions = asked(knowledge, message.subject, message.new_text, message.sender.name)
        found = min(answerable(ask.kept).confidence(question) for question in questions)
        in_doubt = sure < SURE_OF_TRIAGE or guess.value["wants"] == "unclear" or found >= VERBATIM
        if in_doubt and found >= max(SURE_OF_ANSWER, sure):
            return guess.changed("wants", "an answer", found, f"{questions[0].passages[0].id} answers it")
    return guess


def answer(ask: Ask) -> Guess:
    """Answer each question with the passage found for it, as sure as the least sure of those answered."""
    return compose_answer(answerable(ask.kept), ask, SURE_OF_ANSWER)


@fitted_once
def answerable(kept: Kept) -> Answerable:
    """Fit on the questions of `examples/answer.jsonl` that ask for one thing or for nothing we know."""
    examples = learnt_from(HERE / "examples" / "answer.jsonl")
    labelled = [(each.subject, each.new_text, each.value["ids"]) for each in examples]
    return Answerable.fit(knowledge, [row for row in labelled if len(row[2]) < 2], kept)


def warm(kept: Kept) -> None:
    """Fit, and index the articles, ahead of the first mail."""
    asked(knowledge, "", "How long is the warranty?")
    answerable(kept)
