"""Mail that came in before an agent first met real people: listed, and left to them unless they want drafts of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from postroom.mailbox.client import pages
from postroom.mailbox.reading import UNREAD_LABEL, as_datetime
from postroom.runtime.context import Context
from postroom.runtime.journal import Journal
from postroom.runtime.tables import starts


def first_starts(journal: Journal, inboxes: Iterable[str], now: datetime) -> dict[str, datetime]:
    """Return when each inbox was first worked on with real mail: now, where it never was."""
    found = {}
    for inbox_id in inboxes:
        journal.add(starts, {"inbox_id": inbox_id, "at": now})
        with journal.database.connect() as connection:
            found[inbox_id] = connection.execute(
                sa.select(starts.c.at).where(starts.c.inbox_id == inbox_id)
            ).scalar_one()
    return found


def is_backlog(context: Context, inbox_id: str, came_in: datetime) -> bool:
    """Tell whether a mail came in before the first start, so that a person has to say yes to any answer."""
    first = context.first_starts.get(inbox_id)
    return first is not None and came_in < first


def left_alone(context: Context) -> int:
    """Return how many unread mails are left to people because they came in before the first start."""
    if context.backlog:
        return 0
    count = 0
    for inbox_id, first in context.first_starts.items():
        listed = pages(
            context.client.inboxes.messages.list, inbox_id, labels=[UNREAD_LABEL], before=first,
            include_unauthenticated=True,
        )  # fmt: skip
        count += sum(as_datetime(message.created_at) < first for page in listed for message in page.messages)
    return count
