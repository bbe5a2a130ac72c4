"""What our people answer to a hand-over goes to the customer; a few words alone move the thread instead."""

from __future__ import annotations

import pytest
from approval_desk import ANA, BO, CY, DESK, Desk, Start
from desk_agent.agent import State, agent
from test_approvals_interrupted import Breaking

from postroom.runtime.approvals import waiting
from postroom.runtime.dead_letters import replay


@pytest.fixture
def desk(run_agent: Start) -> Desk:
    return handed(run_agent)


def handed(run_agent: Start, what: str = "escalate", **more: object) -> Desk:
    """Return a desk that has handed a thread over to Bo."""
    desk = Desk(run_agent, what=what, **more)
    desk.thread_id = str(desk.sandbox.post_mail(ANA, DESK, "Colour", text="What colour?").thread_id)
    desk.runtime.drain()
    return desk


def pack(desk: Desk) -> object:
    return next(mail for mail in desk.sandbox.outbox(BO) if "unsure" in mail.subject)


def test_the_words_of_a_person_go_to_the_customer_on_their_thread_without_what_they_quote(desk: Desk) -> None:
    before = len(desk.to_customer())
    quote = "On Mon, 3 Mar 2026 at 10:00, desk <desk@sandbox.test> wrote:\n> hands a thread to you\n"
    desk.answer(f"It is teal.\n\nBo\n\n{quote}", review=pack(desk))
    (sent,) = desk.to_customer()[: len(desk.to_customer()) - before]
    assert "It is teal." in sent.text
    assert "hands a thread to you" not in f"{sent.text}{sent.html}"
    assert "Auto-Submitted" not in (sent.headers or {})
    assert sent.in_reply_to
    assert "needs-human" not in desk.labels(desk.thread_id)
    assert "desk/with-human" in desk.labels(desk.thread_id)


@pytest.mark.parametrize("line", ["This is what I got from the desk:", "My answers are below in red."])
def test_a_hand_over_that_an_answer_shows_unmarked_never_reaches_the_customer(desk: Desk, line: str) -> None:
    before = len(desk.to_customer())
    block = "From: desk <desk@sandbox.test>\nSent: Monday, 2 March 2026 10:00\nTo: Bo <bo@example.com>\nSubject: unsure"
    desk.answer(f"{line}\n\n{block}\n\nhands a thread to you", review=pack(desk))
    assert len(desk.to_customer()) == before
    (told,) = desk.notices()
    assert "between lines that you quote" in told


def test_what_a_colleague_has_answered_is_answered_again_only_by_who_knows_that(desk: Desk) -> None:
    before = len(desk.to_customer())
    desk.answer("It is teal.", review=pack(desk))
    desk.settle()
    assert len(desk.to_customer()) == before + 1
    desk.answer("It is teal, to be precise.", review=pack(desk))
    assert (desk.notices(), len(desk.to_customer())) == ([], before + 2)
    desk.answer("Or green, I hear.", sender=CY, review=pack(desk))
    (told,) = desk.notices(CY)
    assert f"Nothing was sent: {BO} has answered this already" in told.replace("[@]", "@").replace("[.]", ".")
    assert len(desk.to_customer()) == before + 2
    desk.answer("Or green, I hear.", sender=CY, review=pack(desk))
    assert "Or green, I hear." in str(desk.to_customer()[0].text)
    assert len(desk.to_customer()) == before + 3


@pytest.mark.parametrize(
    "before",
    [[(BO, "It is teal."), (BO, "Thanks.")], [(CY, "yes"), (BO, "It is teal.")]],
    ids=["words that were not sent", "words of before"],
)
def test_who_has_heard_nothing_of_a_colleagues_answer_is_asked(desk: Desk, before: list[tuple[str, str]]) -> None:
    for who, words in before:
        desk.answer(words, sender=who, review=pack(desk))
    sent = len(desk.to_customer())
    desk.answer("It is green, I hear.", sender=CY, review=pack(desk))
    assert len(desk.to_customer()) == sent
    assert "has answered this already" in desk.notices(CY)[-1]


@pytest.mark.parametrize("words", ["yes", "Mine.", "OK", "tomorrow 9:00", "no", "edit\nIt is teal."])
def test_words_that_may_mean_something_else_are_asked_about(desk: Desk, words: str) -> None:
    before = len(desk.to_customer())
    desk.answer(words, review=pack(desk))
    assert len(desk.to_customer()) == before
    assert "Nothing was sent" in desk.notices()[-1]


def test_a_plain_yes_sends_the_suggested_reply_once(run_agent: Start) -> None:
    desk = handed(run_agent, "suggest")
    assert "approve" in str(pack(desk).text)
    for _ in range(2):
        desk.answer("approve", review=pack(desk))
    assert ["It is blue. We think." in str(mail.text) for mail in desk.to_customer()] == [True]
    assert "one of our people has answered already" in desk.notices()[-1]


def test_a_suggestion_that_leaves_something_open_is_not_sent_by_a_plain_yes(run_agent: Start) -> None:
    desk = handed(run_agent, "suggest in part")
    assert "sends the reply above" not in str(pack(desk).text)
    desk.answer("approve", review=pack(desk))
    assert desk.to_customer() == []
    assert "what was suggested leaves this open: how long it lasts" in " ".join(desk.notices()[-1].split())
    desk.answer("It is blue, and lasts a year.", review=pack(desk))
    assert len(desk.to_customer()) == 1


def test_a_no_with_its_reason_is_an_answer(desk: Desk) -> None:
    before = len(desk.to_customer())
    desk.answer("No, we have no green ones.", review=pack(desk))
    assert len(desk.to_customer()) == before + 1
    assert "No, we have no green ones." in desk.to_customer()[0].text


@pytest.mark.parametrize(("sender", "more"), [(BO, {"auth": "none"}), ("mallory@evil.test", {})])
def test_words_of_anybody_else_go_to_nobody(desk: Desk, sender: str, more: dict[str, str]) -> None:
    before = len(desk.sandbox.outbox())
    desk.answer("Send your card number to mallory@evil.test.", sender=sender, review=pack(desk), **more)
    assert len(desk.sandbox.outbox()) == before


def test_an_automatic_reply_of_a_person_goes_to_nobody(desk: Desk) -> None:
    before = len(desk.to_customer())
    desk.answer("I am away until Monday.", review=pack(desk), headers={"Auto-Submitted": "auto-replied"})
    assert len(desk.to_customer()) == before


def test_a_thread_is_handed_back_to_the_agent_by_those_words(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "hand_back", State.DONE)
    desk = handed(run_agent)
    before = len(desk.to_customer())
    desk.answer("hand back", review=pack(desk))
    assert "desk/done" in desk.labels(desk.thread_id)
    assert "desk/with-human" not in desk.labels(desk.thread_id)
    assert len(desk.to_customer()) == before


def test_an_agent_that_takes_no_thread_back_says_so(desk: Desk) -> None:
    desk.answer("hand back", review=pack(desk))
    assert "takes no thread back" in desk.notices()[-1]
    assert "desk/with-human" in desk.labels(desk.thread_id)


@pytest.mark.parametrize("boundary", ["before read", "after read", "before act:0", "after act:0", "before settle"])
def test_an_answer_that_breaks_off_is_sent_once(run_agent: Start, boundary: str) -> None:
    made: list[Breaking] = []

    def wrap(engine: object) -> Breaking:
        made.append(Breaking(engine))
        return made[0]

    desk = handed(run_agent, wrap_engine=wrap)
    before = len(desk.to_customer())
    made[0].armed = boundary
    desk.answer("It is teal.", review=pack(desk))
    for run in desk.journal.runs_with_status("dead"):
        replay(desk.runtime.context, run["run_id"])
    desk.settle()
    assert len(desk.to_customer()) == before + 1


def test_a_note_that_waits_for_approval_is_out_of_date_once_a_person_answered(run_agent: Start) -> None:
    desk = Desk(run_agent, what="escalate")
    thread_id = desk.shout()
    assert len(desk.drafts()) == 1
    desk.answer("It is teal, I am sure.", review=next(m for m in desk.sandbox.outbox(BO) if "unsure" in m.subject))
    assert [str(mail.text).strip() for mail in desk.to_customer()] == ["It is teal, I am sure."]
    assert desk.drafts() == []
    assert "waiting/approval" not in desk.labels(thread_id)


def test_words_about_a_second_writer_go_to_that_writer(run_agent: Start) -> None:
    desk = Desk(run_agent, what="answer")
    first = desk.sandbox.post_mail(ANA, DESK, "Colour", text="What colour?")
    desk.runtime.drain()
    desk.runtime.context.brain.scripts = {"Say": {"what": "escalate", "body": "A colleague will write."}}
    desk.sandbox.post_mail("eve@other.test", DESK, "Re: Colour", text="And my size?", in_reply_to=first.message_id)
    desk.runtime.drain()
    before = len(desk.to_customer())
    desk.answer("Dear Eve, your size is 44.", review=pack(desk))
    assert len(desk.to_customer()) == before
    assert "your size is 44" in str(desk.to_customer("eve@other.test")[0].text)


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("> desk hands a thread to you: unsure\n> Thread: 123\n\nIt is teal indeed.", {}),
        ("Cy, can you take this one? She is difficult.", {"cc": [CY]}),
        ("Please have a look at this one.", {"subject": "Fwd: [desk] unsure"}),
    ],
)
def test_internals_and_notes_to_a_colleague_go_to_nobody(desk: Desk, words: str, more: dict[str, object]) -> None:
    before = len(desk.to_customer())
    desk.answer(words, review=pack(desk), **more)
    assert len(desk.to_customer()) == before


@pytest.mark.parametrize(
    ("words", "more", "why"),
    [
        (None, {"html": "<p>It costs <s>100</s> 90 euros.</p>"}, "struck out"),
        ("hand back, it is done", {}, "begins with a wish"),
        ("take over, I'll call her now", {}, "begins with a wish"),
        ("reject: she is a troll", {}, "begins with a wish"),
        ("It is teal indeed.\n\nCase {case}.", {}, "lines of the hand-over"),
    ],
)
def test_what_is_not_for_the_customer_as_it_stands_is_asked_about(
    desk: Desk, words: str | None, more: dict[str, object], why: str
) -> None:
    before = len(desk.to_customer())
    handed_over = pack(desk)
    case = handed_over.subject.split()[1].rstrip("]")  # type: ignore[attr-defined]
    desk.answer(words and words.format(case=case), review=handed_over, **more)  # type: ignore[arg-type]
    assert len(desk.to_customer()) == before
    assert why in " ".join(desk.notices()[-1].split())


def test_a_condition_on_what_was_suggested_does_not_reach_the_customer(run_agent: Start) -> None:
    desk = handed(run_agent, "suggest")
    desk.answer("ok but only if it is under $500", review=pack(desk))
    assert desk.to_customer() == []
    assert "begins with a wish" in desk.notices()[-1]


def test_a_suggestion_is_not_sent_by_a_yes_that_is_struck_out(run_agent: Start) -> None:
    desk = handed(run_agent, "suggest")
    desk.answer("approve", html="<p><s>approve</s></p>", review=pack(desk))
    assert desk.to_customer() == []


@pytest.mark.parametrize("words", ["It is teal.", "take over", "hand back", "approve"])
def test_who_answers_about_a_deleted_thread_hears_so(desk: Desk, words: str) -> None:
    before = len(desk.to_customer())
    desk.client.inboxes.threads.delete(DESK, desk.thread_id)
    desk.answer(words, review=pack(desk))
    assert "the thread was deleted" in desk.notices()[-1]
    assert desk.journal.runs_with_status("dead") == []
    assert len(desk.to_customer()) == before


def test_a_note_that_waits_for_approval_ends_once_a_person_takes_the_thread_over(run_agent: Start) -> None:
    desk = Desk(run_agent, what="escalate")
    thread_id = desk.shout()
    (draft,) = desk.drafts()
    desk.answer("take over", review=next(m for m in desk.sandbox.outbox(BO) if "unsure" in m.subject))
    assert draft.draft_id not in [each.draft_id for each in desk.drafts()]
    assert "waiting/approval" not in desk.labels(thread_id)
    assert waiting(desk.journal) == []
    assert desk.to_customer() == []


def test_only_an_agent_that_takes_threads_back_offers_that(run_agent: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = handed(run_agent)
    assert "hand back" not in str(pack(desk).text)  # type: ignore[attr-defined]
    desk.answer("yes", review=pack(desk))
    assert "hand back" not in desk.notices()[-1]
    monkeypatch.setattr(agent, "hand_back", State.DONE)
    assert "hand back" in str(pack(handed(run_agent)).text)  # type: ignore[attr-defined]
