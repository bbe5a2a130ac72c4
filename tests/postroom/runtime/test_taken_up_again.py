"""Runs taken up again on a thread that went on without them: nothing is undone, nothing outdated leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import State, agent
from mail_wire import WiredSandbox

from postroom import Reply, Suppress, Transition
from postroom.brain.scripted import ScriptedBrain
from postroom.runtime import dead_letters
from postroom.runtime.app import Runtime
from postroom.runtime.dead_letters import NotReplayable

DESK = "desk@sandbox.test"
ANA = "ana@example.com"
REPLY = r"POST /v0/inboxes/[^/]+/messages/[^/]+/reply$"
RELABEL = r"PATCH /v0/inboxes/[^/]+/threads/"
AT_ONCE = {"Retry-After": "0"}
WONT_PASS: dict[str, Any] = {"status": 400, "code": "bad_request"}
Desk = tuple[Runtime, WiredSandbox, ScriptedBrain]


@pytest.fixture
def start(run_agent: Callable[..., tuple[Runtime, WiredSandbox]]) -> Callable[[str], Desk]:
    def begin(what: str) -> Desk:
        brain = ScriptedBrain(Say={"what": what, "body": "It is blue."})
        runtime, sandbox = run_agent(agent, brain, WiredSandbox())
        return runtime, sandbox, brain

    return begin


Start = Callable[[str], Desk]


def write(desk: Desk, text: str, answering: str | None = None) -> Any:
    runtime, sandbox, _ = desk
    mail = sandbox.post_mail(ANA, DESK, "Hi", text=text, in_reply_to=answering)
    runtime.drain()
    return mail


def first_run(desk: Desk, thread_id: str) -> Any:
    return desk[0].context.journal.runs_of_thread(thread_id)[0]


def take_up(desk: Desk, thread_id: str, **how: bool) -> Any:
    runtime = desk[0]
    dead_letters.replay(runtime.context, first_run(desk, thread_id)["run_id"], **how)
    runtime.drain()
    return first_run(desk, thread_id)


def labels_of(desk: Desk, thread_id: str) -> set[str]:
    return set(desk[1].client().inboxes.threads.get(DESK, thread_id).labels)


def states_of(desk: Desk, thread_id: str) -> set[str]:
    return {label for label in labels_of(desk, thread_id) if label.startswith("desk/")}


def move(desk: Desk, thread_id: str, *, add: str, remove: str = "") -> None:
    removed = [remove] if remove else []
    desk[1].client().inboxes.threads.update(DESK, thread_id, add_labels=[add], remove_labels=removed)


def texts_to_ana(desk: Desk) -> list[str]:
    return [mail.text or "" for mail in desk[1].outbox(ANA)]


@pytest.mark.parametrize("by_itself", [True, False], ids=["by time", "by a person"])
def test_an_answer_that_newer_mail_overtook_is_not_sent_and_undoes_no_hand_over(start: Start, by_itself: bool) -> None:
    desk = start("answer")
    runtime, sandbox, brain = desk
    fault = {"status": 503, "headers": AT_ONCE, "times": 5} if by_itself else WONT_PASS
    sandbox.chaos.fail(REPLY, **fault)
    thread_id = write(desk, "What colour?").thread_id
    brain.scripts["Say"] = {"what": "escalate", "body": "A colleague will write."}  # type: ignore[index]
    write(desk, "I want a person.", sandbox.client().inboxes.threads.get(DESK, thread_id).messages[0].message_id)
    if by_itself:
        runtime.advance(timedelta(minutes=2))
    else:
        take_up(desk, thread_id)
    run = first_run(desk, thread_id)
    assert (run["status"], run["note"]) == ("stale", "stale: the thread is in with-human by now")
    assert states_of(desk, thread_id) == {"desk/with-human"}
    assert {"needs-human"} <= labels_of(desk, thread_id)
    assert "stuck" not in labels_of(desk, thread_id)
    (sent,) = texts_to_ana(desk)
    assert "A colleague will write." in sent
    (action,) = runtime.context.journal.actions_of_run(run["run_id"])
    assert (action["status"], action["rule"]) == ("refused", "stale")


def test_newer_mail_overtakes_an_answer_also_where_the_state_is_the_same(start: Start) -> None:
    desk = start("answer")
    _, sandbox, brain = desk
    mail = write(desk, "What colour?")
    sandbox.chaos.fail(REPLY, **WONT_PASS)
    second = write(desk, "And which size?", mail.message_id)
    brain.scripts["Say"] = {"what": "answer", "body": "Both are in stock."}  # type: ignore[index]
    write(desk, "Never mind, are they in stock?", second.message_id)
    run_id = desk[0].context.journal.runs_of_thread(mail.thread_id)[1]["run_id"]
    dead_letters.replay(desk[0].context, run_id)
    desk[0].drain()
    run: Any = desk[0].context.journal.run(run_id)
    assert (run["status"], run["note"]) == ("stale", "stale: newer mail was handled meanwhile")
    assert states_of(desk, mail.thread_id) == {"desk/done"}
    assert len(texts_to_ana(desk)) == 2


def test_a_stale_run_is_asked_anew_when_a_person_takes_it_up_once_more(start: Start) -> None:
    desk = start("answer")
    desk[1].chaos.fail(REPLY, **WONT_PASS)
    thread_id = write(desk, "What colour?").thread_id
    move(desk, thread_id, add="desk/done")
    assert take_up(desk, thread_id)["status"] == "stale"
    assert take_up(desk, thread_id)["status"] == "done"
    assert desk[2].asked == ["Say", "Say"]
    assert len(texts_to_ana(desk)) == 1
    assert states_of(desk, thread_id) == {"desk/done"}


def test_what_a_crashed_handler_never_answered_is_stale_too(start: Start) -> None:
    desk = start("crash")
    thread_id = write(desk, "What colour?").thread_id
    desk[2].scripts["Say"] = {"what": "answer", "body": "Blue."}  # type: ignore[index]
    move(desk, thread_id, add="desk/with-human")
    run = take_up(desk, thread_id)
    assert (run["status"], texts_to_ana(desk)) == ("stale", [])
    assert labels_of(desk, thread_id) >= {"desk/with-human", "needs-human"}


@pytest.mark.parametrize("removed", ["", "desk/done"], ids=["added a label", "replaced the label"])
def test_a_run_that_did_all_but_its_labels_leaves_the_label_a_person_set(start: Start, removed: str) -> None:
    desk = start("answer")
    desk[1].chaos.fail(r"PATCH /v0/inboxes/[^/]+/messages/", **WONT_PASS)
    thread_id = write(desk, "What colour?").thread_id
    assert first_run(desk, thread_id)["status"] == "dead"
    move(desk, thread_id, add="desk/with-human", remove=removed)
    run = take_up(desk, thread_id)
    assert run["status"] == "done"
    assert states_of(desk, thread_id) == {"desk/with-human"}
    assert "needs-human" not in labels_of(desk, thread_id)
    assert len(texts_to_ana(desk)) == 1


def test_a_run_that_failed_at_its_own_label_ends_in_the_state_it_planned(start: Start) -> None:
    desk = start("answer")
    desk[1].chaos.fail(RELABEL, **WONT_PASS)
    thread_id = write(desk, "What colour?").thread_id
    assert first_run(desk, thread_id)["status"] == "dead"
    assert take_up(desk, thread_id)["status"] == "done"
    assert states_of(desk, thread_id) == {"desk/done"}
    assert [move["by"] for move in desk[0].context.journal.moves_of_thread(thread_id)] == ["run"]


def test_a_half_done_run_does_no_more_and_leaves_one_state(start: Start) -> None:
    desk = start("escalate")
    desk[1].chaos.fail(REPLY, **WONT_PASS)
    thread_id = write(desk, "It hums.").thread_id
    move(desk, thread_id, add="desk/done")
    run = take_up(desk, thread_id)
    assert run["status"] == "stale"
    assert (texts_to_ana(desk), states_of(desk, thread_id)) == ([], {"desk/done"})
    assert "needs-human" in labels_of(desk, thread_id)
    actions = desk[0].context.journal.actions_of_run(run["run_id"])
    assert [action["status"] for action in actions] == ["done", "refused"]
    with pytest.raises(NotReplayable, match="do what is left of it yourself"):
        dead_letters.replay(desk[0].context, run["run_id"])


def test_an_answer_that_did_leave_is_found_on_a_thread_that_moved(start: Start) -> None:
    desk = start("answer")
    desk[1].chaos.fail(REPLY, status=503, headers=AT_ONCE, times=5, after=True)
    thread_id = write(desk, "What colour?").thread_id
    move(desk, thread_id, add="desk/with-human")
    desk[0].advance(timedelta(minutes=2))
    run = first_run(desk, thread_id)
    assert run["status"] == "done"
    (action,) = desk[0].context.journal.actions_of_run(run["run_id"])
    assert action["status"] == "done"
    assert states_of(desk, thread_id) == {"desk/with-human"}
    assert len(texts_to_ana(desk)) == 1


def test_to_stop_writing_to_someone_is_never_out_of_date(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Transition(State.DONE, Reply("plain", body="One last word."), Suppress("asked to stop"))
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: stop)
    desk = start("answer")
    desk[1].chaos.fail(REPLY, **WONT_PASS)
    thread_id = write(desk, "Stop writing to me.").thread_id
    move(desk, thread_id, add="desk/with-human")
    assert take_up(desk, thread_id)["status"] == "stale"
    assert desk[0].context.journal.suppressed([ANA]) == {ANA: "asked to stop"}
    assert texts_to_ana(desk) == []


def test_a_deleted_thread_ends_the_run(start: Start) -> None:
    desk = start("answer")
    desk[1].chaos.fail(REPLY, **WONT_PASS)
    thread_id = write(desk, "What colour?").thread_id
    desk[1].client().inboxes.threads.delete(DESK, thread_id)
    run = take_up(desk, thread_id)
    assert (run["status"], run["note"]) == ("stale", "stale: the thread was deleted")


def test_a_move_the_flow_no_longer_has_is_not_made(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = start("answer")
    desk[1].chaos.fail(REPLY, **WONT_PASS)
    thread_id = write(desk, "What colour?").thread_id
    monkeypatch.setitem(agent.flow.moves, State.NEW, frozenset({State.WITH_HUMAN}))
    run = take_up(desk, thread_id)
    assert (run["status"], "no move from NEW to DONE" in run["note"]) == ("stale", True)
    assert texts_to_ana(desk) == []


def test_a_follow_up_that_a_reply_overtook_is_not_sent_and_its_draft_goes(start: Start) -> None:
    desk = start("chase")
    runtime, sandbox, brain = desk
    mail = write(desk, "What colour?")
    sandbox.chaos.fail(REPLY, status=503, headers=AT_ONCE, times=5)
    runtime.advance(timedelta(days=2, seconds=5))
    brain.scripts["Say"] = {"what": "nothing", "body": ""}  # type: ignore[index]
    write(desk, "Thanks!", mail.message_id)
    runtime.advance(timedelta(minutes=5))
    (timer,) = [run for run in runtime.context.journal.runs_of_thread(mail.thread_id) if run["kind"] == "timer"]
    assert timer["status"] == "stale"
    assert len(texts_to_ana(desk)) == 1
    assert sandbox.client().inboxes.drafts.list(DESK).drafts == []
    assert "needs-human" not in labels_of(desk, mail.thread_id)


def test_time_counts_from_the_moment_an_old_run_was_taken_up(start: Start) -> None:
    desk = start("answer")
    runtime, sandbox, _ = desk
    sandbox.chaos.fail(REPLY, **WONT_PASS)
    thread_id = write(desk, "What colour?").thread_id
    runtime.advance(timedelta(days=20))
    take_up(desk, thread_id)
    runtime.advance(timedelta(days=4))
    assert states_of(desk, thread_id) == {"desk/done"}
    runtime.advance(timedelta(days=2))
    assert states_of(desk, thread_id) == {"desk/closed"}


def moved_meanwhile(
    start: Start, monkeypatch: pytest.MonkeyPatch, state: State, label: str, to: State = State.DONE
) -> tuple[Desk, str]:
    """Let a person set `label` while the handler of mail in `state` works on an answer that moves the thread `to`."""
    desk = start("answer")

    def meanwhile(message: Any, _thread: Any) -> Transition:
        move(desk, message.thread_id, add=label)
        return Transition(to, Reply("plain", body="Blue."))

    if state is not State.NEW:
        write(desk, "Hello.")
    monkeypatch.setitem(agent.on_mail, state, meanwhile)
    answered = [mail.message_id for mail in desk[1].outbox(ANA)]
    return desk, str(write(desk, "What colour?", *answered).thread_id)


def test_a_thread_a_person_moved_during_a_run_stays_where_they_put_it(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, thread_id = moved_meanwhile(start, monkeypatch, State.NEW, "desk/with-human")
    run = first_run(desk, thread_id)
    assert (run["status"], run["note"]) == ("done", "the thread is in with-human by now")
    assert states_of(desk, thread_id) == {"desk/with-human"}


def test_a_label_the_flow_forbids_set_during_a_run_is_taken_off(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, thread_id = moved_meanwhile(start, monkeypatch, State.DONE, "desk/new", to=State.CHASING)
    assert states_of(desk, thread_id) == {"desk/chasing"}
    assert "needs-human" in labels_of(desk, thread_id)
    assert [move["by"] for move in desk[0].context.journal.moves_of_thread(thread_id)] == ["run", "run"]


def test_a_label_set_during_a_run_that_changes_none_is_seen_by_the_next(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, thread_id = moved_meanwhile(start, monkeypatch, State.DONE, "desk/with-human")
    write(desk, "And which size?", desk[1].outbox(ANA)[0].message_id)
    assert states_of(desk, thread_id) == {"desk/with-human"}
    assert [move["by"] for move in desk[0].context.journal.moves_of_thread(thread_id)] == ["run", "run", "person"]
