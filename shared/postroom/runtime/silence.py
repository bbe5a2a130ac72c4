"""A hand-over that nobody answers: it is sent once more to whom it was for, and then to the next of our people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from postroom.policy import Verdict
from postroom.runtime.context import Context, Post
from postroom.runtime.journal import Row
from postroom.runtime.planning import Planned, action_row, said_in_plan
from postroom.runtime.timers import timer_row
from postroom.runtime.unreached import reached
from postroom.transition import SILENCE


def watch(context: Context, post: Post, handed: Row, state: str) -> None:
    """Have a thread that is handed over, and goes to that state, looked at once its people had the time to answer."""
    now, thread_id, of_people = context.clock.now(), handed["thread_id"], post.agent.with_human.value
    due = post.agent.answer_within.after(now, post.agent.zone)
    timer = timer_row(
        post, thread_id, f"{SILENCE}-{handed['op_id']}", of_people if state == of_people else "", now, due,
        name=SILENCE, plan={"handed": handed["op_id"]},
    )  # fmt: skip
    context.journal.drop_timers(thread_id, SILENCE)  # of several hand-overs the newest is waited for
    context.journal.add_timer(timer)


def plan_again(context: Context, post: Post, payload: Mapping[str, Any]) -> Planned:
    """Freeze the hand-over anew: for the same person once, then for the next; refused where nobody is left."""
    timer = context.journal.timer(payload["timer_id"])
    sent = context.journal.action(timer["plan"]["handed"]) if timer else None
    people = reached(context.journal, post.addresses)
    if timer is None or sent is None:
        return said_in_plan(Verdict("allow", reason="the hand-over is gone")), []
    times, before = sent["frozen"].get("times", 0) + 1, sent["recipient"]
    to = _next(people, before, again=times == 1)
    if to is None:
        return said_in_plan(Verdict("refuse", "silence", "nobody answered, and nobody is left to ask")), []
    whom = "you" if to == before else before
    said = f"This was handed to {whom} on {timer['set_at']:%Y-%m-%d %H:%M} UTC, and nobody has answered yet."
    first = context.journal.action(sent["frozen"].get("first", sent["op_id"])) or sent
    frozen = first["frozen"]
    mail = {
        **frozen, "to": [to], "times": times, "first": first["op_id"], "led_by": SILENCE,
        "subject": f"Reminder: {frozen['subject']}",
        "text": f"{said}\n\n{frozen['text']}", "html": f"<p>{escape(said)}</p>\n{frozen['html']}",
    }  # fmt: skip
    return said_in_plan(Verdict("allow")), [
        action_row(post, payload["run_id"], 0, "Escalate", sent["thread_id"], mail, reason=said)
    ]


def _next(people: Sequence[str], before: str, *, again: bool) -> str | None:
    """Return whom a hand-over goes to after `before`: the same person `again`, or the next that mail reaches."""
    if before not in people:
        return next(iter(people), None)
    later = people[people.index(before) + (0 if again else 1) :]
    return next(iter(later), None)
