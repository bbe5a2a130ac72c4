"""Who answers a campaign's mail in a mail of their own has answered."""

from __future__ import annotations

from typing import Any

from campaign_desk import ANA, CALLER


def write(here: Any, text: str, sender: str = ANA) -> Any:
    mail = here.sandbox.post_mail(sender, CALLER, "Roof", text=text)
    here.runtime.drain()
    return mail


def test_a_no_in_a_new_mail_withdraws_what_is_planned_on_the_first_thread(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    write(here, "I say no to that")

    assert not here.drafts()
    here.go(days=30)
    assert len(here.mails()) == 1


def test_the_handler_knows_whose_record_it_is(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    mail = write(here, "Yes, come by.")

    labels = here.sandbox.client().inboxes.threads.get(CALLER, mail.thread_id).labels
    assert "caller/answered" in labels


def test_of_several_roles_none_is_taken_for_the_one_that_is_meant_and_all_wait(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,roofer,,\n{ANA},Ana,tiler,,")
    here.go(minutes=1)
    mail = write(here, "Yes, come by.")

    assert not here.drafts()
    assert "caller/with-human" in here.sandbox.client().inboxes.threads.get(CALLER, mail.thread_id).labels


def test_the_mail_of_somebody_else_withdraws_nothing(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    write(here, "No.", "bo@other.test")
    assert len(here.drafts()) == 2
