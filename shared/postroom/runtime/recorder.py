"""What a run asked and was told: recorded as it happens, so that a replay hears the same."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from postroom.brain import Answered, BrainError, Question
from postroom.brain.question import LOOK_UP, plain
from postroom.campaign import Progress
from postroom.decision import Decision
from postroom.mail import Attachment, Inbox, Message, Thread
from postroom.mailbox.client import download, patiently
from postroom.past import History
from postroom.runtime import history, progress
from postroom.runtime.context import Context
from postroom.runtime.ids import fingerprint
from postroom.runtime.journal import Row

D = TypeVar("D", bound=Decision)
T = TypeVar("T")


class Diverged(RuntimeError):
    """A replay that asks something else than was asked before."""


class Step(Protocol):
    """Does a recorded step of the run."""

    def __call__(self, name: str, work: Callable[[], T]) -> T: ...


class Recorder:
    """Answers the decisions and look-ups of one run's handler, each in a step of its own.

    `new`: this process has begun the run, so that the journal holds only what it wrote itself.
    """

    def __init__(self, context: Context, folder: Path, run_id: str, step: Step) -> None:
        self.context = context
        self.folder = folder
        self.run_id = run_id
        self.step = step
        self.new = False
        self.asked = 0
        self.own_thread = 0
        self.rows: dict[int, Row] = {}

    def attend(self, thread: Thread) -> Thread:
        """Return the thread with this recorder at hand, for this thread of execution alone."""
        self.own_thread = threading.get_ident()
        inbox = dataclasses.replace(thread.inbox, records=self)
        return dataclasses.replace(thread, inbox=inbox, decider=partial(self._decision, thread))

    def look_up(self, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
        """Return the recorded answer of `function`; raises what it raises, and then nothing is recorded."""
        return self._looked_up("look_up", function.__name__, plain(arguments), lambda: function(**arguments))

    def history(self, inbox: Inbox, kind: type[D], since: datetime) -> History[D]:
        """Return what became of the inbox's threads, gathered once; the decisions stand in the journal already."""
        given = {"kind": kind.__name__, "since": since.isoformat()}
        gather = partial(history.gather, self.context, inbox.inbox_id, kind.__name__, since)
        return history.restore(self.context, kind, inbox, since, self._looked_up("history", "history", given, gather))

    def campaigns(self, inbox: Inbox, address: str) -> tuple[Progress, ...]:
        """Return how far the records of the inbox's agent are, or those of an address, gathered once."""
        gather = partial(progress.gather, self.context, inbox.agent, address=address)
        given = {"address": address} if address else {}
        return tuple(map(progress.restored, self._looked_up("campaigns", "campaigns", given, gather)))

    def read_file(
        self, message: Message, file: Attachment, function: Callable[..., Any], arguments: Mapping[str, Any]
    ) -> Any:
        """Return the recorded answer of `function` to the bytes of a file, which are fetched for it alone."""

        def read() -> Any:
            get = self.context.client.inboxes.messages.get_attachment
            found = patiently(get, message.inbox_id, message.message_id, file.attachment_id)
            return function(download(self.context.http, found.download_url), file.filename, **arguments)

        given = {"message": message.message_id, "file": file.attachment_id, **plain(arguments)}
        return self._looked_up("read_file", function.__name__, given, read)

    def _looked_up(self, call: str, name: str, given: Any, answer: Callable[[], Any]) -> Any:
        def look() -> dict[str, Any]:
            value = {"answer": plain(answer())}
            return {"value": value, "confidence": None, "brain": LOOK_UP, "seen": {"context": given}}

        return self._heard(call, f"look:{name}", name, fingerprint([name, given]), look)["value"]["answer"]

    def _decision(
        self,
        thread: Thread,
        kind: type[D],
        message: Message | None,
        model: Literal["small", "large"],
        context: Mapping[str, Any],
    ) -> D:
        question = Question(kind, self.folder, message, thread, model, context, thread.earlier)
        name, asked = kind.__name__, fingerprint(question.inputs())
        row = self._heard("thread.decide", f"decide:{name}", name, asked, partial(self._decide, question))
        if "failed" in row["seen"]:
            raise BrainError(row["seen"]["failed"])
        return kind.of(row["value"], row["confidence"], row["seen"]["sure_of"])

    def _decide(self, question: Question) -> dict[str, Any]:
        failed = {}
        try:
            answered = self.context.brain.answer(question)
            question.kind.of(answered.value, answered.confidence, answered.sure_of)
        except BrainError as error:
            # recorded like an answer: a run that is taken up after a crash must go the same way
            answered, failed = Answered({}, None, self.context.brain.name), {"failed": str(error)}
        return {
            "value": answered.value,
            "confidence": answered.confidence,
            "brain": answered.brain,
            "seen": {
                "context": question.inputs()["context"],
                "sure_of": answered.sure_of,
                "why": answered.why,
                **failed,
            },
            "tokens": answered.tokens,
            "cost_usd": answered.cost_usd,
        }

    def _heard(self, call: str, step: str, name: str, asked: str, answer: Callable[[], dict[str, Any]]) -> Row:
        """Return the journal's row of what is asked next, which a step of that name makes where there is none yet."""
        if threading.get_ident() != self.own_thread:
            raise RuntimeError(
                f"{call} works only on the run's own thread: elsewhere its answer would not be recorded; "
                "ask first, then hand the answer to your threads"
            )
        number, self.asked = self.asked, self.asked + 1
        recorded = self.step(step, lambda: self._record(number, name, asked, answer))
        if recorded != asked:
            raise Diverged(
                f"{step} (number {number}) was asked something else before the interruption: "
                "the agent's code or knowledge changed meanwhile; replay it from the start"
            )
        row = self.rows.get(number) or self.context.journal.decision(self.run_id, number)
        if row is None:
            raise Diverged(f"the journal has lost decision {number} of {self.run_id}; restore it from its backup")
        return row

    def _record(self, number: int, name: str, asked: str, answer: Callable[[], dict[str, Any]]) -> str:
        known = None if self.new else self.context.journal.decision(self.run_id, number)
        if known is not None and "failed" not in known["seen"]:
            return str(known["inputs_hash"])
        self.rows[number] = self.context.journal.record_decision(
            run_id=self.run_id, number=number, type=name, inputs_hash=asked,
            made_at=self.context.clock.now(), **{"tokens": 0, "cost_usd": 0.0, **answer()},
        )  # fmt: skip
        return str(self.rows[number]["inputs_hash"])
