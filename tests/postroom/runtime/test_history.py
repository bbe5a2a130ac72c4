"""What became of an inbox's threads, as a handler of `@agent.every` is told it: once, and the same on a replay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_agent.agent import Say, agent
from mail_wire import WiredSandbox

from postroom import Actions, Inbox, Notify
from postroom.brain.question import LOOK_UP
from postroom.brain.scripted import ScriptedBrain
from postroom.past import History
from postroom.runtime import dead_letters, history
from postroom.runtime.app import Runtime

DESK = "desk@sandbox.test"
READ = r"GET /v0/inboxes/[^/]+/threads/[^/]+$"
WEEK = timedelta(days=7)


@dataclass
class Desk:
    """A desk that is told its last week every working day at nine."""

    runtime: Runtime
    sandbox: WiredSandbox
    brain: ScriptedBrain
    told: list[History[Say]] = field(default_factory=list)
    bug: bool = False

    def write(self, what: str, text: str = "What colour?", answers: str | None = None, **more: Any) -> Any:
        self.brain.scripts = {"Say": {"what": what, "body": "It is blue."}}
        more |= {"in_reply_to": answers} if answers else {}
        mail = self.sandbox.post_mail(more.pop("sender", "ana@example.com"), DESK, "Hi", text=text, **more)
        self.runtime.drain()
        return mail

    def person_writes(self, mail: Any, text: str, **to: Any) -> None:
        self.sandbox.client().inboxes.messages.reply(DESK, mail.message_id, text=text, **to)

    def relabel(self, thread_id: str, to: str) -> None:
        threads = self.sandbox.client().inboxes.threads
        old = [label for label in threads.get(DESK, thread_id).labels if label.startswith("desk/")]
        threads.update(DESK, thread_id, add_labels=[f"desk/{to}"], remove_labels=old)

    def after(self, days: int = 1) -> History[Say]:
        self.runtime.advance(timedelta(days=days))
        return self.told[-1]


@pytest.fixture
def desk(run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Desk:
    brain = ScriptedBrain(0.7)
    sandbox = WiredSandbox(start=datetime(2026, 3, 2, 10, tzinfo=UTC))
    runtime, _ = run_agent(agent, brain, sandbox)
    desk = Desk(runtime, sandbox, brain)

    def report(inbox: Inbox) -> Actions:
        desk.told.append(inbox.history(Say, since=inbox.now - WEEK))
        if desk.bug:
            raise ValueError("a bug")
        return Actions(Notify("plain", subject="report", body=f"{len(desk.told[-1].threads)} threads."))

    monkeypatch.setattr(agent, "crons", [replace(cron, handler=report) for cron in agent.crons])
    runtime.tick()
    return desk


def test_an_answered_thread_tells_when_how_and_by_whom(desk: Desk) -> None:
    mail = desk.write("answer")
    (thread,) = desk.after().threads
    assert (thread.thread_id, thread.states, thread.taken) == (mail.thread_id, ("done",), False)
    assert timedelta() <= thread.answered - thread.began < timedelta(minutes=1)
    assert (thread.answered_by_people, thread.by_people) == (False, ())
    assert list(thread.labels) == ["category/easy"]
    (made,) = thread.decided
    assert (made.decision.what, made.decision.confidence, made.handed_over) == ("answer", 0.7, False)


def test_a_note_that_a_colleague_has_the_mail_is_no_answer_but_what_people_write_is(desk: Desk) -> None:
    mail = desk.write("escalate")
    (thread,) = desk.after().threads
    assert (thread.answered, thread.taken, thread.states) == (None, True, ("with-human",))
    assert ([made.handed_over for made in thread.decided], thread.handed_over) == ([True], ("",))
    desk.person_writes(mail, "Red, in fact.\n\nOn Monday Ana wrote:\n> What colour?")
    (thread,) = desk.after().threads
    assert (thread.by_people, thread.answered_by_people) == (("Red, in fact.",), True)
    assert timedelta(hours=22) < thread.answered - thread.began < timedelta(days=2)


def test_a_note_beside_a_hand_over_that_the_page_alone_tells_of_is_no_answer_either(desk: Desk) -> None:
    mails = [desk.write("escalate") for _ in range(11)]
    assert len(desk.sandbox.outbox("team@example.com")) == 10
    (last,) = [thread for thread in desk.after().threads if thread.thread_id == mails[-1].thread_id]
    assert (last.answered, last.taken, last.handed_over) == (None, True, ("",))
    assert [made.handed_over for made in last.decided] == [True]


def test_what_people_write_to_others_is_no_answer(desk: Desk) -> None:
    mail = desk.write("escalate")
    desk.sandbox.client().inboxes.messages.forward(DESK, mail.message_id, to=["workshop@example.net"], text="You?")
    assert desk.after().threads[0].by_people == ()


def test_no_thread_is_read_on_which_no_person_wrote(desk: Desk) -> None:
    desk.write("answer")
    reads = desk.sandbox.wire.count(READ)
    assert len(desk.after().threads) == 1
    assert desk.sandbox.wire.count(READ) == reads


def test_only_threads_with_mail_since_then_are_told_and_only_what_was_decided_since(desk: Desk) -> None:
    first = desk.write("escalate", sender="bo@example.com")
    second = desk.write("answer")
    assert [thread.thread_id for thread in desk.after(4).threads] == [second.thread_id, first.thread_id]
    desk.write("answer", "And the other?", desk.sandbox.outbox("ana@example.com")[0].message_id)
    (again,) = desk.after(7).threads
    assert (again.thread_id, len(again.decided)) == (second.thread_id, 1)
    assert again.answered - again.began < timedelta(minutes=1)
    assert desk.after(7).threads == ()
    desk.person_writes(first, "It took a while.")
    (late,) = desk.after(3).threads
    assert (late.thread_id, late.decided, late.by_people) == (first.thread_id, (), ("It took a while.",))
    assert late.answered - late.began > timedelta(days=17)


def test_a_thread_that_a_person_took_was_taken_and_machines_begin_none(desk: Desk) -> None:
    mail = desk.write("answer")
    desk.write("answer", sender="bo@example.com", headers={"Auto-Submitted": "auto-replied"})
    desk.relabel(mail.thread_id, "with-human")
    (thread,) = desk.after().threads
    assert (thread.taken, thread.states) == (True, ("done", "with-human"))


def test_a_deleted_thread_waits_for_nobody(desk: Desk) -> None:
    desk.write("escalate")
    gone = desk.write("escalate", text="And which size?")
    assert desk.after(10).waiting == 2
    desk.sandbox.client().inboxes.threads.delete(DESK, gone.thread_id)
    assert desk.after(1).waiting == 1


def test_what_is_too_much_is_left_out_and_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST", 2)
    monkeypatch.setattr(history, "LONGEST_TEXT", 3)
    mails = [desk.write("escalate", sender=f"{name}@example.com") for name in ("ana", "bo", "cy")]
    desk.person_writes(mails[2], "Blue.")
    told = desk.after()
    assert {thread.thread_id for thread in told.threads} == {mail.thread_id for mail in mails[1:]}
    assert (told.left_out, told.threads[0].by_people) == (1, ("Blu",))


def test_a_decision_whose_type_has_changed_is_left_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("answer")
    monkeypatch.setattr(Say, "of", lambda value, *_: Say.model_validate({**value, "what": "no more"}))
    assert desk.after().threads[0].decided == ()


def test_a_run_taken_up_again_hears_what_it_heard_and_the_record_repeats_no_mail(desk: Desk) -> None:
    mail = desk.write("escalate", "What colour is my front door?")
    desk.bug = True
    first, desk.bug = desk.after(), False
    (run,) = desk.runtime.context.journal.runs_of_cron("desk", "digest", "")
    assert run["status"] == "dead"
    desk.write("answer", sender="bo@example.com")
    dead_letters.replay(desk.runtime.context, run["run_id"])
    desk.runtime.drain()
    assert desk.told == [first, first]
    assert [thread.thread_id for thread in first.threads] == [mail.thread_id]
    (row,) = desk.runtime.context.journal.decisions_of_run(run["run_id"])
    assert (row["type"], row["brain"]) == ("history", LOOK_UP)
    assert "front door" not in str(row["value"])
    assert ["1 threads." in (sent.text or "") for sent in desk.sandbox.outbox()].count(True) == 1


def test_an_inbox_of_no_run_has_no_history() -> None:
    inbox = Inbox(DESK, "desk", datetime(2026, 3, 2, tzinfo=UTC))
    with pytest.raises(RuntimeError, match="only inside a run"):
        inbox.history(Say, since=inbox.now)
