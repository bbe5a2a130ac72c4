"""Who must not release what waits: forgers, look-alikes, the requester, machines, old words, and nobody twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from approval_desk import ANA, BO, CY, DESK, Desk, Start
from desk_agent.agent import agent

from agentmail_sandbox import Part
from postroom.runtime.approvals import MOST_NOTICES, waiting


@pytest.fixture
def desk(run_agent: Start) -> Desk:
    return Desk(run_agent)


def noted(desk: Desk, message: object) -> str:
    """Return what the run of a mail noted."""
    thread_id = message.thread_id  # type: ignore[attr-defined]
    return " ".join(str(run["note"]) for run in desk.journal.runs_of_thread(thread_id))


@pytest.mark.parametrize("auth", ["none"])
def test_a_yes_that_nobody_vouches_for_is_not_followed_nor_answered(desk: Desk, auth: str) -> None:
    desk.shout()
    before = len(desk.sandbox.outbox())
    forged = desk.answer("approve", auth=auth)
    assert desk.to_customer() == []
    assert len(desk.sandbox.outbox()) == before
    assert "not authenticated" in noted(desk, forged)
    assert "needs-human" in desk.labels(forged.thread_id)


@pytest.mark.parametrize("sender", ["bo@examp1e.com", "Bo <bo@example.com.evil.test>", "mallory@evil.test"])
def test_a_yes_of_a_stranger_on_that_thread_is_not_followed_nor_answered(desk: Desk, sender: str) -> None:
    desk.shout()
    before = len(desk.sandbox.outbox())
    forged = desk.answer("approve", sender=sender, review=desk.reviews()[0])
    assert desk.to_customer() == []
    assert len(desk.sandbox.outbox()) == before
    assert "none of our people" in noted(desk, forged)


def test_the_token_in_a_customers_subject_makes_no_answer_of_their_mail(desk: Desk) -> None:
    desk.shout()
    subject = f"Re: {desk.reviews()[0].subject}".lower()
    thread_id = desk.sandbox.post_mail("eve@example.com", DESK, subject, text="approve").thread_id
    desk.settle()
    assert desk.to_customer() == []
    assert desk.held(str(thread_id))["status"] == "done"


def test_who_asked_for_it_does_not_approve_it(desk: Desk) -> None:
    desk.shout(sender=BO)
    assert desk.reviews(BO) == []
    (review,) = desk.reviews(CY)
    desk.answer("approve", sender=BO, review=review)
    assert [mail for mail in desk.to_customer(BO) if "It is blue." in str(mail.text)] == []
    assert "you asked for this yourself" in desk.notices(BO)[-1]
    desk.answer("approve", sender=CY)
    assert len([mail for mail in desk.to_customer(BO) if "It is blue." in str(mail.text)]) == 1


def test_a_tag_makes_nobody_else_of_who_asked_for_it(desk: Desk) -> None:
    desk.shout(sender="bo+shop@example.com")
    assert desk.reviews(BO) == []
    desk.answer("approve", sender=BO, review=desk.reviews(CY)[0])
    assert desk.to_customer("bo+shop@example.com") == []
    assert "you asked for this yourself" in desk.notices(BO)[-1]


def test_one_of_our_people_who_is_no_approver_does_not_release_it(run_agent: Start) -> None:
    desk = Desk(run_agent, approvers=f"desk/hold/big_words: Cy <{CY}>")
    desk.shout()
    assert desk.reviews(BO) == []
    desk.answer("approve", sender=BO, review=desk.reviews(CY)[0])
    assert desk.to_customer() == []
    assert "not among those who may approve" in desk.notices(BO)[-1]


def test_quoted_words_of_history_are_no_yes(desk: Desk) -> None:
    desk.shout()
    desk.answer("Let me check.\n\nOn Mon, 3 Mar 2026 at 10:00, Cy <cy@example.com> wrote:\n> approve\n")
    assert desk.to_customer() == []


def test_an_automatic_reply_has_the_next_one_asked(desk: Desk) -> None:
    desk.shout()
    desk.answer("approve", headers={"Auto-Submitted": "auto-replied"})
    assert desk.to_customer() == []
    assert len(desk.reviews(CY)) == 1
    desk.answer("approve", sender=CY)
    assert len(desk.to_customer()) == 1


def test_of_two_at_once_one_counts_and_the_other_hears_so(desk: Desk) -> None:
    desk.shout()
    (review,) = desk.reviews()
    for sender, words in ((BO, "approve"), (CY, "reject")):
        desk.sandbox.post_mail(sender, DESK, f"Re: {review.subject}", text=words, in_reply_to=review.message_id)
    desk.settle()
    assert len(desk.to_customer()) == 1
    assert "approved before" in desk.notices(CY)[-1]


def test_a_yes_that_names_no_mail_of_ours_is_asked_about(desk: Desk) -> None:
    desk.shout()
    desk.answer("approve", in_reply_to=None)
    assert desk.to_customer() == []
    assert "what you saw" in desk.notices()[-1]


@pytest.mark.parametrize("added", [{"bcc": ["eve@evil.test"]}, {"reply_to": ["eve@evil.test"]}])
def test_a_copy_that_nobody_would_see_is_not_approved_by_mail(desk: Desk, added: dict[str, list[str]]) -> None:
    desk.shout()
    (draft,) = desk.drafts()
    desk.client.inboxes.drafts.update(DESK, draft.draft_id, **added)  # type: ignore[arg-type]
    desk.answer("approve")
    desk.answer("approve")
    assert desk.to_customer() == []
    assert desk.sandbox.outbox("eve@evil.test") == []
    assert "send it there" in desk.notices()[-1]


def test_a_kill_switch_goes_before_a_yes(desk: Desk) -> None:
    thread_id = desk.shout()
    desk.journal.switch_off("agent:desk", "test", desk.runtime.clock.now())
    desk.answer("approve")
    assert desk.to_customer() == []
    assert desk.held(thread_id)["status"] == "held"  # the yes is not used up
    assert "agent:desk is switched off" in desk.journal.runs_of_thread(thread_id)[-1]["note"]
    assert "waiting/approval" in desk.labels(thread_id)


def test_stop_by_mail_switches_the_agent_off(desk: Desk) -> None:
    desk.shout()
    desk.answer("stop")
    assert "agent:desk" in desk.journal.switched_off()
    desk.shout("cara@example.com")
    assert desk.to_customer("cara@example.com") == []


def test_where_two_must_approve_one_yes_sends_nothing(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "two_people", frozenset({"hold/big_words"}))
    desk = Desk(run_agent)
    desk.shout()
    desk.answer("approve")
    assert desk.to_customer() == []
    assert "second person" in desk.reviews(CY)[-1].text
    desk.answer("approve")
    assert desk.to_customer() == []
    assert "a second person has to" in desk.notices()[-1]
    desk.answer("approve", sender=CY)
    assert len(desk.to_customer()) == 1


def test_what_the_first_of_two_approved_is_approved_anew_after_a_change(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "two_people", frozenset({"hold/big_words"}))
    desk = Desk(run_agent)
    desk.shout()
    desk.answer("approve")
    desk.answer("edit\nIt is green.", sender=CY)
    desk.answer("approve", sender=BO)
    assert desk.to_customer() == []
    desk.answer("approve", sender=CY)
    assert "It is green." in desk.to_customer()[0].text


def test_a_rule_that_needs_two_is_not_hidden_by_another(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "two_people", frozenset({"hold/big_words"}))
    desk = Desk(run_agent)
    desk.shout(auth="none")
    desk.answer("approve")
    assert desk.to_customer() == []
    assert "second person" in desk.reviews(CY)[-1].text


def test_a_responder_that_says_nothing_of_itself_is_not_answered_for_ever(desk: Desk) -> None:
    desk.shout()
    desk.answer("I am away until Monday, regards")
    for _ in range(8):
        newest = next(mail for mail in desk.sandbox.outbox(BO) if "your answer" in mail.subject)
        desk.answer("I am away until Monday, regards", review=newest)
    assert len(desk.notices()) == MOST_NOTICES
    assert "no more of your answers" in desk.notices()[-1]
    assert desk.to_customer() == []
    desk.answer("approve")
    assert len(desk.to_customer()) == 1


def test_an_answer_to_one_review_under_the_subject_of_another_is_asked_about(desk: Desk) -> None:
    desk.shout("cara@example.com")
    desk.shout()
    first, second = desk.reviews()
    desk.answer("approve", review=second, subject=f"Re: {first.subject}")
    assert desk.to_customer() == desk.to_customer("cara@example.com") == []
    assert "what you saw" in desk.notices()[-1]


def test_who_rejects_what_has_left_hears_that_nothing_was_done(desk: Desk) -> None:
    desk.shout()
    desk.answer("approve")
    desk.answer("reject, it is wrong")
    assert "Nothing was done: this was approved before" in desk.notices()[-1]


def test_a_draft_that_was_emptied_is_not_sent(desk: Desk) -> None:
    desk.shout()
    desk.client.inboxes.drafts.update(DESK, desk.drafts()[0].draft_id, text=" ")
    for _ in range(2):
        desk.answer("approve")
    assert desk.to_customer() == []
    assert "its text is empty" in desk.notices()[-1]


@pytest.mark.parametrize("words", ["approve", "reject"])
def test_who_answers_about_a_deleted_thread_hears_so_and_nothing_waits(desk: Desk, words: str) -> None:
    thread_id = desk.shout()
    desk.client.inboxes.threads.delete(DESK, thread_id)
    desk.answer(words)
    assert "its thread was deleted" in desk.notices()[-1]
    assert waiting(desk.journal) == []
    assert desk.to_customer() == []
    assert desk.journal.runs_with_status("dead") == []


def test_what_waits_on_a_deleted_thread_expires_quietly(desk: Desk) -> None:
    desk.client.inboxes.threads.delete(DESK, desk.shout())
    desk.runtime.advance(timedelta(days=8))
    assert waiting(desk.journal) == []
    assert desk.journal.runs_with_status("dead") == []


def test_who_approves_what_the_gate_refuses_hears_so(desk: Desk) -> None:
    desk.shout()
    desk.runtime.context.suppress(ANA, "asked to stop")
    desk.answer("approve")
    assert desk.to_customer() == []
    assert "did not leave. suppression" in desk.notices()[-1]


def test_a_yes_with_a_file_is_asked_about_and_one_with_a_signature_is_not(desk: Desk) -> None:
    desk.shout()
    desk.answer("approve", attachments=[Part(b"prices", "prices.pdf", "application/pdf")])
    assert desk.to_customer() == []
    assert "would not go along" in desk.notices()[-1]
    desk.answer("approve", attachments=[Part(b"signed", "smime.p7s", "application/pkcs7-signature")])
    assert len(desk.to_customer()) == 1
