"""What a run may read: frozen at its first step as ids and hashes, and brought back from AgentMail for a replay."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from postroom.flow import State, state_from_labels, state_label
from postroom.mail import Inbox, Message, Thread
from postroom.mailbox import labels as marks
from postroom.mailbox import reading
from postroom.mailbox.client import there
from postroom.runtime import earlier, notices, records
from postroom.runtime.context import Context, Post
from postroom.runtime.correspondents import by_people_of_it, to_answer
from postroom.runtime.ids import mailed_at
from postroom.runtime.journal import Row
from postroom.runtime.oversight import is_chatter, oversees
from postroom.runtime.timers import state_timers
from postroom.runtime.unanswered import by_our_people, turned_to, unanswered
from postroom.transition import FOLLOW_UP, SILENCE

Frozen = dict[str, Any]
HANDLED = ("done", "nothing", "held")
"""Statuses of a run whose mail was read and dealt with; what was refused is still to be taken up itself."""

OPEN = ("planned", "held")
"""Statuses of an action that has not happened yet, and may."""


class Gone(RuntimeError):
    """A message or thread that was deleted while its run was under way."""


@dataclass(frozen=True)
class Scene:
    """The thread as the handler sees it, and the message at hand, if a message caused the run.

    `present` are the thread's labels when this process read it, which a replay does later than the run it repeats.
    `mark` and `note` are what people are to see whatever the handler says. `earlier_writers` wrote before the messages.
    `due` has `key` and `draft_id` of the plan that is worded anew, and its mail where one of us `approved` that.
    """

    thread: Thread
    message: Message | None
    present: frozenset[str] = frozenset()
    mark: str = ""
    note: str = ""
    earlier_writers: frozenset[str] = frozenset()
    due: Mapping[str, Any] | None = None


def freeze(context: Context, post: Post, payload: Mapping[str, Any]) -> tuple[Frozen, reading.Page | None]:
    """Look at the thread once and fix what the run may read; return it with the page it was read from.

    `put_aside` holds the reason when no handler is to see this.
    """
    frozen: Frozen = {"now": context.clock.now().isoformat(), "put_aside": "", "mark": "", "note": ""}
    wanted = [payload["message_id"]] if payload.get("message_id") else []
    page = there(reading.read_thread, context.client, payload["inbox_id"], payload["thread_id"], wanted)
    if page is None:
        return frozen | {"put_aside": "the thread was deleted", "state": None, "labels": [], "messages": []}, None
    messages = notices.read_page(context, page, payload.get("message_id"))
    at_hand = [mail for mail in messages if mail.message_id == payload.get("message_id")]
    written = payload["kind"] == "mail" and any(mail.by_person for mail in at_hand)
    frozen |= {
        "messages": _readable([mail for mail in messages if not is_chatter(mail)], payload.get("message_id")),
        "notices": dict(page.notices),
        "knowledge": post.fingerprint,
        "earlier_writers": _earlier_writers(context, post, page, messages),
        "from_person": written and payload["message_id"] in by_people_of_it(messages),
        "record": records.frozen(_record(context, post, page.thread_id, at_hand)),
        **state_now(context, post, page.thread_id, page.labels),
    }
    page.labels = frozenset(frozen["labels"])
    aside, mark = _put_aside(context, post, payload, messages, frozen)
    if written and not frozen["from_person"] and _waits(context, page.thread_id):
        mark = marks.NEEDS_HUMAN
    # as long as the label is there: what waits ends before the run is frozen, and the process may die between
    if written and marks.WAITING_APPROVAL in frozen["labels"]:
        others = [f"{mailed_at(run['run_id']):%Y-%m-%d %H:%M} UTC" for run in unanswered(context, payload, messages)]
        if others:
            mark, told = marks.NEEDS_HUMAN, f"not answered yet: mail of {', '.join(others)}"
            frozen["note"] = "; ".join(filter(None, [frozen["note"], told]))
    return frozen | {"put_aside": aside, "mark": mark or frozen["mark"]}, page


def restore(
    context: Context, post: Post, payload: Mapping[str, Any], frozen: Frozen, page: reading.Page | None
) -> Scene:
    """Return the scene that `frozen` fixes; reads the thread again where the process that froze it is gone.

    Raises Gone when a message of it no longer exists.
    """
    page = page or reading.read_thread(context.client, payload["inbox_id"], payload["thread_id"], frozen["messages"])
    page.notices = frozen.get("notices", {})
    by_id = {message.message_id: message for message in page.messages()}
    missing = [message_id for message_id in frozen["messages"] if message_id not in by_id]
    if missing:
        raise Gone(f"{len(missing)} messages of the thread were deleted meanwhile, among them {missing[0]}")
    message_id = payload.get("message_id")
    message = by_id.get(message_id) if message_id else None
    messages = tuple(by_id[message_id] for message_id in frozen["messages"])
    thread = Thread(
        thread_id=payload["thread_id"],
        inbox=Inbox(post.inbox_id, post.agent.name, datetime.fromisoformat(frozen["now"])),
        state=post.agent.flow.states(frozen["state"]),
        now=datetime.fromisoformat(frozen["now"]),
        messages=messages,
        labels=frozenset(frozen["labels"]),
        subject=page.subject,
        event=payload.get("event"),
        earlier=tuple(earlier.restore(context, frozen)),
        record=records.restored(frozen.get("record")),
        to_answer=message or to_answer([mail for mail in messages if not oversees(context, post, mail, messages)]),
    )
    writers = frozenset(frozen.get("earlier_writers", ()))
    return Scene(thread, message, page.labels, frozen["mark"], frozen["note"], writers, frozen.get("due"))


def of_cron(post: Post, frozen: Mapping[str, Any]) -> Scene:
    """Return what a handler of `@agent.every` sees: an inbox, and no thread."""
    inbox = Inbox(post.inbox_id, post.agent.name, datetime.fromisoformat(frozen["now"]))
    return Scene(Thread("", inbox, post.agent.flow.start, inbox.now), None)


def of_start(post: Post, frozen: Frozen) -> Scene:
    """Return what a handler of `@agent.start` sees: a record, and a thread that is still to begin."""
    scene = of_cron(post, frozen)
    return replace(scene, thread=replace(scene.thread, record=records.restored(frozen["record"])))


def _record(context: Context, post: Post, thread_id: str, at_hand: Sequence[Message]) -> Row | None:
    """Return whose campaign began a thread; of one that somebody began the one record they have, if vouched for."""
    if post.agent.outreach is None:
        return None
    if found := records.of_thread(context.journal, thread_id):
        return found
    writers = [mail.sender.address for mail in at_hand if mail.by_person and mail.sender.authenticated]
    begun = records.begun_with(context.journal, post.agent.name, writers)
    return begun[0] if len(begun) == 1 else None


def _readable(messages: list[Message], at_hand: str | None) -> list[str]:
    """Return the ids up to the message at hand: mail that came in later waits for its own run."""
    limit = next((index for index, message in enumerate(messages) if message.message_id == at_hand), len(messages))
    return [
        message.message_id
        for index, message in enumerate(messages)
        if index <= limit or (not message.received and at_hand is not None)
    ]


def _waits(context: Context, thread_id: str) -> bool:
    """Tell whether something is planned on a thread or waits for approval, which newer mail may make untrue."""
    timers = context.journal.timers_of_thread(thread_id)
    return any(timer["name"] == FOLLOW_UP for timer in timers) or bool(context.journal.held_on_thread(thread_id))


def _earlier_writers(context: Context, post: Post, page: reading.Page, messages: list[Message]) -> list[str]:
    """Return who is copied on a long thread and wrote on it before the messages at hand."""
    seen = context.own | context.parties(post, messages).writers
    copied = {address for message in messages for address in (*message.to, *message.cc)} - seen
    return sorted(reading.earlier_writers(context.client, post.inbox_id, page, copied))


def state_now(
    context: Context, post: Post, thread_id: str, labels: Collection[str], expected: str | None = None
) -> Frozen:
    """Read the state from the label, and compare it with the last move: a person may have changed it.

    A move of theirs is recorded, and a label left beside the new one taken off; of one that the flow forbids, `mark`
    and `note` tell people. A label of the state `expected` is our own, put there before its move could be recorded.
    """
    flow, agent = post.agent.flow, post.agent.name
    named = state_from_labels(agent, flow.states, labels)
    move = context.journal.last_move(thread_id)
    known = flow.states(move["state"]) if move else None
    ours = flow.states(expected) if expected else None
    state = _resolve(named, known, ours) or flow.start
    seen: Frozen = {"state": state.value, "labels": sorted(labels), "mark": "", "note": ""}
    if state in (known, ours):
        return seen
    if known is not None and not flow.allows(known, state):
        note = f"a person set the label {state_label(agent, state)}, but {flow.refusal(known, state)}"
        return seen | {"state": known.value, "mark": marks.NEEDS_HUMAN, "note": note}
    if known is not None:
        context.journal.record_move(
            inbox_id=post.inbox_id, thread_id=thread_id, origin=known.value, state=state.value, by="person",
            run_id=None, at=context.clock.now(),
        )  # fmt: skip
        context.journal.set_timers(thread_id, state_timers(post, thread_id, state, context.clock.now()))
    left = [state_label(agent, other) for other in named if other is not state]
    if left:
        seen["labels"] = sorted(marks.relabel(context.client, post.inbox_id, thread_id, add=[], remove=left))
    return seen


def look_again(context: Context, post: Post, row: Any, *, anew: bool = False, unread: bool = False) -> dict[str, Any]:
    """Look at the thread of a run that is taken up again, to go on where it ended or `anew`, in the thread's lane.

    `state` is the thread's own now (None: it was deleted); `stale` says by what the run's answer is out of date, if
    it is: another state, a flow that forbids its move by now, newer mail of a person that was handled, a mail that one
    of our people sent since, with `unread` also mail that came in. For what our people sent a run need not have fixed
    yet what it reads.
    """
    open_ = any(action["status"] in OPEN for action in context.journal.actions_of_run(row["run_id"]))
    last = context.journal.last_move(row["thread_id"])
    moved = last is not None and last["run_id"] == row["run_id"]
    target = (row["plan"] or {}).get("state") if moved or not open_ else None
    read = row["cause"].get("message_id") or next(reversed((row["frozen"] or {}).get("messages", [])), None)
    page = there(reading.read_thread, context.client, post.inbox_id, row["thread_id"], [read] if read else [])
    if page is None:
        return {"state": None, "stale": "the thread was deleted"}
    state = state_now(context, post, row["thread_id"], page.labels, target)["state"]
    stale = _overtaken_by(context, post, row, state, target, anew=anew) if row["frozen"] else ""
    if not stale and row["kind"] != "event" and _people_wrote(context, page, read):
        stale = "a person wrote from the inbox meanwhile"
    newer = {raw.message_id for raw in _newer(page, read)} if unread else ()
    if not stale and any(each.by_person and each.message_id in newer for each in page.messages()):
        stale = "newer mail came in meanwhile"
    return {"state": state, "stale": stale}


def _newer(page: reading.Page, read: str | None) -> Sequence[Any]:
    ids = [raw.message_id for raw in page.raw]
    return page.raw[ids.index(read) + 1 :] if read in ids else []


def _people_wrote(context: Context, page: reading.Page, read: str | None) -> bool:
    """Tell whether a mail that no run sent left the inbox after the message `read`: one of our people wrote it."""
    return bool(by_our_people(context, page.thread_id, _newer(page, read)))


def moved_by_older(context: Context, run: Mapping[str, Any], state: str) -> bool:
    """Tell whether an older run than `run` brought its thread to `state`: that is no going past it."""
    move = context.journal.last_move(run["thread_id"])
    return move is not None and move["state"] == state and move["by"] == "run" and move["run_id"] < run["run_id"]


def _overtaken_by(context: Context, post: Post, row: Any, state: str, target: str | None, *, anew: bool) -> str:
    plan = row["plan"] or {}
    if state not in (row["frozen"]["state"], target):
        # one for the state before an older mail was handed over would go past the people who have the thread
        handed_over = not anew and state == post.agent.with_human.value
        if handed_over or not moved_by_older(context, row, state):
            return f"the thread is in {state} by now"
    newer = [run for run in context.journal.runs_of_thread(row["thread_id"]) if run["run_id"] > row["run_id"]]
    if any(run["status"] in HANDLED and (run["frozen"] or {}).get("from_person") for run in newer):
        return "newer mail was handled meanwhile"
    flow = post.agent.flow
    if plan.get("outcome") != "go" or plan.get("state", state) == state:
        return ""
    origin, to = flow.states(state), flow.states(plan["state"])
    return "" if flow.allows(origin, to) else flow.refusal(origin, to)


def _resolve(named: list[State], known: State | None, ours: State | None) -> State | None:
    """Return the one state: of several labels the one that neither the last move nor this run can have set."""
    others = [state for state in named if state not in (known, ours)]
    if others:
        return others[0]
    return ours if ours in named else known


def _put_aside(
    context: Context, post: Post, payload: Mapping[str, Any], messages: list[Message], frozen: Frozen
) -> tuple[str, str]:
    """Return why no handler is to see this, and the mark to set on the thread, if any."""
    off = context.autonomy.off(post.agent.name)
    if payload["kind"] == "timer":
        outdated = _outdated(context, payload, messages, frozen)
        return outdated or off, marks.NEEDS_HUMAN if off and not outdated else ""
    message = next((item for item in messages if item.message_id == payload.get("message_id")), None)
    if message is None:
        return (off if payload["kind"] == "event" else "the message was deleted"), ""
    if payload["kind"] != "mail":
        return off, ""
    if not message.received:
        return "we sent this ourselves", ""
    if any(marks.INTERNAL in item.labels for item in messages):
        return "one of our people answered an internal mail", marks.NEEDS_HUMAN
    return off, marks.NEEDS_HUMAN if off and message.by_person else ""


def _outdated(context: Context, payload: Mapping[str, Any], messages: list[Message], frozen: Frozen) -> str:
    timer = context.journal.timer(payload["timer_id"])
    if timer is None:
        return "the timer was withdrawn"
    if timer["state"] not in ("", frozen["state"]):  # none where a hand-over left its thread with the agent
        return f"the thread is in {frozen['state']} by now"
    if timer["name"] == SILENCE:
        return turned_to(context, timer, messages)
    stopping = by_people_of_it(messages) if timer["name"] == FOLLOW_UP else {item.message_id for item in messages}
    newer = [message for message in messages if message.by_person and message.timestamp > timer["set_at"]]
    if any(message.message_id in stopping for message in newer):
        return "newer mail came in"
    return ""
