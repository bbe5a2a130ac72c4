"""A desk agent to watch, and what fills its journal."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import agent

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime
from postroom.runtime.context import Context
from postroom.runtime.ids import op_id, run_id
from postroom.runtime.planning import action_row
from postroom.runtime.tables import reports

ANA, DESK, TEAM = "ana@example.com", "desk@sandbox.test", "team@example.com"
numbers = itertools.count()


@dataclass
class Desk:
    """A running desk agent; `scripts` of its brain say what it does with the next mail."""

    runtime: Runtime
    sandbox: Sandbox
    brain: ScriptedBrain

    @property
    def context(self) -> Context:
        """Return what its runs work with."""
        return self.runtime.context

    def mail(self, what: str = "answer", **more: Any) -> Any:
        """Let a mail come in and be dealt with in that way."""
        self.brain.scripts = {"Say": {"what": what, "body": "It is blue."}}
        received = self.sandbox.post_mail(ANA, DESK, "Colour", text="What colour is it?", **more)
        self.runtime.drain()
        return received

    def wrote(self, ended: str = "done", kind: str = "Reply", after: float = 0.0, **more: Any) -> str:
        """Write a mail and what it led to into the journal, as a run that took so many seconds does."""
        now, number = self.context.clock.now(), next(numbers)
        identifier = run_id(now - timedelta(seconds=after + 1), "mail", DESK, f"m{number}")
        ids = {"agent": "desk", "kind": "mail", "inbox_id": DESK, "thread_id": f"t{number}", "cause": {}}
        self.context.journal.open_run(identifier, now, status=ended, **ids)
        frozen = {"to": [ANA], "purpose": "answer"}
        sent = {"status": "done", "done_at": now - timedelta(seconds=1), "result": {"message_id": f"<{number}@x>"}}
        row = action_row(self.context.posts["desk"], identifier, 0, kind, f"t{number}", frozen, **sent | more)
        self.context.journal.record_plan(identifier, {}, [row])
        return op_id(identifier, 0)

    def hears(self, kind: str, message_id: str) -> None:
        """Let AgentMail tell what became of a mail."""
        at = self.context.clock.now()
        self.context.journal.add(reports, {"message_id": message_id, "kind": kind, "inbox_id": DESK, "at": at})


@pytest.fixture
def desk(run_agent: Callable[..., tuple[Runtime, Sandbox]], request: pytest.FixtureRequest) -> Desk:
    """A desk whose one person is the team; `desk` may be given settings by an indirect parameter."""
    brain = ScriptedBrain(Say={"what": "answer", "body": "It is blue."})
    runtime, sandbox = run_agent(agent, brain, **{"humans": f"Team <{TEAM}>", **getattr(request, "param", {})})
    tomorrow = sandbox.clock.now() + timedelta(days=1)
    sandbox.clock.set(tomorrow.replace(hour=10, minute=0))  # no test crosses midnight by chance
    return Desk(runtime, sandbox, brain)
