"""One decision of an agent for mails that are not in any inbox: the handler runs up to it, and nothing happens."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from postroom.admission import prepare
from postroom.agent import Agent
from postroom.brain import Answered, Brain, BrainAway, BrainError, Question
from postroom.brain.calling import TRIED_AGAIN
from postroom.brain.choosing import Choice, choose_brain
from postroom.brain.claude import ClaudeBrain
from postroom.brain.offline import OfflineBrain, fixed_choices
from postroom.brain.question import plain
from postroom.campaign import Progress
from postroom.clock import WallClock
from postroom.decision import Decision
from postroom.mail import Attachment, Inbox, Message, Sender, Thread
from postroom.mailbox.reading import own_words
from postroom.past import History
from postroom.runtime.ledger import CallLedger
from postroom.serving import database
from postroom.settings import Settings
from postroom.transition import Transition

D = TypeVar("D", bound=Decision)


def find_decision(agent: Agent, name: str) -> type[Decision]:
    """Return the agent's decision of that name, in any case; raises LookupError that lists those there are."""
    kinds = {kind.__name__.lower(): kind for kind in agent.decisions()}
    if name.lower() not in kinds:
        raise LookupError(f"{agent.name} has no decision {name!r}; it has {', '.join(sorted(kinds)) or 'none'}")
    return kinds[name.lower()]


@contextmanager
def open_brain(settings: Settings, wanted: Choice | None) -> Iterator[OfflineBrain | ClaudeBrain]:
    """Open a brain that books what it costs where the running agents do, under the same caps.

    Raises BrainError when it cannot be had, StartError when the data folder cannot be used.
    """
    opened: list[Any] = []

    def open_ledger() -> CallLedger:
        opened.append(database(settings, prepare(settings.data_dir), "journal"))
        return CallLedger(opened[0])

    brain = choose_brain(settings, wanted, open_ledger, WallClock())
    try:
        yield brain
    finally:
        brain.close()
        for engine in opened:
            engine.dispose()


class File(BaseModel):
    """A file that came with a mail, as far as a decision sees it; one of AgentMail's may be without name and type."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    filename: str | None = None
    content_type: str | None = None
    attachment_id: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_name(cls, given: Any) -> Any:
        return {"filename": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if self.filename is None and self.attachment_id is None:
            raise ValueError("an attachment needs its filename")
        return self

    def attachment(self) -> Attachment:
        """Return it as handlers read it; its bytes are not there."""
        return Attachment("", self.filename or "", self.content_type or "application/octet-stream", 0)


class Line(BaseModel):
    """One mail of a file; an attachment is its name, or an object with `filename`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    from_: str | None = Field(None, alias="from")
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    attachments: tuple[File, ...] | None = None

    def files(self) -> tuple[Attachment, ...]:
        """Return the attachments."""
        return tuple(file.attachment() for file in self.attachments or ())


class _Unrecorded:
    """Looks up and keeps no record: what only reads may be asked again."""

    def look_up(self, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
        return plain(function(**arguments))

    def history(self, inbox: Inbox, kind: type[D], since: datetime) -> History[D]:  # noqa: ARG002
        """Return no thread: none was dealt with here."""
        return History((), since, inbox.now, 0, 0)

    def read_file(
        self,
        message: Message,  # noqa: ARG002
        file: Attachment,
        function: Callable[..., Any],
        arguments: Mapping[str, Any],
    ) -> Any:
        """Read a file that is named and not there, as of none."""
        return plain(function(b"", file.filename, **arguments))

    def campaigns(self, inbox: Inbox, address: str) -> tuple[Progress, ...]:  # noqa: ARG002
        """Return no record: nobody is written to here."""
        return ()


class _Taken(BaseException):
    """The decision was taken; no handler may keep this from whoever waits for it."""


@dataclass
class Decider:
    """Takes the decision `kind` of an agent, line by line; `batch` keeps the lines' threads apart from all others."""

    agent: Agent
    kind: type[Decision]
    brain: Brain
    batch: str
    answers: list[Answered] = field(default_factory=list)

    def line(self, number: int, line: bytes) -> dict[str, Any]:
        """Return the row to print for a line: what was decided, or why nothing was."""
        self.answers.clear()
        try:
            thread = self.thread(number, Line.model_validate_json(line))
            self._take(thread)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            return {"line": number, "error": "; ".join(_fault(fault) for fault in faults)}
        except BrainAway as error:
            return {"line": number, "error": f"{str(error).removesuffix(TRIED_AGAIN)}; give this line again later"}
        except BrainError as error:
            return {"line": number, "error": str(error)}
        except Exception as error:  # noqa: BLE001 - a handler that fails on one mail does not keep the others waiting
            return {"line": number, "error": f"the handler failed: {type(error).__name__}: {error}"}
        answered = self.answers[-1]
        known = all(answer.cost_known for answer in self.answers)
        return {
            "line": number,
            "value": answered.value,
            "confidence": answered.confidence,
            "cost_usd": round(sum(answer.cost_usd for answer in self.answers), 8) if known else None,
            "tokens": sum(answer.tokens for answer in self.answers),
        }

    def _take(self, thread: Thread) -> None:
        """Let the handler come to the decision; one that decides nothing at all of this mail is passed by.

        Not so where the decision is more than a choice: it may rest on what the handler looks up for it.
        """
        message = thread.messages[-1]
        handler = self.agent.mail_handler(thread.state)
        try:
            ended = handler(message, dataclasses.replace(thread, decider=self._decider(thread))) if handler else None
        except _Taken:
            return
        if self.answers or len(fixed_choices(self.kind)) < len(self.kind.model_fields):
            because = f": {ended.because}" if isinstance(ended, Transition) and ended.because else ""
            raise BrainError(f"the agent did not come to {self.kind.__name__}{because}")
        self.answers.append(self.brain.answer(Question(self.kind, self.agent.folder, message, thread)))

    def _decider(self, thread: Thread) -> Any:
        def decide(
            kind: type[D], message: Message | None, model: Literal["small", "large"], context: Mapping[str, Any]
        ) -> D:
            answered = self.brain.answer(Question(kind, self.agent.folder, message, thread, model, context))
            self.answers.append(answered)
            if kind is self.kind:
                raise _Taken
            return kind.of(answered.value, answered.confidence, answered.sure_of)

        return decide

    def thread(self, number: int, line: Line) -> Thread:
        """Return a new thread of one mail, of which nothing is in any inbox."""
        thread_id, now = f"decide-{self.batch}-{number}", WallClock().now()
        inbox = Inbox(f"{self.agent.inbox}@sandbox.test", self.agent.name, now, records=_Unrecorded())
        words, left_out = own_words(line.text, line.html)
        message = Message(
            message_id=f"<{thread_id}@sandbox.test>",
            thread_id=thread_id,
            inbox_id=inbox.inbox_id,
            sender=Sender.parse(line.from_ or "", authenticated=True),
            subject=line.subject or "",
            new_text=words,
            timestamp=now,
            text=line.text or "",
            html=line.html or "",
            attachments=line.files(),
            left_out=left_out,
        )
        start, subject = self.agent.flow.start, message.subject
        return Thread(thread_id, inbox, start, now, (message,), subject=subject, to_answer=message)


def _fault(fault: Any) -> str:
    where = ".".join(map(str, fault["loc"]))
    return f"{where}: {fault['msg']}" if where else fault["msg"]
