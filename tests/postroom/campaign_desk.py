"""A caller agent at work, for tests of what agents that write first do."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from caller_agent.agent import Person, caller

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.campaign import parse_campaign
from postroom.runtime import answers, approvals, progress, records
from postroom.runtime.app import Runtime
from postroom_kit.outreach import Leaving, Objection, RuleBook

CALLER = "caller@sandbox.test"
ANA = "ana@firm.test"
HEAD = "email,name,role,renew,shout\n"


class Rules(RuleBook):
    """A rule book that says what a test wants, and remembers what it was asked."""

    says: Callable[[Leaving], Objection | None]
    asked: list[Leaving]

    def judge(self, leaving: Leaving, settings: Any = None, *, released: bool = False) -> Objection | None:
        self.asked.append(leaving)
        found = self.says(leaving)
        return None if released and found and found.outcome == "hold" else found


def rules(says: Callable[[Leaving], Objection | None]) -> Rules:
    made = Rules(())
    object.__setattr__(made, "says", says)
    object.__setattr__(made, "asked", [])
    return made


class Called:
    """A caller agent at work on a sandbox."""

    def __init__(self, runtime: Runtime, sandbox: Sandbox, rules: Rules) -> None:
        self.runtime, self.sandbox, self.rules = runtime, sandbox, rules
        self.numbers = itertools.count(1)

    def take_in(self, rows: str, name: str = "spring.csv", *, head: str = HEAD) -> Any:
        sheet = parse_campaign(name, f"{head}{rows}\n", Person)
        return records.take_in(self.runtime.context, self.runtime.context.posts["caller"], sheet)

    def go(self, **by: float) -> None:
        self.runtime.advance(timedelta(**by))

    def mails(self, to: str = ANA) -> list[Any]:
        return list(reversed(self.sandbox.outbox(to)))

    def answer(self, text: str, sender: str = ANA, headers: dict[str, str] | None = None, to: str = ANA) -> None:
        last = self.mails(to)[-1]
        raw = f"From: {sender}\r\nTo: {CALLER}\r\nSubject: Re: {last.subject}\r\n"
        raw += f"In-Reply-To: {last.message_id}\r\nMessage-ID: <answer-{next(self.numbers)}@firm.test>\r\n"
        raw += "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        self.sandbox.receive(f"{raw}\r\n{text}\r\n".encode(), sender, [CALLER])
        self.runtime.drain()

    def standing(self) -> dict[str, Any]:
        found = map(progress.restored, progress.gather(self.runtime.context, "caller"))
        return {f"{each.record.address} {each.record.item}".strip(): each for each in found}

    def drafts(self) -> list[Any]:
        return list(self.sandbox.client().inboxes.drafts.list(CALLER).drafts)

    def standing_labels(self, person: str = ANA) -> list[str]:
        return list(self.sandbox.client().inboxes.threads.get(CALLER, self.standing()[person].thread_id).labels)

    def waiting(self) -> list[Any]:
        return list(approvals.waiting(self.runtime.context.journal))

    def say(self, wish: str) -> None:
        (row,) = self.waiting()
        assert not answers.hand_in_said(self.runtime.context, row["token"], row["content"], wish)
        self.runtime.run_due()

    def bounce(self, mail: Any, number: int = 1) -> None:
        details = {
            "inbox_id": CALLER, "thread_id": self.thread_of(mail), "message_id": mail.message_id,
            "timestamp": self.sandbox.clock.now().isoformat(), "type": "Permanent",
            "recipients": [{"address": mail.to[0]}],
        }  # fmt: skip
        self.runtime.door.accept({"event_type": "message.bounced", "event_id": f"evt_{number}", "bounce": details})
        self.runtime.drain()

    def thread_of(self, mail: Any) -> str:
        return str(self.sandbox.client().inboxes.messages.get(CALLER, mail.message_id).thread_id)


def start_caller(run_agent: Callable[..., tuple[Runtime, Sandbox]]) -> Callable[..., Called]:
    """Return a function that starts the agent: `called(says, outreach={…}, beside=[…], **settings)`."""

    def start(says: Callable[[Leaving], Objection | None] = lambda _leaving: None, **more: Any) -> Called:
        book = rules(says)
        agent = caller(book, **more.pop("outreach", {}))
        runtime, sandbox = run_agent([agent, *more.pop("beside", ())], ScriptedBrain(**more.pop("scripts", {})), **more)
        return Called(runtime, sandbox, book)

    return start
