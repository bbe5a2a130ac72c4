"""What the two main pages show: the threads of an inbox, and one thread with its story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

import httpx
from agentmail.core.api_error import ApiError

from postroom.agent import Agent
from postroom.console import reading, shown
from postroom.flow import State, state_label
from postroom.listing import ATTENTION, Labels, Line, line_of, list_threads, own_thread, threads_with, under_way
from postroom.mail import Message
from postroom.mailbox import labels as marks
from postroom.mailbox.client import download, patiently
from postroom.mailbox.reading import PAGE, Page
from postroom.runtime.app import Runtime
from postroom.runtime.journal import Row

EVER = datetime.min.replace(tzinfo=UTC)
THREADS_ON_A_PAGE = 30


@dataclass(frozen=True)
class InboxPage:
    """The threads of an inbox, newest first. `held` are the runs of no thread that wait for approval."""

    inbox_id: str
    agent: str
    label: str
    lines: tuple[Line, ...]
    states: tuple[tuple[str, str, int], ...]
    attention: tuple[tuple[str, str, int], ...]
    older: str | None
    held: Sequence[Row]


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
        self.inboxes = {post.inbox_id: post for post in runtime.context.at_inboxes()}
        self.people = frozenset(
            parseaddr(person)[1].lower() for post in self.inboxes.values() for person in post.people
        )

    def tone(self, agent: str, state: str) -> str:
        """Return the colour of an agent's state."""
        return shown.tone(self.context.posts[agent].agent, state)

    def inbox(self, inbox_id: str, label: str, older: str | None) -> InboxPage:
        """Return a page of threads that carry `label` (all, when empty), from `older` on."""
        post = self.inboxes[inbox_id]
        listed = list_threads(self.context, post, label, THREADS_ON_A_PAGE, older)
        carried, held = self.carried(inbox_id), self.context.journal.runs_with_status("held")
        return InboxPage(
            inbox_id,
            post.agent.name,
            label,
            listed.lines,
            tuple((name, state.value, carried[name]) for name, state in states_of(post.agent)),
            tuple((name, words, carried[name]) for name, words in ATTENTION.items()),
            listed.older,
            [run for run in held if run["inbox_id"] == inbox_id and not run["thread_id"]],
        )

    def carried(self, inbox_id: str) -> Counter[str]:
        """Return how many threads of an inbox carry each label of a state, or one that asks for a person: to a hundred.

        The newest hundred are counted at once where those are all; among more, mail to our people may hide the others.
        """
        newest = threads_with(self.context, inbox_id, "", shown.MOST_COUNTED)
        if newest.next_page_token is None:
            return Counter(name for thread in newest.threads for name in thread.labels or ())
        labels = [*(name for name, _ in states_of(self.inboxes[inbox_id].agent)), *ATTENTION]
        return Counter({label: len(self._marked(inbox_id, label)) for label in labels})

    def stuck(self) -> dict[str, Line]:
        """Return the threads that wait for a dead letter, by their ids; none when AgentMail itself is what failed."""
        try:
            found = [(post, self._marked(inbox_id, marks.STUCK)) for inbox_id, post in self.inboxes.items()]
        except (ApiError, httpx.TransportError):
            return {}
        return {thread.thread_id: line_of(post, thread, "dead") for post, threads in found for thread in threads}

    def file(self, page: ThreadPage, attachment_id: str) -> tuple[str, bytes] | None:
        """Return the name and content of a file of one of the messages shown; None when none has it."""
        for message in page.messages:
            for attached in message.attachments:
                if attached.attachment_id == attachment_id:
                    found = patiently(
                        self.context.client.inboxes.messages.get_attachment,
                        message.inbox_id, message.message_id, attachment_id,
                    )  # fmt: skip
                    return shown.file_name(attached.filename), download(self.context.http, found.download_url)
        return None

    def _marked(self, inbox_id: str, label: str) -> Sequence[Any]:
        threads: Sequence[Any] = threads_with(self.context, inbox_id, label, shown.MOST_COUNTED).threads
        return threads

    def thread(self, thread_id: str) -> ThreadPage | None:
        """Return a thread with its newest messages and all its runs; None when no agent here has it."""
        found = own_thread(self.context, thread_id, PAGE)
        if found is None:
            return None
        post, raw = found
        journal, page = self.context.journal, Page(raw)
        stories = reading.stories(journal, thread_id)
        for story in stories:
            page.notices |= (story.run["frozen"] or {}).get("notices", {})
        messages = tuple(page.messages())
        left_out = max(0, page.message_count - len(messages))
        since = messages[0].timestamp if left_out else EVER
        told = [story for story in stories if story.run["started_at"] >= since]
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
            busy=under_way(page.labels, told[-1].run["status"] if told else ""),
        )


def states_of(agent: Agent) -> list[tuple[str, State]]:
    """Return the states of an agent with the label of each."""
    return [(state_label(agent.name, state), state) for state in agent.flow.states]
