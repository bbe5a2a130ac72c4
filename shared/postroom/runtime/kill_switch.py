"""The kill switch: from the press on nothing more is done in its scope, and no draft leaves by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from agentmail.core.api_error import ApiError

from postroom.mailbox.client import pages, patiently
from postroom.runtime.context import Context
from postroom.runtime.tables import actions, runs

STOPS: Mapping[str, str] = {"stop": "agent:{}", "stop_all": "all"}
"""What one of our people may write, and the scope that it switches off."""
PATIENCE = 5.0
"""Seconds that a press waits for what had begun before it."""
CONFLICT = 409
"""What AgentMail answers about a draft that it is sending."""


@dataclass(frozen=True)
class Pressed:
    """What a press of the switch could still stop, and what not: drafts by subject, mails by whom they go to."""

    unscheduled: list[str]
    sending: list[str]

    def told(self) -> list[str]:
        """Say it in sentences for people."""
        said = [f"the draft {each} was to leave by itself, and is un-scheduled" for each in self.unscheduled]
        return [*said, *(f"{each} was being sent already" for each in self.sending)]


def scopes(context: Context) -> list[str]:
    """Return what can be switched off: all, an agent, an inbox."""
    posts = context.posts.values()
    return ["all", *(f"agent:{post.agent.name}" for post in posts), *(f"inbox:{post.inbox_id}" for post in posts)]


def press(context: Context, scope: str, reason: str) -> Pressed:
    """Switch a scope off: no effect begins any more. Un-schedule its drafts, and wait for what had begun.

    Raises ApiError where AgentMail does not say what is scheduled; the switch is off all the same.
    """
    context.journal.switch_off(scope, reason, context.clock.now())
    unscheduled, sending = list[str](), list[str]()
    for inbox_id in _inboxes(context, scope):
        for draft in list(_scheduled(context, inbox_id)):
            named = f"{draft.subject or '(no subject)'!r} to {', '.join(draft.to or ())}"
            (unscheduled if _unschedule(context, inbox_id, draft.draft_id) else sending).append(named)
    return Pressed(unscheduled, sending + _under_way(context, scope))


def _inboxes(context: Context, scope: str) -> list[str]:
    posts = context.posts.values()
    return [post.inbox_id for post in posts if scope in ("all", f"agent:{post.agent.name}", f"inbox:{post.inbox_id}")]


def _scheduled(context: Context, inbox_id: str) -> Iterator[Any]:
    for page in pages(context.client.inboxes.drafts.list, inbox_id, labels=["scheduled"]):
        yield from page.drafts


def _unschedule(context: Context, inbox_id: str, draft_id: str) -> bool:
    """Take a draft's time away; False where it is being sent, or was."""
    try:
        patiently(context.client.inboxes.drafts.update, inbox_id, draft_id, send_at=None)
    except ApiError as error:
        if error.status_code not in (404, CONFLICT):
            raise
        return False
    return True


def _under_way(context: Context, scope: str) -> list[str]:
    """Wait for the effects that had begun; return those that have not ended after some seconds."""
    begun = sa.select(actions.c.kind, actions.c.recipient).where(
        actions.c.run_id == runs.c.run_id, runs.c.status == "running", actions.c.status == "planned",
        actions.c.first_attempt_at.is_not(None), actions.c.inbox_id.in_(_inboxes(context, scope)),
    )  # fmt: skip
    deadline = time.monotonic() + PATIENCE
    while True:
        with context.journal.database.connect() as connection:
            found = connection.execute(begun).all()
        if not found or time.monotonic() > deadline:
            return [f"a {kind} to {to}" if to else f"a {kind}" for kind, to in found]
        time.sleep(0.02)
