"""What the overview shows: each agent as it stands, what waits for people, what is wrong, the figures of a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from agentmail.core.api_error import ApiError

from postroom import monitoring
from postroom.autonomy import MEANS, Level
from postroom.console.sparkline import Spark, sparkline
from postroom.console.views import Views, states_of
from postroom.monitoring.health import faults
from postroom.monitoring.incidents import Incident
from postroom.monitoring.measures import Figure
from postroom.runtime import approvals
from postroom.runtime.app import Runtime
from postroom.runtime.context import Post
from postroom.runtime.journal import Row
from postroom.runtime.unreached import unreached

PATIENCE = 3.0
"""Seconds that the overview waits for AgentMail: it is what people open while that is away."""


@dataclass(frozen=True)
class AgentLine:
    """An agent as it stands. `states` has state, label and count; None where AgentMail does not answer.

    `lowered` are the labels whose steps may do less by themselves, `off` the scopes that stop it and why.
    """

    name: str
    inbox_id: str
    level: Level
    means: str
    lowered: Mapping[str, Level]
    off: Mapping[str, str]
    states: Sequence[tuple[str, str, int]] | None
    queued: int
    waiting: int


@dataclass(frozen=True)
class OverviewPage:
    """What the overview shows; `chosen` is the agent whose figures stand there, None for those of all."""

    agents: Sequence[AgentLine]
    chosen: str | None
    waiting: Sequence[Row]
    queue: Sequence[datetime]
    incidents: Sequence[Incident]
    faults: Sequence[str]
    figures: Sequence[tuple[Figure, Spark]]


class Overviews:
    """Reads the journal, the engine and AgentMail for the overview."""

    def __init__(self, runtime: Runtime, views: Views) -> None:
        self.runtime = runtime
        self.context = runtime.context
        self.views = views
        self._aside = ThreadPoolExecutor(8, "overview")

    def page(self, chosen: str | None) -> OverviewPage:
        """Return the overview, with the figures of one agent or of all. Raises KeyError for an unknown agent."""
        context, posts = self.context, self.context.posts.values()
        figures, hours = monitoring.figures(context, chosen), monitoring.hourly(context, chosen)
        unfinished = [(at, name) for at, name in context.engine.waiting(context.name) if name in context.posts]
        waiting = [row for row in approvals.waiting(context.journal) if row["agent"] in context.posts]
        queued, asked = [name for _, name in unfinished], [row["agent"] for row in waiting]
        counted = self._counted(posts)
        gone = context.clock.now() - datetime.now(UTC)  # the engine's times are the wall clock's
        return OverviewPage(
            [self._line(post, counted.get(post.inbox_id), queued, asked) for post in posts],
            chosen,
            waiting,
            [at + gone for at, _ in unfinished],
            monitoring.incidents(context),
            [*faults(context, self.runtime.door), *unreached(context.journal, [post.people for post in posts])],
            [(figure, sparkline(hours[name])) for name, figure in figures.items()],
        )

    def _line(self, post: Post, counted: Counter[str] | None, queued: Sequence[str], asked: Sequence[str]) -> AgentLine:
        name, autonomy = post.agent.name, self.context.autonomy
        states = states_of(post.agent)
        scopes = ("all", f"agent:{name}", f"inbox:{post.inbox_id}")
        return AgentLine(
            name,
            post.inbox_id,
            autonomy.of(name),
            MEANS[autonomy.of(name)],
            {label: autonomy.of(name, [label]) for label in autonomy.named if "/" in label},
            {scope: why for scope, why in self.context.journal.switched_off().items() if scope in scopes},
            None if counted is None else [(state.value, label, counted[label]) for label, state in states],
            queued.count(name),
            asked.count(name),
        )

    def _counted(self, posts: Iterable[Post]) -> dict[str, Counter[str]]:
        """Return how many threads of each inbox carry which label, of those inboxes that AgentMail soon tells of."""
        asked = {post.inbox_id: self._aside.submit(self._carried, post.inbox_id) for post in posts}
        wait(asked.values(), PATIENCE)
        # what is too late is not waited for, and what has not begun never does: the page asks again soon
        told = {
            inbox_id: answer.result() for inbox_id, answer in asked.items() if not answer.cancel() and answer.done()
        }
        return {inbox_id: counted for inbox_id, counted in told.items() if counted is not None}

    def _carried(self, inbox_id: str) -> Counter[str] | None:
        try:
            return self.views.carried(inbox_id)
        except (ApiError, httpx.HTTPError):
            return None
