"""Follow-ups that leave by AgentMail's own clock (`Outreach(scheduled=True)`): looked at before, and after.

Such a mail carries no header of ours, and nothing stops it in its last minutes but AgentMail's send-block list.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from agentmail.core.api_error import ApiError

from postroom.flow import LABEL_SEPARATOR
from postroom.mailbox import labels as marks
from postroom.mailbox.client import patiently, there
from postroom.runtime.context import Context, Post
from postroom.runtime.drafts import find_sent
from postroom.runtime.ids import fingerprint
from postroom.runtime.journal import Row

BEFORE, AFTER = timedelta(minutes=10), timedelta(minutes=2)
"""How long before a mail leaves by itself it is looked at, and after that it is recorded."""
CONFLICT = 409
"""What AgentMail answers about a draft that it is sending."""


def is_scheduled(post: Post, planned: Mapping[str, Any]) -> bool:
    """Tell whether AgentMail is to send a planned mail: never one that is worded anew when it is due."""
    ours = post.agent.outreach and post.agent.outreach.scheduled and not planned.get("renew")
    return bool(ours and planned["mail"].get("leaving") == "follow_up")


def look_at(due: datetime, now: datetime) -> datetime:
    """Return when a scheduled mail is looked at before it leaves."""
    return max(now, due - BEFORE)


def sent_by_itself(context: Context, post: Post, timer: Row) -> Any | None:
    """Return the mail that AgentMail has sent for a plan, without its draft's labels; None while it has not."""
    if "send_at" not in timer["plan"]:
        return None
    sent = find_sent(context, post.inbox_id, timer["plan"]["op"])
    if sent is not None:
        gone = [label for label in sent.labels if label in (marks.PLANNED, timer["plan"]["op"])]
        gone += [label for label in sent.labels if label.partition(LABEL_SEPARATOR)[0] in marks.PLAN_FACTS]
        there(patiently, context.client.inboxes.messages.update, post.inbox_id, sent.message_id, remove_labels=gone)
    return sent


def leave_to_agentmail(context: Context, timer: Row) -> bool:
    """Tell whether a plan's mail, which may leave, is AgentMail's to send yet; it is looked for once it should have."""
    send_at = datetime.fromisoformat(timer["plan"]["send_at"]) if "send_at" in timer["plan"] else None
    if send_at is None or context.clock.now() >= send_at:
        return False
    later = fingerprint([timer["timer_id"], "sent"])
    context.journal.add_timer({**timer, "timer_id": later, "due_at": send_at + AFTER, "fired_at": None})
    return True


def put_later(context: Context, post: Post, timer: Row, by: timedelta) -> dict[str, Any]:
    """Have AgentMail send a plan's draft later, where it is AgentMail's to send; return the plan as it is then."""
    plan = dict(timer["plan"])
    if "send_at" in plan:
        at = datetime.fromisoformat(plan["send_at"]) + by
        there(patiently, context.client.inboxes.drafts.update, post.inbox_id, plan["draft_id"], send_at=at)
        plan["send_at"] = at.isoformat()
    return plan


def unschedule(context: Context, post: Post, timer: Row) -> bool:
    """Take a draft's own time away; False where AgentMail is sending it at this moment."""
    if "send_at" not in timer["plan"] or not timer["plan"]["draft_id"]:
        return True
    update = context.client.inboxes.drafts.update
    try:
        there(patiently, update, post.inbox_id, timer["plan"]["draft_id"], send_at=None)
    except ApiError as error:
        if error.status_code != CONFLICT:
            raise
        return False
    return True
