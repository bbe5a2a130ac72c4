"""A campaign that harms its sender's name stops by itself: at so many bounces or complaints, until a person resumes."""

from __future__ import annotations

import sqlalchemy as sa
import structlog

from postroom.runtime.context import Context
from postroom.runtime.tables import actions, audit, reports
from postroom_kit.outreach import stop_line

log = structlog.get_logger(__name__)

BY_ITSELF = "stopped by itself: "
"""How the reason of such a stop begins."""
_entry = (audit.c.event == "switch", audit.c.details["scope"].as_string() == sa.bindparam("scope"))
RESUMED = sa.select(sa.func.max(audit.c.at)).where(*_entry, audit.c.details["status"].as_string() == "on")


def look(context: Context, agent: str, campaign: str) -> None:
    """Switch a campaign off where its bounces or complaints are past the line; safe to repeat.

    Mails count that left since a person last let it go on, and what became of them.
    """
    named = f"{agent}/{campaign}"
    scope = f"campaign:{named}"
    if scope in context.journal.switched_off():
        return
    ours = sa.and_(actions.c.campaign == named, actions.c.status == "done")
    message_id = actions.c.result["message_id"].as_string()
    told = (
        sa.select(reports.c.kind, sa.func.count(sa.distinct(reports.c.message_id)))
        .join(actions, message_id == reports.c.message_id)
        .group_by(reports.c.kind)
    )
    with context.journal.database.connect() as connection:
        since = connection.execute(RESUMED, {"scope": scope}).scalar()
        ours = sa.and_(ours, actions.c.done_at > since) if since else ours
        told = told.where(ours)
        sent = connection.execute(sa.select(sa.func.count()).select_from(actions).where(ours)).scalar_one()
        count: dict[str, int] = {row[0]: row[1] for row in connection.execute(told)}
    reason = stop_line(sent, count.get("bounce", 0), count.get("complaint", 0))
    if reason:
        log.error("a campaign stopped by itself", agent=agent, campaign=campaign, reason=reason)
        context.journal.switch_off(scope, f"{BY_ITSELF}{reason}", context.clock.now())
