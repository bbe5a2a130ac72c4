"""From settings and agents to a runtime: inboxes made, brain chosen, parts joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from agentmail import AgentMail

from postroom.agent import Agent
from postroom.brain import Brain
from postroom.brain.offline import OfflineBrain
from postroom.campaign import KINDS, read_campaign
from postroom.clock import Clock
from postroom.mailbox.bootstrap import ensure_inbox, inbox_name, made_at
from postroom.runtime.app import Runtime
from postroom.runtime.context import Context, Post
from postroom.runtime.engine import Engine
from postroom.runtime.first_start import first_starts
from postroom.runtime.journal import Journal
from postroom.runtime.rebuild import lost_threads
from postroom.runtime.records import TakenIn, take_in
from postroom.settings import Settings

SANDBOX_PEOPLE = "Support Team <team@example.com>"
"""Who gets hand-overs on the sandbox when POSTROOM_HUMANS is not set; fictional, its mail shows on the page."""


def make_posts(client: AgentMail, agents: Sequence[Agent], settings: Settings) -> dict[str, Post]:
    """Make sure each agent is whole and has its inbox and its people. Raises AgentError or BootstrapError."""
    posts = {}
    for agent in agents:
        agent.check()
        name = inbox_name(agent.name, agent.inbox, live=settings.live)
        people = settings.humans_of(agent.name) or ([] if settings.live else [SANDBOX_PEOPLE])
        approvers = settings.approvers_of(agent.name)
        first, *others = [ensure_inbox(client, *owner_and_name) for owner_and_name in _inboxes(agent, name)]
        born = {each: made_at(client, each) for each in (first, *others)} if agent.outreach else {}
        posts[agent.name] = Post(agent, first, tuple(people), approvers, tuple(others), born)
    return posts


def _inboxes(agent: Agent, name: str) -> list[tuple[str, str]]:
    """Return for each inbox of an agent whose it is called, and the name to ask for: sdr, then sdr-2, sdr-3."""
    count = agent.outreach.inboxes if agent.outreach else 1
    more = [(f"{agent.name}-{number}", f"{name}-{number}") for number in range(2, count + 1)]
    return [(agent.name, name), *more]


def take_in_campaigns(runtime: Runtime) -> list[TakenIn]:
    """Take in the campaigns that lie in the folders of agents that write first (`data/campaigns`); safe to repeat.

    Raises CampaignError for a file of which nothing can be read.
    """
    taken = []
    for post in runtime.context.posts.values():
        if post.agent.outreach is None:
            continue
        folder = post.agent.folder / "data" / "campaigns"
        for path in sorted(path for path in folder.glob("*") if path.suffix.lower() in KINDS):
            taken.append(take_in(runtime.context, post, read_campaign(path, post.agent.outreach.rows)))
    return taken


def make_runtime(
    agents: Sequence[Agent],
    settings: Settings,
    *,
    client: AgentMail,
    http: httpx.Client,
    journal: Journal,
    engine: Engine,
    clock: Clock,
    brain: Brain,
    home: Path,
    sandbox: Any = None,
    name: str = "main",
) -> Runtime:
    """Join the parts; engine and runtime are to be started then, in this order."""
    posts = make_posts(client, agents, settings)
    own = frozenset(inbox for post in posts.values() for inbox in post.inboxes)
    context = Context(
        name, client, http, journal, engine, clock, brain, posts, home, own,
        autonomy=settings.autonomy_by(offline=isinstance(brain, OfflineBrain)), queue_alert=settings.queue_alert,
        backlog=settings.backlog, page=settings.public_url or "" if settings.password else "",
        public_url=settings.public_url or "",
    )  # fmt: skip
    if settings.live:
        context = replace(context, first_starts=first_starts(context, lost=bool(lost_threads(context))))
    return Runtime(context, sandbox)
