"""The kill switch: from a press until a release nothing is done in its scope, and no draft leaves by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import sqlalchemy as sa
from agentmail.core.api_error import ApiError

from postroom.mailbox.client import error_text, pages, patiently
from postroom.policy.gate import PAUSED
from postroom.runtime import records
from postroom.runtime.context import Context
from postroom.runtime.ids import fingerprint
from postroom.runtime.tables import actions, runs, timers

STOPS: Mapping[str, str] = {"stop": "agent:{}", "stop_all": "all"}
"""What one of our people may write, and the scope that it switches off."""
PATIENCE = 5.0
"""Seconds that a press waits for what had begun before it."""
RESUMED_SECONDS = 1800
"""Over how long what waited for a scope to go on is spread."""
CONFLICT = 409
"""What AgentMail answers about a draft that it is sending."""


@dataclass(frozen=True)
class Pressed:
    """What a press of the switch could still stop, and what not: drafts by subject, mails by whom they go to.

    `failed` is what AgentMail did not answer about.
    """

    unscheduled: list[str]
    sending: list[str]
    failed: list[str]

    def told(self) -> list[str]:
        """Say it in sentences for people."""
        said = [f"the draft {each} was to leave by itself, and is un-scheduled" for each in self.unscheduled]
        said += [f"{each} was being sent already" for each in self.sending]
        return said + [f"{each}; press once more, until this says what became of it" for each in self.failed]


def scopes(context: Context) -> list[str]:
    """Return what can be switched off: all, an agent, an inbox, a campaign."""
    posts = context.at_inboxes()
    agents = [f"agent:{name}" for name in context.posts]
    return ["all", *agents, *(f"inbox:{post.inbox_id}" for post in posts), *_campaigns(context)]


def _campaigns(context: Context) -> list[str]:
    named = {f"campaign:{each['agent']}/{each['campaign']}" for each in records.campaigns(context.journal)}
    return sorted(each for each in named if each.removeprefix("campaign:").partition("/")[0] in context.posts)


def press(context: Context, scope: str, reason: str) -> Pressed:
    """Switch a scope off: no effect begins any more. Un-schedule its drafts, and wait for what had begun.

    One draft or inbox about which AgentMail does not answer keeps none of the others from being stopped.
    """
    context.journal.switch_off(scope, reason, context.clock.now())
    pressed = Pressed([], [], [])
    for inbox_id in _inboxes(context, scope):
        try:
            drafts = list(_scheduled(context, inbox_id))
        except (ApiError, httpx.TransportError) as error:
            pressed.failed.append(_may_leave(f"drafts of {inbox_id}", error))
            continue
        for draft in drafts:
            _unschedule(context, inbox_id, draft, pressed)
    pressed.sending.extend(_under_way(context, scope))
    return pressed


def release(context: Context, scope: str) -> bool:
    """Let a scope go on; what campaigns had planned is looked at within half an hour. Return whether it was off."""
    was_off = context.journal.switch_on(scope)
    hasten(context.journal.database, context.clock.now())
    return was_off


def hasten(database: sa.Engine, now: datetime) -> None:
    """Spread what a pause put off over the next half hour, whatever else may still be off."""
    unfired = timers.c.fired_at.is_(None)
    paused = sa.select(timers.c.timer_id).where(unfired, timers.c.plan["paused"].as_boolean())
    # the release of a first mail that was put off says so
    waits = sa.and_(runs.c.status == "queued", runs.c.note.contains(f"; {PAUSED}: ", autoescape=True))
    released = sa.select(runs.c.run_id).where(waits)
    with database.begin() as connection:
        for timer_id in connection.scalars(paused).all():
            soon = _soon(timer_id, now)
            mine = (timers.c.timer_id == timer_id, unfired, timers.c.due_at > soon)
            connection.execute(sa.update(timers).where(*mine).values(due_at=soon))
        for run_id in connection.scalars(released).all():
            soon = _soon(run_id, now)
            yet = (runs.c.run_id == run_id, waits, runs.c.retry_at > soon)
            connection.execute(sa.update(runs).where(*yet).values(retry_at=soon))


def _soon(identifier: str, now: datetime) -> datetime:
    return now + timedelta(seconds=int(fingerprint(identifier)[:6], 16) % RESUMED_SECONDS)


def _inboxes(context: Context, scope: str) -> list[str]:
    posts = context.at_inboxes()
    if scope.startswith("campaign:"):
        return [post.inbox_id for post in posts if scope.startswith(f"campaign:{post.agent.name}/")]
    return [post.inbox_id for post in posts if scope in ("all", f"agent:{post.agent.name}", f"inbox:{post.inbox_id}")]


def _scheduled(context: Context, inbox_id: str) -> Iterator[Any]:
    for page in pages(context.client.inboxes.drafts.list, inbox_id, labels=["scheduled"]):
        yield from page.drafts


def _unschedule(context: Context, inbox_id: str, draft: Any, pressed: Pressed) -> None:
    """Take a draft's time away, and note whether that was in time."""
    named = f"{draft.subject or '(no subject)'!r} to {', '.join(draft.to or ())}"
    try:
        patiently(context.client.inboxes.drafts.update, inbox_id, draft.draft_id, send_at=None)
    except ApiError as error:
        late = error.status_code in (404, CONFLICT)
        (pressed.sending if late else pressed.failed).append(named if late else _may_leave(named, error))
    except httpx.TransportError as error:
        pressed.failed.append(_may_leave(named, error))
    else:
        pressed.unscheduled.append(named)


def _may_leave(named: str, error: ApiError | httpx.TransportError) -> str:
    return f"{named} may still leave by themselves: {error_text(error).rstrip('.')}"


def _under_way(context: Context, scope: str) -> list[str]:
    """Wait for the effects that had begun; return those that have not ended after some seconds."""
    begun = sa.select(actions.c.kind, actions.c.recipient, actions.c.thread_id, actions.c.inbox_id).where(
        actions.c.status == "planned", actions.c.first_attempt_at.is_not(None),
        actions.c.inbox_id.in_(_inboxes(context, scope)),
    )  # fmt: skip
    deadline = time.monotonic() + PATIENCE
    while True:
        # whatever its run is called by now: what waits for its next try has a lane that is not busy
        busy = context.engine.busy(context.name)
        with context.journal.database.connect() as connection:
            found = [row for row in connection.execute(begun) if (row.thread_id or row.inbox_id) in busy]
        if not found or time.monotonic() > deadline:
            return [f"a {row.kind} to {row.recipient}" if row.recipient else f"a {row.kind}" for row in found]
        time.sleep(0.02)
