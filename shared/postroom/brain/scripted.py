"""A brain for tests: it answers what it was told, and knows how often it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from postroom.brain.question import Answered, BrainError, Question

Script = Mapping[str, Any] | Callable[[Question], Mapping[str, Any]]


class ScriptedBrain:
    """Answers each decision by its type's name: a dict of its fields, or a function of the question."""

    name = "scripted"

    def __init__(self, confidence: float | None = 0.9, **scripts: Script) -> None:
        self.scripts = scripts
        self.confidence = confidence
        self.asked: list[str] = []

    def answer(self, question: Question) -> Answered:
        """Answer by the script; raises BrainError for a decision that has none."""
        kind = question.kind.__name__
        self.asked.append(kind)
        if kind not in self.scripts:
            raise BrainError(f"the script has no answer for {kind}; pass {kind}=… to ScriptedBrain")
        script = self.scripts[kind]
        value = script(question) if callable(script) else script
        return Answered(dict(value), self.confidence, self.name)
