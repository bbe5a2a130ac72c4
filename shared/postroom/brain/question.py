"""The contract between the runtime and whatever decides."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from postroom.brain.web_search import WebSearch
from postroom.decision import Decision
from postroom.mail import Earlier, Message, Thread

LOOK_UP = "look-up"
"""What the journal names in the place of a brain where the agent's own code looked something up."""


class BrainError(RuntimeError):
    """A decision that could not be had; the thread goes to a person."""


class BrainAway(RuntimeError):
    """A decision that cannot be had now: the service is overloaded or out of reach. The run is tried again later."""


@dataclass(frozen=True)
class Question:
    """All that a decision may see: the mail's new text, the thread so far, and what the handler gave it.

    `earlier` may hold threads of the sender at hand, newest first, never another person's.
    """

    kind: type[Decision]
    folder: Path
    message: Message | None
    thread: Thread
    model: Literal["small", "large"] = "small"
    context: Mapping[str, Any] = field(default_factory=dict)
    earlier: tuple[Earlier, ...] = ()

    @property
    def web_search(self) -> WebSearch | None:
        """Return the search of the web that the handler allows for it, if it does."""
        return next((given for given in self.context.values() if isinstance(given, WebSearch)), None)

    def inputs(self) -> dict[str, Any]:
        """Return what the answer depends on, as JSON: the runtime keeps its hash and compares it on a replay."""
        message = self.message
        inputs = {
            "type": self.kind.__name__,
            "message": [message.message_id, message.subject, message.new_text] if message else None,
            "thread": [item.message_id for item in self.thread.messages],
            "model": self.model,
            "context": plain(self.context),
        }
        return {**inputs, "earlier": plain(self.earlier)} if self.earlier else inputs


@dataclass(frozen=True)
class Answered:
    """A brain's answer: JSON of the decision, how sure code is of it, and what it cost.

    `confidence` is 0 to 1 or None for unknown; `sure_of` that of single fields. `why` is shown to
    people. `tokens` counts input and output, of all tries. Where `cost_known` is false the model has no price on
    file, and `cost_usd` is what the dearest one known would cost.
    """

    value: dict[str, Any]
    confidence: float | None
    brain: str
    sure_of: dict[str, float] = field(default_factory=dict)
    why: dict[str, Any] = field(default_factory=dict)
    tokens: int = 0
    cost_usd: float = 0.0
    cost_known: bool = True


class Brain(Protocol):
    """Answers questions. Raises BrainError when it cannot, and BrainAway when the same question may work later."""

    @property
    def name(self) -> str: ...

    def answer(self, question: Question) -> Answered: ...


def plain(value: Any) -> Any:
    """Return JSON-like data for dataclasses, pydantic models, mappings and sequences."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        # the order of a set differs from process to process, and a replay compares
        return sorted((plain(item) for item in value), key=repr)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
