"""What Prometheus reads: counts that only grow, and the figures of the last day, computed as it asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from postroom.monitoring.figures import MAILS, figures
from postroom.monitoring.measures import MEASURES, Measure
from postroom.runtime.context import Context
from postroom.runtime.tables import actions, calls, reports, runs

__all__ = ["CONTENT_TYPE", "exposition", "metric_name"]

COUNTED = ("sent", "received", "spend")
"""Measures that Prometheus makes of counters, over whatever span it is asked for."""


def exposition(context: Context) -> bytes:
    """Return all metrics in Prometheus' text format."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Journal(context))
    return generate_latest(registry)


def metric_name(measure: Measure) -> str:
    """Return the name under which Prometheus finds a measure, after its conventions."""
    if measure.name in COUNTED:
        return {"spend": "postroom_spend_usd_total"}.get(measure.name, f"postroom_messages_{measure.name}_total")
    unit = {"ratio": "_ratio", "seconds": "_seconds"}.get(measure.unit, "")
    return f"postroom_{measure.name.removesuffix('_rate')}{unit}"


class _Journal(Collector):
    def __init__(self, context: Context) -> None:
        self.context = context

    def collect(self) -> Iterator[Metric]:
        """Yield every metric family, of the agents of this process."""
        yield from self._counters()
        gauges = {
            measure.name: GaugeMetricFamily(metric_name(measure), f"{measure.says} (24 h)", labels=["agent"])
            for measure in MEASURES
            if measure.name not in COUNTED
        }
        for agent in self.context.posts:
            for name, figure in figures(self.context, agent).items():
                if name in gauges and figure.value is not None:
                    gauges[name].add_metric([agent], figure.value)
        yield from gauges.values()
        dead = GaugeMetricFamily(
            "postroom_dead_letters", "Runs that failed and have not been taken up", labels=["agent"]
        )
        self._add(dead, sa.select(runs.c.agent, sa.func.count()).where(runs.c.status == "dead").group_by(runs.c.agent))
        yield dead

    def _counters(self) -> Iterator[Metric]:
        owner = {post.inbox_id: agent for agent, post in self.context.posts.items()}
        sent = CounterMetricFamily("postroom_messages_sent", "Mail that left", labels=["agent", "kind"])
        kinds = (actions.c.inbox_id, actions.c.kind)
        left = sa.select(*kinds, sa.func.count()).where(actions.c.kind.in_(MAILS), actions.c.done_at.is_not(None))
        self._add(sent, left.group_by(*kinds), owner)
        received = CounterMetricFamily("postroom_messages_received", "Mail that came in", labels=["agent"])
        mails = sa.select(runs.c.agent, sa.func.count()).where(runs.c.kind == "mail")
        self._add(received, mails.group_by(runs.c.agent))
        fates = CounterMetricFamily("postroom_messages_reported", "Mail whose fate was told", labels=["agent", "fate"])
        told = (reports.c.inbox_id, reports.c.kind)
        self._add(fates, sa.select(*told, sa.func.count()).group_by(*told), owner)
        spend = CounterMetricFamily("postroom_spend_usd", "What calls to Claude cost, in USD", labels=["agent"])
        self._add(spend, sa.select(calls.c.agent, sa.func.sum(calls.c.cost_usd)).group_by(calls.c.agent))
        return iter((sent, received, fates, spend))

    def _add(
        self, family: CounterMetricFamily | GaugeMetricFamily, query: sa.Executable, owner: dict[str, str] | None = None
    ) -> None:
        """Add a query's rows: agent (or inbox, of the `owner`), further labels, value; of other processes' none."""
        with self.context.journal.database.connect() as connection:
            rows: list[tuple[Any, ...]] = [tuple(row) for row in connection.execute(query)]
        # where the agent is the only label, and nothing was counted, there is a 0, and no gap
        rows += [(agent, 0) for agent in self.context.posts if owner is None and agent not in [row[0] for row in rows]]
        for whose, *labels, value in rows:
            agent = owner.get(whose) if owner is not None else whose
            if agent in self.context.posts:
                family.add_metric([str(agent), *labels], float(value))
