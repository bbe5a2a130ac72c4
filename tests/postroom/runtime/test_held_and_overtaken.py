"""What waited for approval and newer mail overtook: the question it was to answer stays before people's eyes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from desk_agent.agent import CALLED, State, agent, record

from agentmail_sandbox import Sandbox
from postroom import Do, Plan, Reply, Suppress, Transition, days
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime

ANA = "ana@example.com"
DESK = "desk@sandbox.test"
Start = Callable[..., tuple[Runtime, Sandbox]]


class Thread:
    """A thread of Ana's at the desk."""

    def __init__(self, run_agent: Start) -> None:
        self.brain = ScriptedBrain(Say={"what": "answer", "body": "It is blue."})
        self.runtime, self.sandbox = run_agent(agent, self.brain)
        self.id = self.last = ""

    def write(self, text: str, subject: str = "Hi", **more: Any) -> None:
        answering = {"in_reply_to": self.last} if self.last else {}
        mail = self.sandbox.post_mail(ANA, DESK, subject, text=text, **answering, **more)
        self.runtime.drain()
        self.id, self.last = str(mail.thread_id), mail.message_id

    def runs(self) -> list[Any]:
        return list(self.runtime.context.journal.runs_of_thread(self.id))

    def statuses(self) -> list[str]:
        return [run["status"] for run in self.runs()]

    def labels(self) -> set[str]:
        return set(self.sandbox.client().inboxes.threads.get(DESK, self.id).labels)

    def drafts(self) -> list[Any]:
        return list(self.sandbox.client().inboxes.drafts.list(DESK).drafts)


@pytest.fixture
def thread(run_agent: Start) -> Thread:
    return Thread(run_agent)


def test_a_question_whose_held_answer_newer_mail_overtook_stays_marked(thread: Thread) -> None:
    thread.write("What about returns?", auth="none")
    assert thread.statuses() == ["held"]
    thread.write("How do I reset my password?")
    assert thread.statuses() == ["stale", "done"]
    assert {"needs-human", "desk/done"} <= thread.labels()
    assert "waiting/approval" not in thread.labels()
    first, second = thread.runs()
    asked_at = thread.sandbox.client().inboxes.threads.get(DESK, thread.id).messages[0].created_at
    assert f"not answered yet: mail of {asked_at:%Y-%m-%d %H:%M} UTC" in second["note"]
    assert "newer mail came in before a person approved it" in first["note"]
    thread.write("Thanks, and the size?")
    assert "needs-human" in thread.labels(), "the question about returns still has no answer"


def test_the_note_stands_also_where_the_newer_answer_waits_and_approving_it_clears_the_mark(thread: Thread) -> None:
    thread.write("What colour?", "LOUD")
    thread.write("And which size?", "LOUD")
    assert thread.statuses() == ["stale", "held"]
    assert {"needs-human", "waiting/approval"} <= thread.labels()
    assert "not answered yet: mail of " in thread.runs()[1]["note"]
    (draft,) = thread.drafts()
    thread.sandbox.client().inboxes.drafts.send(DESK, draft.draft_id)
    thread.runtime.drain()
    assert thread.statuses()[:2] == ["stale", "done"]
    assert thread.labels().isdisjoint({"needs-human", "waiting/approval"})


def test_an_answer_of_a_person_clears_the_mark_with_the_next_answer(thread: Thread) -> None:
    thread.write("What colour?", "LOUD")
    thread.write("And which size?")
    assert "needs-human" in thread.labels()
    thread.sandbox.client().inboxes.messages.reply(DESK, thread.last, text="It is red, as for the colour.")
    thread.write("Thanks. How is it made?")
    assert "needs-human" not in thread.labels()


def test_the_mark_stands_though_the_process_died_after_the_held_answer_was_ended(
    thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread.write("What colour?", "LOUD")
    freeze = thread.runtime.context.journal.freeze_run
    died: list[str] = []

    def dies_first(run_id: str, *args: Any, **columns: Any) -> None:
        if not died:
            died.append(run_id)
            raise OSError(28, "No space left on device")
        freeze(run_id, *args, **columns)

    monkeypatch.setattr(thread.runtime.context.journal, "freeze_run", dies_first)
    thread.write("And which size?")
    assert thread.statuses() == ["stale", "dead"]
    thread.sandbox.clock.advance(days(1).after(thread.runtime.clock.now(), agent.zone) - thread.runtime.clock.now())
    thread.runtime.tick()
    thread.runtime.drain()
    assert thread.statuses()[:2] == ["stale", "done"]
    assert "needs-human" in thread.labels()


def test_to_suppress_somebody_alone_is_not_held(thread: Thread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE, Suppress("asked to stop")))
    thread.write("Stop.", "LOUD")
    assert thread.statuses() == ["done"]
    assert thread.runtime.context.journal.suppressed([ANA]) == {ANA: "asked to stop"}
    assert "waiting/approval" not in thread.labels()


WITHOUT_DRAFT = {
    "a move": Transition(State.DONE),
    "Do": Transition(State.DONE, Do(record, "note")),
    "Plan": Transition(State.CHASING, Plan("plain", key="chase", after=days(2), body="Any news?")),
}


@pytest.fixture(params=WITHOUT_DRAFT.values(), ids=WITHOUT_DRAFT.keys())
def held_without_draft(request: pytest.FixtureRequest, thread: Thread, monkeypatch: pytest.MonkeyPatch) -> Thread:
    answers = iter([request.param])
    reply = Transition(State.DONE, Reply("plain", body="Blue."))
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: next(answers, reply))
    CALLED.clear()
    thread.write("I have a wish.", "LOUD")
    assert thread.statuses() == ["held"]
    assert "waiting/approval" in thread.labels()
    assert thread.drafts() == []
    return thread


def test_what_is_held_without_a_draft_ends_with_newer_mail(held_without_draft: Thread) -> None:
    held_without_draft.write("What colour?")
    assert held_without_draft.statuses() == ["stale", "done"]
    assert "waiting/approval" not in held_without_draft.labels()
    assert "needs-human" in held_without_draft.labels()
    assert CALLED == []


def test_what_is_held_without_a_draft_ends_when_a_person_moves_the_thread(held_without_draft: Thread) -> None:
    threads = held_without_draft.sandbox.client().inboxes.threads
    threads.update(DESK, held_without_draft.id, add_labels=["desk/with-human"], remove_labels=["desk/new"])
    held_without_draft.runtime.drain()
    first = held_without_draft.runs()[0]
    assert (first["status"], first["note"]) == ("stale", "stale: the thread is in with-human by now")
    assert "waiting/approval" not in held_without_draft.labels()
    assert CALLED == []


def test_what_is_held_without_a_draft_waits_on_while_other_things_happen(held_without_draft: Thread) -> None:
    held_without_draft.sandbox.post_mail(
        ANA, DESK, "Away", text="I am away.", in_reply_to=held_without_draft.last,
        headers={"Auto-Submitted": "auto-replied"},
    )  # fmt: skip
    held_without_draft.runtime.drain()
    assert held_without_draft.statuses()[0] == "held"
    assert "waiting/approval" in held_without_draft.labels()
