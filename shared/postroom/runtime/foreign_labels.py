"""Labels of a handler's answer that another agent would take for the state of a thread of its own."""

from __future__ import annotations

from postroom.flow import LABEL_SEPARATOR
from postroom.runtime.context import Context, Post
from postroom.runtime.planning import PlanError
from postroom.transition import Actions, Transition


def refuse_states_of_others(context: Context, post: Post, answer: Transition | Actions) -> None:
    """Raise PlanError for a label that begins like the state labels of an agent other than the one at `post`."""
    if not isinstance(answer, Transition) or not answer.labels:
        return
    others = context.agents - {post.agent.name}
    for label in map(str.lower, answer.labels):
        owner, separator, rest = label.partition(LABEL_SEPARATOR)
        if separator and owner in others:
            raise PlanError(
                f"labels hold {label!r}, a label of the agent {owner}, which it alone sets: its states begin so; "
                f"name another dimension, such as category/{rest}"
            )
