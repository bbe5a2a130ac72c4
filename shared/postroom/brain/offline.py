"""The brain that needs no key: few-shot classifiers on the agent's own examples, and the agent's `offline.py`.

An agent's `offline.py` has a function for each decision that is more than fields with fixed choices, named like the
decision in lower case: `def answer(ask: Ask) -> Guess`, and perhaps `warm(kept: Kept)`, called ahead of the first mail.
Other decisions are classified field by field; `def words(subject: str, new_text: str) -> str` may say by which words of
a mail. What was fitted is kept (`ask.kept`): the next start need not fit again.
"""

from __future__ import annotations

import importlib
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, get_origin

from pydantic import ValidationError

from postroom.brain.json_lines import fault_of, read_lines
from postroom.brain.question import Answered, BrainError, Question
from postroom.decision import Decision
from postroom.vectors import embeddings
from postroom_kit.classify import Classifier, Prediction
from postroom_kit.kept import NOWHERE, Kept
from postroom_kit.mail_reading import new_text

if TYPE_CHECKING:
    from postroom_kit.knowledge import Knowledge
    from postroom_kit.knowledge.answerable import Answerable

UNKNOWN_CONFIDENCE = 0.0
HELD_BACK = "test"
"""The split of the examples that nothing is fitted on, so that a report on it is honest."""


@dataclass(frozen=True)
class Guess:
    """What an offline function answers: the decision's fields, how sure it is (0 to 1, None: unknown), and why."""

    value: dict[str, Any]
    confidence: float | None
    sure_of: dict[str, float] = field(default_factory=dict)
    why: dict[str, Any] = field(default_factory=dict)

    def changed(self, name: str, value: Any, confidence: float, why: str) -> Guess:
        """Return this guess with another value of one field, as sure of it as given, and why."""
        sure_of = {**self.sure_of, name: confidence}
        return Guess({**self.value, name: value}, min(sure_of.values()), sure_of, {**self.why, name: why})


@dataclass(frozen=True)
class Example:
    """One labelled mail of `examples/<decision>.jsonl`."""

    subject: str
    new_text: str
    value: dict[str, Any]
    split: str
    line: int

    @property
    def text(self) -> str:
        """Return the words to learn from: subject and new text."""
        return f"{self.subject}\n{self.new_text}".strip()


class Skill:
    """What the offline brain has learnt for one decision of one agent."""

    def __init__(self, folder: Path, kind: type[Decision], kept: Kept) -> None:
        self.folder = folder
        self.kind = kind
        self.kept = kept
        self._lock = threading.Lock()
        self._classifiers: dict[str, Classifier] = {}

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Return the decision's examples; empty where the agent has none. Raises BrainError on a bad line."""
        path = self.folder / "examples" / f"{self.kind.__name__.lower()}.jsonl"
        return tuple(read_examples(path)) if path.is_file() else ()

    @cached_property
    def function(self) -> Callable[[Ask], Guess] | None:
        """Return the agent's own function for this decision, if it has one."""
        module = self._module()
        return getattr(module, self.kind.__name__.lower(), None) if module else None

    def classifier(self, name: str) -> Classifier:
        """Return the classifier of a field, fitted once. Raises BrainError without examples of it."""
        with self._lock:
            if name not in self._classifiers:
                rows = [
                    {"text": self.words(e.subject, e.new_text), "label": e.value[name]}
                    for e in self.examples
                    if e.split != HELD_BACK and name in e.value
                ]
                if not rows:
                    raise BrainError(
                        f"the offline brain has no examples for {self.kind.__name__}.{name}: add "
                        f"examples/{self.kind.__name__.lower()}.jsonl to {self.folder.name}, or set ANTHROPIC_API_KEY"
                    )
                self._classifiers[name] = Classifier.fit(rows, embeddings(), self.kept)
            return self._classifiers[name]

    def words(self, subject: str, new_text: str) -> str:
        """Return the words of a mail to learn from and to judge: what the agent takes of it, else all."""
        taken = getattr(self._module(), "words", None)
        return str(taken(subject, new_text)) if taken else f"{subject}\n{new_text}".strip()

    def choices(self) -> list[str]:
        """Return the names of the fields that are one of fixed words."""
        return fixed_choices(self.kind)

    def warm(self) -> None:
        """Fit all there is to fit, so that the first mail does not wait for it."""
        module = self._module()
        if module is not None and hasattr(module, "warm"):
            module.warm(self.kept)
        for name in self.choices() if self.examples else ():
            self.classifier(name)

    def _module(self) -> ModuleType | None:
        if not (self.folder / "offline.py").is_file():
            return None
        return importlib.import_module(f"{self.folder.name}.offline")


@dataclass(frozen=True)
class Ask:
    """A question as an offline function sees it: the mail, what the handler gave, and what was learnt."""

    question: Question
    skill: Skill

    @property
    def text(self) -> str:
        """Return the words to judge: subject and new text of the mail at hand."""
        message = self.question.message
        return self.skill.words(message.subject, message.new_text) if message else ""

    @property
    def kept(self) -> Kept:
        """Return where what was fitted is kept."""
        return self.skill.kept

    def given(self, name: str) -> Any:
        """Return what the handler passed to `decide` under that name; raises BrainError when it did not."""
        if name not in self.question.context:
            raise BrainError(f"{self.question.kind.__name__} offline needs {name}=…; pass it to thread.decide")
        return self.question.context[name]

    def classify(self, name: str) -> Prediction:
        """Predict a field of the decision from the examples."""
        return self.skill.classifier(name).predict(self.text)


class OfflineBrain:
    """Answers from examples, retrieval and rules; costs nothing and needs no network."""

    name = "offline"

    def __init__(self, kept: Kept = NOWHERE) -> None:
        self._kept = kept
        self._skills: dict[tuple[Path, str], Skill] = {}

    def answer(self, question: Question) -> Answered:
        """Answer by the agent's own function, else field by field. Raises BrainError when it cannot."""
        skill = self.skill(question.folder, question.kind)
        ask = Ask(question, skill)
        guess = skill.function(ask) if skill.function else classify_fields(ask)
        try:
            question.kind.model_validate(guess.value)
        except ValidationError as error:
            name, folder = question.kind.__name__, question.folder.name
            raise BrainError(
                f"the offline brain's answer is no {name}: {fault_of(error)}; let {name.lower()}(ask) in offline.py of "
                f"{folder} give all fields, or set ANTHROPIC_API_KEY"
            ) from error
        return Answered(guess.value, guess.confidence, self.name, guess.sure_of, guess.why)

    def skill(self, folder: Path, kind: type[Decision]) -> Skill:
        """Return what was learnt for a decision."""
        return self._skills.setdefault((folder, kind.__name__), Skill(folder, kind, self._kept))

    def warm(self, folder: Path, kinds: Sequence[type[Decision]]) -> None:
        """Learn ahead of the first mail."""
        for kind in kinds:
            self.skill(folder, kind).warm()

    def close(self) -> None:
        """Have nothing to close."""

    def __str__(self) -> str:
        return self.name


def fixed_choices(kind: type[Decision]) -> list[str]:
    """Return the names of a decision's fields that are one of fixed words."""
    return [name for name, info in kind.model_fields.items() if get_origin(info.annotation) is Literal]


def classify_fields(ask: Ask) -> Guess:
    """Predict every field with fixed choices; as sure as the least sure of them."""
    value: dict[str, str] = {}
    sure_of: dict[str, float] = {}
    unlike: list[str] = []
    for name in ask.skill.choices():
        prediction = ask.classify(name)
        # of an empty mail there are none
        shares = prediction.probabilities or Counter(e.value[name] for e in ask.skill.examples if name in e.value)
        value[name] = prediction.label or max(shares, key=shares.__getitem__)
        sure_of[name] = prediction.confidence if prediction.label else UNKNOWN_CONFIDENCE
        if prediction.label is None:
            unlike.append(name)
    why = {"unlike all examples in": unlike} if unlike else {}
    return Guess(value, min(sure_of.values(), default=None), sure_of, why)


def read_examples(path: Path) -> list[Example]:
    """Read `{"from", "subject", "text", "value", "split"}` lines; of a text that quotes, its new part is kept.

    Raises BrainError with the number of a bad one.
    """
    return list(read_lines(path, _example, "a line is {text, value, split, …}"))


def learnt_from(path: Path) -> list[Example]:
    """Return the examples of a file that may be learnt from: those held back are only measured."""
    return [example for example in read_examples(path) if example.split != HELD_BACK]


def rows_of(path: Path, knowledge: Knowledge) -> list[tuple[str, str, list[str]]]:
    """Return subject, text and articles of the examples of a file, as far as `knowledge` has articles of these ids."""
    known = {article.id for article in knowledge.articles}
    return [(e.subject, e.new_text, [name for name in e.value["ids"] if name in known]) for e in learnt_from(path)]


def compose_answer(answerable: Answerable, ask: Ask, threshold: float) -> Guess:
    """Answer each question with the passage found for it, as sure as the least sure of those answered."""
    composed = answerable.compose(ask.given("asked"), threshold)
    sure = min(composed.confidences, default=0.0)
    return Guess(composed.answer, sure, why={"sure of each question": composed.confidences})


def _example(number: int, row: Any) -> Example:
    # a mail is judged without what it quotes, and so it must be learnt from
    subject, words = str(row.get("subject", "")), new_text(str(row["text"]), None)
    return Example(subject, words, dict(row["value"]), str(row["split"]), number)
