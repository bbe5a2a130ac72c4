"""Our people write from the inbox in AgentMail, beside the agent: it does not write the same once more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from test_taken_up_again import (
    AT_ONCE,
    DESK,
    REPLY,
    Start,
    first_run,
    labels_of,
    start,
    states_of,
    take_up,
    texts_to_ana,
    write,
)

__all__ = ["start"]
READ = r"GET /v0/inboxes/[^/]+/threads/[^/]+$"


@pytest.mark.parametrize("failed_at", [REPLY, READ], ids=["sending", "reading"])
def test_an_answer_that_a_person_gave_from_the_inbox_meanwhile_is_not_given_again(start: Start, failed_at: str) -> None:
    desk = start("answer")
    runtime, sandbox, _ = desk
    sandbox.chaos.fail(failed_at, status=503, headers=AT_ONCE, times=5)
    mail = write(desk, "What colour?")
    assert first_run(desk, mail.thread_id)["status"] == "dead"
    sandbox.client().inboxes.messages.reply(DESK, mail.message_id, text="Red, as it happens.")
    runtime.advance(timedelta(minutes=2))
    run = first_run(desk, mail.thread_id)
    assert (run["status"], run["note"]) == ("stale", "stale: a person wrote from the inbox meanwhile")
    assert texts_to_ana(desk) == ["Red, as it happens."]
    assert states_of(desk, mail.thread_id) == {"desk/new"}
    assert "needs-human" in labels_of(desk, mail.thread_id)
    assert take_up(desk, mail.thread_id)["status"] == "done"
    assert len(texts_to_ana(desk)) == 2


def test_what_a_person_wrote_before_the_mail_overtakes_no_answer_to_it(start: Start) -> None:
    desk = start("answer")
    mail = write(desk, "What colour?")
    reply = desk[1].client().inboxes.messages.reply(DESK, mail.message_id, text="Of which one?")
    desk[1].chaos.fail(REPLY, status=503, headers=AT_ONCE, times=5)
    write(desk, "The bigger one.", reply.message_id)
    desk[0].advance(timedelta(minutes=2))
    assert [run["status"] for run in desk[0].context.journal.runs_of_thread(mail.thread_id)] == ["done", "done"]
    assert len(texts_to_ana(desk)) == 3


def test_a_reminder_is_not_sent_once_a_person_wrote_from_the_inbox(start: Start) -> None:
    desk = start("chase")
    mail = write(desk, "What colour?")
    desk[1].chaos.fail(REPLY, status=503, headers=AT_ONCE, times=5)
    desk[0].advance(timedelta(days=2, seconds=5))
    desk[1].client().inboxes.messages.reply(DESK, mail.message_id, text="Still there?")
    desk[0].advance(timedelta(minutes=5))
    assert desk[0].context.journal.runs_of_thread(mail.thread_id)[-1]["status"] == "stale"
    assert len(texts_to_ana(desk)) == 2
    assert texts_to_ana(desk)[0] == "Still there?"
