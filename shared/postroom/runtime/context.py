"""What every run needs at hand, assembled once by `Runtime`."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import httpx
from agentmail import AgentMail

from postroom.agent import Agent
from postroom.brain import Brain
from postroom.clock import Clock
from postroom.mail import Message
from postroom.policy import Facts
from postroom.runtime.engine import Engine
from postroom.runtime.journal import Journal

READABLE = ("data", "examples", "prompts", "emails")
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Post:
    """One agent at its inbox."""

    agent: Agent
    inbox_id: str
    people: tuple[str, ...]

    @cached_property
    def fingerprint(self) -> str:
        """Return a hash of all that the agent knows and says: data, examples, prompts, emails."""
        digest = hashlib.sha256()
        for name in READABLE:
            for path in sorted((self.agent.folder / name).rglob("*")):
                if path.is_file():
                    digest.update(f"{path.relative_to(self.agent.folder)}\n".encode())
                    digest.update(path.read_bytes())
        return digest.hexdigest()[:32]


@dataclass(frozen=True)
class Context:
    """The parts a run works with.

    `http` fetches what AgentMail's signed links point at. `guarded` holds all but mail to our people: a real
    account starts so.
    """

    name: str
    client: AgentMail
    http: httpx.Client
    journal: Journal
    engine: Engine
    clock: Clock
    brain: Brain
    posts: Mapping[str, Post]
    home: Path
    own: frozenset[str] = field(default=frozenset())
    guarded: bool = False

    def post_of_inbox(self, inbox_id: str) -> Post | None:
        """Return the agent at an inbox, if it is one of ours."""
        return next((post for post in self.posts.values() if post.inbox_id == inbox_id), None)

    def parties(self, post: Post, messages: tuple[Message, ...]) -> Facts:
        """Gather who is who on a thread, without asking the journal."""
        partners = post.agent.partners
        return Facts(
            own=self.own,
            people=frozenset(_bare(person) for person in post.people),
            partners=partners,
            writers=frozenset(message.sender.address for message in messages if message.received),
            agent_mails_on_thread=sum(1 for message in messages if message.sender.address in partners),
            generic_to_unauthenticated=post.agent.unauthenticated == "generic",
        )

    def facts(self, post: Post, thread_id: str, recipients: tuple[str, ...], messages: tuple[Message, ...]) -> Facts:
        """Gather what the gate looks at, as things are at this moment."""
        since = self.clock.now() - DAY
        return dataclasses.replace(
            self.parties(post, messages),
            suppressed=self.journal.suppressed(recipients),
            switched_off=self.journal.switched_off(),
            answers_on_thread_today=self.journal.sent_on_thread(thread_id, since),
            answers_to_sender_today=self.journal.sent_to(recipients[0], since) if recipients else 0,
        )


def _bare(person: str) -> str:
    return person.rpartition("<")[2].rstrip(">").strip().lower()
