"""Mail that came in before an agent first met real people: listed, and left to them unless they want drafts of it."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from postroom.mailbox.client import pages
from postroom.mailbox.reading import UNREAD_LABEL, as_datetime
from postroom.runtime.context import Context
from postroom.runtime.tables import runs, starts

EVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any mail."""


def first_starts(context: Context, *, lost: bool) -> dict[str, datetime]:
    """Return when each inbox was first worked on with real mail: now, where it never was.

    Where runs are known already, or a database was `lost`, no mail is of before: what is unread came in since.
    """
    journal, found = context.journal, {}
    for inbox_id in sorted(context.own):
        kept = sa.select(starts.c.at).where(starts.c.inbox_id == inbox_id)
        known = sa.select(runs.c.run_id).where(runs.c.inbox_id == inbox_id).limit(1)
        with journal.database.connect() as connection:
            at = connection.execute(kept).scalar()
            began = at is None and (lost or connection.execute(known).scalar() is not None)
        if at is None:
            at = EVER if began else context.clock.now()
            journal.add(starts, {"inbox_id": inbox_id, "at": at})
        found[inbox_id] = at
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
