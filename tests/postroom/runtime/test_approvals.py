"""What waits leaves when one of our people says a plain yes to what they were shown, and not before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from approval_desk import ANA, BO, CY, DESK, Desk, Start, bounced


@pytest.fixture
def desk(run_agent: Start) -> Desk:
    return Desk(run_agent)


def test_one_of_our_people_is_shown_what_waits_and_why(desk: Desk) -> None:
    thread_id = desk.shout()
    (review,) = desk.reviews()
    assert "the subject is shouted" in review.text
    assert "It is blue." in review.text
    assert "What colour?" in review.text
    assert f"Reply to {ANA}" in review.text
    assert "waiting/approval" in desk.labels(thread_id)
    assert desk.to_customer() == []
    assert desk.reviews(CY) == []


def test_a_plain_yes_sends_what_was_shown_once(desk: Desk) -> None:
    thread_id = desk.shout()
    desk.answer("approve")
    (sent,) = desk.to_customer()
    assert "It is blue." in sent.text
    assert desk.labels(thread_id) == {"desk/done", "category/easy"}
    assert desk.drafts() == []
    assert "Auto-Submitted" not in (sent.headers or {})
    desk.answer("approve")
    assert len(desk.to_customer()) == 1
    assert "approved before" in desk.notices()[-1]
    assert desk.held(thread_id)["note"] == f"approved by {BO}"


@pytest.mark.parametrize("words", ["ok but only if it is under $500", "Who is this?", "I would approve", "yes and no"])
def test_what_is_no_plain_yes_sends_nothing_and_is_asked_about(desk: Desk, words: str) -> None:
    thread_id = desk.shout()
    desk.answer(words)
    assert desk.to_customer() == []
    assert "Nothing was sent" in desk.notices()[-1]
    assert "waiting/approval" in desk.labels(thread_id)
    desk.answer("yes")
    assert len(desk.to_customer()) == 1


def test_a_rejected_answer_never_leaves(desk: Desk) -> None:
    thread_id = desk.shout()
    desk.answer("Reject, the colour is green")
    assert desk.to_customer() == []
    assert desk.drafts() == []
    assert {"needs-human", "desk/new"} <= desk.labels(thread_id)
    assert "waiting/approval" not in desk.labels(thread_id)
    assert "the colour is green" in desk.held(thread_id)["note"]
    desk.answer("approve")
    assert desk.to_customer() == []


def test_an_edited_text_is_shown_again_and_leaves_when_that_is_approved(desk: Desk) -> None:
    desk.shout()
    first = desk.reviews()[-1]
    desk.answer("Edit\nHello Ana,\n\nit is green.")
    assert desk.to_customer() == []
    assert "it is green." in desk.reviews()[-1].text
    desk.answer("approve", review=first)
    assert desk.to_customer() == []
    desk.answer("approve")
    (sent,) = desk.to_customer()
    assert "it is green." in sent.text
    assert "it is green." in sent.html
    assert "It is blue." not in sent.text


def test_a_draft_changed_behind_our_back_is_shown_anew(desk: Desk) -> None:
    desk.shout()
    (draft,) = desk.drafts()
    desk.client.inboxes.drafts.update(DESK, draft.draft_id, text="It is red.")
    desk.answer("approve")
    assert desk.to_customer() == []
    assert "It is red." in desk.reviews()[-1].text
    desk.answer("approve")
    (sent,) = desk.to_customer()
    assert "It is red." in sent.text
    assert "It is red." in sent.html
    assert "It is blue." not in sent.html


def test_of_a_draft_whose_html_alone_was_changed_that_is_shown_and_leaves(desk: Desk) -> None:
    desk.shout()
    desk.client.inboxes.drafts.update(DESK, desk.drafts()[0].draft_id, html="<p>It is red.</p>")
    desk.answer("approve")
    assert "It is red." in desk.reviews()[-1].text
    desk.answer("approve")
    (sent,) = desk.to_customer()
    assert "It is red." in sent.text
    assert "It is blue." not in f"{sent.text}{sent.html}"


def test_of_a_draft_that_says_one_thing_in_text_and_another_in_html_what_was_shown_leaves(desk: Desk) -> None:
    desk.shout()
    draft_id = desk.drafts()[0].draft_id
    desk.client.inboxes.drafts.update(DESK, draft_id, text="It is red.", html="<p>Pay mallory@evil.test.</p>")
    desk.answer("approve")
    assert "mallory" not in desk.reviews()[-1].text
    desk.answer("approve")
    (sent,) = desk.to_customer()
    assert "It is red." in sent.html
    assert "mallory" not in f"{sent.text}{sent.html}"


def test_a_draft_with_files_is_not_sent_without_them(desk: Desk) -> None:
    desk.shout()
    file = {"filename": "a.txt", "content": "eA==", "content_type": "text/plain"}
    desk.client.inboxes.drafts.update(DESK, desk.drafts()[0].draft_id, add_attachments=[file])
    for _ in range(2):
        desk.answer("approve")
    assert desk.to_customer() == []
    assert "send it there" in desk.notices()[-1]


def test_a_deleted_draft_cannot_be_approved(desk: Desk) -> None:
    thread_id = desk.shout()
    desk.client.inboxes.drafts.delete(DESK, desk.drafts()[0].draft_id)
    desk.answer("approve")
    assert desk.to_customer() == []
    assert "needs-human" in desk.labels(thread_id)
    assert "deleted" in desk.notices()[-1]


def test_after_newer_mail_of_the_customer_the_old_answer_is_out_of_date(desk: Desk) -> None:
    thread_id = desk.shout()
    review = desk.reviews()[-1]
    first = desk.client.inboxes.threads.get(DESK, thread_id).messages[-1].message_id
    desk.sandbox.post_mail(ANA, DESK, "RE: COLOUR", text="And which size?", in_reply_to=first)
    desk.runtime.drain()
    desk.answer("approve", review=review)
    assert desk.to_customer() == []
    assert "out of date" in desk.notices()[-1]
    desk.answer("approve")
    assert len(desk.to_customer()) == 1


def test_newer_mail_that_no_run_has_read_yet_stops_an_approval_too(desk: Desk) -> None:
    thread_id = desk.shout()
    review = desk.reviews()[-1]
    first = desk.client.inboxes.threads.get(DESK, thread_id).messages[-1].message_id
    desk.answer("approve", review=review) if False else None
    desk.sandbox.post_mail(BO, DESK, f"Re: {review.subject}", text="approve", in_reply_to=review.message_id)
    desk.sandbox.post_mail(ANA, DESK, "RE: COLOUR", text="And which size?", in_reply_to=first)
    desk.settle()
    assert desk.to_customer() == []


def test_an_answer_may_be_put_off_and_comes_back(desk: Desk) -> None:
    desk.shout()
    desk.answer("in 2 hours")
    assert "comes back" in desk.notices()[-1]
    desk.runtime.advance(timedelta(hours=3))
    assert len(desk.reviews()) == 2
    desk.answer("approve")
    assert len(desk.to_customer()) == 1


def test_why_it_waits_is_said_again_after_silence_and_an_edit(desk: Desk) -> None:
    desk.shout()
    desk.runtime.advance(timedelta(hours=25))
    desk.runtime.advance(timedelta(hours=25))
    desk.answer("edit\nIt is green.")
    assert "It is green." in desk.reviews()[-1].text
    assert "the subject is shouted" in desk.reviews()[-1].text


def test_silence_asks_the_next_and_in_the_end_nobody(desk: Desk) -> None:
    thread_id = desk.shout()
    desk.runtime.advance(timedelta(hours=25))
    assert (len(desk.reviews(BO)), len(desk.reviews(CY))) == (1, 1)
    desk.runtime.advance(timedelta(days=8))
    assert desk.to_customer() == []
    assert {"needs-human"} <= desk.labels(thread_id)
    assert "waiting/approval" not in desk.labels(thread_id)
    desk.answer("approve", sender=CY)
    assert desk.to_customer() == []


def test_a_review_mail_that_bounces_goes_to_the_next_who_may_approve_and_their_yes_counts(run_agent: Start) -> None:
    desk = Desk(run_agent)
    desk.shout()
    bounced(desk, desk.reviews()[0].message_id, BO)
    assert len(desk.reviews(CY)) == 1
    desk.answer("approve", CY)
    assert [mail.to for mail in desk.to_customer()] == [[ANA]]


def test_a_review_mail_that_bounces_goes_to_nobody_who_may_not_approve(run_agent: Start) -> None:
    desk = Desk(run_agent, approvers=f"Bo <{BO}>")
    thread_id = desk.shout()
    bounced(desk, desk.reviews()[0].message_id, BO)
    assert desk.reviews(CY) == []
    assert "waiting/approval" in desk.labels(thread_id)
