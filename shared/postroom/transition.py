"""What a handler answers: the next state and the actions to take. Values only; the runtime performs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from postroom.decision import Decision
from postroom.delays import Delay
from postroom.flow import State

FOLLOW_UP, APPROVAL, SILENCE = CORE_TIMERS = "plan", "approval", "silence"
"""The names of timers that ask no handler: of a planned follow-up, of what waits for a yes, of a hand-over."""


@dataclass(frozen=True)
class Action:
    """Base of all actions. `because` is shown to people beside it."""


@dataclass(frozen=True, init=False)
class _Letter(Action):
    """A mail made from `emails/<template>.md.j2` with `values`.

    `language` among them (ISO 639-1) takes `emails/<template>.<language>.md.j2` instead, where there is one. Of Reply,
    Send, Plan and Notify `calendar` goes along as an invitation: iCalendar text with its METHOD
    (`postroom_kit.hiring.invitations`).
    """

    template: str
    values: Mapping[str, Any]

    def __init__(self, template: str, **values: Any) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "values", values)


@dataclass(frozen=True, init=False)
class Reply(_Letter):
    """Answer the message at hand. Code picks the recipient: the authenticated sender alone."""


@dataclass(frozen=True, init=False)
class Send(_Letter):
    """Start a new thread with a person of the agent's own records; in `@agent.start` with the one at hand."""

    to: str
    subject: str

    def __init__(self, template: str, *, subject: str, to: str = "", **values: Any) -> None:
        super().__init__(template, **values)
        object.__setattr__(self, "to", to)
        object.__setattr__(self, "subject", subject)


@dataclass(frozen=True, init=False)
class Forward(_Letter):
    """Pass the message at hand on, as .eml, to a partner or one of our people."""

    to: str

    def __init__(self, template: str, *, to: str, **values: Any) -> None:
        super().__init__(template, **values)
        object.__setattr__(self, "to", to)


@dataclass(frozen=True, init=False)
class Notify(_Letter):
    """Write to our people about this thread, without asking them for anything.

    The mail that it is about goes along, but with the value `original=False`.
    """


@dataclass(frozen=True)
class Escalate(Action):
    """Hand the thread to our people: a new mail to them with the original and all that was seen.

    `decisions` and `passages` go into the pack as they are; `suggestion` is a reply they may use; `missing` says
    what stood in the way of an answer.
    """

    reason: str
    decisions: tuple[Decision, ...] = ()
    passages: tuple[Any, ...] = ()
    suggestion: str = ""
    missing: str = ""


@dataclass(frozen=True, init=False)
class Plan(_Letter):
    """Plan a follow-up on this thread: a visible draft that the runtime sends `after` a delay, or at a moment.

    A thread has one of each `key`: planned anew, it takes the place of what was planned before.
    It is checked anew then. With `renew` the handler of `@agent.renew` words it anew at that moment; what one of our
    people made of its draft meanwhile waits for them instead.
    """

    key: str
    after: Delay | datetime
    renew: bool

    def __init__(self, template: str, *, key: str, after: Delay | datetime, renew: bool = False, **values: Any) -> None:
        super().__init__(template, **values)
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "after", after)
        object.__setattr__(self, "renew", renew)


@dataclass(frozen=True)
class Cancel(Action):
    """Withdraw the planned follow-up of that key; without a key, all of the thread."""

    key: str | None = None


@dataclass(frozen=True)
class Postpone(Action):
    """Move all that is planned on the thread, so that nothing of it leaves before `until`; the distances stay."""

    until: datetime


@dataclass(frozen=True)
class Suppress(Action):
    """Never write to this address again, or to none of a domain (`@example.com`).

    Without one: the sender of the mail at hand, or who bounced or complained.
    """

    reason: str
    address: str | None = None


@dataclass(frozen=True, init=False)
class Do(Action):
    """Call `function(op_id, **values)` once: an effect outside mail, idempotent by its op id.

    `key` tells two calls of one step apart; `values` must be JSON. Three failures make a dead letter. `undo`, called in
    the same way, takes it back where a person wants that.
    """

    function: Callable[..., Any]
    key: str
    values: Mapping[str, Any]
    undo: Callable[..., Any] | None

    def __init__(
        self, function: Callable[..., Any], key: str, *, undo: Callable[..., Any] | None = None, **values: Any
    ) -> None:
        object.__setattr__(self, "function", function)
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "undo", undo)


@dataclass(frozen=True, init=False)
class Propose(Do):
    """Have one of our people approve a `Do`: `function(op_id, text=text, **values)`, with a text they may rewrite.

    For handlers of `@agent.every`. `title` and `because` are what they read above the text; `History.proposed` has the
    keys of all that was proposed before, whatever came of it.
    """

    title: str
    because: str

    def __init__(
        self, function: Callable[..., Any], key: str, *, title: str, text: str, because: str, **values: Any
    ) -> None:
        super().__init__(function, key, text=text, **values)
        object.__setattr__(self, "title", title)
        object.__setattr__(self, "because", because)


@dataclass(frozen=True, init=False)
class Transition:
    """Move the thread to `to`, take `actions` in order, put `labels` on it.

    `labels` are other dimensions than the state: `category/billing`, `priority/high`. A new one replaces the
    thread's older one of the same dimension.
    """

    to: State
    actions: tuple[Action, ...]
    labels: tuple[str, ...] = ()
    because: str = ""

    def __init__(self, to: State, *actions: Action, labels: Iterable[str] = (), because: str = "") -> None:
        object.__setattr__(self, "to", to)
        object.__setattr__(self, "actions", actions)
        object.__setattr__(self, "labels", tuple(labels))
        object.__setattr__(self, "because", because)

    def changed(self, *more: Action, to: State | None = None, labels: Iterable[str] | None = None) -> Transition:
        """Return this step with `more` actions behind its own, and another state or other labels where given."""
        labels = self.labels if labels is None else labels
        return Transition(to or self.to, *self.actions, *more, labels=labels, because=self.because)


@dataclass(frozen=True, init=False)
class Actions:
    """What a handler of `@agent.every` answers: actions, and no move of a thread."""

    actions: tuple[Action, ...] = field(default=())

    def __init__(self, *actions: Action) -> None:
        object.__setattr__(self, "actions", actions)
