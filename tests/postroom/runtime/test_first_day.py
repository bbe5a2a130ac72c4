"""The guarded first day with real mail: nothing leaves without a yes, and what is older is left to people."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from desk_agent.agent import agent

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.brain.scripted import ScriptedBrain
from postroom.mailbox import reading
from postroom.runtime.app import Runtime
from postroom.runtime.first_start import first_starts, left_alone
from postroom.runtime.tables import starts

ANA, BO = "ana@example.com", "bo@example.com"
Start = Callable[..., tuple[Runtime, Sandbox]]
ANSWERS = {"what": "answer", "body": "It is blue."}


class Day:
    """A desk on its first day; `--as-live` is what a real account would set."""

    def __init__(self, run_agent: Start, sandbox: Sandbox | None = None, brain: Any = None, **settings: Any) -> None:
        given = {"humans": f"Bo <{BO}>", "as_live": True, **settings}
        self.runtime, self.sandbox = run_agent(agent, brain or ScriptedBrain(Say=ANSWERS), sandbox, **given)
        self.inbox = next(iter(self.runtime.context.posts.values())).inbox_id
        self.client = self.sandbox.client()

    def write(self, subject: str, sender: str = ANA) -> str:
        return str(self.sandbox.post_mail(sender, self.inbox, subject, text="What colour?").thread_id)

    def settle(self) -> None:
        self.runtime.drain()
        self.runtime.run_due()

    def waiting(self) -> list[str]:
        return [str(draft.subject) for draft in self.client.inboxes.drafts.list(self.inbox).drafts]


@pytest.fixture
def before() -> Sandbox:
    """An inbox of the agent into which mail came before it was started."""
    sandbox = Sandbox()
    request: Any = {"username": "desk-before", "client_id": "postroom-desk"}
    inbox = sandbox.client().inboxes.create(request=request).inbox_id
    for number in range(3):
        sandbox.post_mail(ANA, inbox, f"Old {number}", text="What colour?")
        sandbox.clock.advance(timedelta(minutes=5))
    return sandbox


def test_its_inbox_has_a_name_that_nobody_else_has(run_agent: Start) -> None:
    day = Day(run_agent)
    assert day.inbox.startswith("desk-")
    assert len(day.inbox.partition("@")[0]) == len("desk-") + 6


def test_every_answer_waits_for_a_yes(run_agent: Start) -> None:
    day = Day(run_agent)
    day.write("Colour")
    day.settle()
    assert day.sandbox.outbox(ANA) == []
    (review,) = day.sandbox.outbox(BO)
    day.sandbox.post_mail(BO, day.inbox, f"Re: {review.subject}", text="approve", in_reply_to=review.message_id)
    day.settle()
    assert len(day.sandbox.outbox(ANA)) == 1


def test_an_agent_that_is_named_sends_by_itself(run_agent: Start) -> None:
    day = Day(run_agent, autonomy="desk: auto")
    day.write("Colour")
    day.settle()
    assert len(day.sandbox.outbox(ANA)) == 1


def test_the_offline_brain_suggests_and_never_sends(run_agent: Start) -> None:
    day = Day(run_agent, brain=OfflineBrain(), autonomy="desk: auto")
    assert day.runtime.context.autonomy.of("desk") == "suggest"


def test_older_mail_is_left_to_people_and_stays_unread(run_agent: Start, before: Sandbox) -> None:
    day = Day(run_agent, before, autonomy="desk: auto")
    assert left_alone(day.runtime.context) == 3
    day.write("New")
    day.settle()
    assert [mail.subject for mail in day.sandbox.outbox(ANA)] == ["Re: New"]
    unread = day.client.inboxes.messages.list(day.inbox, labels=["unread"]).messages
    assert sorted(str(message.subject) for message in unread) == ["Old 0", "Old 1", "Old 2"]
    assert day.runtime.context.journal.runs_with_status("done") != []


def test_with_backlog_drafts_of_answers_wait_oldest_first(run_agent: Start, before: Sandbox) -> None:
    day = Day(run_agent, before, autonomy="desk: auto", backlog=True)
    assert left_alone(day.runtime.context) == 0
    handed_in = [identifier for identifier, *_ in day.runtime.door.unread()]
    assert handed_in == sorted(handed_in)
    day.settle()
    assert day.sandbox.outbox(ANA) == []
    assert len(day.waiting()) == 3
    held = sorted(day.runtime.context.journal.runs_with_status("held"), key=lambda run: run["run_id"])
    assert [run["note"] for run in held] == ["backlog: this mail came in before the first start"] * 3
    asked = " ".join(mail.subject for mail in day.sandbox.outbox(BO))
    assert all(f"Old {number}" in asked for number in range(3))
    day.write("New")
    day.settle()
    assert [mail.subject for mail in day.sandbox.outbox(ANA)] == ["Re: New"]


def test_what_came_in_while_it_was_down_is_no_backlog(run_agent: Start, before: Sandbox) -> None:
    day = Day(run_agent, before, autonomy="desk: auto")
    day.settle()
    first = day.runtime.context.first_starts[day.inbox]
    day.sandbox.clock.advance(timedelta(hours=8))
    day.write("While it was down")
    assert first_starts(day.runtime.context, lost=False) == {day.inbox: first}
    day.settle()
    assert [mail.subject for mail in day.sandbox.outbox(ANA)] == ["Re: While it was down"]


def test_the_sandbox_has_no_first_day(run_agent: Start, before: Sandbox) -> None:
    day = Day(run_agent, before, as_live=False, humans="")
    day.settle()
    assert len(day.sandbox.outbox(ANA)) == 3


def test_where_runs_are_known_already_no_mail_is_of_before(run_agent: Start) -> None:
    day = Day(run_agent, autonomy="desk: auto")
    day.write("Colour")
    day.settle()
    with day.runtime.context.journal.database.begin() as connection:
        connection.execute(sa.delete(starts))  # as in a database of an earlier version
    assert first_starts(day.runtime.context, lost=False)[day.inbox] < day.runtime.clock.now() - timedelta(days=999)


def test_what_a_mail_says_of_its_time_makes_it_no_newer(
    run_agent: Start, before: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = reading.message_from

    def dated(*given: Any) -> Any:
        return dataclasses.replace(real(*given), timestamp=before.clock.now() + timedelta(days=400))

    monkeypatch.setattr(reading, "message_from", dated)
    day = Day(run_agent, before, autonomy="desk: auto", backlog=True)
    day.settle()
    assert before.outbox(ANA) == []
    assert len(day.waiting()) == 3
