"""Scheduled drafts: send what is due, and play time forward through what falls due on the way."""

import json
import logging
import sqlite3
from datetime import datetime, timedelta

from agentmail_sandbox import drafts, inboxes
from agentmail_sandbox.clock import check_forward, moment
from agentmail_sandbox.core import Core
from agentmail_sandbox.errors import Problem

log = logging.getLogger(__name__)


def next_due(core: Core) -> datetime | None:
    """Return when the earliest scheduled draft is due, or None."""
    with core.store.transaction() as db:
        due = drafts.next_send_at(db)
    return None if due is None else moment(due)


def run_due(core: Core) -> int:
    """Send the drafts that are due now, the earliest first; return how many. One that fails keeps that status."""
    fired = 0
    with core.clock.moving:
        while (draft := _take(core)) is not None:
            _fire(core, draft)
            fired += 1
    return fired


def _take(core: Core) -> sqlite3.Row | None:
    # A transaction of its own: others see "sending", and a change they try meanwhile is refused.
    with core.store.transaction() as db:
        return drafts.take_due(db, core.stamp())


def _fire(core: Core, draft: sqlite3.Row) -> None:
    try:
        with core.store.transaction() as db:
            inbox = inboxes.find(db, draft["inbox_id"])
            drafts.send_now(core, db, inbox, draft, json.loads(draft["labels"]))
    except Exception as wrong:  # whatever it is, the draft must not stay in "sending"
        expected = isinstance(wrong, Problem)
        log.warning("scheduled draft %s was not sent: %s", draft["draft_id"], wrong, exc_info=not expected)
        with core.store.transaction() as db:
            drafts.set_status(db, draft, "failed")


def play_to(core: Core, target: datetime) -> int:
    """Move the clock to ``target``, stopping at each draft's time to send it; return how many were fired.

    ValueError when ``target`` lies in the past.
    """
    with core.clock.moving:
        core.clock.checked_ahead(target)
        return _play(core, target)


def play_for(core: Core, by: timedelta) -> int:
    """Move the clock forward as ``play_to`` does; moves of several callers add up. ValueError when negative."""
    check_forward(by)
    with core.clock.moving:
        return _play(core, core.clock.now() + by)


def _play(core: Core, target: datetime) -> int:
    fired = 0
    # A draft may be overdue, and sending takes time: the clock can be past any of these.
    while (due := next_due(core)) is not None and due <= target:
        core.clock.reach(due)
        fired += run_due(core)
    core.clock.reach(target)
    return fired
