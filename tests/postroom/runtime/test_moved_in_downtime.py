"""A thread that a person moved while the process of its run was gone: what had not left by then does not leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from desk_agent.agent import agent
from mail_wire import until

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime
from postroom_bench.play import CrashingEngine

DESK = "desk@sandbox.test"
ANA = "ana@example.com"
TEAM = "team@example.com"


@dataclass
class Desk:
    """A desk whose process died in the run of the first mail of a thread."""

    runtime: Runtime
    sandbox: Sandbox
    engine: Any
    thread_id: str

    def die(self, after: str, bring_about: Callable[[], object]) -> None:
        """Let the process die right after the step or action `after`."""
        self.engine.after = after
        bring_about()
        until(self.engine.crashed.is_set)

    def move(self, label: str, instead_of: str = "") -> None:
        removed = [instead_of] if instead_of else []
        threads = self.sandbox.client().inboxes.threads
        threads.update(DESK, self.thread_id, add_labels=[label], remove_labels=removed)

    def start_again(self) -> Any:
        """Take up what was left, as a new process does; return the run."""
        self.runtime.drain()
        (run,) = self.runtime.context.journal.runs_of_thread(self.thread_id)
        return run

    def labels(self) -> set[str]:
        return set(self.sandbox.client().inboxes.threads.get(DESK, self.thread_id).labels)

    def states(self) -> set[str]:
        return {label for label in self.labels() if label.startswith("desk/")}

    def actions(self) -> list[tuple[str, str, str]]:
        (run,) = self.runtime.context.journal.runs_of_thread(self.thread_id)
        rows = self.runtime.context.journal.actions_of_run(run["run_id"])
        return [(row["kind"], row["status"], row["rule"]) for row in rows]


@pytest.fixture
def dead(run_agent: Callable[..., tuple[Runtime, Sandbox]]) -> Callable[..., Desk]:
    def begin(what: str, after: str, subject: str = "Hi") -> Desk:
        brain = ScriptedBrain(Say={"what": what, "body": "It is blue."})
        runtime, sandbox = run_agent(agent, brain, wrap_engine=CrashingEngine)
        mail = sandbox.post_mail(ANA, DESK, subject, text="What colour?")
        desk = Desk(runtime, sandbox, runtime.context.engine, str(mail.thread_id))
        desk.die(after, runtime.door.catch_up)
        return desk

    return begin


Dead = Callable[..., Desk]


@pytest.mark.parametrize("label", ["desk/with-human", "desk/done"], ids=["elsewhere", "where the run wanted it"])
@pytest.mark.parametrize("after", ["load", "plan"])
def test_an_answer_that_had_not_left_does_not_leave_and_the_persons_label_stays(
    after: str, label: str, dead: Dead
) -> None:
    desk = dead("answer", after)
    desk.move(label)
    run = desk.start_again()
    assert (run["status"], run["note"]) == ("stale", f"stale: the thread is in {label.partition('/')[2]} by now")
    assert desk.sandbox.outbox() == []
    assert desk.actions() == [("Reply", "refused", "stale")]
    assert (desk.states(), "needs-human" in desk.labels()) == ({label}, True)


def test_a_move_from_a_known_state_is_recorded_as_the_persons(dead: Dead) -> None:
    desk = dead("answer", "labels")
    desk.start_again()
    answer = desk.sandbox.outbox(ANA)[0].message_id
    desk.sandbox.post_mail(ANA, DESK, "Re: Hi", text="And the size?", in_reply_to=answer)
    desk.die("plan", desk.runtime.door.catch_up)
    desk.move("desk/with-human", instead_of="desk/done")
    desk.runtime.drain()
    journal = desk.runtime.context.journal
    moves = [(move["by"], move["state"]) for move in journal.moves_of_thread(desk.thread_id)]
    assert moves == [("run", "done"), ("person", "with-human")]
    assert [run["status"] for run in journal.runs_of_thread(desk.thread_id)] == ["done", "stale"]
    assert len(desk.sandbox.outbox(ANA)) == 1


@pytest.mark.parametrize("after", ["plan", "Escalate"])
def test_a_hand_over_reaches_our_people_once_and_the_customer_is_told_nothing(after: str, dead: Dead) -> None:
    desk = dead("escalate", after)
    desk.move("desk/done")
    assert desk.start_again()["status"] == "stale"
    assert [mail.to for mail in desk.sandbox.outbox()] == [[TEAM]]
    assert desk.actions() == [("Escalate", "done", ""), ("Reply", "refused", "stale")]
    assert desk.states() == {"desk/done"}


def test_what_left_before_stays_sent_and_the_persons_label_stays(dead: Dead) -> None:
    desk = dead("answer", "Reply")
    desk.move("desk/with-human")
    run = desk.start_again()
    assert (run["status"], run["note"]) == ("done", "the thread is in with-human by now")
    assert (len(desk.sandbox.outbox(ANA)), desk.states()) == (1, {"desk/with-human"})
    assert desk.actions() == [("Reply", "done", "")]


def test_an_answer_whose_sending_went_unrecorded_is_found_and_not_called_stale(dead: Dead) -> None:
    desk = dead("answer", "plan")
    ((row,), journal) = rows_of(desk), desk.runtime.context.journal
    client = desk.sandbox.client()
    client.inboxes.messages.send(DESK, to=[ANA], subject="Re: Hi", text="Blue.", labels=[row["op_id"]])
    journal.update_action(row["op_id"], first_attempt_at=desk.runtime.clock.now())
    desk.move("desk/with-human")
    assert desk.start_again()["status"] == "done"
    assert len(desk.sandbox.outbox(ANA)) == 1
    assert desk.actions() == [("Reply", "done", "")]


def rows_of(desk: Desk) -> Any:
    (run,) = desk.runtime.context.journal.runs_of_thread(desk.thread_id)
    return desk.runtime.context.journal.actions_of_run(run["run_id"])


@pytest.mark.parametrize(("subject", "status"), [("Hi", "done"), ("HI", "held")], ids=["sent", "held"])
def test_a_run_whose_thread_nobody_touched_goes_on(subject: str, status: str, dead: Dead) -> None:
    desk = dead("answer", "plan", subject)
    assert desk.start_again()["status"] == status
    assert len(desk.sandbox.outbox(ANA)) == (status == "done")
    assert len(desk.sandbox.client().inboxes.drafts.list(DESK).drafts) == (status == "held")


def test_an_answer_that_was_to_wait_for_approval_is_not_put_before_anyone(dead: Dead) -> None:
    desk = dead("answer", "plan", "HI")
    desk.move("desk/with-human")
    assert desk.start_again()["status"] == "stale"
    assert desk.sandbox.client().inboxes.drafts.list(DESK).drafts == []
    assert "waiting/approval" not in desk.labels()


@pytest.mark.parametrize("subject", ["Hi", "HI"], ids=["to be sent", "to be held"])
@pytest.mark.parametrize("after", ["Reply", "labels"])
def test_what_was_found_stale_stays_so_when_the_process_dies_again_and_the_label_goes_back(
    after: str, subject: str, dead: Dead
) -> None:
    desk = dead("answer", "plan", subject)
    desk.move("desk/with-human")
    desk.engine.after = after
    desk.engine.unfinished(desk.runtime.context.name)
    until(desk.engine.crashed.is_set)
    desk.move("desk/new", instead_of="desk/with-human")
    assert desk.start_again()["status"] == "stale"
    assert (desk.sandbox.outbox(), desk.actions()) == ([], [("Reply", "refused", "stale")])
