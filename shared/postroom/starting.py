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
from postroom.clock import Clock
from postroom.mailbox.bootstrap import ensure_inbox, inbox_name
from postroom.runtime.app import Runtime
from postroom.runtime.context import Context, Post
from postroom.runtime.engine import Engine
from postroom.runtime.first_start import first_starts
from postroom.runtime.journal import Journal
from postroom.runtime.rebuild import lost_threads
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
        posts[agent.name] = Post(agent, ensure_inbox(client, agent.name, name), tuple(people), approvers)
    return posts


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
    own = frozenset(post.inbox_id for post in posts.values())
    context = Context(
        name, client, http, journal, engine, clock, brain, posts, home, own,
        autonomy=settings.autonomy_by(offline=isinstance(brain, OfflineBrain)), queue_alert=settings.queue_alert,
        backlog=settings.backlog, page=settings.public_url or "" if settings.password else "",
    )  # fmt: skip
    if settings.live:
        context = replace(context, first_starts=first_starts(context, lost=bool(lost_threads(context))))
    return Runtime(context, sandbox)
