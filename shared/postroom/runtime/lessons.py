"""What people made of a draft before it left: kept as proposed examples, for a person to look over and take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
import structlog
from agentmail.core.api_error import ApiError

from postroom.mailbox.client import patiently
from postroom.mailbox.reading import message_from
from postroom.runtime.context import Context
from postroom.runtime.journal import Journal, Row
from postroom.runtime.tables import lessons

log = structlog.get_logger(__name__)


def keep(context: Context, row: Row, text: str) -> None:
    """Keep the text that left in the place of another, with the mail that it answers, once for each action."""
    proposed, answered = row["frozen"].get("text", ""), row["frozen"].get("answers")
    if not answered or proposed.split() == text.split():
        return
    try:
        asked = message_from(patiently(context.client.inboxes.messages.get, row["inbox_id"], answered))
    except ApiError:  # what is learnt is worth less than that what was approved leaves
        log.warning("what was made of a draft is not kept", op_id=row["op_id"], exc_info=True)
        return
    agent = context.post_of_inbox(row["inbox_id"])
    context.journal.add(lessons, {
        "op_id": row["op_id"], "agent": agent.agent.name if agent else "", "writer": asked.sender.address,
        "subject": asked.subject, "text": asked.new_text, "proposed": proposed, "sent": text,
        "at": context.clock.now(),
    })  # fmt: skip


def proposed(journal: Journal, agent: str) -> Iterator[Mapping[str, Any]]:
    """Yield what was learnt of an agent, oldest first, in the form of its examples; `was` is the text it had."""
    query = sa.select(lessons).where(lessons.c.agent == agent).order_by(lessons.c.at, lessons.c.op_id)
    with journal.database.connect() as connection:
        for row in connection.execute(query).mappings():
            about = {"from": row["writer"], "subject": row["subject"], "text": row["text"]}
            yield {**about, "value": {"body": row["sent"]}, "was": row["proposed"], "at": row["at"].isoformat()}
