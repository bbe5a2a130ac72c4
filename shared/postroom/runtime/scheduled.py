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
from postroom.mailbox.client import pages, patiently, there
from postroom.runtime.context import Context, Post
from postroom.runtime.drafts import find_sent, relabel_draft
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


def send_at(timer: Row) -> datetime:
    """Return when a planned mail leaves."""
    planned = timer["plan"].get("send_at")
    return datetime.fromisoformat(planned) if planned else timer["due_at"]


def moved(context: Context, post: Post, timer: Row, by: timedelta, op_id: str) -> dict[str, Any]:
    """Return the timer of a planned mail that leaves so much later, its draft saying so; `op_id` moves it once."""
    plan, to = {**timer["plan"], "moved": op_id}, send_at(timer) + by
    if plan["draft_id"]:
        labels = marks.of_plan({**plan, "due_at": to.isoformat()}, timer["state"])
        relabel_draft(context, post.inbox_id, plan["draft_id"], labels)
    if "send_at" not in plan:
        return {**timer, "plan": plan, "due_at": to}
    update = context.client.inboxes.drafts.update
    there(patiently, update, post.inbox_id, plan["draft_id"], send_at=to)
    return {**timer, "plan": {**plan, "send_at": to.isoformat()}, "due_at": look_at(to, context.clock.now())}


def sent_by_itself(context: Context, post: Post, timer: Row) -> Any | None:
    """Return the mail that AgentMail has sent for a plan, without its draft's labels; None while it has not."""
    if "send_at" not in timer["plan"]:
        return None
    sent = find_sent(context, post.inbox_id, timer["plan"]["op"])
    return sent and _bare(context, post, timer, sent)


def sent_by_hand(context: Context, post: Post, timer: Row) -> Any | None:
    """Return the mail that a person sent in AgentMail of a plan whose draft is gone, without its labels, or None."""
    key = f"key{LABEL_SEPARATOR}{timer['plan']['key']}".lower()
    for page in pages(context.client.inboxes.messages.list, post.inbox_id, labels=[marks.PLANNED, key]):
        for sent in page.messages:
            if sent.thread_id == timer["thread_id"]:
                return _bare(context, post, timer, sent)
    return None


def _bare(context: Context, post: Post, timer: Row, sent: Any) -> Any:
    gone = [label for label in sent.labels if label in (marks.PLANNED, timer["plan"].get("op"))]
    gone += [label for label in sent.labels if label.partition(LABEL_SEPARATOR)[0] in marks.PLAN_FACTS]
    there(patiently, context.client.inboxes.messages.update, post.inbox_id, sent.message_id, remove_labels=gone)
    return sent


def leave_to_agentmail(context: Context, timer: Row) -> bool:
    """Tell whether a plan's mail, which may leave, is AgentMail's to send yet; it is looked for once it should have."""
    if "send_at" not in timer["plan"] or context.clock.now() >= send_at(timer):
        return False
    later = fingerprint([timer["timer_id"], "sent"])
    context.journal.add_timer({**timer, "timer_id": later, "due_at": send_at(timer) + AFTER, "fired_at": None})
    return True


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
