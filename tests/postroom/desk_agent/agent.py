"""The smallest agent that uses every part of the runtime; it stands for all others in the runtime's tests."""

from __future__ import annotations

from enum import auto
from typing import Any, Literal

import postroom
from postroom import (
    Actions,
    Agent,
    Decision,
    Do,
    Escalate,
    Flow,
    Inbox,
    Message,
    Notify,
    Plan,
    Reply,
    Suppress,
    Thread,
    Transition,
    days,
)

CALLED: list[tuple[str, dict[str, Any]]] = []


class State(postroom.State):
    NEW = auto()
    DONE = auto()
    CHASING = auto()
    WITH_HUMAN = auto()
    CLOSED = auto()


class Say(Decision):
    what: Literal[
        "answer", "escalate", "suggest", "suggest in part", "do", "chase", "nothing", "stop", "wrong move", "crash"
    ]
    body: str


OPEN = {State.DONE, State.CHASING, State.WITH_HUMAN}
FLOW = Flow(
    start=State.NEW,
    moves={
        State.NEW: OPEN,
        State.DONE: {*OPEN, State.CLOSED},
        State.CHASING: {*OPEN, State.CLOSED},
        State.WITH_HUMAN: {State.DONE},
    },
)


def big_words(transition: Transition, thread: Thread, message: Message | None) -> str | None:
    shouting = message is not None and message.subject.isupper() and bool(message.subject)
    return "the subject is shouted" if shouting else None


agent = Agent("desk", flow=FLOW, with_human=State.WITH_HUMAN, hold=[big_words], partners=["partner@sandbox.test"])


def record(op_id: str, **values: Any) -> str:
    CALLED.append((op_id, values))
    return "noted"


@agent.on(State.NEW, State.DONE, State.CHASING)
def read(message: Message, thread: Thread) -> Transition | None:
    say = thread.decide(Say, message)
    reply = Reply("plain", body=say.body)
    match say.what:
        case "nothing":
            return None
        case "escalate":
            return Transition(State.WITH_HUMAN, Escalate("unsure", decisions=(say,)), reply, labels=["category/hard"])
        case "suggest" | "suggest in part":
            missing = "how long it lasts" if say.what == "suggest in part" else ""
            return Transition(State.WITH_HUMAN, Escalate("unsure", suggestion=f"{say.body} We think.", missing=missing))
        case "do":
            return Transition(State.DONE, Do(record, "note", text=say.body), reply)
        case "chase":
            return Transition(State.CHASING, reply, Plan("plain", key="chase", after=days(2), body="Any news?"))
        case "stop":
            return Transition(State.DONE, Suppress("asked to stop"), Reply("plain", body="You hear no more."))
        case "wrong move":
            return Transition(State.CLOSED, reply)
        case "crash":
            raise ValueError("a bug in the handler")
    return Transition(State.DONE, reply, labels=["category/easy"])


@agent.on_event("bounce")
def bounced(message: Message | None, thread: Thread) -> Transition | None:
    return Transition(State.DONE, Notify("plain", subject="a bounce", body="It bounced."))


@agent.after(days(5), State.DONE)
def close(thread: Thread) -> Transition:
    return Transition(State.CLOSED, because="silence")


@agent.every("0 9 * * mon-fri")
def digest(inbox: Inbox) -> Actions:
    return Actions(Notify("plain", subject=f"digest of {inbox.now:%A}", body="All is well."))
