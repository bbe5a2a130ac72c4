"""How the SDR decides without a model: by examples, by facts found for each question, and in plain wording."""

from __future__ import annotations

from postroom.brain.offline import HELD_BACK, Ask, Guess, read_examples
from postroom.vectors import embeddings
from postroom_kit.classify import Classifier
from postroom_kit.kept import Kept, fitted_once
from postroom_kit.knowledge.answerable import Answerable
from postroom_kit.knowledge.asking import asked
from postroom_kit.replies import declines, wants_no_more
from postroom_kit.research.reply_marks import marked
from sdr_agent.decisions import SURE_OF_ANSWER
from sdr_agent.files import HERE, knowledge

SURE_BY_WORDS = 0.95
LEARNT = (("replykind", "kind"), ("objection", "about"))


def firstmail(ask: Ask) -> Guess:
    """Word a first mail from what people wrote down: the newest claim, our fact, the subject of the variant."""
    plain = ask.given("plain")
    return Guess({"subject": plain["subject"], "opening": plain["opening"], "offer": plain["offer"], "claims": []}, 1.0)


def replykind(ask: Ask) -> Guess:
    """Classify by the examples, and by what words of many languages hint at; plain words count for more."""
    text = ask.question.message.new_text if ask.question.message else ""
    guess = by_examples(ask, "kind", text)
    if wants_no_more("", text):
        return guess.changed("kind", "unsubscribe", SURE_BY_WORDS, "asks for no more mail")
    if declines(text) and guess.value["kind"] not in ("objection", "not interested"):
        return guess.changed("kind", guess.value["kind"], 0.0, "says no in plain words, and more")
    return guess


def objection(ask: Ask) -> Guess:
    """Classify by the examples, and by what words of many languages hint at."""
    return by_examples(ask, "about", ask.question.message.new_text if ask.question.message else "")


def by_examples(ask: Ask, field: str, text: str) -> Guess:
    """Predict a field from the examples' own words, our subjects left out, with their marks."""
    found = learnt(ask.kept)[field].predict(marked(text))
    best = max(found.probabilities, key=found.probabilities.__getitem__)
    sure = found.confidence if found.label is not None else 0.0
    return Guess({field: best}, sure, {field: sure}, {"probabilities": found.probabilities})


@fitted_once
def learnt(kept: Kept) -> dict[str, Classifier]:
    """Fit on the examples of each field."""
    return {field: Classifier.fit(rows(name, field), embeddings(), kept) for name, field in LEARNT}


def rows(name: str, field: str) -> list[dict[str, str]]:
    """Return the examples that may be learnt from."""
    examples = [each for each in read_examples(HERE / "examples" / f"{name}.jsonl") if each.split != HELD_BACK]
    return [{"text": marked(each.new_text), "label": each.value[field]} for each in examples]


def answer(ask: Ask) -> Guess:
    """Answer each question with the fact found for it, as sure as the least sure of those answered."""
    composed = answerable(ask.kept).compose(ask.given("asked"), SURE_OF_ANSWER)
    sure = min(composed.confidences, default=0.0)
    return Guess(composed.answer, sure, why={"sure of each question": composed.confidences})


@fitted_once
def answerable(kept: Kept) -> Answerable:
    """Fit on the questions of `examples/answer.jsonl`."""
    examples = [each for each in read_examples(HERE / "examples" / "answer.jsonl") if each.split != HELD_BACK]
    return Answerable.fit(knowledge, [(each.subject, each.new_text, each.value["ids"]) for each in examples], kept)


def warm(kept: Kept) -> None:
    """Fit, and index the facts, ahead of the first mail."""
    asked(knowledge, "", "What does it cost?")
    answerable(kept)
    learnt(kept)
