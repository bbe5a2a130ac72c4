"""Figures over time: events, usage, rates. ``…/metrics/…`` of the organization, of a pod, of an inbox."""

import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, get_args

import pydantic
from agentmail.metrics import MetricBucket, MetricEventType, RatePoint, UsagePoint
from flask import Blueprint, Response

from agentmail_sandbox.access import scope
from agentmail_sandbox.clock import moment, stamp
from agentmail_sandbox.errors import Problem, invalid, problem_of
from agentmail_sandbox.payloads import check
from agentmail_sandbox.scope import Condition, Scope
from agentmail_sandbox.store import as_json
from agentmail_sandbox.wire import core, plain, query_flag, query_list, query_moment, query_number, query_text

routes = Blueprint("metrics", __name__)

# The SDK's MetricEventType is Union[Literal[…], Any]: these are the names in the Literal.
EVENT_TYPES: tuple[str, ...] = get_args(get_args(MetricEventType)[0])
DAY, HOUR = 86_400, 3_600
OLDEST = timedelta(days=90)
MOST_BUCKETS = 1000
# For each figure the rows that make it up, and what one of them adds.
USAGE = {
    "storage_bytes": ("messages", "size"),
    "message_count": ("messages", "1"),
    "thread_count": ("threads", "1"),
    "inbox_count": ("inboxes", "1"),
    "pod_count": ("pods", "1"),
    "domain_count": ("domains", "1"),
}
OF_AN_INBOX = {"storage_bytes", "message_count", "thread_count"}
# These tables name the pod of their rows, the others only an inbox.
NAME_POD = ("inboxes", "pods", "domains")
# For each rate its events, each with the number of recipients it is about.
RATES = {
    "bounce": "event_type = 'message.bounced' AND payload ->> '$.bounce.type' = 'Permanent'",
    "complaint": "event_type = 'message.complained'",
}
RECIPIENTS = "coalesce({})".format(
    ", ".join(f"json_array_length(payload, '$.{name}.recipients')" for name in ("send", "bounce", "complaint"))
)


@dataclass(frozen=True)
class Asked:
    """A span of time in steps of ``period`` seconds (None: no steps)."""

    start: datetime
    end: datetime
    period: int | None

    def steps(self) -> Iterator[datetime]:
        """Yield the multiples of the period, counted from 1970, within the span."""
        period = self.period or HOUR
        at = math.ceil(self.start.timestamp() / period) * period
        while at <= self.end.timestamp():
            yield datetime.fromtimestamp(at, UTC)
            at += period


def _asked(period: int | None, window: int = 0) -> Asked:
    """Read start, end and period from the query. 400 beyond 90 days or 1000 buckets."""
    now = core().clock.now()
    given_end, given_start = query_moment("end"), query_moment("start")
    end = now if given_end is None else min(moment(given_end), now)
    if end < now - OLDEST:
        raise _too_wide("end must be within the last 90 days.")
    start = end - timedelta(days=1) if given_start is None else moment(given_start)
    period = _within("period", period, DAY)
    if start >= end:
        raise invalid("start must come before end, and lie in the past.", "start")
    if start < now - OLDEST:
        raise _too_wide("start must be within the last 90 days.")
    if period is not None and ((end - start).total_seconds() + window) / period > MOST_BUCKETS:
        raise _too_wide(f"The range holds more than {MOST_BUCKETS} buckets of {period} s; shorten it or widen period.")
    return Asked(start, end, period)


def _too_wide(message: str) -> Problem:
    return problem_of(400, message, "query_range_too_wide")


def _within(name: str, default: int | None, most: int) -> int | None:
    if query_text(name) is None:
        return default
    given = query_number(name, 0)
    if not 1 <= given <= most:
        raise invalid(f"{name} must be a whole number from 1 to {most}.", name)
    return given


def _chosen(name: str, known: tuple[str, ...]) -> list[str]:
    wanted = query_list(name)
    if unknown := sorted(set(wanted) - set(known)):
        raise invalid(f"{', '.join(unknown)} is not one of {', '.join(known)}.", name)
    return [one for one in known if one in wanted or not wanted]


def _of_scope() -> Condition:
    """Return SQL, and its parameters, for events of the request's scope: none of an earlier inbox at an address."""
    if scope() == Scope():
        return "1", []
    within, params = scope().owned()
    since = "SELECT created_at FROM inboxes WHERE inboxes.inbox_id = events.inbox_id"
    return f"events.created_at >= ({since} AND {within})", params


@routes.get("/metrics/events")
def query_events() -> Response:
    """Count events, in buckets of ``period`` seconds or, without, each moment by itself; empty ones are left out."""
    kinds = _chosen("event_types", EVENT_TYPES)
    asked = _asked(None)
    condition, params = _of_scope()
    with core().store.transaction() as db:
        query = (
            "SELECT event_type, created_at FROM events WHERE created_at >= ? AND created_at <= ? AND "
            f"{condition} ORDER BY created_at, seq"
        )
        rows = db.execute(query, [stamp(asked.start), stamp(asked.end), *params]).fetchall()
    counts: dict[str, dict[datetime, int]] = {}
    for row in rows:
        counted = counts.setdefault(row["event_type"], {})
        at = moment(row["created_at"])
        if asked.period is not None:
            at = datetime.fromtimestamp(at.timestamp() // asked.period * asked.period, UTC)
        counted[at] = counted.get(at, 0) + 1
    found = {kind: [{"timestamp": at, "count": count} for at, count in counts.get(kind, {}).items()] for kind in kinds}
    return _answer(MetricBucket, {kind: points for kind, points in found.items() if points})


@routes.get("/metrics/usage")
def query_usage() -> Response:
    """Show at each step how much of what is here now was here then: what has been deleted counts as never made.

    What a pod or an inbox does not hold is left out, asked for or not.
    """
    held = set(USAGE) if scope().inbox_id is None else OF_AN_INBOX
    not_held = set() if scope() == Scope() else {"pod_count"}
    kinds = [kind for kind in _chosen("usage_types", tuple(USAGE)) if kind in held - not_held]
    asked = _asked(HOUR)
    steps = list(asked.steps())
    with core().store.transaction() as db:
        sizes = {kind: _sizes(db, kind, [stamp(at) for at in steps]) for kind in kinds}
    found = {
        kind: [{"timestamp": at, "value": value} for at, value in zip(steps, values, strict=True)]
        for kind, values in sizes.items()
    }
    return _answer(UsagePoint, found)


def _sizes(db: sqlite3.Connection, kind: str, steps: list[str]) -> list[int]:
    """Return how much of a kind there was at each step, in one walk through an index of what there is."""
    table, amount = USAGE[kind]
    condition, params = scope().owned() if table in NAME_POD else scope().mail()
    within = f"created_at > earlier AND created_at <= step AND {condition}"
    query = (
        "WITH steps AS (SELECT value AS step, lag(value, 1, '') OVER (ORDER BY value) AS earlier FROM json_each(?)) "
        f"SELECT (SELECT coalesce(sum({amount}), 0) FROM {table} WHERE {within}) FROM steps ORDER BY step"
    )
    return list(accumulate(row[0] for row in db.execute(query, [as_json(steps), *params])))


@routes.get("/metrics/rates")
def query_rates() -> Response:
    """Show at each step which part of the recipients of the ``window`` before it bounced for good or complained."""
    kinds, window = _chosen("rate_types", tuple(RATES)), query_number("window", DAY)
    asked = _asked(HOUR, window)
    if window < 1 or window % (asked.period or 1):
        raise invalid("window must be a whole multiple of period.", "window")
    condition, params = _of_scope()
    with core().store.transaction() as db:

        def count(what: str, at: datetime) -> int:
            query = (
                f"SELECT coalesce(sum({RECIPIENTS}), 0) FROM events "
                f"WHERE created_at > ? AND created_at <= ? AND {what} AND {condition}"
            )
            span = [stamp(at - timedelta(seconds=window)), stamp(at)]
            return int(db.execute(query, [*span, *params]).fetchone()[0])

        def point(kind: str, at: datetime) -> dict[str, Any]:
            sent = count("event_type = 'message.sent'", at)
            return {"rate": count(RATES[kind], at) / sent if sent else None, "sent": sent}

        steps = list(asked.steps())
        found = {kind: [{"timestamp": at, **point(kind, at)} for at in steps] for kind in kinds}
    return _answer(RatePoint, found)


def _answer(model: type[pydantic.BaseModel], series: dict[str, list[dict[str, Any]]]) -> Response:
    """Return the series, the oldest point first unless ``descending``, each of at most ``limit`` points."""
    limit = _within("limit", MOST_BUCKETS, MOST_BUCKETS)
    step = -1 if query_flag("descending") else 1
    found = {kind: points[::step][:limit] for kind, points in series.items()}
    for points in found.values():
        for one in points:
            check(model, one)
    return plain(found)
