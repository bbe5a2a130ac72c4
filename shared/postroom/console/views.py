"""What the two main pages show: the threads of an inbox, and one thread with its story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

import httpx
from agentmail.core.api_error import ApiError

from postroom.console import reading, shown
from postroom.flow import LABEL_SEPARATOR, state_from_labels, state_label
from postroom.mail import Message
from postroom.mailbox import labels as marks
from postroom.mailbox.client import NO_SDK_RETRIES
from postroom.mailbox.reading import PAGE, Page
from postroom.runtime.app import Runtime
from postroom.runtime.context import Post
from postroom.runtime.journal import Row

ATTENTION = {
    marks.WAITING_APPROVAL: "held for approval",
    marks.NEEDS_HUMAN: "needs a person",
    marks.STUCK: "dead letter",
}
"""Labels that ask a person to look, and what they say on the page."""
SYSTEM = frozenset({"sent", "received", "unread", "unauthenticated", "delivered"})
"""Labels that AgentMail sets itself; they say nothing about the thread."""
UNDER_WAY = ("queued", "running")
EVER = datetime.min.replace(tzinfo=UTC)
THREADS_ON_A_PAGE = 30
MOST_COUNTED = 100


@dataclass(frozen=True)
class Labels:
    """A thread's labels, told apart."""

    state: str
    attention: tuple[str, ...]
    others: tuple[str, ...]
    internal: bool

    @classmethod
    def of(cls, post: Post, names: Sequence[str]) -> Labels:
        """Sort the labels of a thread of that agent."""
        states = state_from_labels(post.agent.name, post.agent.flow.states, names)
        state = states[0] if states else post.agent.flow.start
        own = f"{post.agent.name}{LABEL_SEPARATOR}"
        plain = [name for name in sorted(names) if name not in SYSTEM and name not in ATTENTION]
        others = tuple(name for name in plain if not name.startswith((own, "op-")) and name != marks.INTERNAL)
        attention = tuple(words for name, words in ATTENTION.items() if name in names)
        return cls(state.value, attention, others, marks.INTERNAL in names)


@dataclass(frozen=True)
class Line:
    """A thread in the list. `status` is that of its latest run, `working` while its newest mail is dealt with."""

    thread: Any
    labels: Labels
    person: str
    status: str


@dataclass(frozen=True)
class Overview:
    """The threads of an inbox, newest first."""

    inbox_id: str
    agent: str
    label: str
    lines: tuple[Line, ...]
    states: tuple[tuple[str, str, int], ...]
    attention: tuple[tuple[str, str, int], ...]
    older: str | None


@dataclass(frozen=True)
class ThreadPage:
    """A conversation and its story. `left_out` counts older messages, whose runs are left out as well."""

    thread_id: str
    inbox_id: str
    agent: str
    subject: str
    labels: Labels
    messages: tuple[Message, ...]
    left_out: int
    turns: Sequence[reading.Turn]
    due: Sequence[Row]
    cost_usd: float
    tokens: int
    busy: bool

    @property
    def customer(self) -> str:
        """Return who wrote last from outside."""
        return next((str(message.sender) for message in reversed(self.messages) if message.received), "")


class Views:
    """Reads AgentMail and the journal for the page."""

    def __init__(self, runtime: Runtime) -> None:
        self.context = runtime.context
        self.inboxes = {post.inbox_id: post for post in runtime.context.posts.values()}
        self.people = frozenset(
            parseaddr(person)[1].lower() for post in self.inboxes.values() for person in post.people
        )

    def tone(self, agent: str, state: str) -> str:
        """Return the colour of an agent's state."""
        return shown.tone(self.context.posts[agent].agent, state)

    def overview(self, inbox_id: str, label: str, older: str | None) -> Overview:
        """Return a page of threads that carry `label` (all, when empty), from `older` on."""
        post = self.inboxes[inbox_id]
        page = self._list(inbox_id, label, THREADS_ON_A_PAGE, older)
        threads = [thread for thread in page.threads if label or marks.INTERNAL not in (thread.labels or ())]
        latest = reading.latest_status(self.context.journal, [thread.thread_id for thread in threads])
        counts = reading.state_counts(self.context.journal)
        return Overview(
            inbox_id,
            post.agent.name,
            label,
            tuple(self._line(post, thread, latest.get(thread.thread_id, "queued")) for thread in threads),
            tuple(
                (state_label(post.agent.name, state), state.value, counts.get((inbox_id, state.value), 0))
                for state in post.agent.flow.states
            ),
            tuple(
                (name, words, len(self._list(inbox_id, name, MOST_COUNTED).threads))
                for name, words in ATTENTION.items()
            ),
            page.next_page_token,
        )

    def stuck(self) -> dict[str, Line]:
        """Return the threads that wait for a dead letter, by their ids; none when AgentMail itself is what failed."""
        try:
            found = [(post, self._list(inbox, marks.STUCK, MOST_COUNTED)) for inbox, post in self.inboxes.items()]
        except (ApiError, httpx.TransportError):
            return {}
        return {thread.thread_id: self._line(post, thread, "dead") for post, page in found for thread in page.threads}

    def _list(self, inbox_id: str, label: str, limit: int, older: str | None = None) -> Any:
        return self.context.client.inboxes.threads.list(
            inbox_id, labels=[label] if label else None, limit=limit, page_token=older,
            include_unauthenticated=True, request_options=NO_SDK_RETRIES,
        )  # fmt: skip

    def _line(self, post: Post, thread: Any, status: str) -> Line:
        names = thread.labels or ()
        outside = [who for who in (thread.senders or ()) if parseaddr(who)[1].lower() != post.inbox_id]
        person = (outside or list(thread.recipients or ()) or [""])[0]
        status = "working" if "unread" in names and status in UNDER_WAY else status
        return Line(thread, Labels.of(post, names), parseaddr(person)[0] or person, status)

    def thread(self, thread_id: str) -> ThreadPage | None:
        """Return a thread with its newest messages and all its runs; None when no agent here has it."""
        try:
            raw = self.context.client.threads.get(thread_id, limit=PAGE, request_options=NO_SDK_RETRIES)
        except ApiError as error:
            if error.status_code != 404:
                raise
            return None
        post = self.inboxes.get(raw.inbox_id)
        if post is None:
            return None
        journal, page = self.context.journal, Page(raw)
        messages = tuple(page.messages())
        left_out = max(0, page.message_count - len(messages))
        since = messages[0].timestamp if left_out else EVER
        told = [story for story in reading.stories(journal, thread_id) if story.run["started_at"] >= since]
        made = [decided.row for story in told for decided in story.decisions]
        labels = Labels.of(post, sorted(page.labels))
        return ThreadPage(
            thread_id=thread_id,
            inbox_id=post.inbox_id,
            agent=post.agent.name,
            subject=page.subject,
            labels=labels,
            messages=messages,
            left_out=left_out,
            turns=reading.turns(journal, messages, told, thread_id),
            due=journal.timers_of_thread(thread_id),
            cost_usd=sum(row["cost_usd"] for row in made),
            tokens=sum(row["tokens"] for row in made),
            busy="unread" in page.labels and (not told or told[-1].run["status"] in UNDER_WAY),
        )
