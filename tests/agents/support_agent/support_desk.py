"""A support agent over a sandbox: what its tests write to it, and see of what becomes of a mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from agentmail_sandbox import Sandbox
from postroom.loading import load_agent
from postroom.runtime.app import Runtime
from support_agent.checks import knowledge

SUPPORT = load_agent("support")
INBOX, TEAM = "support@sandbox.test", "team@example.com"
CALM = {"wants": "an answer", "category": "returns", "mood": "calm", "priority": "normal"}
QUOTE = next(article.answer for article in knowledge.articles if article.id == "return-how")
ANSWER = {"body": QUOTE, "sources": [{"id": "return-how", "quote": QUOTE}], "unanswered": []}
"""To "How do I start a return?"."""
Start = Callable[..., tuple[Runtime, Sandbox]]


class SupportDesk:
    """Write to it as a customer of example.com."""

    subject = "A question"

    def __init__(self, run_agent: Start, brain: Any, sandbox: Sandbox | None = None, **options: Any) -> None:
        self.brain = brain
        self.runtime, self.sandbox = run_agent(SUPPORT, brain, sandbox, **options)

    def write(self, text: str, name: str = "ana", *, answers: str | None = None) -> Any:
        """Have a mail delivered and worked off; return it."""
        more = {"in_reply_to": answers} if answers else {}
        sender = f"{name.title()} <{name}@example.com>"
        mail = self.sandbox.post_mail(sender, INBOX, self.subject, text=text, **more)
        self.runtime.drain()
        return mail

    def sent_to(self, name: str = "ana") -> list[Any]:
        """Return what left to a customer, newest first."""
        return self.sandbox.outbox(f"{name}@example.com")

    def labels_of(self, mail: Any) -> set[str]:
        """Return the labels of a mail's thread."""
        return set(self.sandbox.client().inboxes.threads.get(INBOX, mail.thread_id).labels)

    def person_answers(self, mail: Any, text: str) -> None:
        """Answer a mail as a person does, in AgentMail."""
        self.sandbox.client().inboxes.messages.reply(INBOX, mail.message_id, text=text)

    def person_answers_the_hand_over(self, text: str, team: str = TEAM) -> None:
        """Answer the newest hand-over as a person does, by mail."""
        (pack, *_) = [mail for mail in self.sandbox.outbox(team) if "hands a thread to you" in mail.text]
        self.sandbox.post_mail(f"Dee <{team}>", INBOX, f"Re: {pack.subject}", text=text, in_reply_to=pack.message_id)
        self.runtime.drain()
        self.runtime.tick()
        self.runtime.drain()

    def relabel(self, mail: Any, label: str) -> None:
        """Give a mail's thread another state, as a person does."""
        old = [each for each in self.labels_of(mail) if each.startswith("support/")]
        self.sandbox.client().inboxes.threads.update(INBOX, mail.thread_id, add_labels=[label], remove_labels=old)

    def after(self, **span: float) -> None:
        """Let time pass."""
        self.runtime.advance(timedelta(**span))
