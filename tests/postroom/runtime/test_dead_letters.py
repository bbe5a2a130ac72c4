"""Dead letters: what a failed run leaves for people, what time repairs by itself, and how each is taken up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_agent.agent import CALLED, State, agent
from mail_wire import WiredSandbox

from postroom import Message, Thread, Transition
from postroom.brain.scripted import ScriptedBrain
from postroom.listing import list_threads
from postroom.runtime import dead_letters
from postroom.runtime.app import Runtime
from postroom.runtime.dead_letters import NotReplayable

DESK = "desk@sandbox.test"
REPLY = r"POST /v0/inboxes/[^/]+/messages/[^/]+/reply$"
AT_ONCE = {"Retry-After": "0"}
Start = Callable[..., tuple[Runtime, WiredSandbox]]


@pytest.fixture
def start(run_agent: Start) -> Callable[..., tuple[Runtime, WiredSandbox, ScriptedBrain]]:
    def begin(what: str = "answer", **options: Any) -> tuple[Runtime, WiredSandbox, ScriptedBrain]:
        brain = ScriptedBrain(Say={"what": what, "body": "It is blue."})
        runtime, sandbox = run_agent(agent, brain, WiredSandbox(), **options)
        return runtime, sandbox, brain

    return begin


Begin = Callable[..., tuple[Runtime, WiredSandbox, ScriptedBrain]]


def ask(runtime: Runtime, sandbox: WiredSandbox, sender: str = "ana@example.com") -> str:
    mail = sandbox.post_mail(sender, DESK, "Hi", text="What colour?")
    runtime.drain()
    return str(mail.thread_id)


def run_of(runtime: Runtime, thread_id: str) -> Any:
    (run,) = runtime.context.journal.runs_of_thread(thread_id)
    return run


def labels_of(sandbox: WiredSandbox, thread_id: str) -> set[str]:
    return set(sandbox.client().inboxes.threads.get(DESK, thread_id).labels)


def take_up(runtime: Runtime, run_id: str, **how: bool) -> None:
    dead_letters.replay(runtime.context, run_id, **how)
    runtime.drain()


def test_a_bug_in_a_handler_is_kept_with_its_place_and_other_threads_go_on(start: Begin) -> None:
    runtime, sandbox, _ = start("crash")
    bad = ask(runtime, sandbox)
    runtime.context.brain.scripts["Say"] = {"what": "answer", "body": "Blue."}  # type: ignore[attr-defined]
    good = ask(runtime, sandbox, "bo@example.com")
    run = run_of(runtime, bad)
    assert (run["status"], run["retry_at"], run["attempts"]) == ("dead", None, 1)
    assert run["error"].startswith("ValueError: a bug in the handler (agent.py:")
    assert run["error"].endswith(" in read)")
    assert {"stuck", "unread"} <= labels_of(sandbox, bad)
    assert run_of(runtime, good)["status"] == "done"
    assert "stuck" not in labels_of(sandbox, good)


def test_a_dead_letter_is_not_taken_up_unasked_when_the_engine_has_forgotten_it(start: Begin) -> None:
    runtime, sandbox, brain = start("crash")
    thread_id = ask(runtime, sandbox)
    brain.scripts["Say"] = {"what": "answer", "body": "Blue."}  # type: ignore[index]
    assert runtime.context.engine.prune(datetime.now(UTC) + timedelta(days=31)) >= 1
    runtime.drain()
    assert run_of(runtime, thread_id)["status"] == "dead"
    assert run_of(runtime, thread_id)["attempts"] == 1
    assert sandbox.outbox() == []
    take_up(runtime, run_of(runtime, thread_id)["run_id"], from_start=True)
    assert len(sandbox.outbox()) == 1


def test_a_replay_keeps_what_was_decided_and_takes_the_marks_off(start: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    def buggy(message: Message, thread: Thread) -> Transition | None:
        agent.on_mail[State.DONE](message, thread)
        raise ValueError("a bug after the decision")

    runtime, sandbox, brain = start()
    with monkeypatch.context() as patch:
        patch.setitem(agent.on_mail, State.NEW, buggy)
        thread_id = ask(runtime, sandbox)
    assert run_of(runtime, thread_id)["status"] == "dead"
    take_up(runtime, run_of(runtime, thread_id)["run_id"])
    assert run_of(runtime, thread_id)["status"] == "done"
    assert brain.asked == ["Say"]
    assert len(sandbox.outbox()) == 1
    assert labels_of(sandbox, thread_id) == {"desk/done", "category/easy", "received", "sent", "delivered"}


def test_a_replay_goes_on_with_the_planned_transition_without_asking_anyone(
    start: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(list[Any]):
        def append(self, item: Any) -> None:
            tried.append(item)
            raise OSError("the ledger is locked")

    tried: list[Any] = []
    runtime, sandbox, brain = start("do")
    with monkeypatch.context() as patch:
        patch.setattr("desk_agent.agent.CALLED", Broken())
        thread_id = ask(runtime, sandbox)
    assert len(tried) == 3
    assert "the ledger is locked" in run_of(runtime, thread_id)["error"]
    assert sandbox.outbox() == []
    CALLED.clear()
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: pytest.fail("the handler was asked again"))
    take_up(runtime, run_of(runtime, thread_id)["run_id"])
    assert run_of(runtime, thread_id)["status"] == "done"
    assert brain.asked == ["Say"]
    assert [op_id for op_id, _ in CALLED] == [tried[0][0]]
    assert len(sandbox.outbox()) == 1
    assert "stuck" not in labels_of(sandbox, thread_id)


def test_stuck_stays_while_another_run_of_the_thread_is_dead(start: Begin) -> None:
    runtime, sandbox, brain = start("crash")
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="One")
    runtime.drain()
    brain.scripts["Say"] = {"what": "answer", "body": "Blue."}  # type: ignore[index]
    sandbox.post_mail("ana@example.com", DESK, "Re: Hi", text="Two", in_reply_to=mail.message_id)
    runtime.drain()
    first, second = runtime.context.journal.runs_of_thread(str(mail.thread_id))
    assert (first["status"], second["status"]) == ("dead", "done")
    assert {"stuck", "desk/done"} <= labels_of(sandbox, str(mail.thread_id))
    take_up(runtime, first["run_id"], from_start=True)
    assert "stuck" not in labels_of(sandbox, str(mail.thread_id))


@pytest.mark.parametrize(("failures", "wait"), [(5, timedelta(minutes=2)), (10, timedelta(minutes=10))])
def test_a_failure_that_passes_is_tried_again_by_itself_when_it_is_due(
    start: Begin, failures: int, wait: timedelta
) -> None:
    runtime, sandbox, brain = start()
    fault = sandbox.chaos.fail(REPLY, status=503, headers=AT_ONCE, times=failures)
    thread_id = ask(runtime, sandbox)
    run = run_of(runtime, thread_id)
    assert run["status"] == "dead"
    assert run["error"].startswith("AgentMail answered 503 service_unavailable")
    assert timedelta(seconds=50) < run["retry_at"] - runtime.clock.now() <= timedelta(minutes=1)
    runtime.tick()
    runtime.drain()
    assert run_of(runtime, thread_id)["status"] == "dead", "it is not due yet"
    runtime.advance(wait)
    assert fault.times == 0
    assert (run_of(runtime, thread_id)["status"], run_of(runtime, thread_id)["retry_at"]) == ("done", None)
    assert brain.asked == ["Say"]
    assert len(sandbox.outbox()) == 1
    assert "stuck" not in labels_of(sandbox, thread_id)


def test_a_cron_that_fails_for_a_while_is_tried_again_by_the_ticker(start: Begin) -> None:
    runtime, sandbox, _ = start()
    runtime.tick()
    sandbox.chaos.fail(r"POST /v0/inboxes/[^/]+/messages/send$", status=503, headers=AT_ONCE, times=5)
    sandbox.clock.advance(timedelta(days=3))
    runtime.tick()
    runtime.drain()
    assert sandbox.outbox() == []
    sandbox.clock.advance(timedelta(minutes=2))
    runtime.tick()
    runtime.drain()
    assert len(sandbox.outbox()) == 1


def test_an_answer_whose_acknowledgement_was_lost_is_not_sent_again(start: Begin) -> None:
    runtime, sandbox, _ = start()
    sandbox.chaos.fail(REPLY, status=503, headers=AT_ONCE, times=5, after=True)
    thread_id = ask(runtime, sandbox)
    assert len(sandbox.outbox()) == 1
    runtime.advance(timedelta(minutes=2))
    assert run_of(runtime, thread_id)["status"] == "done"
    assert len(sandbox.outbox()) == 1


def test_a_failure_that_will_not_pass_waits_for_a_person(start: Begin) -> None:
    runtime, sandbox, _ = start("escalate")
    sandbox.chaos.fail(REPLY, status=400, code="bad_request")
    thread_id = ask(runtime, sandbox)
    run = run_of(runtime, thread_id)
    assert (run["status"], run["retry_at"]) == ("dead", None)
    assert [mail.to for mail in sandbox.outbox()] == [["team@example.com"]]
    with pytest.raises(NotReplayable, match="may have happened already; replay it without starting over"):
        dead_letters.replay(runtime.context, run["run_id"], from_start=True)
    take_up(runtime, run["run_id"])
    assert run_of(runtime, thread_id)["status"] == "done"
    assert sorted(mail.to[0] for mail in sandbox.outbox()) == ["ana@example.com", "team@example.com"]


def test_from_the_start_the_brain_is_asked_anew(start: Begin) -> None:
    runtime, sandbox, brain = start("crash")
    thread_id = ask(runtime, sandbox)
    take_up(runtime, run_of(runtime, thread_id)["run_id"])
    assert (run_of(runtime, thread_id)["status"], run_of(runtime, thread_id)["attempts"]) == ("dead", 2)
    brain.scripts["Say"] = {"what": "answer", "body": "Blue."}  # type: ignore[index]
    take_up(runtime, run_of(runtime, thread_id)["run_id"], from_start=True)
    assert run_of(runtime, thread_id)["status"] == "done"
    assert brain.asked == ["Say", "Say"]


def test_what_was_refused_can_be_taken_up_once_the_reason_is_gone(start: Begin) -> None:
    runtime, sandbox, _ = start()
    runtime.context.journal.switch_off("all", "a wrong price", runtime.clock.now())
    thread_id = ask(runtime, sandbox)
    assert run_of(runtime, thread_id)["status"] == "refused"
    runtime.context.journal.switch_on("all")
    take_up(runtime, run_of(runtime, thread_id)["run_id"])
    assert run_of(runtime, thread_id)["status"] == "done"
    assert len(sandbox.outbox()) == 1
    assert "needs-human" not in labels_of(sandbox, thread_id)


def test_only_what_failed_is_taken_up(start: Begin) -> None:
    runtime, sandbox, _ = start()
    thread_id = ask(runtime, sandbox)
    with pytest.raises(NotReplayable, match="is done; only dead and refused runs replay"):
        dead_letters.replay(runtime.context, run_of(runtime, thread_id)["run_id"])
    with pytest.raises(NotReplayable, match="is unknown"):
        dead_letters.replay(runtime.context, "0:mail:none")


def test_a_run_of_an_agent_that_is_not_loaded_waits_and_goes_on_later(start: Begin) -> None:
    runtime, sandbox, _ = start()
    posts: dict[str, Any] = runtime.context.posts  # type: ignore[assignment]
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    handed_in = list(runtime.door.unread())
    for _ in range(2):
        post = posts.pop("desk")
        for item in handed_in:
            runtime.context.engine.enqueue(*item)
        runtime.drain()
        run = run_of(runtime, str(mail.thread_id))
        assert run["status"] == "dead"
        assert "the agent desk is not running here; start it again and this goes on" in run["error"]
        posts["desk"] = post
        handed_in = runtime.ticker.due()
    assert runtime.tick() == 1
    runtime.drain()
    assert run_of(runtime, str(mail.thread_id))["status"] == "done"
    assert len(sandbox.outbox()) == 1


@pytest.mark.parametrize("begun", [True, False], ids=["in its course", "before it began"])
def test_a_run_that_killed_its_process_becomes_a_dead_letter_and_can_be_taken_up(start: Begin, begun: bool) -> None:
    runtime, sandbox, _ = start()
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    ((identifier, _, payload),) = runtime.door.unread()
    if begun:
        columns = {name: payload[name] for name in ("agent", "kind", "inbox_id", "thread_id")}
        cause = {"message_id": payload["message_id"]}
        runtime.context.journal.open_run(identifier, runtime.clock.now(), **columns, cause=cause)
    runtime.execute({**payload, "deaths": 5})
    run = run_of(runtime, str(mail.thread_id))
    assert (run["status"], "died in this run 5 times at the same step" in run["error"]) == ("dead", True)
    assert run["retry_at"] == run["finished_at"] + timedelta(minutes=1)
    assert list_threads(runtime.context, runtime.context.posts["desk"], "", 10).lines[0].status == "dead"
    take_up(runtime, identifier)
    assert run_of(runtime, str(mail.thread_id))["status"] == "done"
    assert len(sandbox.outbox()) == 1


def test_a_run_that_kills_its_process_in_its_second_try_too_waits_for_people(start: Begin) -> None:
    runtime, sandbox, _ = start()
    mail = sandbox.post_mail("ana@example.com", DESK, "Hi", text="What colour?")
    ((_, _, payload),) = runtime.door.unread()
    runtime.execute({**payload, "deaths": 5})
    sandbox.clock.advance(timedelta(minutes=2))
    ((_, _, again),) = runtime.ticker.due()
    runtime.execute({**again, "deaths": 5})
    run = run_of(runtime, str(mail.thread_id))
    assert (run["status"], run["attempts"], run["retry_at"]) == ("dead", 2, None)
