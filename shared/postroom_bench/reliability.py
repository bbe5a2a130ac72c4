"""Whether confidence means what it says: on an agent's own examples, in tenths of confidence."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from postroom.brain.offline import HELD_BACK, Example, read_examples
from postroom_kit.classify import Classifier
from postroom_kit.embeddings import Embeddings
from postroom_kit.knowledge import Knowledge
from postroom_kit.knowledge.answerable import Answerable
from postroom_kit.knowledge.asking import asked

FOLDS = 5
TENTHS = 10
Judged = tuple[float, bool]
"""A confidence, 0 to 1, and whether what it was given to was right."""


def of_triage(folder: Path, embeddings: Embeddings | None) -> list[Judged]:
    """Judge what each example of `examples/triage.jsonl` wants by the others; a label of none has no confidence."""
    judged = []
    for train, test in _folds(folder / "examples" / "triage.jsonl"):
        rows = [{"text": each.text, "label": each.value["wants"]} for each in train]
        classifier = Classifier.fit(rows, embeddings)
        for each in test:
            guess = classifier.predict(each.text)
            judged.append((guess.confidence if guess.label else 0.0, guess.label == each.value["wants"]))
    return judged


def of_answers(folder: Path, embeddings: Embeddings | None) -> list[Judged]:
    """Judge the articles found for each example of `examples/answer.jsonl` by the others, as sure as the least sure."""
    return list(_judged(folder, embeddings, _folds(folder / "examples" / "answer.jsonl")))


def of_held_back_answers(folder: Path, embeddings: Embeddings | None) -> list[Judged]:
    """Judge in the same way the examples held back, by all that are not."""
    path = folder / "examples" / "answer.jsonl"
    parts: tuple[list[Example], list[Example]] = ([], [])
    for each in read_examples(path) if path.exists() else ():
        parts[each.split == HELD_BACK].append(each)
    return list(_judged(folder, embeddings, [parts])) if all(parts) else []


def _judged(
    folder: Path, embeddings: Embeddings | None, parts: Iterable[tuple[list[Example], list[Example]]]
) -> Iterator[Judged]:
    knowledge = Knowledge.load(folder / "data" / "knowledge.json", embeddings)
    for train, test in parts:
        labelled = [(each.subject, each.new_text, each.value["ids"]) for each in train if len(each.value["ids"]) < 2]
        answerable = Answerable.fit(knowledge, labelled)
        for each in test:
            questions = asked(knowledge, each.subject, each.new_text)
            found = {question.passages[0].id for question in questions if question.passages}
            sure = min(answerable.confidence(question) for question in questions)
            yield sure, bool(found) and found <= {*each.value["ids"]}


def table(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield a line for each tenth of confidence that occurs: how many, how sure, the share that is right."""
    yield "confidence    mails  mean sure  right"
    for tenth in range(TENTHS):
        part = [each for each in judged if min(int(each[0] * TENTHS), TENTHS - 1) == tenth]
        if part:
            sure, right = _mean(sure for sure, _ in part), _mean(right for _, right in part)
            bar = "#" * round(right * 20)
            span = f"{tenth / TENTHS:.1f} to {(tenth + 1) / TENTHS:.1f}"
            yield f"{span}{len(part):9}{sure:11.2f}{right:7.2f}  {bar}".rstrip()


def _folds(path: Path) -> Iterator[tuple[list[Example], list[Example]]]:
    """Yield what to learn from and what to judge; nothing of the held-back split, and nothing without examples."""
    examples = [each for each in (read_examples(path) if path.exists() else ()) if each.split != HELD_BACK]
    random.Random(1).shuffle(examples)
    for fold in range(FOLDS) if len(examples) >= FOLDS else ():
        yield [each for place, each in enumerate(examples) if place % FOLDS != fold], examples[fold::FOLDS]


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
