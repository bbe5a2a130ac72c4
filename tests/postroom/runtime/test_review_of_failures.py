"""What failed, was refused or lies with people is acted on by its number in a review, while it stands as shown."""

from __future__ import annotations

import pytest
from approval_desk import ANA, BO, DESK, Start
from desk_agent.agent import State, agent
from review_desk import ReviewDesk, reviewed


@pytest.fixture(autouse=True)
def each_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    reviewed(monkeypatch)


def test_a_run_that_failed_is_taken_up_again_once(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent, "crash")
    desk.sandbox.post_mail(ANA, DESK, "Colour", text="What colour?")
    desk.runtime.drain()
    old = desk.to_review()
    desk.runtime.context.brain.scripts["Say"] = {"what": "answer", "body": "It is blue."}  # type: ignore[attr-defined]
    (dead,) = desk.journal.runs_with_status("dead")
    desk.say("1 retry")
    # the decision that is on record still crashes; it was tried
    assert desk.journal.run(dead["run_id"])["attempts"] == 3
    assert "1: it failed" in desk.told()
    desk.say("1 retry", digest=old)
    assert desk.journal.run(dead["run_id"])["attempts"] == 3
    assert "taken up since the review" in desk.notices()[-1]


def test_a_refused_run_is_asked_anew(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent, "wrong move")
    desk.sandbox.post_mail(ANA, DESK, "Colour", text="What colour?")
    desk.runtime.drain()
    desk.to_review()
    desk.runtime.context.brain.scripts["Say"] = {"what": "answer", "body": "It is blue."}  # type: ignore[attr-defined]
    desk.say("1 retry, please")
    assert len(desk.to_customer()) == 1
    assert "1: done" in desk.told()


def test_nobody_has_their_own_refused_mail_taken_up(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent, "wrong move")
    desk.sandbox.post_mail(BO, DESK, "Colour", text="What colour?")
    desk.runtime.drain()
    desk.to_review()
    desk.say("1 retry")
    assert "your own mail" in desk.told()


def test_a_thread_that_people_have_is_handed_back_while_it_stands_as_shown(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "hand_back", State.DONE)
    desk = ReviewDesk(run_agent, "escalate")
    thread_id = desk.sandbox.post_mail(ANA, DESK, "Hard", text="What colour?").thread_id
    desk.runtime.drain()
    old = desk.to_review()
    desk.say("1 hand back")
    assert "desk/done" in desk.labels(thread_id)
    assert f"1: {BO} gave the thread back" in desk.told()
    desk.say("1 take over", digest=old)
    assert "desk/done" in desk.labels(thread_id)
    assert "moved since the review" in desk.notices()[-1]


def test_an_agent_that_takes_no_thread_back_says_so(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent, "escalate")
    thread_id = desk.sandbox.post_mail(ANA, DESK, "Hard", text="What colour?").thread_id
    desk.runtime.drain()
    desk.to_review()
    desk.say("1 hand back")
    assert "desk/with-human" in desk.labels(thread_id)
    assert "takes no thread back" in desk.told()


def test_a_thread_that_one_of_us_answered_is_not_in_the_review(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent, "escalate")
    desk.sandbox.post_mail(ANA, DESK, "Hard", text="What colour?")
    desk.runtime.drain()
    handed = desk.sandbox.outbox(BO)[0]
    desk.sandbox.post_mail(
        BO, DESK, f"Re: {handed.subject}", text="It is green, we looked.", in_reply_to=handed.message_id
    )
    desk.settle()
    assert "With you" not in desk.to_review().text


def test_a_refused_event_is_asked_anew_with_all_that_it_told(run_agent: Start) -> None:
    desk = ReviewDesk(run_agent)
    desk.sandbox.post_mail(ANA, DESK, "Colour", text="What colour?")
    desk.runtime.drain()
    (sent,) = desk.client.inboxes.messages.list(DESK, labels=["sent"], to=[ANA]).messages
    desk.journal.switch_off("agent:desk", "test", desk.runtime.clock.now())
    details = {
        "message_id": sent.message_id, "thread_id": sent.thread_id, "inbox_id": DESK, "type": "Transient",
        "sub_type": "General", "timestamp": desk.runtime.clock.now().isoformat(),
        "recipients": [{"address": ANA, "status": "4.2.2"}],
    }  # fmt: skip
    desk.runtime.door.accept({"event_type": "message.bounced", "event_id": "evt_1", "bounce": details})
    desk.runtime.drain()
    (refused,) = desk.journal.runs_with_status("refused")
    desk.journal.switch_on("agent:desk")
    assert "kill-switch: 1" in desk.to_review().text
    desk.say("1 retry")
    assert [mail.subject for mail in desk.sandbox.outbox(BO)].count("[desk] a bounce") == 1
    assert desk.journal.run(refused["run_id"])["cause"] == refused["cause"]
