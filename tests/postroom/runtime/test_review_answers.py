"""A line for each number of a review is carried out by the way it has anyway, with every guard that has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from approval_desk import ANA, BO, CY, DESK, Start
from desk_agent.agent import agent
from review_desk import ReviewDesk, reviewed

from postroom.runtime import erasure
from postroom.runtime.tables import actions

CARA = "cara@example.com"


@pytest.fixture(autouse=True)
def each_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    reviewed(monkeypatch)


@pytest.fixture
def desk(run_agent: Start) -> ReviewDesk:
    return ReviewDesk(run_agent)


def customers(desk: ReviewDesk) -> dict[str, int]:
    return {address: len(desk.to_customer(address)) for address in (ANA, CARA)}


def test_each_number_gets_what_was_wished_of_it_and_one_notice_tells(desk: ReviewDesk) -> None:
    first, second = desk.shout(), desk.shout(CARA)
    desk.to_review()
    desk.say("1 approve\n2 reject too dear\n7 approve\n\nThanks\nBo", f"Bo <{BO}>")
    assert customers(desk) == {ANA: 1, CARA: 0}
    assert desk.held(first)["status"] == "done"
    assert "too dear" in desk.held(second)["note"]
    told = desk.told()
    for words in (f"1: approved by {BO}", f"2: rejected by {BO}: too dear", "7: Nothing was done", "no such number"):
        assert words in told


def test_what_leaves_is_what_was_shown(desk: ReviewDesk) -> None:
    desk.shout()
    desk.to_review()
    desk.say("1 approve")
    (sent,) = desk.to_customer()
    assert "It is blue." in sent.text


def test_what_is_put_off_or_taken_over_is(desk: ReviewDesk) -> None:
    first, second = desk.shout(), desk.shout(CARA)
    desk.to_review()
    desk.say("1: in 2 hours\n2: take over")
    assert "1: It comes back" in desk.told()
    assert f"{BO} answers this" in desk.held(second)["note"]
    before = len(desk.reviews())
    desk.runtime.advance(timedelta(hours=3))
    assert len(desk.reviews()) == before + 1
    assert desk.held(first)["status"] == "held"


@pytest.mark.parametrize(
    "words",
    ["1 approve only if under 500", "approve", "all approve", "1 approve\nbut only if Cy agrees", "1 approve\n1 reject",
     "Do these if it is true:\n1 approve", "1 edit\nIt is green.", "1 retry", "1 hand back", "2 approve",
     "Let me see.\n\nOn Mon, 3 Mar 2026 at 10:00, Cy <cy@example.com> wrote:\n> 1 approve\n",
     "> 1 approve\n\n1 reject?"],
)  # fmt: skip
def test_an_unclear_line_does_nothing_and_is_told(desk: ReviewDesk, words: str) -> None:
    thread_id = desk.shout()
    desk.to_review()
    desk.say(words)
    assert customers(desk) == {ANA: 0, CARA: 0}
    assert desk.held(thread_id)["status"] == "held"
    assert "Nothing was done" in desk.told()


def test_numbers_that_a_program_wrote_anew_are_not_followed(desk: ReviewDesk) -> None:
    desk.shout()
    desk.shout(CARA)
    desk.to_review()
    desk.say("", html='<ol start="2"><li>approve</li></ol>')
    assert customers(desk) == {ANA: 0, CARA: 0}
    assert "Nothing was done" in desk.told()


def test_a_text_that_changed_since_the_review_is_shown_anew(desk: ReviewDesk) -> None:
    desk.shout()
    old = desk.to_review()
    desk.answer("edit\nIt is green.")
    desk.say("1 approve", digest=old)
    assert customers(desk)[ANA] == 0
    assert "the text changed" in desk.notices()[-1]
    desk.to_review()
    desk.say("1 approve")
    assert "It is green." in desk.to_customer()[0].text


def test_a_draft_changed_in_agentmail_since_the_review_is_shown_anew(desk: ReviewDesk) -> None:
    desk.shout()
    desk.to_review()
    desk.client.inboxes.drafts.update(DESK, desk.drafts()[0].draft_id, text="It is red.")
    desk.say("1 approve")
    assert customers(desk)[ANA] == 0
    assert "It is red." in desk.reviews()[-1].text
    assert "changed in AgentMail" in desk.told()


def test_what_the_review_showed_may_be_newer_than_its_review_mail_but_is_asked_anew(desk: ReviewDesk) -> None:
    desk.shout()
    desk.client.inboxes.drafts.update(DESK, desk.drafts()[0].draft_id, text="It is red.")
    assert "It is red." in desk.to_review().text
    desk.say("1 approve")
    assert customers(desk)[ANA] == 0


def test_after_newer_mail_of_the_customer_nothing_leaves(desk: ReviewDesk) -> None:
    thread_id = desk.shout()
    desk.to_review()
    first = desk.client.inboxes.threads.get(DESK, thread_id).messages[-1].message_id
    desk.sandbox.post_mail(ANA, DESK, "RE: COLOUR", text="And which size?", in_reply_to=first)
    desk.say("1 approve")
    assert customers(desk)[ANA] == 0
    assert "1: Nothing was sent" in desk.told()


def test_the_same_answer_again_and_a_second_one_send_nothing_more(desk: ReviewDesk) -> None:
    desk.shout()
    desk.to_review()
    for sender in (BO, BO, CY):
        desk.say("1 approve", sender, digest=desk.digests()[-1])
    assert customers(desk)[ANA] == 1
    assert "approved before" in desk.told(CY)


def test_an_old_review_names_what_it_named(desk: ReviewDesk) -> None:
    desk.shout()
    old = desk.to_review()
    desk.answer("reject")
    desk.shout(CARA)
    desk.to_review()
    desk.say("1 approve", digest=old)
    assert customers(desk) == {ANA: 0, CARA: 0}


@pytest.mark.parametrize(
    ("sender", "auth"),
    [
        (BO, "none"),
        ("bo@examp1e.com", "pass"),
        ("Bo <bo@example.com.evil.test>", "pass"),
        ("mallory@evil.test", "pass"),
    ],
)
def test_a_forged_answer_does_nothing_is_not_answered_and_is_marked(desk: ReviewDesk, sender: str, auth: Any) -> None:
    thread_id = desk.shout()
    digest = desk.to_review()
    before = len(desk.sandbox.outbox())
    forged = desk.say("1 approve", sender, digest=digest, auth=auth)
    assert len(desk.sandbox.outbox()) == before
    assert desk.held(thread_id)["status"] == "held"
    assert "needs-human" in desk.labels(forged.thread_id)


def test_the_token_in_a_strangers_subject_makes_no_answer_of_their_mail(desk: ReviewDesk) -> None:
    thread_id = desk.shout()
    digest = desk.to_review()
    desk.say("1 approve", "eve@example.com", digest=digest, in_reply_to=None, subject=f"Re: {digest.subject}")
    assert desk.held(thread_id)["status"] == "held"


def test_an_automatic_reply_does_nothing(desk: ReviewDesk) -> None:
    thread_id = desk.shout()
    desk.to_review()
    answered = desk.say("1 approve", headers={"Auto-Submitted": "auto-replied"})
    assert desk.held(thread_id)["status"] == "held"
    assert desk.notices() == []
    assert "needs-human" not in desk.labels(answered.thread_id)


def test_who_asked_for_it_does_not_approve_it(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent)
    thread_id = desk.shout(BO)
    desk.to_review()
    desk.say("1 approve")
    assert desk.held(thread_id)["status"] == "held"
    assert "you asked for this yourself" in desk.told()


def test_who_may_not_approve_it_does_not(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent, approvers=f"desk/hold/big_words: Cy <{CY}>")
    thread_id = desk.shout()
    desk.to_review()
    desk.say("1 approve")
    assert desk.held(thread_id)["status"] == "held"
    assert "not among those who may approve" in desk.told()


def test_where_two_must_approve_one_line_has_the_second_asked(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "two_people", frozenset({"hold/big_words"}))
    desk = ReviewDesk(run_agent)
    desk.shout()
    digest = desk.to_review()
    desk.say("1 approve")
    assert customers(desk)[ANA] == 0
    assert "A second person is asked" in desk.told()
    desk.say("1 approve", CY, digest=digest)
    assert customers(desk)[ANA] == 1


def test_a_kill_switch_goes_before_a_line(desk: ReviewDesk) -> None:
    thread_id = desk.shout()
    desk.to_review()
    desk.journal.switch_off("agent:desk", "test", desk.runtime.clock.now())
    desk.say("1 approve")
    assert customers(desk)[ANA] == 0
    assert desk.held(thread_id)["status"] == "held"  # the yes is not used up


def test_stop_alone_stops_the_agent(desk: ReviewDesk) -> None:
    desk.to_review()
    desk.say("stop")
    assert "agent:desk" in desk.journal.switched_off()


def test_an_answer_without_the_mail_it_answers_is_known_by_its_subject(desk: ReviewDesk) -> None:
    desk.shout()
    desk.to_review()
    desk.say("1 approve", in_reply_to=None)
    assert customers(desk)[ANA] == 1


def test_it_is_all_carried_out_by_the_queue_too(desk: ReviewDesk) -> None:
    desk.shout()
    digest = desk.to_review()
    desk.sandbox.post_mail(BO, DESK, f"Re: {digest.subject}", text="1 approve", in_reply_to=digest.message_id)
    for seconds in (1, 1, 6):
        desk.runtime.drain()
        desk.sandbox.clock.set(desk.runtime.clock.now() + timedelta(seconds=seconds))
        desk.runtime.tick()
    desk.runtime.drain()
    assert customers(desk)[ANA] == 1
    assert f"1: approved by {BO}" in desk.told()


@pytest.mark.parametrize("more", ["100 EUR at most", "500 or less, else ask me", "2 days after the invoice is paid"])
def test_a_condition_that_begins_with_a_number_is_no_line_of_its_own(desk: ReviewDesk, more: str) -> None:
    desk.shout()
    desk.to_review()
    desk.say(f"1 approve\n{more}")
    assert desk.to_customer() == []
    assert "may be a condition" in desk.told()


def test_a_review_that_shows_a_customers_mail_is_erased_with_them(desk: ReviewDesk) -> None:
    desk.shout()
    desk.to_review()
    desk.say("1 approve")
    erasure.erase(desk.runtime.context, ANA)
    with desk.journal.database.connect() as connection:
        shown = connection.execute(sa.select(actions.c.frozen).where(actions.c.kind == "Digest")).scalars().all()
    assert shown != []
    assert not any(ANA in str(frozen) for frozen in shown)
