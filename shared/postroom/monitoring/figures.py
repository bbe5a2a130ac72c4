"""The figures of an agent, or of all, computed from the journal as it stands."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from postroom.monitoring.measures import MEASURES, Figure, Hour
from postroom.runtime.context import Context
from postroom.runtime.ids import mailed_at
from postroom.runtime.tables import actions, calls, reports, runs

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TO_OUTSIDE = ("Reply", "Send", "Forward")
MAILS = (*TO_OUTSIDE, "Escalate", "Notify")
ALERT = "alert:"
"""How the run ids of our alerts begin: these and their bounces are in no figure."""
OPEN = ("queued", "running")
WANTED_NOTHING = ("nothing", "recorded")


def figures(context: Context, agent: str | None = None, window: timedelta = DAY) -> dict[str, Figure]:
    """Return each figure by its name, over the `window` up to now; of all agents of this process, if none is named.

    The queue is that of this moment. Raises KeyError for an agent that this process does not run.
    """
    posts = context.posts.values() if agent is None else [context.posts[agent]]
    until = context.clock.now()
    seen = _Seen(context, [post.inbox_id for post in posts], until - window, until)
    names = {post.agent.name for post in posts}
    queued = sum(1 for _, owner in context.engine.waiting(context.name) if owner in names)
    spent = (calls.c.agent.in_(names), *_within(calls.c.made_at, seen.since, until))
    cost, asked = seen.all(sa.select(sa.func.sum(calls.c.cost_usd), sa.func.count()).where(*spent))[0]
    known = _figures(queue_depth=(queued, queued), spend=(cost or 0.0, asked), **_of_mail(seen, window))
    known |= reputation(context, seen.inboxes, seen.since, until)
    return {measure.name: known[measure.name] for measure in MEASURES}


def hourly(context: Context, agent: str | None = None) -> list[Hour]:
    """Return how many mails left and came in, in each of the last 24 hours, oldest first."""
    until = context.clock.now()
    posts = context.posts.values() if agent is None else [context.posts[agent]]
    seen = _Seen(context, [post.inbox_id for post in posts], until - DAY, until)
    sent = Counter((until - row.done_at) // HOUR for row in seen.sent)
    received = Counter((until - mailed_at(row.run_id)) // HOUR for row in seen.mails)
    return [Hour(until - (ago + 1) * HOUR, sent[ago], received[ago]) for ago in reversed(range(24))]


def reputation(context: Context, inboxes: Collection[str], since: datetime, until: datetime) -> dict[str, Figure]:
    """Return the three rates by which mail systems judge us, over that span, our alerts left out."""
    alerts = sa.select(actions.c.result).where(
        actions.c.inbox_id.in_(inboxes), actions.c.kind == "Notify", actions.c.run_id.startswith(ALERT),
        *_within(actions.c.done_at, since, until),
    )  # fmt: skip
    left = sa.select(sa.func.count()).where(
        actions.c.inbox_id.in_(inboxes), actions.c.kind.in_(MAILS), *_within(actions.c.done_at, since, until)
    )
    told = sa.select(reports.c.kind, sa.func.count()).where(
        reports.c.inbox_id.in_(inboxes), *_within(reports.c.at, since, until)
    )
    with context.journal.database.connect() as connection:
        ours = [result["message_id"] for result in connection.execute(alerts).scalars()]
        sent = connection.execute(left).scalar_one() - len(ours)
        told = told.where(reports.c.message_id.not_in(ours)).group_by(reports.c.kind)
        count = Counter({row[0]: row[1] for row in connection.execute(told)})
    # where nobody tells of deliveries, as with polling, there is no rate of them
    fates = count["delivered"] + count["bounce"] if count["delivered"] else 0
    return _figures(
        bounce_rate=_rate(count["bounce"], sent),
        complaint_rate=_rate(count["complaint"], sent),
        delivery_rate=_rate(count["delivered"], fates),
    )


def _figures(**known: tuple[float | None, int]) -> dict[str, Figure]:
    """Return the figures of these values and what they rest on, in the order of the measures."""
    return {
        measure.name: Figure(measure, float(value) if value is not None and count >= measure.least else None, count)
        for measure in MEASURES
        if measure.name in known
        for value, count in [known[measure.name]]
    }


def _within(column: sa.ColumnElement[datetime], since: datetime, until: datetime) -> Iterable[sa.ColumnElement[bool]]:
    return column > since, column <= until


def _of_mail(seen: _Seen, window: timedelta) -> dict[str, tuple[float | None, int]]:
    """Return the value of each figure about mail, and what it rests on."""
    hours = window / HOUR
    outward = [row for row in seen.sent if row.kind in TO_OUTSIDE]
    waits = [(row.done_at - mailed_at(row.run_id)).total_seconds() for row in outward if _is_response(row)]
    ended = [row.status for row in seen.mails if row.status not in OPEN]
    wanted = [row for row in seen.mails if row.status not in (*OPEN, *WANTED_NOTHING)]
    with_people = seen.escalated | seen.by_hand
    alone = [row for row in wanted if row.status == "done" and row.run_id not in with_people]
    return {
        "sent": (len(seen.sent) / hours, len(seen.sent)),
        "received": (len(seen.mails) / hours, len(seen.mails)),
        "reply_rate": _rate(sum(seen.was_answered(row) for row in outward), len(outward)),
        "response_mean": (statistics.fmean(waits) if waits else None, len(waits)),
        "response_median": (statistics.median(waits) if waits else None, len(waits)),
        "error_rate": _rate(ended.count("dead"), len(ended)),
        "escalation_rate": _rate(sum(row.run_id in seen.escalated for row in wanted), len(wanted)),
        "auto_resolution_rate": _rate(len(alone), len(wanted)),
    }


def _rate(part: int, whole: int) -> tuple[float | None, int]:
    return (part / whole if whole else None, whole)


def _is_response(row: Any) -> bool:
    """Tell whether an action answered the mail that caused its run."""
    return bool(row.kind == "Reply" and ":mail:" in row.run_id)


@dataclass(frozen=True)
class _Seen:
    """What the journal has of some inboxes in a span of time, each part read once."""

    context: Context
    inboxes: Sequence[str]
    since: datetime
    until: datetime

    @cached_property
    def sent(self) -> Sequence[Any]:
        """Return the mails that left: kind, run, thread, when."""
        columns = (actions.c.kind, actions.c.run_id, actions.c.thread_id, actions.c.done_at, actions.c.rule)
        left = (actions.c.kind.in_(MAILS), *_within(actions.c.done_at, self.since, self.until))
        found = self.all(sa.select(*columns).where(actions.c.inbox_id.in_(self.inboxes), *left))
        return [row for row in found if not row.run_id.startswith(ALERT)]

    @cached_property
    def mails(self) -> Sequence[Any]:
        """Return the mails that came in, by their runs, whose ids begin with that moment."""
        mine = (runs.c.kind == "mail", runs.c.inbox_id.in_(self.inboxes))
        return self.all(sa.select(runs.c.run_id, runs.c.thread_id, runs.c.status).where(*mine, *self._in_span(runs)))

    @cached_property
    def escalated(self) -> frozenset[str]:
        """Return the runs that handed their mail over to people."""
        chosen = (actions.c.kind == "Escalate", actions.c.inbox_id.in_(self.inboxes), *self._in_span(actions))
        return frozenset(row.run_id for row in self.all(sa.select(actions.c.run_id).where(*chosen)))

    @cached_property
    def by_hand(self) -> frozenset[str]:
        """Return the runs of which a person let a mail leave: what leaves by itself has no rule."""
        return frozenset(row.run_id for row in self.sent if row.rule)

    @cached_property
    def _last_mail(self) -> Mapping[str, datetime]:
        """Return when the last mail came in on each thread, but for what nobody was to answer, as automatic mail."""
        last: dict[str, str] = {}
        for row in self.mails:
            if row.status != "recorded":
                last[row.thread_id] = max(row.run_id, last.get(row.thread_id, ""))
        return {thread_id: mailed_at(run_id) for thread_id, run_id in last.items()}

    def was_answered(self, row: Any) -> bool:
        """Tell whether mail came in on a thread after ours had left."""
        last = self._last_mail.get(row.thread_id)
        return last is not None and last > row.done_at

    def all(self, query: sa.Executable) -> Sequence[Any]:
        """Return the rows of a query."""
        with self.context.journal.database.connect() as connection:
            return connection.execute(query).all()

    def _in_span(self, table: sa.Table) -> Iterable[sa.ColumnElement[bool]]:
        first, last = (f"{int(at.timestamp() * 1000) + 1:013d}" for at in (self.since, self.until))
        return table.c.run_id >= first, table.c.run_id < last
