"""What a run may read: frozen at its first step as ids and hashes, and brought back from AgentMail for a replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agentmail.core.api_error import ApiError

from postroom.flow import State, state_from_labels, state_label
from postroom.mail import Inbox, Message, Thread
from postroom.mailbox import labels as marks
from postroom.mailbox import reading
from postroom.runtime.context import Context, Post

Frozen = dict[str, Any]


class Gone(RuntimeError):
    """A message or thread that was deleted while its run was under way."""


@dataclass(frozen=True)
class Scene:
    """The thread as the handler sees it, and the message at hand, if a message caused the run."""

    thread: Thread
    message: Message | None

    @property
    def to_answer(self) -> Message | None:
        """Return the message an answer answers: the one at hand, else the newest that a person wrote."""
        if self.message is not None:
            return self.message
        backwards = reversed(self.thread.messages)
        return next((item for item in backwards if item.received and item.kind == "human"), None)


def freeze(context: Context, post: Post, payload: Mapping[str, Any]) -> tuple[Frozen, reading.Page | None]:
    """Look at the thread once and fix what the run may read; return it with the page it was read from.

    `put_aside` holds the reason when no handler is to see this.
    """
    frozen: Frozen = {"now": context.clock.now().isoformat(), "put_aside": "", "mark": ""}
    try:
        wanted = [payload["message_id"]] if payload.get("message_id") else []
        page = reading.read_thread(context.client, payload["inbox_id"], payload["thread_id"], wanted)
    except ApiError as error:
        if error.status_code != 404:
            raise
        return frozen | {"put_aside": "the thread was deleted", "state": None, "labels": [], "messages": []}, None
    messages = page.messages()
    frozen |= {
        "labels": sorted(page.labels),
        "messages": _readable(messages, payload.get("message_id")),
        "knowledge": post.fingerprint,
        "from_person": payload["kind"] == "mail" and _from_person(messages, payload.get("message_id")),
        **_state(context, post, page),
    }
    if not frozen["put_aside"]:
        aside, mark = _put_aside(context, payload, messages, frozen)
        frozen |= {"put_aside": aside, "mark": mark or frozen["mark"]}
    return frozen, page


def restore(
    context: Context, post: Post, payload: Mapping[str, Any], frozen: Frozen, page: reading.Page | None
) -> Scene:
    """Return the scene that `frozen` fixes; reads the thread again where the process that froze it is gone.

    Raises Gone when a message of it no longer exists.
    """
    page = page or reading.read_thread(context.client, payload["inbox_id"], payload["thread_id"], frozen["messages"])
    by_id = {message.message_id: message for message in page.messages()}
    missing = [message_id for message_id in frozen["messages"] if message_id not in by_id]
    if missing:
        raise Gone(f"{len(missing)} messages of the thread were deleted meanwhile, among them {missing[0]}")
    thread = Thread(
        thread_id=payload["thread_id"],
        inbox=Inbox(post.inbox_id, post.agent.name, datetime.fromisoformat(frozen["now"])),
        state=post.agent.flow.states(frozen["state"]),
        now=datetime.fromisoformat(frozen["now"]),
        messages=tuple(by_id[message_id] for message_id in frozen["messages"]),
        labels=frozenset(frozen["labels"]),
        subject=page.subject,
        event=payload.get("event"),
    )
    message_id = payload.get("message_id")
    return Scene(thread, by_id.get(message_id) if message_id else None)


def _readable(messages: list[Message], at_hand: str | None) -> list[str]:
    """Return the ids up to the message at hand: mail that came in later waits for its own run."""
    limit = next((index for index, message in enumerate(messages) if message.message_id == at_hand), len(messages))
    return [
        message.message_id
        for index, message in enumerate(messages)
        if index <= limit or (not message.received and at_hand is not None)
    ]


def _from_person(messages: list[Message], at_hand: str | None) -> bool:
    return any(message.message_id == at_hand and message.received and message.kind == "human" for message in messages)


def _state(context: Context, post: Post, page: reading.Page) -> Frozen:
    """Read the state from the label, and compare it with the last move: a person may have changed it."""
    flow, agent = post.agent.flow, post.agent.name
    named = state_from_labels(agent, flow.states, page.labels)
    move = context.journal.last_move(page.thread_id)
    known = flow.states(move["state"]) if move else None
    state = _resolve(named, known, flow.start)
    if known is None or state is known:
        return {"state": state.value}
    if not flow.allows(known, state):
        return {
            "state": known.value,
            "put_aside": f"a person set the label {state_label(agent, state)}, but {flow.refusal(known, state)}",
            "mark": marks.NEEDS_HUMAN,
        }
    context.journal.record_move(
        inbox_id=post.inbox_id, thread_id=page.thread_id, origin=known.value, state=state.value, by="person",
        run_id=None, at=context.clock.now(),
    )  # fmt: skip
    return {"state": state.value}


def _resolve(named: list[State], known: State | None, start: State) -> State:
    """Return the one state: with two labels the one that is new, with none the last one known."""
    if len(named) == 1:
        return named[0]
    if not named:
        return known or start
    return next((state for state in named if state is not known), named[0])


def _put_aside(
    context: Context, payload: Mapping[str, Any], messages: list[Message], frozen: Frozen
) -> tuple[str, str]:
    """Return why no handler is to see this, and the mark to set on the thread, if any."""
    if payload["kind"] == "timer":
        return _outdated(context, payload, messages, frozen), ""
    message = next((item for item in messages if item.message_id == payload.get("message_id")), None)
    if message is None:
        return ("" if payload["kind"] == "event" else "the message was deleted"), ""
    if payload["kind"] != "mail":
        return "", ""
    if not message.received:
        return "we sent this ourselves", ""
    if any(marks.INTERNAL in item.labels for item in messages):
        return "one of our people answered an internal mail", marks.NEEDS_HUMAN
    return "", ""


def _outdated(context: Context, payload: Mapping[str, Any], messages: list[Message], frozen: Frozen) -> str:
    timer = context.journal.timer(payload["timer_id"])
    if timer is None:
        return "the timer was withdrawn"
    if timer["state"] != frozen["state"]:
        return f"the thread is in {frozen['state']} by now"
    if any(
        message.received and message.kind == "human" and message.timestamp > timer["set_at"] for message in messages
    ):
        return "newer mail came in"
    return ""
