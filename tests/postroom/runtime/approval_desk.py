"""A desk whose answers wait for approval, and people who answer its review mails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desk_agent.agent import agent

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime

ANA, DESK = "ana@example.com", "desk@sandbox.test"
BO, CY = "bo@example.com", "cy@example.com"
Start = Callable[..., tuple[Runtime, Sandbox]]


class Desk:
    """An answer to a shouted mail waits; `answer` writes to the newest review mail that an address got."""

    def __init__(self, run_agent: Start, what: str = "answer", of: Any = agent, **settings: Any) -> None:
        self.of = of
        given = {"humans": f"Bo <{BO}>, Cy <{CY}>", **settings}
        self.runtime, self.sandbox = run_agent(of, ScriptedBrain(Say={"what": what, "body": "It is blue."}), **given)
        self.client = self.sandbox.client()
        self.thread_id = ""

    @property
    def journal(self) -> Any:
        return self.runtime.context.journal

    def shout(self, sender: str = ANA, **more: Any) -> str:
        """Have a mail come in whose answer waits; return its thread."""
        thread_id = str(self.sandbox.post_mail(sender, DESK, "COLOUR", text="What colour?", **more).thread_id)
        self.runtime.drain()
        return thread_id

    def reviews(self, address: str = BO) -> list[Any]:
        """Return the review mails that an address got, oldest first."""
        return [mail for mail in reversed(self.sandbox.outbox(address)) if "approve?" in mail.subject]

    def notices(self, address: str = BO) -> list[str]:
        """Return the words of the notices that an address got."""
        return [str(mail.text) for mail in reversed(self.sandbox.outbox(address)) if "your answer" in mail.subject]

    def answer(self, text: str, sender: str = BO, review: Any = None, **more: Any) -> Any:
        """Have somebody answer a review mail, by default the newest that they got."""
        review = review or self.reviews(sender)[-1]
        sent = self.sandbox.post_mail(
            sender, DESK, more.pop("subject", f"Re: {review.subject}"), text=text,
            in_reply_to=more.pop("in_reply_to", review.message_id), **more,
        )  # fmt: skip
        self.settle()
        return sent

    def settle(self) -> None:
        """Let all happen that is due."""
        self.runtime.drain()
        self.runtime.run_due()

    def to_customer(self, address: str = ANA) -> list[Any]:
        return self.sandbox.outbox(address)

    def labels(self, thread_id: str) -> set[str]:
        return set(self.client.inboxes.threads.get(DESK, thread_id).labels) - {"received", "sent", "delivered"}

    def held(self, thread_id: str) -> Any:
        """Return the run that waits or waited."""
        return next(run for run in self.journal.runs_of_thread(thread_id) if run["kind"] == "mail")

    def drafts(self) -> list[Any]:
        return list(self.client.inboxes.drafts.list(DESK).drafts)


def bounced(desk: Desk, message_id: str, address: str) -> None:
    """Have AgentMail tell that a mail of ours did not reach an address, for good."""
    thread_id = desk.client.inboxes.messages.get(DESK, message_id).thread_id
    ids = {"inbox_id": DESK, "thread_id": thread_id, "message_id": message_id}
    more: dict[str, Any] = {"type": "Permanent", "recipients": [{"address": address}]}
    details = {**ids, **more, "timestamp": desk.runtime.clock.now().isoformat()}
    desk.runtime.door.accept({"event_type": "message.bounced", "event_id": f"evt_{message_id}", "bounce": details})
    desk.settle()
    desk.settle()
