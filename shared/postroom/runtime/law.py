"""The rules of an agent that writes first, asked about each of its mails with what left before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from postroom.policy import Verdict
from postroom.runtime.context import Context, Post
from postroom.runtime.scene import Scene
from postroom_kit.outreach import Leaving, Sent

PERSON, BODY = timedelta(days=90), timedelta(days=30)
"""How far back is looked for what somebody got before, and for the same words to others."""


def asked(post: Post, scene: Scene, frozen: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """Return what the journal is asked for these rules; None where none of them applies.

    They hold for mail to somebody of a campaign, and not for what people among us write to each other.
    """
    if post.agent.outreach is None or scene.thread.record is None or frozen["purpose"] in ("internal", "forward"):
        return None
    to = frozen["to"][0] if frozen["to"] else ""
    midnight = now.astimezone(ZoneInfo(post.agent.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "inboxes": list(post.inboxes), "inbox_id": post.inbox_id, "day": midnight, "address": to,
        "domain": f"%@{to.rpartition('@')[2]}", "person_since": now - PERSON, "body_since": now - BODY,
        "words": frozen.get("words", ""), "thread_id": scene.thread.thread_id,
    }  # fmt: skip


def judge(
    context: Context, post: Post, scene: Scene, frozen: Mapping[str, Any], sent: Mapping[str, Any], *, released: bool
) -> Verdict | None:
    """Return the gravest objection of the agent's rules to a mail, None where there is none.

    Of a mail that a person `released` what holds is no objection any more; what refuses it, or makes it wait, still is.
    """
    now = context.clock.now()
    outreach, record = post.agent.outreach, scene.thread.record
    assert outreach, "asked() saw to that"
    assert record, "asked() saw to that"
    try:
        row = record.read(outreach.rows)
    except ValidationError as error:
        said = f"the row of {record.address} does not fit {outreach.rows.__name__} any more: {error.errors()[0]['msg']}"
        return Verdict("hold", "campaign/row", said)
    made = post.born.get(post.inbox_id, now)
    moments = tuple(moment or now for moment in sent["to_person"])
    leaving = Leaving(
        now=now,
        kind=frozen.get("leaving", "answer"),  # none where it was restored from its draft alone
        template=frozen.get("template", ""),
        to=frozen["to"][0] if frozen["to"] else "",
        places=row.places,
        facts={**row.facts(), **outreach.facts(scene.thread, now, frozen["text"])},
        subject=frozen["subject"] or f"Re: {scene.thread.subject}",
        text=frozen["text"],
        html=frozen["html"],
        headers=frozen["headers"],
        sent=Sent(**{**sent, "to_person": moments, "inbox_age_days": max(0, (now - made).days)}),
        identity=outreach.identity,
    )
    reached = context.public_url.startswith("https://")
    settings = {"zone": post.agent.zone, "public_url": reached, "one_click": outreach.one_click}
    no = outreach.rules.judge(leaving, settings, released=released)
    return Verdict(no.outcome, no.rule, no.reason, no.until, no.scope) if no else None
