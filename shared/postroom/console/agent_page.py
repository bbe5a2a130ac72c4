"""What the page of an agent shows: its flow with the threads in each state, what time does, people, hold rules."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postroom.agent import Agent
from postroom.console import reading
from postroom.console.campaign_pages import CampaignLine, campaign_lines
from postroom.console.flow_picture import Picture, draw
from postroom.console.views import Views
from postroom.runtime.context import Context, Post
from postroom.runtime.timers import next_slot
from postroom.transition import FOLLOW_UP


@dataclass(frozen=True)
class Named:
    """A function of the agent's: its name, and the first line of what it says of itself."""

    name: str
    words: str


@dataclass(frozen=True)
class Due:
    """A timer or cron: `when` it runs, on how many threads it waits (None for a cron), and when next, if at all."""

    function: Named
    when: str
    threads: int | None
    next: datetime | None


@dataclass(frozen=True)
class AgentPage:
    """An agent as it stands."""

    agent: str
    inbox_id: str
    picture: Picture
    due: tuple[Due, ...]
    zone: str
    people: tuple[str, ...]
    holds: tuple[Named, ...]
    campaigns: tuple[CampaignLine, ...] = ()


def agent_page(views: Views, post: Post) -> AgentPage:
    """Return the page of an agent, with threads counted by their labels in AgentMail, as the list of an inbox does."""
    agent = post.agent
    return AgentPage(
        agent.name,
        post.inbox_id,
        draw(agent, views.carried(post.inbox_id)),
        tuple(_due(views.context, agent)),
        agent.zone,
        post.people,
        tuple(map(_named, agent.hold)),
        tuple(campaign_lines(views.context, agent.name)) if agent.outreach else (),
    )


def _due(context: Context, agent: Agent) -> Iterator[Due]:
    ahead = reading.timers_ahead(context.journal, agent.name)
    for timer in agent.timers:
        count, first = ahead.get(timer.name, (0, None))
        states = ", ".join(state.value for state in timer.states)
        yield Due(_named(timer.handler), f"after {timer.after} in {states}", count, first)
    if FOLLOW_UP in ahead:
        yield Due(Named(FOLLOW_UP, "Mail planned by a handler, waiting as drafts."), "as planned", *ahead[FOLLOW_UP])
    for cron in agent.crons:
        asked = context.journal.cron_asked(agent.name, cron.name) or context.clock.now()
        yield Due(_named(cron.handler), cron.crontab, None, next_slot(cron.trigger, asked))


def _named(function: Callable[..., Any]) -> Named:
    name = getattr(function, "__name__", type(function).__name__)
    return Named(name, (inspect.getdoc(function) or "").partition("\n")[0] if hasattr(function, "__name__") else "")
