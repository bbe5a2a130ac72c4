"""Mail that did not reach one of our people: the next of them gets it, once, in a run on the thread it was about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
import structlog

from postroom.mailbox import labels as marks
from postroom.policy.gate import ALLOWED
from postroom.runtime import approvals
from postroom.runtime import scene as scenes
from postroom.runtime.answers import About, hand_in
from postroom.runtime.context import Context, Post
from postroom.runtime.ids import RunKind, mailed_at, op_id, run_id
from postroom.runtime.journal import Journal, Row
from postroom.runtime.planning import Planned, action_row, said_in_plan
from postroom.runtime.scene import Scene
from postroom.runtime.tables import actions
from postroom.runtime.unreached import reached

log = structlog.get_logger(__name__)


def miss(
    context: Context, post: Post, payload: Mapping[str, Any], frozen: scenes.Frozen, address: str, reason: str
) -> None:
    """Write to one of our people no more, and have the thread that a mail was about looked at in its own lane."""
    log.warning("one of our people gets no mail; hand-overs go to the next", address=address, reason=reason)
    context.journal.suppress(address, reason, context.clock.now())
    if frozen["state"]:  # else the thread was deleted
        marks.relabel(context.client, post.inbox_id, payload["thread_id"], add=[marks.NEEDS_HUMAN], remove=[])
    # the journal of a run that has not ended may not have the message id yet
    labelled = [label for label in frozen["labels"] if label.startswith(marks.OP)]
    journal = context.journal
    sent = _that_sent(context, address, payload.get("message_id", ""))
    sent = sent or (journal.action(labelled[0]) if labelled else None)
    of_review = sent is not None and sent["kind"] == "Digest"
    if sent is None or sent["frozen"].get("purpose") != "internal" or not (sent["thread_id"] or of_review):
        log.warning("a mail to our people bounced that is about no thread", thread_id=payload["thread_id"])
        return
    at, now, about = mailed_at(payload["run_id"]), context.clock.now(), approvals.of_run(journal, sent["run_id"])
    if sent["kind"] == "Review" and about is not None:  # the next who may approve is asked, as after an automatic reply
        if about["asked"] == address:
            cause = {"approval": about["token"], "said": {"by": address, "wish": "away"}}
            hand_in(context, About.waiting(about), at, sent["op_id"], cause)
        return
    by = journal.run(sent["run_id"])
    kind: RunKind = "cron" if of_review else "event"  # as a review is about no thread
    cause = {**(by["cause"] if by and of_review else {}), "missed": sent["op_id"]}
    # no step of a run can hand in another: the clock does, as with a dead letter that is due
    journal.open_run(
        run_id(at, kind, post.inbox_id, sent["op_id"]), now, agent=post.agent.name, kind=kind,
        inbox_id=post.inbox_id, thread_id=sent["thread_id"], status="queued", retry_at=now, cause=cause,
    )  # fmt: skip


def _that_sent(context: Context, recipient: str, message_id: str) -> Row | None:
    """Return the action that sent a mail to a recipient, if one did."""
    sent = (actions.c.recipient == recipient, actions.c.result["message_id"].as_string() == message_id)
    with context.journal.database.connect() as connection:
        return connection.execute(sa.select(actions).where(*sent)).mappings().first()


def plan_next(context: Context, post: Post, payload: Mapping[str, Any]) -> Planned:
    """Freeze a missed mail for the next of our people; nothing where nobody is left, or an earlier notice led to it."""
    journal, missed = context.journal, payload["missed"]
    sent, left = journal.action(missed), reached(journal, post.addresses)
    again = _again(missed)
    rows = []
    if sent is not None and left and journal.action(again) is None:
        address = sent["recipient"]
        mail = {**sent["frozen"], "to": left[:1], "notice": f"Mail does not reach {address}, whom this was for."}
        run, thread_id = payload["run_id"], sent["thread_id"]
        rows = [action_row(post, run, 0, sent["kind"], thread_id, mail, op_id=again, reason=address)]
    return said_in_plan(ALLOWED), rows


def told(journal: Journal, payload: Mapping[str, Any], scene: Scene) -> Scene:
    """Return the scene of a run that is about to end, with what people are to see where its cause is a missed mail."""
    sent = journal.action(payload["missed"]) if "missed" in payload else None
    if sent is None:
        return scene
    again = journal.action(_again(sent["op_id"]))
    status = f"sent again to {again['recipient']}: {again['status']}" if again else "nobody is left"
    return replace(scene, mark=marks.NEEDS_HUMAN, note=f"mail does not reach {sent['recipient']}; {status}")


def _again(missed: str) -> str:
    """Return the id of the action that sends a missed mail on: one for all runs, as each notice of a bounce has one."""
    return op_id(missed, 0)
