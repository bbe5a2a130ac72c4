"""Planned follow-ups: drafts people can see and edit, sent by our timers with the headers a draft cannot carry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from postroom.letters import from_text
from postroom.mailbox.client import patiently, there
from postroom.mailbox.reading import addresses, as_datetime
from postroom.policy import Verdict
from postroom.policy.gate import PAUSED
from postroom.runtime import scheduled
from postroom.runtime.context import Context, Post
from postroom.runtime.effects import ids_of
from postroom.runtime.freezing import Freezer
from postroom.runtime.journal import Row
from postroom.runtime.leaving import judge_mail, kept_by_autonomy, without_unheard
from postroom.runtime.planning import Planned, action_row, put_off, said_in_plan, stop
from postroom.runtime.scene import Scene
from postroom.runtime.sent_drafts import BY_PERSON
from postroom.runtime.unanswered import people_wrote
from postroom_kit.mail_reading import html_to_text

SOON, LATEST = timedelta(hours=1), timedelta(days=1)
"""How long until a follow-up of a campaign that is switched off is looked at again: longer each time.

One that goes on before is looked at then (`kill_switch.release`).
"""
EDITED = "plan/edited"
"""The rule that keeps what was to be worded anew, and was edited."""
BY_AGENTMAIL = said_in_plan(Verdict("allow", reason="AgentMail sends it by itself"))
BY_HAND = said_in_plan(Verdict("allow", reason="a person sent the draft in AgentMail"))
NOTHING_LEFT = said_in_plan(Verdict("allow", reason="a person deleted the draft"))


class BeingSent(RuntimeError):
    """A draft that leaves by itself at this very moment, so that it can be neither stopped nor recorded."""


def plan_due(context: Context, post: Post, scene: Scene, payload: Mapping[str, Any]) -> Planned:
    """Freeze a follow-up that is due as it stands in its draft now; nothing when a person deleted the draft."""
    timer = context.journal.timer(payload["timer_id"])
    if timer is None:
        return NOTHING_LEFT, []
    planned = timer["plan"]
    frozen = dict(planned["mail"])
    row = action_row(post, payload["run_id"], 0, "Reply", scene.thread.thread_id, frozen)
    if sent := scheduled.sent_by_itself(context, post, timer):
        return BY_AGENTMAIL, [_left(row, sent)]
    if planned["draft_id"]:  # none where it was refused before: then the timer has what the draft said
        draft = there(patiently, context.client.inboxes.drafts.get, post.inbox_id, planned["draft_id"])
        if draft is None:
            sent = scheduled.sent_by_hand(context, post, timer)
            return (BY_HAND, [_left(row, sent) | {"rule": BY_PERSON}]) if sent else (NOTHING_LEFT, [])
        written = as_written(draft, frozen)
        if (
            any(written[part] != frozen[part] for part in ("to", "cc"))
            or written["text"].strip() != frozen["text"].strip()
        ):
            frozen.pop("released", None)  # the yes was to other words
        frozen |= written
    if "leaving" not in frozen:  # it was restored from its draft alone
        frozen = Freezer(context, post, scene).outreach(frozen, "", "follow_up")
    frozen = without_unheard(context, frozen)
    verdict = judge_mail(context, post, scene, frozen)
    # planned when the agent, or what has its thread's labels, might do more by itself
    kept = None if frozen.get("released") else kept_by_autonomy(context, post, scene.thread)
    if planned.get("renew"):
        kept = Verdict("hold", EDITED, "a person edited its draft, whose figures may be old; it leaves with a yes")
    verdict = kept or verdict if verdict.allowed else verdict
    if verdict.rule == PAUSED and frozen.get("leaving") == "follow_up":  # of a campaign: it goes on once it is on again
        verdict = Verdict("wait", PAUSED, verdict.reason, context.clock.now() + _again(timer))
    if verdict.allowed and scheduled.leave_to_agentmail(context, timer):
        return BY_AGENTMAIL, []
    if not scheduled.unschedule(context, post, timer):
        raise BeingSent(f"AgentMail is sending the draft {planned['draft_id']}; it is looked at again")
    row = action_row(post, payload["run_id"], 0, "Reply", scene.thread.thread_id, frozen)
    stop(row, verdict)
    said = said_in_plan(put_off(verdict, [row], on_thread=True))
    if verdict.rule == PAUSED and verdict.outcome == "wait":
        row["frozen"]["paused"] = True
    return said, [row]


def taken_over(context: Context, scene: Scene, payload: Mapping[str, Any]) -> bool:
    """Tell whether one of our people wrote by hand on a campaign's thread since what is due there was planned."""
    timer = context.journal.timer(payload["timer_id"])
    if timer is None or timer["plan"]["mail"].get("leaving") != "follow_up":
        return False
    return people_wrote(context, scene.thread.thread_id, scene.thread.messages, timer["set_at"])


def due(context: Context, post: Post, payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return key and draft of a plan that is due and to be worded anew, and its mail if approved; None of any other.

    Nor of one whose draft a person deleted, or edited: that is theirs, and shown to them.
    """
    timer = context.journal.timer(payload["timer_id"])
    if timer is None or not timer["plan"].get("renew"):
        return None
    planned = timer["plan"]
    if planned["draft_id"]:
        draft = there(patiently, context.client.inboxes.drafts.get, post.inbox_id, planned["draft_id"])
        if draft is None or (draft.text or "").strip() != planned["mail"]["text"].strip():
            return None
    approved = planned["mail"] if planned["mail"].get("released") else None
    return {"key": planned["key"], "draft_id": planned["draft_id"] or "", "approved": approved}


def _again(timer: Row) -> timedelta:
    waited: timedelta = timer["due_at"] - timer["set_at"]
    return min(2 * waited, LATEST) if timer["plan"].get("paused") else SOON


def _left(row: Mapping[str, Any], sent: Any) -> dict[str, Any]:
    return {**row, "status": "done", "result": ids_of(sent), "done_at": as_datetime(sent.timestamp)}


def as_written(draft: Any, frozen: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the part of a frozen mail that people may edit in its draft, as it stands there now.

    Text and HTML say the same words: where only one of what was `frozen` was edited, the other would say the old ones.
    """
    text, html = draft.text or "", draft.html or ""
    if frozen is not None and html.strip() == frozen["html"].strip() != "" and text.strip() != frozen["text"].strip():
        html = from_text(text).html
    elif frozen is not None and html.strip() != frozen["html"].strip() and text.strip() == frozen["text"].strip():
        text = html_to_text(html)
    recipients = {"to": list(addresses(draft.to)), "cc": list(addresses(draft.cc))}
    return {**recipients, "text": text, "html": html, "draft_id": draft.draft_id}
