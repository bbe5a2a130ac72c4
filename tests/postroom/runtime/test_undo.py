"""What a run did is taken back where the world allows it; what left is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from approval_desk import ANA, DESK, Desk
from desk_agent import agent as desk_agent
from desk_agent.agent import State, agent

from postroom import Do, Reply, Transition
from postroom.runtime.chain import entries
from postroom.runtime.undo_run import NotUndoable, undo

Start = Callable[..., Any]


def write(desk: Desk, text: str = "What colour?", sender: str = ANA, **more: Any) -> str:
    posted = desk.sandbox.post_mail(sender, DESK, more.pop("subject", "Colour"), text=text, **more)
    desk.settle()
    return str(posted.thread_id)


def take_back(desk: Desk, thread_id: str) -> str:
    """Undo the run of the newest mail on a thread; return what it says."""
    run = [run for run in desk.journal.runs_of_thread(thread_id) if run["kind"] == "mail"][-1]
    undoing = undo(desk.runtime.context, run["run_id"])
    desk.settle()
    done = desk.journal.run(undoing)
    assert done["status"] == "done"
    return str(done["note"])


def test_a_follow_up_is_withdrawn_and_the_thread_is_where_it_was(run_agent: Start) -> None:
    desk = Desk(run_agent, "chase")
    thread_id = write(desk)
    said = take_back(desk, thread_id)
    assert said == f"the mail to {ANA} has left; the follow-up chase is withdrawn; its thread is in new again"
    assert desk.drafts() == []
    assert {"desk/new", "needs-human"} <= desk.labels(thread_id)
    desk.runtime.advance(timedelta(days=9))
    assert len(desk.to_customer()) == 1


def test_labels_that_it_set_are_taken_off(run_agent: Start) -> None:
    desk = Desk(run_agent)
    thread_id = write(desk)
    assert "category/easy" in desk.labels(thread_id)
    take_back(desk, thread_id)
    assert "category/easy" not in desk.labels(thread_id)


def test_who_was_suppressed_gets_mail_again(run_agent: Start) -> None:
    desk = Desk(run_agent, "stop")
    thread_id = write(desk)
    assert desk.journal.suppressed([ANA])
    assert f"{ANA} gets mail again" in take_back(desk, thread_id)
    assert desk.journal.suppressed([ANA]) == {}
    blocked = desk.client.lists.list("send", "block").entries
    assert [entry.entry for entry in blocked] == []


def refund(op_id: str, **values: Any) -> str:
    TAKEN_BACK.append((op_id, values))
    return "refunded"


TAKEN_BACK: list[tuple[str, dict[str, Any]]] = []


def test_a_call_that_says_how_is_taken_back(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def books(message: Any, thread: Any) -> Transition:
        return Transition(
            State.DONE, Do(desk_agent.record, "booking", undo=refund, amount=5), Reply("plain", body="Ok.")
        )

    monkeypatch.setitem(agent.on_mail, State.NEW, books)
    desk = Desk(run_agent)
    TAKEN_BACK.clear()
    thread_id = write(desk)
    assert "booking was taken back" in take_back(desk, thread_id)
    ((op_id, values),) = TAKEN_BACK
    run = desk.held(thread_id)
    assert (op_id, values) == (desk.journal.actions_of_run(run["run_id"])[0]["op_id"], {"amount": 5})


def test_a_call_that_does_not_is_named(run_agent: Start) -> None:
    desk = Desk(run_agent, "do")
    assert "note cannot be taken back" in take_back(desk, write(desk))


def test_a_second_time_it_says_that_it_was_undone(run_agent: Start) -> None:
    desk = Desk(run_agent, "chase")
    thread_id = write(desk)
    take_back(desk, thread_id)
    with pytest.raises(NotUndoable, match=r"was undone already: .*the follow-up chase is withdrawn"):
        take_back(desk, thread_id)


def test_of_a_thread_that_the_run_did_not_move_nothing_is_said(run_agent: Start) -> None:
    desk = Desk(run_agent, "stop")
    assert take_back(desk, write(desk)) == f"{ANA} gets mail again"


def test_a_thread_that_went_on_stays_where_it_is(run_agent: Start) -> None:
    desk = Desk(run_agent, "chase")
    thread_id = write(desk)
    first = desk.held(thread_id)["run_id"]
    desk.client.inboxes.threads.update(DESK, thread_id, add_labels=["desk/done"], remove_labels=["desk/chasing"])
    desk.settle()
    undoing = undo(desk.runtime.context, first)
    desk.settle()
    assert "stays where it is" in desk.journal.run(undoing)["note"]
    assert "desk/done" in desk.labels(thread_id)


def test_what_waits_or_is_unknown_cannot_be_undone(run_agent: Start) -> None:
    desk = Desk(run_agent)
    thread_id = desk.shout()
    with pytest.raises(NotUndoable, match="is held"):
        undo(desk.runtime.context, desk.held(thread_id)["run_id"])
    with pytest.raises(NotUndoable, match="is unknown"):
        undo(desk.runtime.context, "none")


def test_a_run_that_did_nothing_says_so(run_agent: Start) -> None:
    desk = Desk(run_agent, "nothing")
    thread_id = write(desk)
    with pytest.raises(NotUndoable, match="did nothing"):
        take_back(desk, thread_id)


def test_the_audit_tells_of_it(run_agent: Start) -> None:
    desk = Desk(run_agent, "chase")
    take_back(desk, write(desk))
    with desk.journal.database.connect() as connection:
        told = [entry["details"].get("status") for entry in entries(connection)]
    assert told.count("undone") == 1


def test_a_label_that_the_thread_had_before_stays_and_one_that_gave_way_comes_back(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(run_agent)
    thread_id = write(desk)
    steps = {"And size?": ["category/easy"], "And price?": ["category/hard"]}
    handler = lambda message, _: Transition(State.DONE, labels=steps[message.new_text])  # noqa: E731
    monkeypatch.setitem(agent.on_mail, State.DONE, handler)
    for text in steps:
        write(desk, text, in_reply_to=desk.to_customer()[0].message_id)
        take_back(desk, thread_id)
        assert {"category/easy", "desk/done"} <= desk.labels(thread_id)
        assert "category/hard" not in desk.labels(thread_id)


def test_to_undo_an_older_run_withdraws_no_newer_follow_up_of_the_same_key(run_agent: Start) -> None:
    desk = Desk(run_agent, "chase")
    thread_id = write(desk)
    older = desk.journal.runs_of_thread(thread_id)[0]["run_id"]
    write(desk, "And size?", in_reply_to=desk.to_customer()[0].message_id)
    undoing = undo(desk.runtime.context, older)
    desk.settle()
    assert "withdrawn" not in desk.journal.run(undoing)["note"]
    assert len(desk.drafts()) == 1
    desk.runtime.advance(timedelta(days=3))
    assert len(desk.to_customer()) == 3
