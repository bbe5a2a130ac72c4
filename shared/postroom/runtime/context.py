"""What every run needs at hand, assembled once by `Runtime`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import structlog
from agentmail import AgentMail
from agentmail.core.api_error import ApiError

from postroom.agent import Agent
from postroom.autonomy import Autonomy
from postroom.brain import Brain
from postroom.clock import Clock
from postroom.loading import known_agents
from postroom.mail import Message, Sender
from postroom.mailbox.client import error_text, is_passing, patiently
from postroom.policy import Facts
from postroom.runtime.engine import Engine
from postroom.runtime.ids import RunKind, run_id
from postroom.runtime.journal import Journal

log = structlog.get_logger(__name__)

READABLE = ("data", "examples", "prompts", "emails")


@dataclass(frozen=True)
class Post:
    """One agent at its inbox, or at one of several; `others` are those beside the first.

    `born` says when each was made, of an agent that writes first.
    """

    agent: Agent
    inbox_id: str
    people: tuple[str, ...]
    approvers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    born: Mapping[str, datetime] = field(default_factory=dict)

    def approvers_of(self, rule: str) -> tuple[str, ...]:
        """Return the addresses of those who may release what `rule` holds, in the order in which they are asked."""
        named = self.approvers.get(rule) or self.approvers.get("") or self.people
        return tuple(Sender.parse(person).address for person in named)

    @property
    def inboxes(self) -> tuple[str, ...]:
        """Return all inboxes of the agent."""
        return (self.inbox_id, *self.others)

    def inbox_of(self, address: str) -> str:
        """Return the inbox from which somebody is written to: always the same one, and of many people each a share."""
        inboxes = sorted(self.inboxes)
        return inboxes[int(hashlib.sha256(address.encode()).hexdigest(), 16) % len(inboxes)]

    def at(self, inbox_id: str) -> Post:
        """Return the agent at that one of its inboxes."""
        if inbox_id == self.inbox_id:
            return self
        others = tuple(each for each in self.inboxes if each != inbox_id)
        return replace(self, inbox_id=inbox_id, others=others)

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """Return the addresses of the agent's people, in the order of escalation."""
        return tuple(Sender.parse(person).address for person in self.people)

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

    `http` fetches what the signed links point at. `autonomy` says how much agents do by themselves. So many runs
    as `queue_alert` may wait or be at work before our people get a mail about it. With real mail `first_starts` are
    when its inboxes were first worked on: what came in before is left alone, or with `backlog` held. `page` is the
    address at which people find the page from elsewhere, if they do, `public_url` where this process is reached from
    there at all. `heeded` are the mails of our people that were
    looked at as they came in, for a stop.
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
    autonomy: Autonomy = field(default=Autonomy())
    queue_alert: int = 100
    first_starts: Mapping[str, datetime] = field(default_factory=dict)
    backlog: bool = False
    page: str = ""
    public_url: str = ""
    heeded: set[str] = field(default_factory=set)

    @cached_property
    def agents(self) -> frozenset[str]:
        """Return the names that labels of states begin with: the agents here, and those others could start."""
        return frozenset((*self.posts, *known_agents()))

    @cached_property
    def people(self) -> frozenset[str]:
        """Return the addresses of our people, of whichever agent."""
        named = [person for post in self.posts.values() for some in post.approvers.values() for person in some]
        approvers = {Sender.parse(person).address for person in named}
        return frozenset(approvers.union(*(post.addresses for post in self.posts.values())))

    def at_inboxes(self) -> list[Post]:
        """Return each agent at each of its inboxes."""
        return [post.at(inbox_id) for post in self.posts.values() for inbox_id in post.inboxes]

    def post_of_inbox(self, inbox_id: str) -> Post | None:
        """Return the agent at an inbox, if it is one of ours."""
        return next((post.at(inbox_id) for post in self.posts.values() if inbox_id in post.inboxes), None)

    def payload(self, identifier: str, kind: RunKind, agent: str, inbox_id: str, thread_id: str) -> dict[str, Any]:
        """Return what the engine keeps of a run: ids alone."""
        return {
            "runtime": self.name,
            "run_id": identifier,
            "kind": kind,
            "agent": agent,
            "inbox_id": inbox_id,
            "thread_id": thread_id,
        }

    def open_event(
        self, post: Post, at: datetime, event_id: str, thread_id: str, event: Mapping[str, Any], message_id: str = ""
    ) -> tuple[str, str, dict[str, Any]]:
        """Record a run for an event and return its hand-in: run id, lane, payload. The journal alone has the event."""
        identifier = run_id(at, "event", post.inbox_id, event_id)
        more = {"message_id": message_id} if message_id else {}
        self.journal.open_run(
            identifier, self.clock.now(), agent=post.agent.name, kind="event", inbox_id=post.inbox_id,
            thread_id=thread_id, status="queued", cause={"event": dict(event), **more},
        )  # fmt: skip
        payload = self.payload(identifier, "event", post.agent.name, post.inbox_id, thread_id)
        return identifier, thread_id, payload | more

    def parties(self, post: Post, messages: Iterable[Message], earlier_writers: Set[str] = frozenset()) -> Facts:
        """Gather who is who on a thread, without asking the journal; `earlier_writers` wrote before its `messages`."""
        written = {message.sender.address for message in messages if _is_written_by_its_sender(message)}
        return Facts(
            own=self.own,
            people=frozenset(post.addresses).union(*map(post.approvers_of, ("", *post.approvers))),
            partners=post.agent.partners,
            writers=frozenset(written | earlier_writers),
            generic_to_unauthenticated=post.agent.unauthenticated == "generic",
        )

    def suppress(self, address: str, reason: str, *, doubted: bool = False) -> None:
        """Never write to `address` again; the address alone counts, whatever name stands before it.

        `doubted`: unauthenticated mail asked for it, and answers to authenticated mail of that address go on. The
        journal is what the gate asks. AgentMail's send-block list is the last stop, and outlives a lost database.
        Of a domain ("@firm.test") it stops what we begin with anybody there, on the lists of the inboxes that do so:
        who writes from there to another agent gets an answer.
        Our own inboxes and people are left out: nothing that a mail says cuts them off.
        Raises ValueError when there is no address in it, and ApiError when AgentMail may take it later.
        """
        named = address if address.startswith("@") else Sender.parse(address).address
        if not named:
            raise ValueError(f"{address!r} holds no mail address that could be suppressed; name one in Suppress")
        if any(named in (ours, ours[ours.rindex("@") :]) for ours in self.own | self.people):
            log.warning("one of us is not suppressed, whatever mail says", address=named, reason=reason)
            return
        self.journal.suppress(named, reason, self.clock.now(), doubted=doubted or named.startswith("@"))
        entry = {"entry": named.removeprefix("@"), "reason": reason}
        if named.startswith("@"):
            for post in self.writing_first():
                _block(self.client.inboxes.lists.create, post.inbox_id, **entry)
        elif not doubted:
            _block(self.client.lists.create, **entry)

    def writing_first(self) -> Iterator[Post]:
        """Yield each inbox of the agents that write first."""
        return (post for post in self.at_inboxes() if post.agent.outreach)


def _block(create: Callable[..., Any], *inbox_id: str, **entry: Any) -> None:
    try:
        patiently(create, *inbox_id, "send", "block", **entry)
    except ApiError as error:
        if is_passing(error):
            raise
        log.warning("not on AgentMail's block list; the journal alone knows", error=error_text(error))


def _is_written_by_its_sender(message: Message) -> bool:
    return message.received and message.sender.authenticated


def recipients_of(event: Mapping[str, Any] | None) -> list[str]:
    """Return the addresses that an event is about, as of a bounce or complaint."""
    named = (event or {}).get("recipients", [])
    return [recipient["address"] if isinstance(recipient, dict) else recipient for recipient in named]
