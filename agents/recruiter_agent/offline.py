"""How the recruiter decides without a model: by examples, by numbers and words of answers, by the role sheet."""

from __future__ import annotations

from functools import cache

from postroom.brain.offline import HELD_BACK, Ask, Guess, read_examples
from postroom.vectors import embeddings
from postroom_kit.classify import Classifier
from postroom_kit.hiring.screening import extract
from postroom_kit.kept import Kept, fitted_once
from postroom_kit.knowledge.answerable import Answerable
from postroom_kit.knowledge.asking import asked
from postroom_kit.replies import declines, wants_no_more
from recruiter_agent.decisions import SURE_OF_ANSWER
from recruiter_agent.files import HERE, ROLES

SURE_BY_WORDS = 0.95


def replykind(ask: Ask) -> Guess:
    """Classify the words alone, whose subject is ours; a plain no or end to all mail counts for more than examples."""
    message = ask.question.message
    text, subject = (message.new_text, message.subject) if message else ("", "")
    said = kinds(ask.kept).predict(text)
    shares = said.probabilities or {"question": 1.0}
    kind, sure = said.label or max(shares, key=shares.__getitem__), said.confidence if said.label else 0.0
    guess = Guess({"kind": kind}, sure, {"kind": sure})
    if wants_no_more(subject, text):
        return guess.changed("kind", "opt-out", SURE_BY_WORDS, "asks for no more mail")
    if declines(text) and kind not in ("referral", "later", "wrong person"):
        return guess.changed("kind", "not interested", SURE_BY_WORDS, "says no in plain words")
    return guess


@fitted_once
def kinds(kept: Kept) -> Classifier:
    """Fit on the words of `examples/replykind.jsonl`."""
    examples = [each for each in read_examples(HERE / "examples" / "replykind.jsonl") if each.split != HELD_BACK]
    return Classifier.fit(
        [{"text": each.new_text, "label": each.value["kind"]} for each in examples], embeddings(), kept
    )


def answers(ask: Ask) -> Guess:
    """Take what stands behind the numbers of our questions, or speaks of one of them alone."""
    message = ask.question.message
    text = message.new_text.strip() if message else ""
    found = extract(text, ROLES[ask.given("role")].questions.questions)
    return Guess({"answers": [{"id": each.id, "quote": each.quote} for each in found]}, 1.0 if found else 0.5)


def answer(ask: Ask) -> Guess:
    """Answer each question from the role sheet, as sure as the least sure of those answered."""
    composed = answerable(ask.given("role"), ask.kept).compose(ask.given("asked"), SURE_OF_ANSWER)
    return Guess(composed.answer, min(composed.confidences, default=0.0))


@cache
def answerable(role: str, kept: Kept) -> Answerable:
    """Fit on the questions of `examples/answer.jsonl`: their articles have the same names on every sheet."""
    sheet = ROLES[role].sheet
    known = {article.id for article in sheet.articles}
    examples = [each for each in read_examples(HERE / "examples" / "answer.jsonl") if each.split != HELD_BACK]
    rows = [(each.subject, each.new_text, [name for name in each.value["ids"] if name in known]) for each in examples]
    return Answerable.fit(sheet, rows, kept)


def warm(kept: Kept) -> None:
    """Fit, and index the sheets, ahead of the first mail."""
    kinds(kept)
    for role, about in ROLES.items():
        asked(about.sheet, "", "What does the job pay?")
        answerable(role, kept)
