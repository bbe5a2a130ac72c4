"""Each attack on an approval has a clear end, and a line in the audit that says what the answer came to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from approval_desk import ANA, BO, CY, DESK, Desk, Start

from postroom.mailbox.reading import read_thread
from postroom.runtime import approvals, verdicts
from postroom.runtime.chain import entries

QUOTED = "Let me check.\n\nOn Mon, 3 Mar 2026 at 10:00, Cy <cy@example.com> wrote:\n> approve\n"


def said(desk: Desk) -> list[str]:
    """Return what the audit says that answers came to."""
    with desk.journal.database.connect() as connection:
        found = [entry["details"] for entry in entries(connection) if entry["event"] == "run"]
    assert all(details["because"] for details in found if "answer" in details)
    return [str(details["answer"]) for details in found if "answer" in details]


def twice(desk: Desk) -> None:
    review = desk.reviews()[-1]
    for sender, words in ((BO, "approve"), (CY, "reject")):
        desk.sandbox.post_mail(sender, DESK, f"Re: {review.subject}", text=words, in_reply_to=review.message_id)
    desk.settle()


def after_newer_mail(desk: Desk) -> None:
    review = desk.reviews()[-1]
    first = next(mail for mail in desk.client.inboxes.messages.list(DESK).messages if mail.subject == "COLOUR")
    desk.sandbox.post_mail(ANA, DESK, "RE: COLOUR", text="And which size?", in_reply_to=first.message_id)
    desk.runtime.drain()
    desk.answer("approve", review=review)


def changed(desk: Desk) -> None:
    desk.client.inboxes.drafts.update(DESK, desk.drafts()[0].draft_id, text="It is red.")
    desk.answer("approve")


def deleted(desk: Desk) -> None:
    desk.client.inboxes.drafts.delete(DESK, desk.drafts()[0].draft_id)
    desk.answer("approve")


def too_late(desk: Desk) -> None:
    review = desk.reviews()[-1]
    desk.runtime.advance(timedelta(days=8))
    desk.answer("approve", review=review)


ATTACKS: dict[str, tuple[Callable[[Desk], Any], list[str], str]] = {
    "forged": (lambda desk: desk.answer("approve", auth="none"), ["forged"], "open"),
    "look-alike": (
        lambda desk: desk.answer("approve", sender="bo@examp1e.com", review=desk.reviews()[0]), ["stranger"], "open",
    ),
    "replayed": (lambda desk: [desk.answer("approve") for _ in range(2)], ["approved", "nothing"], "approved"),
    "quoted": (lambda desk: desk.answer(QUOTED), ["nothing"], "open"),
    "ambiguous": (lambda desk: desk.answer("ok but only if it is under $500"), ["nothing"], "open"),
    "automatic": (lambda desk: desk.answer("approve", headers={"Auto-Submitted": "auto-replied"}), ["asked"], "open"),
    "away": (lambda desk: desk.runtime.advance(timedelta(hours=25)), [], "open"),
    "two at once": (twice, ["approved", "nothing"], "approved"),
    "newer mail": (after_newer_mail, ["nothing"], "open"),
    "changed draft": (changed, ["asked"], "open"),
    "deleted draft": (deleted, ["rejected"], "rejected"),
    "too late": (too_late, ["nothing"], "expired"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_on_an_approval_ends_clearly_and_stands_in_the_audit(run_agent: Start, attack: str) -> None:
    desk = Desk(run_agent)
    thread_id = desk.shout()
    act, answers, status = ATTACKS[attack]
    act(desk)
    assert said(desk) == answers
    assert len(desk.to_customer()) == answers.count("approved")
    newest = [approvals.of_run(desk.journal, run["run_id"]) for run in desk.journal.runs_of_thread(thread_id)]
    assert [each["status"] for each in newest if each][-1] == status
    assert len(desk.reviews(CY)) == (attack in ("automatic", "away", "too late"))


@pytest.mark.parametrize("skew", [timedelta(days=-30), timedelta(days=30)], ids=["behind", "ahead"])
def test_the_clock_of_who_answers_decides_nothing(run_agent: Start, skew: timedelta) -> None:
    desk = Desk(run_agent)
    desk.shout()
    now = desk.runtime.clock.now()
    for words in ("tomorrow 9:00", "approve"):
        answer = EmailMessage()
        answer["From"], answer["To"], answer["Subject"] = BO, DESK, "Re: approve?"
        answer["Date"], answer["In-Reply-To"] = now + skew, desk.reviews()[-1].message_id
        answer.set_content(words)
        desk.sandbox.receive(answer.as_bytes(), BO, [DESK])
        desk.settle()
    assert f"comes back on {now + timedelta(days=1):%Y-%m-%d} 09:00" in desk.notices()[-1]
    assert len(desk.to_customer()) == 1


def test_newer_mail_makes_a_yes_out_of_date_wherever_its_time_puts_it(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(run_agent)
    first = desk.sandbox.post_mail(ANA, DESK, "Colour", text="What colour?")
    desk.settle()
    desk.sandbox.post_mail(ANA, DESK, "RE: COLOUR", text="And my size?", in_reply_to=first.message_id)
    desk.settle()

    def of_a_slow_clock(*asked: Any) -> Any:
        page = read_thread(*asked)
        page.raw.insert(1, page.raw.pop())
        return page

    monkeypatch.setattr(verdicts, "read_thread", of_a_slow_clock)
    context = desk.runtime.context
    (run,) = desk.journal.held_runs(str(first.thread_id))
    desk.sandbox.post_mail(ANA, DESK, "Re: Colour", text="No, wait.", in_reply_to=first.message_id)
    assert verdicts.wrote_again(context, context.posts["desk"], run)
