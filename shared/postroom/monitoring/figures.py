"""The figures of an agent, or of all, computed from the journal as it stands."""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

import sqlalchemy as sa

from postroom.monitoring.measures import MEASURES, Figure
from postroom.runtime.context import Context
from postroom.runtime.ids import mailed_at
from postroom.runtime.planning import LETTERS
from postroom.runtime.tables import actions, calls, reports, runs

T = TypeVar("T")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURS = DAY // HOUR
MAILS = (*LETTERS, "Escalate", "Notify", "Review", "Digest")
ALERT = "alert:"
"""How the run ids of our alerts begin: these and their bounces are in no figure."""
FATES = ("delivered", "bounce", "complaint")
OPEN = ("queued", "running")
WANTED_NOTHING = ("nothing", "recorded")


def figures(context: Context, agent: str | None = None, window: timedelta = DAY) -> dict[str, Figure]:
    """Return each figure by its name, over the `window` up to now; of all agents of this process, if none is named.

    The queue is that of this moment. Raises KeyError for an agent that this process does not run.
    """
    seen = _seen(context, agent, window)
    queued = len(seen.unfinished)
    spent = (calls.c.agent.in_(seen.agents), *_within(calls.c.made_at, seen.since, seen.until))
    cost, asked = seen.all(sa.select(sa.func.sum(calls.c.cost_usd), sa.func.count()).where(*spent))[0]
    mail = _of_mail(seen, seen.sent, seen.mails, window / HOUR)
    known = _figures({"queue_depth": (queued, queued), "spend": (cost or 0.0, asked), **mail})
    known |= reputation(context, seen.inboxes, seen.since, seen.until)
    return {measure.name: known[measure.name] for measure in MEASURES}


def hourly(context: Context, agent: str | None = None) -> dict[str, list[Figure]]:
    """Return each figure in each of the last 24 hours, oldest first, however little it rests on in that hour.

    Of the queue it is the most that waited or was at work at once.
    """
    seen = _seen(context, agent, DAY)
    sent = seen.by_hour((row.done_at, row) for row in seen.sent)
    mails = seen.by_hour((mailed_at(row.run_id), row) for row in seen.mails)
    told = seen.by_hour((row.at, row.kind) for row in seen.all(_told(seen.inboxes, seen.since, seen.until)))
    spent = (calls.c.agent.in_(seen.agents), *_within(calls.c.made_at, seen.since, seen.until))
    made = seen.all(sa.select(calls.c.made_at, calls.c.cost_usd).where(*spent))
    costs = seen.by_hour((row.made_at, row.cost_usd) for row in made)
    hours = []
    for ours, theirs, fates, cost, depth in zip(sent, mails, told, costs, seen.deepest(), strict=True):
        known = _of_mail(seen, ours, theirs, 1.0) | _fates(Counter(fates), len(ours))
        known |= {"queue_depth": (depth, depth), "spend": (sum(cost), len(cost))}
        hours.append(_figures(known, sparse=True))
    return {measure.name: [hour[measure.name] for hour in hours] for measure in MEASURES}


def _seen(context: Context, agent: str | None, window: timedelta) -> _Seen:
    posts = context.posts.values() if agent is None else [context.posts[agent]]
    until = context.clock.now()
    names = frozenset(post.agent.name for post in posts)
    return _Seen(context, names, [post.inbox_id for post in posts], until - window, until)


def reputation(context: Context, inboxes: Collection[str], since: datetime, until: datetime) -> dict[str, Figure]:
    """Return the three rates by which mail systems judge us, over that span, our alerts left out."""
    left = sa.select(sa.func.count()).where(
        actions.c.inbox_id.in_(inboxes), actions.c.kind.in_(MAILS), *_within(actions.c.done_at, since, until)
    )
    alerts = left.where(actions.c.kind == "Notify", actions.c.run_id.startswith(ALERT))
    told = _told(inboxes, since, until).with_only_columns(reports.c.kind, sa.func.count()).group_by(reports.c.kind)
    with context.journal.database.connect() as connection:
        sent = connection.execute(left).scalar_one() - connection.execute(alerts).scalar_one()
        count = Counter({row[0]: row[1] for row in connection.execute(told)})
    return _figures(_fates(count, sent))


def _told(inboxes: Collection[str], since: datetime, until: datetime) -> sa.Select[Any]:
    """Select what was told of our mail, and when, that about incidents left out."""
    message_id = actions.c.result["message_id"].as_string()
    alerts = sa.select(message_id).where(
        actions.c.inbox_id.in_(inboxes), actions.c.kind == "Notify", actions.c.run_id.startswith(ALERT),
        actions.c.done_at > since - DAY, message_id.is_not(None),
    )  # fmt: skip
    ours = (reports.c.inbox_id.in_(inboxes), reports.c.kind.in_(FATES), *_within(reports.c.at, since, until))
    # what a server took and then sent back was not delivered
    came_back = sa.select(reports.c.message_id).where(reports.c.inbox_id.in_(inboxes), reports.c.kind == "bounce")
    stays = sa.or_(reports.c.kind != "delivered", reports.c.message_id.not_in(came_back))
    return sa.select(reports.c.kind, reports.c.at).where(*ours, stays, reports.c.message_id.not_in(alerts))


def _fates(told: Mapping[str, int], sent: int) -> dict[str, tuple[float | None, int]]:
    # where nobody tells of deliveries, as with polling, there is no rate of them
    fates = told["delivered"] + told["bounce"] if told["delivered"] else 0
    return {
        "bounce_rate": _rate(told["bounce"], sent),
        "complaint_rate": _rate(told["complaint"], sent),
        "delivery_rate": _rate(told["delivered"], fates),
    }


def _figures(known: Mapping[str, tuple[float | None, int]], *, sparse: bool = False) -> dict[str, Figure]:
    """Return the figures of these values and what they rest on, however little that is if `sparse`."""
    return {
        name: Figure(measure, float(value) if value is not None and (sparse or count >= measure.least) else None, count)
        for measure in MEASURES
        if (name := measure.name) in known
        for value, count in [known[name]]
    }


def _within(column: sa.ColumnElement[datetime], since: datetime, until: datetime) -> Iterable[sa.ColumnElement[bool]]:
    return column > since, column <= until


def _of_mail(
    seen: _Seen, sent: Sequence[Any], mails: Sequence[Any], hours: float
) -> dict[str, tuple[float | None, int]]:
    """Return the value of each figure about these mails, of those `seen`, and what it rests on."""
    outward = [row for row in sent if row.kind in LETTERS]
    waits = [(row.done_at - mailed_at(row.run_id)).total_seconds() for row in outward if _is_response(row)]
    ended = [row.status for row in mails if row.status not in OPEN]
    wanted = [row for row in mails if row.status not in (*OPEN, *WANTED_NOTHING)]
    with_people = seen.escalated | seen.by_hand
    alone = [row for row in wanted if row.status == "done" and row.run_id not in with_people]
    return {
        "sent": (len(sent) / hours, len(sent)),
        "received": (len(mails) / hours, len(mails)),
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
    agents: Collection[str]
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
        # of whichever inbox: so an index finds those of the span, and not each that ever was
        chosen = (actions.c.kind == "Escalate", *self._in_span(actions))
        return frozenset(row.run_id for row in self.all(sa.select(actions.c.run_id).where(*chosen)))

    @cached_property
    def by_hand(self) -> frozenset[str]:
        """Return the runs of which a person let a mail leave: what leaves by itself has no rule."""
        return frozenset(row.run_id for row in self.sent if row.rule)

    @cached_property
    def unfinished(self) -> Sequence[datetime]:
        """Return since when each run waits or is at work, by the wall clock as all of the engine."""
        return [at for at, owner in self.context.engine.waiting(self.context.name) if owner in self.agents]

    def deepest(self) -> list[int]:
        """Return the most runs that waited or were at work at once, in each hour."""
        ended = sa.select(runs.c.run_id, runs.c.finished_at).where(runs.c.finished_at.is_not(None))
        found = self.all(ended.where(runs.c.agent.in_(self.agents), *self._in_span(runs)))
        gone = datetime.now(UTC) - self.until  # the agents' clock may be another
        steps = [(at - gone, 1) for at in self.unfinished] + [(mailed_at(row.run_id), 1) for row in found]
        steps += [(row.finished_at, -1) for row in found] + [(self.since + n * HOUR, 0) for n in range(HOURS)]
        depths = itertools.accumulate(step for _, step in sorted(steps))
        hours = self.by_hour((at, depth) for (at, _), depth in zip(sorted(steps), depths, strict=True))
        return [max(hour) for hour in hours]

    def by_hour(self, rows: Iterable[tuple[datetime, T]]) -> list[list[T]]:
        """Return what stands beside each moment, by the hour of the span that it is in."""
        hours: list[list[T]] = [[] for _ in range(HOURS)]
        for at, row in rows:
            hours[min(max((at - self.since) // HOUR, 0), HOURS - 1)].append(row)
        return hours

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
