"""Agents that write first: each person once, what follows it planned in sight, and nothing after a no."""

from __future__ import annotations

from typing import Any

import pytest
from campaign_desk import ANA, CALLER
from desk_agent.agent import agent as desk

from postroom.runtime.rebuild import rebuild


def test_a_record_gets_one_first_mail_and_its_follow_ups_stand_as_drafts_that_leave_in_time(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)

    assert [mail.subject for mail in here.mails()] == ["A question about your roof"]
    assert here.standing()[ANA].state == "called"
    assert len(here.drafts()) == 2
    here.go(days=3)
    assert ["day 3" in mail.text for mail in here.mails()] == [False, True]
    here.go(days=20)
    first, *later = here.mails()
    assert len(later) == 2
    assert all(mail.in_reply_to in {first.message_id, later[0].message_id} for mail in later)
    assert not here.drafts()
    assert here.standing()[ANA].sent == 3


def test_a_follow_up_planned_again_under_its_key_takes_the_place_of_the_first(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Twice,,,")
    here.go(minutes=1)

    assert len(here.drafts()) == 2
    here.go(days=30)
    assert ["day 3" in mail.text for mail in here.mails()] == [False, True, False]


@pytest.mark.parametrize("renew", ["", "true"])
def test_a_follow_up_that_a_person_sends_by_hand_counts_and_leaves_once(called: Any, renew: str) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,{renew},")
    here.go(minutes=1)
    drafts = here.sandbox.client().inboxes.drafts
    soonest = next(draft for draft in here.drafts() if "day 3" in drafts.get(CALLER, draft.draft_id).text)
    drafts.send(CALLER, soonest.draft_id)
    here.go(days=30)

    assert ["day 3" in mail.text for mail in here.mails()] == [False, True, False]
    assert len(here.rules.asked[-1].sent.to_person) == 2
    labels = here.sandbox.client().inboxes.messages.get(CALLER, here.mails()[1].message_id).labels
    assert not any(label.startswith(("key/", "due/", "planned")) for label in labels)


def test_a_file_taken_in_again_begins_with_nobody_twice(called: Any) -> None:
    here = called()
    assert here.take_in(f"{ANA},Ana,,,").added == 1
    here.go(minutes=1)
    again = here.take_in(f"{ANA},Anna,,,\nbo@firm.test,Bo,,,")

    assert (again.added, again.changed, again.known) == (1, 1, 0)
    here.go(days=30)
    assert len(here.mails()) == 3
    assert "Anna" not in here.mails()[0].text


def test_a_bad_row_is_told_with_its_line_and_the_rest_runs(called: Any) -> None:
    here = called()
    taken = here.take_in(f"nobody,No,,,\n{ANA},Ana,,,\n{ANA},Ana again,,,")

    assert [line for line, _ in taken.bad] == [2, 4]
    assert "no mail address" in taken.bad[0][1]
    assert "stands in line 3 already" in taken.bad[1][1]
    here.go(minutes=1)
    assert len(here.mails()) == 1


def test_several_roles_of_one_person_have_threads_of_their_own(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,roofer,,\n{ANA},Ana,tiler,,")
    here.go(minutes=1)

    threads = {each.thread_id for each in here.standing().values()}
    assert len(here.mails()) == len(threads) == 2


def test_a_reply_withdraws_what_was_planned_and_is_answered(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.answer("Yes, come by.")

    assert not here.drafts()
    here.go(days=30)
    assert len(here.mails()) == 2
    assert here.standing()[ANA].replied
    assert "Caller Ltd" in here.mails()[-1].text


@pytest.mark.parametrize("sender", [ANA, "boss@firm.test"])
def test_an_opt_out_stops_every_campaign_of_the_person_also_from_another_address(called: Any, sender: str) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.answer("Please stop writing to us.", sender=sender)
    here.take_in(f"{ANA},Ana,,,", "autumn.csv")
    here.go(days=60)

    assert len(here.mails()) == 1
    assert not here.drafts()
    assert here.sandbox.client().lists.get("send", "block", ANA).entry == ANA


def test_a_wish_about_the_whole_company_stops_its_domain(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.answer("Please remove everyone at our firm from your list.")
    here.take_in("bo@firm.test,Bo,,,\ncy@mail.firm.test,Cy,,,\ndi@other.test,Di,,,", "autumn.csv")
    here.go(days=1)

    assert [here.mails(to) != [] for to in ("bo@firm.test", "cy@mail.firm.test", "di@other.test")] == [0, 0, 1]


def test_who_writes_from_a_company_that_wants_no_campaigns_is_still_answered_by_other_agents(called: Any) -> None:
    here = called(beside=[desk], scripts={"Say": {"what": "answer", "body": "It is blue."}})
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.answer("Please remove everyone at our firm from your list.")
    here.sandbox.post_mail("bo@firm.test", "desk@sandbox.test", "Colour", text="What colour is it?")
    here.runtime.drain()

    assert len(here.mails("bo@firm.test")) == 1
    lists = here.sandbox.client().inboxes.lists
    assert [entry.entry for entry in lists.list(CALLER, "send", "block").entries] == ["firm.test"]
    assert "firm.test" not in [entry.entry for entry in here.sandbox.client().lists.list("send", "block").entries]


def test_a_company_that_wants_no_campaigns_is_known_again_after_a_lost_database(called: Any) -> None:
    before = called()
    before.take_in(f"{ANA},Ana,,,")
    before.go(minutes=1)
    before.answer("Please remove everyone at our firm from your list.")
    here = called(sandbox=before.sandbox)
    assert rebuild(here.runtime.context)["suppressed"] == 2
    here.take_in("bo@firm.test,Bo,,,", "autumn.csv")
    here.go(days=1)

    assert not here.mails("bo@firm.test")
    assert "wants no more mail" in here.standing()["bo@firm.test"].note


def test_an_absence_moves_what_is_planned_and_keeps_its_distances(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    before = {draft.draft_id for draft in here.drafts()}
    here.answer("I am away.", headers={"Auto-Submitted": "auto-replied"})

    assert {draft.draft_id for draft in here.drafts()} == before
    here.go(days=13)
    assert len(here.mails()) == 1
    here.go(days=2)
    assert len(here.mails()) == 2
    here.go(days=4)
    assert len(here.mails()) == 3


def test_a_hard_bounce_ends_it(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.bounce(here.mails()[0])
    here.go(days=30)

    assert len(here.mails()) == 1
    assert not here.drafts()


def test_a_person_who_moves_the_thread_ends_what_was_planned(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    threads = here.sandbox.client().inboxes.threads
    threads.update(
        "caller@sandbox.test",
        here.standing()[ANA].thread_id,
        add_labels=["caller/over"],
        remove_labels=["caller/called"],
    )
    here.go(days=30)

    assert len(here.mails()) == 1


def test_mail_is_spread_over_several_inboxes_and_each_person_stays_at_one(called: Any) -> None:
    here = called(outreach={"inboxes": 3})
    people = [f"p{number}@firm{number}.test" for number in range(12)]
    here.take_in("\n".join(f"{person},P,,," for person in people))
    here.go(days=8)

    senders = {person: {mail.inbox_id for mail in here.mails(person)} for person in people}
    assert all(len(inboxes) == 1 for inboxes in senders.values())
    assert len(set.union(*senders.values())) == 3
    assert all(len(here.mails(person)) == 3 for person in people)


def test_an_answer_to_the_second_inbox_is_read_there(called: Any) -> None:
    here = called(outreach={"inboxes": 2})
    people = [f"p{number}@firm{number}.test" for number in range(6)]
    here.take_in("\n".join(f"{person},P,,," for person in people))
    here.go(minutes=1)
    second = next(person for person in people if here.mails(person)[0].inbox_id == "caller-2@sandbox.test")
    first = here.mails(second)[0]
    raw = f"From: {second}\r\nTo: caller-2@sandbox.test\r\nSubject: Re: it\r\nIn-Reply-To: {first.message_id}\r\n"
    here.sandbox.receive(f"{raw}Message-ID: <x@y.test>\r\n\r\nCome by.\r\n".encode(), second, ["caller-2@sandbox.test"])
    here.runtime.drain()

    assert here.standing()[second].state == "answered"
    assert here.mails(second)[-1].inbox_id == "caller-2@sandbox.test"


@pytest.mark.parametrize("tracked", [True, False])
def test_openings_are_told_of_where_they_are_tracked(called: Any, tracked: bool) -> None:
    here = called(outreach={"track_opens": tracked})
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    (mail,) = here.mails()
    details = {
        "inbox_id": CALLER, "thread_id": here.thread_of(mail), "message_id": mail.message_id,
        "timestamp": here.sandbox.clock.now().isoformat(), "recipient": ANA,
    }  # fmt: skip
    here.runtime.door.accept({"event_type": "message.opened", "event_id": "evt_9", "open": details})
    here.runtime.drain()

    assert here.standing()[ANA].opened is tracked
