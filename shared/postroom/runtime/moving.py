"""Moves that one of our people makes otherwise than by a label in AgentMail: by answering a mail, by undoing a run."""

from __future__ import annotations

from postroom.flow import State, state_label
from postroom.mailbox import labels as marks
from postroom.mailbox import reading
from postroom.runtime.context import Context, Post
from postroom.runtime.timers import state_timers


def move_as_person(context: Context, post: Post, thread_id: str, to: State, run_id: str) -> None:
    """Bring a thread to a state, whatever its flow allows to runs, and record that a person did; safe to repeat."""
    agent, journal = post.agent, context.journal
    last = journal.last_move(thread_id)
    if last is not None and last["state"] == to.value:
        return
    others = [state_label(agent.name, state) for state in agent.flow.states if state is not to]
    present = reading.thread_labels(context.client, post.inbox_id, thread_id)
    gone = [label for label in others if label in present]
    marks.relabel(context.client, post.inbox_id, thread_id, add=[state_label(agent.name, to)], remove=gone)
    at, origin = context.clock.now(), last["state"] if last else agent.flow.start.value
    # before the move, so that a death between the two leaves no state without its timers
    journal.set_timers(thread_id, state_timers(post, thread_id, to, at))
    journal.record_move(
        inbox_id=post.inbox_id, thread_id=thread_id, origin=origin, state=to.value, by="person", run_id=run_id, at=at
    )
