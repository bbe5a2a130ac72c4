"""Several mails of a thread that pauses and outages stopped: each is answered in its turn, or stays marked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from desk_agent.agent import State, agent
from test_taken_up_again import (
    ANA,
    AT_ONCE,
    DESK,
    REPLY,
    WONT_PASS,
    Desk,
    Start,
    labels_of,
    move,
    start,
    states_of,
    texts_to_ana,
    write,
)

from postroom import Transition
from postroom.runtime import dead_letters, refusals

__all__ = ["start"]
TEAM = "team@example.com"


def pause(desk: Desk) -> None:
    desk[0].context.journal.switch_off("all", "a wrong price", desk[0].clock.now())


def resume(desk: Desk) -> None:
    desk[0].context.journal.switch_on("all")


def sweep(desk: Desk) -> list[str]:
    """Take up all that was refused while mail was off; return what was objected to it."""
    taken = refusals.take_up(desk[0].context)
    desk[0].drain()
    return [row["objection"] for row in taken]


def statuses(desk: Desk, thread_id: str) -> list[str]:
    return [run["status"] for run in desk[0].context.journal.runs_of_thread(thread_id)]


def two_refused(start: Start, between: Callable[[Desk], Any] = lambda _desk: None) -> tuple[Desk, str]:
    desk = start("answer")
    pause(desk)
    mail = write(desk, "What colour?")
    between(desk)
    write(desk, "And what does shipping cost?", mail.message_id)
    resume(desk)
    assert statuses(desk, mail.thread_id) == ["refused", "refused"]
    return desk, str(mail.thread_id)


def test_two_mails_refused_on_one_thread_are_both_answered(start: Start) -> None:
    desk, thread_id = two_refused(start)
    assert sweep(desk) == ["", ""]
    assert statuses(desk, thread_id) == ["done", "done"]
    assert len(texts_to_ana(desk)) == 2
    assert "needs-human" not in labels_of(desk, thread_id)


def test_what_a_run_taken_up_for_an_older_mail_did_makes_no_newer_mail_stale(start: Start) -> None:
    desk, thread_id = two_refused(start)
    first, second = desk[0].context.journal.runs_of_thread(thread_id)
    dead_letters.replay(desk[0].context, first["run_id"])
    desk[0].drain()
    assert "needs-human" in labels_of(desk, thread_id), "the second mail has no answer yet"
    dead_letters.replay(desk[0].context, second["run_id"])
    desk[0].drain()
    assert statuses(desk, thread_id) == ["done", "done"]
    assert len(texts_to_ana(desk)) == 2
    assert "needs-human" not in labels_of(desk, thread_id)


def test_a_refused_mail_keeps_its_mark_when_a_newer_one_of_its_thread_is_answered(start: Start) -> None:
    desk = start("answer")
    pause(desk)
    mail = write(desk, "What colour?")
    resume(desk)
    write(desk, "And how do I reset my password?", mail.message_id)
    assert statuses(desk, mail.thread_id) == ["refused", "done"]
    assert "needs-human" in labels_of(desk, mail.thread_id)
    sweep(desk)
    assert statuses(desk, mail.thread_id) == ["stale", "done"]
    assert "needs-human" in labels_of(desk, mail.thread_id)
    write(desk, "Thanks, and the size?", mail.message_id)
    assert "needs-human" in labels_of(desk, mail.thread_id), "the first question still has no answer"


@pytest.mark.parametrize("how", ["writes", "moves the thread"])
def test_once_a_person_took_the_thread_on_the_next_answer_takes_the_mark_off(start: Start, how: str) -> None:
    desk = start("answer")
    pause(desk)
    mail = write(desk, "What colour?")
    resume(desk)
    write(desk, "And the size?", mail.message_id)
    if how == "writes":
        desk[1].client().inboxes.messages.reply(DESK, mail.message_id, text="It is red.")
    else:
        move(desk, mail.thread_id, add="desk/chasing", remove="desk/done")
    write(desk, "Thanks. How is it made?", mail.message_id)
    assert statuses(desk, mail.thread_id)[0] == "refused"
    assert "needs-human" not in labels_of(desk, mail.thread_id)


def test_a_refused_mail_that_a_person_answered_from_the_inbox_is_not_answered_again(start: Start) -> None:
    desk = start("answer")
    pause(desk)
    mail = write(desk, "What colour?")
    resume(desk)
    desk[1].client().inboxes.messages.reply(DESK, mail.message_id, text="I am a person. Red.")
    sweep(desk)
    (run,) = desk[0].context.journal.runs_of_thread(mail.thread_id)
    assert (run["status"], run["note"]) == ("stale", "stale: a person wrote from the inbox meanwhile")
    assert texts_to_ana(desk) == ["I am a person. Red."]
    assert "needs-human" in labels_of(desk, mail.thread_id)


def test_a_refused_mail_whose_thread_a_person_moved_is_not_answered_unasked(start: Start) -> None:
    desk = start("answer")
    pause(desk)
    mail = write(desk, "What colour?")
    resume(desk)
    move(desk, mail.thread_id, add="desk/with-human", remove="desk/new")
    (objection,) = sweep(desk)
    assert "the thread is in with-human by now; replay it once more to ask anew all the same" in objection
    assert (statuses(desk, mail.thread_id), texts_to_ana(desk)) == (["stale"], [])
    assert {"desk/with-human", "needs-human"} <= labels_of(desk, mail.thread_id)


def test_a_sweep_does_not_end_what_waits_for_approval_of_newer_mail(start: Start) -> None:
    desk = start("answer")
    pause(desk)
    mail = write(desk, "What colour?")
    resume(desk)
    runtime, sandbox, _ = desk
    sandbox.post_mail(ANA, DESK, "SIZE", text="And the size?", in_reply_to=mail.message_id)
    runtime.drain()
    sweep(desk)
    assert statuses(desk, mail.thread_id) == ["stale", "held"]
    assert len(sandbox.client().inboxes.drafts.list(DESK).drafts) == 1
    assert {"needs-human", "waiting/approval"} <= labels_of(desk, mail.thread_id)
    first, _ = runtime.context.journal.runs_of_thread(mail.thread_id)
    dead_letters.replay(runtime.context, first["run_id"])
    runtime.drain()
    assert statuses(desk, mail.thread_id) == ["done", "held"], "a person asked for the older answer all the same"


def test_after_an_outage_the_mails_of_a_thread_are_answered_in_their_order(start: Start) -> None:
    desk = start("answer")
    runtime, sandbox, _ = desk
    sandbox.chaos.fail(REPLY, status=503, headers=AT_ONCE, times=10)
    mail = write(desk, "What colour?")
    write(desk, "And the size?", mail.message_id)
    assert statuses(desk, mail.thread_id) == ["dead", "dead"]
    runtime.advance(timedelta(hours=1))
    assert statuses(desk, mail.thread_id) == ["done", "done"]
    assert len(texts_to_ana(desk)) == 2
    assert labels_of(desk, mail.thread_id).isdisjoint({"needs-human", "stuck"})


@pytest.mark.parametrize("failed", ["sending", "deciding"])
def test_an_answer_for_the_state_before_a_hand_over_does_not_go_past_our_people(start: Start, failed: str) -> None:
    desk = start("escalate")
    runtime, sandbox, brain = desk
    answer = {"what": "answer", "body": "Blue."}
    sandbox.chaos.fail(REPLY, **WONT_PASS, times=2 if failed == "sending" else 1)
    mail = write(desk, "I want a person.")
    brain.scripts["Say"] = answer if failed == "sending" else {**answer, "what": "crash"}  # type: ignore[index]
    write(desk, "What colour?", mail.message_id)
    brain.scripts["Say"] = answer  # type: ignore[index]
    for run in runtime.context.journal.runs_of_thread(mail.thread_id):
        dead_letters.replay(runtime.context, run["run_id"])
        runtime.drain()
    assert statuses(desk, mail.thread_id) == ["done", "stale"]
    assert states_of(desk, mail.thread_id) == {"desk/with-human"}
    assert "needs-human" in labels_of(desk, mail.thread_id)


def test_a_refused_mail_is_asked_anew_in_the_state_that_an_older_one_brought_the_thread_to(start: Start) -> None:
    desk, thread_id = two_refused(start)
    desk[2].scripts["Say"] = {"what": "escalate", "body": "A colleague will write."}  # type: ignore[index]
    sweep(desk)
    assert statuses(desk, thread_id) == ["done", "nothing"]
    assert {"desk/with-human", "needs-human"} <= labels_of(desk, thread_id)


def test_an_answer_taken_up_in_order_moves_the_thread_on_from_where_the_older_mail_brought_it(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = start("chase")
    runtime, sandbox, brain = desk
    sandbox.chaos.fail(REPLY, **WONT_PASS, times=2)
    mail = write(desk, "What colour?")
    brain.scripts["Say"] = {"what": "answer", "body": "Blue."}  # type: ignore[index]
    write(desk, "And the size?", mail.message_id)
    for run in runtime.context.journal.runs_of_thread(mail.thread_id):
        dead_letters.replay(runtime.context, run["run_id"])
        runtime.drain()
    assert states_of(desk, mail.thread_id) == {"desk/done"}
    moves = [(row["origin"], row["state"]) for row in runtime.context.journal.moves_of_thread(mail.thread_id)]
    assert moves == [("new", "chasing"), ("chasing", "done")]


def test_of_a_cron_only_the_latest_run_is_taken_up_after_a_pause(start: Start) -> None:
    desk = start("answer")
    runtime, sandbox, _ = desk
    runtime.tick()
    pause(desk)
    runtime.advance(timedelta(days=14))
    resume(desk)
    *earlier, latest = sweep(desk)
    assert (latest, {"digest has run since" in objection for objection in earlier}) == ("", {True})
    runs = runtime.context.journal.runs_with_status("done", "stale")
    assert [run["status"] for run in runs] == ["done", *["stale"] * (len(runs) - 1)]
    assert len(runs) >= 9
    assert "digest has run since, or is to run for a later time" in runs[-1]["note"]
    assert len(sandbox.outbox(TEAM)) == 1
    assert refusals.told(runtime.context) == ""
    dead_letters.replay(runtime.context, runs[-1]["run_id"])
    runtime.drain()
    assert len(sandbox.outbox(TEAM)) == 2, "a person asked for that one by name"


def test_what_is_at_work_again_is_not_called_out_of_date_by_a_second_sweep(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, thread_id = two_refused(start)
    context = desk[0].context
    stale_list = refusals.refused_while_off(context)
    assert sweep(desk) == ["", ""]
    monkeypatch.setattr(refusals, "refused_while_off", lambda _: stale_list)
    assert all("is done; only dead and refused runs replay" in objection for objection in sweep(desk))
    assert statuses(desk, thread_id) == ["done", "done"]


def test_a_timer_that_closes_a_thread_leaves_the_mark_of_a_mail_without_answer(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = start("answer")
    pause(desk)
    mail = write(desk, "What colour?")
    resume(desk)
    monkeypatch.setitem(agent.on_mail, State.NEW, lambda *_: Transition(State.DONE))
    write(desk, "Never mind the invoice.", mail.message_id)
    desk[0].advance(timedelta(days=6))
    assert {"desk/closed", "needs-human"} <= labels_of(desk, mail.thread_id)
