"""What a run asked and was told: recorded as it happens, so that a replay hears the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from postroom.brain import Answered, BrainError, Question
from postroom.decision import Decision
from postroom.mail import Decider, Message, Thread
from postroom.runtime.context import Context
from postroom.runtime.ids import fingerprint
from postroom.runtime.journal import Row

D = TypeVar("D", bound=Decision)
T = TypeVar("T")


class Diverged(RuntimeError):
    """A replay that asks a decision something else than it asked before."""


class Step(Protocol):
    """Does a recorded step of the run."""

    def __call__(self, name: str, work: Callable[[], T]) -> T: ...


class Recorder:
    """Answers the decisions of one run's handler, each in a step of its own.

    `new`: this process has begun the run, so that the journal holds only what it wrote itself.
    """

    def __init__(self, context: Context, folder: Path, run_id: str, step: Step) -> None:
        self.context = context
        self.folder = folder
        self.run_id = run_id
        self.step = step
        self.new = False
        self.asked = 0
        self.rows: dict[int, Row] = {}

    def decider(self, thread: Thread) -> Decider:
        """Return what answers `thread.decide` on this thread of execution alone."""
        own_thread = threading.get_ident()

        def decide(
            kind: type[D], message: Message | None, model: Literal["small", "large"], context: Mapping[str, Any]
        ) -> D:
            if threading.get_ident() != own_thread:
                raise RuntimeError(
                    "thread.decide works only on the run's own thread: elsewhere its answer would not be recorded; "
                    "ask first, then hand the answer to your threads"
                )
            number, self.asked = self.asked, self.asked + 1
            question = Question(kind, self.folder, message, thread, model, context)
            asked = fingerprint(question.inputs())
            recorded = self.step(f"decide:{kind.__name__}", lambda: self._decide(number, question, asked))
            if recorded != asked:
                raise Diverged(
                    f"decision {number} ({kind.__name__}) was asked something else before the interruption: "
                    "the agent's code or knowledge changed meanwhile; replay it from the start"
                )
            row = self.rows.get(number) or self.context.journal.decision(self.run_id, number)
            if row is None:
                raise Diverged(f"the journal has lost decision {number} of {self.run_id}; restore it from its backup")
            if "failed" in row["seen"]:
                raise BrainError(row["seen"]["failed"])
            return kind.of(row["value"], row["confidence"], row["seen"]["sure_of"])

        return decide

    def _decide(self, number: int, question: Question, asked: str) -> str:
        known = None if self.new else self.context.journal.decision(self.run_id, number)
        if known is not None and "failed" not in known["seen"]:
            return str(known["inputs_hash"])
        failed = {}
        try:
            answered = self.context.brain.answer(question)
            question.kind.of(answered.value, answered.confidence, answered.sure_of)
        except BrainError as error:
            # recorded like an answer: a run that is taken up after a crash must go the same way
            answered, failed = Answered({}, None, self.context.brain.name), {"failed": str(error)}
        self.rows[number] = self.context.journal.record_decision(
            run_id=self.run_id, number=number, type=question.kind.__name__, inputs_hash=asked, value=answered.value,
            confidence=answered.confidence, brain=answered.brain,
            seen={"context": question.inputs()["context"], "sure_of": answered.sure_of, "why": answered.why, **failed},
            tokens=answered.tokens, cost_usd=answered.cost_usd, made_at=self.context.clock.now(),
        )  # fmt: skip
        return str(self.rows[number]["inputs_hash"])
