"""Agents that write first, and what people do beside them: send, undo, replay, erase, change a row, say stop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from campaign_desk import ANA, CALLER
from mail_wire import TUESDAY

from postroom.runtime import dead_letters, erasure, records, sending, stops, undo_run
from postroom_kit.outreach import Leaving, Objection

WITH_BASIS = "email,name,basis\n"
AWAY = {"Auto-Submitted": "auto-replied"}


def everything(here: Any) -> str:
    """Return all that the journal holds, as text."""
    with here.runtime.context.journal.database.connect() as connection:
        tables = connection.exec_driver_sql("select name from sqlite_master where type = 'table'").scalars().all()
        found = [connection.exec_driver_sql(f"select * from {table}").all() for table in tables]
    return "\n".join(str(tuple(row)) for rows in found for row in rows)


def no_basis(leaving: Leaving) -> Objection | None:
    return None if leaving.facts["basis"] else Objection("law/no-basis", "no consent on record", "refuse")


def test_a_held_first_mail_that_a_person_sends_by_hand_begins_its_thread_and_what_follows(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,true")
    here.go(minutes=1)
    (draft,) = here.drafts()
    here.sandbox.client().inboxes.drafts.send(CALLER, draft.draft_id)
    here.runtime.drain()

    standing = here.standing()[ANA]
    assert (standing.status, standing.state, standing.sent) == ("started", "called", 1)
    assert {"campaign/spring", "variant/a"} <= {*here.standing_labels()}
    assert len(here.drafts()) == 2
    here.go(days=3)
    assert len(here.mails()) == 2
    here.answer("Yes, come by.")
    assert not here.drafts()
    here.go(days=30)
    assert len(here.mails()) == 3


def test_a_start_can_be_undone(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    journal, thread_id = here.runtime.context.journal, here.standing()[ANA].thread_id
    (run,) = journal.runs_of_thread(thread_id)
    undo_run.undo(here.runtime.context, run["run_id"])
    here.runtime.run_due()

    assert [each["status"] for each in journal.runs_of_thread(thread_id)] == ["done", "done"]
    assert not here.drafts()
    assert here.standing()[ANA].state == "new"
    here.go(days=30)
    assert len(here.mails()) == 1


@pytest.mark.parametrize("way", ["started", "rejected", "put off", "refused"])
def test_of_who_is_erased_no_word_and_no_address_is_left(called: Any, way: str) -> None:
    night = Objection("law/night", "night there", "wait", until=TUESDAY + timedelta(days=1))
    says = {"put off": night, "refused": Objection("law/never", "never", "refuse")}.get(way)
    here = called(lambda _leaving: says)
    here.take_in(f"{ANA},Anabella,,,{'true' if way == 'rejected' else ''}")
    here.go(minutes=1)
    if way == "rejected":
        here.say("reject")
    assert "Anabella" in everything(here)
    erasure.erase(here.runtime.context, ANA)

    assert not here.drafts()
    assert [word for word in (ANA, "Anabella", "firm.test") if word in everything(here)] == []
    here.take_in(f"{ANA},Ana,,,", "autumn.csv")
    here.go(days=30)
    assert len(here.mails()) == (1 if way == "started" else 0)


def test_an_answer_of_a_machine_is_no_reply(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.answer("I am away.", headers=AWAY)
    assert not here.standing()[ANA].replied
    here.answer("Yes, come by.")
    assert here.standing()[ANA].replied


def test_what_agentmail_is_to_send_moves_with_an_absence_too(called: Any) -> None:
    here = called(outreach={"scheduled": True})
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.answer("I am away.", headers=AWAY)
    here.go(days=13)
    assert len(here.mails()) == 1
    here.go(days=2)
    assert len(here.mails()) == 2
    here.go(days=20)
    assert len(here.mails()) == here.standing()[ANA].sent == 3


def test_what_is_worded_when_due_is_never_agentmails_to_send(called: Any) -> None:
    here = called(outreach={"scheduled": True})
    here.take_in(f"{ANA},Ana,,true,")
    here.go(minutes=1)
    assert [draft.send_at for draft in here.drafts()] == [None, None]
    here.go(days=4)
    assert "Hello anew" in here.mails()[1].text


@pytest.mark.parametrize("header", ["Auto-Submitted: auto-generated", "Precedence: bulk", "List-Id: <x.test>"])
def test_the_mailto_link_works_whichever_program_uses_it(called: Any, header: str) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    listed = here.mails()[0].headers["List-Unsubscribe"]
    subject = listed[listed.index("subject=") + 8 : -1].replace("%20", " ")
    raw = f"From: {ANA}\r\nTo: {CALLER}\r\nSubject: {subject}\r\nMessage-ID: <s@firm.test>\r\n{header}\r\n\r\n\r\n"
    here.sandbox.receive(raw.encode(), ANA, [CALLER])
    here.runtime.drain()
    assert not here.drafts()


def test_a_first_mail_that_waits_for_a_person_goes_with_a_wish_for_no_more(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.take_in(f"{ANA},Ana,,,true", "autumn.csv")
    here.go(minutes=1)
    assert here.waiting()
    here.answer("Please stop writing to us.")

    assert not here.drafts()
    assert not here.waiting()
    found = records.of_address(here.runtime.context.journal, [ANA])
    assert sorted(row["status"] for row in found) == ["refused", "started"]


def test_who_asks_for_no_more_while_the_first_mail_leaves_is_kept_as_begun_with_and_hears_no_more(
    called: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, send = called(), sending.send_mail
    here.take_in(f"{ANA},Ana,,,")
    (row,) = records.of_address(here.runtime.context.journal, [ANA])

    def sent_as_they_click(*given: Any) -> Any:
        sent = send(*given)
        stops.unsubscribe(here.runtime.context, row, "unsubscribed with one click")
        return sent

    monkeypatch.setattr("postroom.runtime.effects.send_mail", sent_as_they_click)
    here.runtime.run_due()
    assert here.standing()[ANA].status == "started"
    assert here.standing()[ANA].sent == 1
    assert not here.drafts()


def test_a_row_that_is_mended_is_looked_at_again(called: Any) -> None:
    here = called(no_basis)
    here.take_in(f"{ANA},Ana,\nbo@firm.test,Nobody,consent", head=WITH_BASIS)
    here.go(minutes=1)
    assert {each.status for each in here.standing().values()} == {"refused"}
    here.take_in(f"{ANA},Ana,consent\nbo@firm.test,Bo,consent", head=WITH_BASIS)
    here.go(minutes=1)
    assert {each.status for each in here.standing().values()} == {"started"}


@pytest.mark.parametrize("no", ["reject", "stop"])
def test_a_changed_row_never_lifts_a_no(called: Any, no: str) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,true")
    here.go(minutes=1)
    if no == "reject":
        here.say("reject")
    else:
        stops.stop(here.runtime.context, [ANA], "wants no more mail")
    here.take_in(f"{ANA},Anna,,,")
    here.go(days=30)
    assert not here.mails()


def test_a_refused_start_can_be_replayed(called: Any) -> None:
    opens = TUESDAY + timedelta(hours=1)
    here = called(lambda each: Objection("law/no", "no", "refuse") if each.now < opens else None)
    here.take_in(f"{ANA},Ana,,,")
    here.go(hours=2)
    (run,) = here.runtime.context.journal.runs_with_status("refused")
    dead_letters.replay(here.runtime.context, run["run_id"])
    here.runtime.drain()
    assert here.standing()[ANA].state == "called"
    assert len(here.drafts()) == 2


def test_a_start_that_died_begins_once_it_is_replayed(called: Any) -> None:
    broken = [True]

    def says(_leaving: Leaving) -> None:
        if broken:
            raise RuntimeError("a rule is broken")

    here = called(says)
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    broken.clear()
    (run,) = here.runtime.context.journal.runs_with_status("dead")
    dead_letters.replay(here.runtime.context, run["run_id"])
    here.runtime.drain()
    assert here.standing()[ANA].state == "called"
    assert len(here.mails()) == 1


def test_a_wait_until_now_is_asked_about_again_and_leaves(called: Any) -> None:
    opens = TUESDAY + timedelta(hours=1)
    here = called(lambda each: Objection("law/w", "later", "wait", until=each.now) if each.now < opens else None)
    here.take_in(f"{ANA},Ana,,,")
    here.go(hours=2)
    assert len(here.mails()) == 1
    assert len(here.rules.asked) < 200


@pytest.mark.parametrize("scheduled", [False, True])
@pytest.mark.parametrize("renew", ["", "yes"])
def test_what_is_planned_ends_where_one_of_our_people_writes_by_hand(called: Any, renew: str, scheduled: bool) -> None:
    here = called(outreach={"scheduled": scheduled})
    here.take_in(f"{ANA},Ana,,{renew},")
    here.go(minutes=1)
    inboxes, thread_id = here.sandbox.client().inboxes, here.standing()[ANA].thread_id
    last = inboxes.threads.get(CALLER, thread_id).messages[-1]
    inboxes.messages.reply(CALLER, last.message_id, text="Good to have met you today.", to=[ANA])
    here.go(days=30)

    assert ["met you" in mail.text for mail in here.mails()] == [False, True]
    assert not here.drafts()
    assert here.standing()[ANA].state == "with-human"
