"""What a run does without asking a handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from postroom.runtime import followups, missed, silence
from postroom.runtime.context import Context, Post
from postroom.runtime.digests import is_review, plan_review
from postroom.runtime.planning import Planned, Planner
from postroom.runtime.scene import Scene
from postroom.transition import FOLLOW_UP, SILENCE, Cancel, Transition


def maker(context: Context, post: Post, scene: Scene, payload: Mapping[str, Any]) -> Callable[[], Planned] | None:
    """Return what makes the plan of a run that no handler is asked about, None for any other.

    A follow-up that is due was planned before, and ends where a person has written since; a hand-over that nobody
    answered, or that did not reach whom it was for, is sent on as it is; a periodic review is written from the journal.
    """
    if payload.get("timer") == FOLLOW_UP and followups.taken_over(context, scene, payload):
        state, flow = scene.thread.state, post.agent.flow
        to = post.agent.with_human if flow.allows(state, post.agent.with_human) else state
        end = Transition(to, Cancel(), because="one of our people wrote on the thread: it is theirs")
        return partial(Planner(context, post, scene, payload["run_id"]).plan, end)
    if payload.get("timer") == FOLLOW_UP and scene.due is None:
        return partial(followups.plan_due, context, post, scene, payload)
    if payload.get("timer") == SILENCE:
        return partial(silence.plan_again, context, post, payload)
    if "missed" in payload:
        return partial(missed.plan_next, context, post, payload)
    if is_review(post, payload.get("cron", "")):
        return partial(plan_review, context, post, scene, payload["run_id"])
    return None
