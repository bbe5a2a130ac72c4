"""What left before a mail of a campaign, as caps and manners count it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from postroom.runtime.tables import actions, runs


def sent_before(
    connection: sa.Connection, asked: Mapping[str, Any], op_id: str, tried_since: datetime
) -> dict[str, Any]:
    """Return what left before, as far as the journal tells, counting what is being sent at this moment."""
    being_sent = sa.and_(actions.c.status == "planned", actions.c.first_attempt_at > tried_since)
    mail = sa.and_(
        actions.c.campaign.is_not(None), actions.c.op_id != op_id, sa.or_(actions.c.status == "done", being_sent)
    )
    ours = sa.and_(mail, actions.c.inbox_id.in_(asked["inboxes"]), _since(asked["day"]))
    count = sa.select(sa.func.count()).select_from(actions)
    counts = sa.select(
        count.where(ours, actions.c.inbox_id == asked["inbox_id"]).scalar_subquery().label("by_inbox_today"),
        count.where(ours, actions.c.recipient.like(asked["domain"])).scalar_subquery().label("to_domain_today"),
        count.where(ours).scalar_subquery().label("by_agent_today"),
        count.where(
            mail, actions.c.inbox_id.in_(asked["inboxes"]), _since(asked["body_since"]),
            actions.c.words == asked["words"], actions.c.recipient != asked["address"],
        ).scalar_subquery().label("same_body"),
    )  # fmt: skip
    person = sa.select(actions.c.done_at).where(
        mail, actions.c.recipient == asked["address"], _since(asked["person_since"])
    )
    template = actions.c.frozen["template"].as_string()
    done = (on_thread(asked["thread_id"]), actions.c.status == "done", template.is_not(None))
    thread = sa.select(template, actions.c.done_at).where(*done)
    told: dict[str, Any] = dict(connection.execute(counts).mappings().one())
    told["to_person"] = tuple(connection.execute(person.order_by(actions.c.done_at)).scalars())
    rows = connection.execute(thread.order_by(actions.c.done_at)) if asked["thread_id"] else ()
    return told | {"on_thread": tuple((name, at) for name, at in rows)}


def on_thread(thread_id: str) -> sa.ColumnElement[bool]:
    """Return what is so of the actions on a thread, and of the first mail that began it: that was planned without."""
    began = sa.select(runs.c.run_id).where(runs.c.thread_id == thread_id)
    return sa.or_(actions.c.thread_id == thread_id, actions.c.run_id.in_(began))


def _since(moment: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(actions.c.done_at.is_(None), actions.c.done_at >= moment)
