"""After a lost database: states, timers, planned and held drafts, suppression, read back from AgentMail alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import structlog
from agentmail.core.api_error import ApiError

from postroom.flow import state_from_labels
from postroom.mailbox import labels as marks
from postroom.mailbox.client import error_text, is_passing, pages, patiently
from postroom.mailbox.reading import SENT_LABEL, WITH_DOUBTS, as_datetime, message_from
from postroom.runtime import approvals
from postroom.runtime import scene as scenes
from postroom.runtime.context import Context, Post
from postroom.runtime.followups import as_written
from postroom.runtime.freezing import AUTO_REPLIED
from postroom.runtime.ids import op_id, run_id
from postroom.runtime.planning import action_row
from postroom.runtime.timers import state_timers, timer_row

log = structlog.get_logger(__name__)

MOST_ACTIONS = 20
"""Of one run: among so many the one that made a draft is looked for."""
MOST_LOOKED_AT = 100
MOST_ASKED = 10_000
HELD = {"rule": "rebuild", "reason": "it waited for approval when the database was lost"}


def rebuild(context: Context) -> dict[str, int]:
    """Restore what AgentMail knows; return counts. Safe to repeat, and on a journal that lost nothing.

    Costs, decisions and the audit are not in AgentMail: restore those from a backup.
    """
    counts = {"threads": 0, "timers": 0, "follow-ups": 0, "drafts": 0, "suppressed": _suppressed(context)}
    for post in context.at_inboxes():
        for page in pages(context.client.inboxes.threads.list, post.inbox_id, **WITH_DOUBTS):
            for thread in page.threads:
                restored = _restore(context, post, thread)
                counts["threads"] += restored is not None
                counts["timers"] += restored or 0
        for draft, message in _drafts(context, post, marks.PLANNED):
            counts["follow-ups"] += _plan(context, post, draft, message)
        for draft, message in _drafts(context, post, marks.WAITING_APPROVAL):
            counts["drafts"] += _hold(context, post, draft, message)
        for run in context.journal.runs_with_status("held", limit=MOST_ASKED):
            if run["agent"] == post.agent.name and approvals.of_run(context.journal, run["run_id"]) is None:
                approvals.ask(context, post, run, in_its_run=False)
    return counts


def lost_threads(context: Context) -> int:
    """Return how many threads carry a state that a new journal knows nothing of: then a database was lost.

    Cheap: nothing is asked of AgentMail unless the journal is new, and then of each inbox the newest 100 threads.
    """
    if not context.journal.is_new():
        return 0
    return sum(
        bool(state_from_labels(post.agent.name, post.agent.flow.states, thread.labels or ()))
        for post in context.at_inboxes()
        for thread in patiently(context.client.inboxes.threads.list, post.inbox_id, limit=MOST_LOOKED_AT).threads
    )


def _suppressed(context: Context) -> int:
    """Take over AgentMail's block list, and of the inboxes that write first the domains on theirs."""
    count = _taken_over(context, context.client.lists.list)
    for post in context.writing_first():
        count += _taken_over(context, context.client.inboxes.lists.list, post.inbox_id)
    return count


def _taken_over(context: Context, listed: Callable[..., Any], *inbox_id: str) -> int:
    count = 0
    try:
        for page in pages(listed, *inbox_id, "send", "block"):
            for entry in page.entries:
                named = entry.entry if "@" in entry.entry else f"@{entry.entry}" if inbox_id else ""
                if named and not any(context.journal.stops([named])[kind] for kind in ("suppressed", "doubted")):
                    reason, domain = entry.reason or "on the block list", named.startswith("@")
                    context.journal.suppress(named, reason, context.clock.now(), doubted=domain)
                    count += 1
    except ApiError as error:
        if is_passing(error):
            raise
        log.warning("AgentMail's block list cannot be read", error=error_text(error))
    return count


def _restore(context: Context, post: Post, thread: Any) -> int | None:
    """Record a thread's state and set its timers, counted from its last mail; None where nothing was lost."""
    named = state_from_labels(post.agent.name, post.agent.flow.states, thread.labels or ())
    if not named or context.journal.last_move(thread.thread_id) is not None:
        return None
    state, since = named[0], as_datetime(thread.timestamp)
    context.journal.record_move(
        inbox_id=post.inbox_id, thread_id=thread.thread_id, origin=None, state=state.value, by="rebuild", run_id=None,
        at=context.clock.now(),
    )  # fmt: skip
    rows = state_timers(post, thread.thread_id, state, since)
    context.journal.set_timers(thread.thread_id, rows)
    return len(rows)


def _drafts(context: Context, post: Post, label: str) -> Iterator[tuple[Any, Any]]:
    """Yield the drafts of ours with that label, each with the message it answers."""
    drafts, messages = context.client.inboxes.drafts, context.client.inboxes.messages
    found = [item for page in pages(drafts.list, post.inbox_id, labels=[label]) for item in page.drafts]
    for item in found:
        try:
            draft = patiently(drafts.get, post.inbox_id, item.draft_id)
            if draft.client_id and draft.in_reply_to:
                yield draft, patiently(messages.get, post.inbox_id, draft.in_reply_to)
        except ApiError as error:
            if error.status_code != 404:
                raise
            log.warning("a draft answers a mail that is gone", draft_id=item.draft_id)


def _plan(context: Context, post: Post, draft: Any, message: Any) -> bool:
    """Set the timer of a planned follow-up, as its labels tell; return whether it was lost."""
    if context.journal.timer(draft.client_id) is not None:
        return False
    due, key, state = (marks.fact(draft.labels, name) for name in ("due", "key", "state"))
    try:
        due_at = datetime.fromisoformat(due.upper())
    except ValueError:
        log.warning("a planned draft does not say when it is due", draft_id=draft.draft_id, label=f"due/{due}")
        return False
    mail = _mail(draft)
    if SENT_LABEL in (message.labels or ()):  # on a thread that we began; whose it is its record tells when it is due
        mail |= {"purpose": "follow_up", "headers": {}}
    renew = {"renew": True} if marks.fact(draft.labels, "text") == marks.RENEWED else {}
    plan = {"key": key, "draft_id": draft.draft_id, "mail": mail, **renew}
    set_at = as_datetime(draft.created_at)
    row = timer_row(post, message.thread_id, draft.client_id, state, set_at, due_at, plan=plan)
    context.journal.add_timer(row)
    return True


def _hold(context: Context, post: Post, draft: Any, message: Any) -> bool:
    """Bring back the run that a draft waits for approval of, with the draft alone; return whether it was lost."""
    if context.journal.action(draft.client_id) is not None:
        return False
    identifier, number = _origin(post, draft, message)
    payload = {"kind": "mail", "inbox_id": post.inbox_id, "thread_id": message.thread_id}
    frozen, _ = scenes.freeze(context, post, payload | {"message_id": message.message_id})
    state = marks.fact(draft.labels, "state") or frozen["state"]
    context.journal.open_run(
        identifier, context.clock.now(), agent=post.agent.name, **payload, cause={"message_id": message.message_id},
        frozen=frozen, status="held", note=HELD["reason"], writer=message_from(message).sender.address,
    )  # fmt: skip
    row = action_row(
        post, identifier, number, "Reply", message.thread_id, _mail(draft),
        status="held", op_id=draft.client_id, result={"draft_id": draft.draft_id}, **HELD,
    )  # fmt: skip
    plan = {**HELD, "outcome": "hold", "origin": frozen["state"], "state": state, "labels": [], "because": ""}
    context.journal.record_plan(identifier, plan, [row])
    return True


def _origin(post: Post, draft: Any, message: Any) -> tuple[str, int]:
    """Return the run and the number of the action that made a draft: those of the answered mail, if they fit its id."""
    of_mail = run_id(as_datetime(message.created_at), "mail", post.inbox_id, message.message_id)
    for number in range(MOST_ACTIONS):
        if op_id(of_mail, number) == draft.client_id:
            return of_mail, number
    return run_id(as_datetime(draft.created_at), "mail", post.inbox_id, draft.draft_id), 0


def _mail(draft: Any) -> dict[str, Any]:
    return {
        "purpose": "answer",
        "subject": "",
        "headers": dict(AUTO_REPLIED),
        "answers": draft.in_reply_to,
        **as_written(draft),
    }
