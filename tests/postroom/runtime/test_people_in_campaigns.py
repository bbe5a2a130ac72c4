"""What our people write on a campaign's thread, or what was restored there, passes the rules like any other mail."""

from __future__ import annotations

from typing import Any

from campaign_desk import ANA, CALLER

from postroom.runtime.rebuild import rebuild
from postroom_kit.outreach import Leaving, Objection

TEAM = "team@example.com"


def hand_over(here: Any) -> Any:
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.answer("Give me a person, please.")
    return here.mails(TEAM)[-1]


def test_an_answer_of_our_people_to_a_hand_over_leaves_with_who_writes_and_how_to_stop(called: Any) -> None:
    here = called()
    handed = hand_over(here)
    here.sandbox.post_mail(
        TEAM, CALLER, f"Re: {handed.subject}", text="We can come by on Thursday at noon.", in_reply_to=handed.message_id
    )
    here.runtime.drain()
    here.go(hours=1)

    assert not here.runtime.context.journal.runs_with_status("dead")
    last = here.mails()[-1]
    assert "We can come by on Thursday at noon." in last.text
    assert "Caller Ltd" in last.text
    assert "Caller Ltd" in last.html
    assert here.rules.asked[-1].kind == "answer"


def test_words_of_our_people_that_a_rule_refuses_do_not_leave_and_are_kept(called: Any) -> None:
    def no(leaving: Leaving) -> Objection | None:
        barred = "Thursday" in leaving.text
        return Objection("law/attorney", "an attorney speaks for them", "refuse") if barred else None

    here = called(no)
    handed = hand_over(here)
    here.sandbox.post_mail(
        TEAM, CALLER, f"Re: {handed.subject}", text="We can come by on Thursday at noon.", in_reply_to=handed.message_id
    )
    here.runtime.drain()

    assert len(here.mails()) == 1
    assert not here.runtime.context.journal.runs_with_status("dead")


def test_an_answer_restored_after_a_lost_database_passes_the_rules(called: Any) -> None:
    before = called(autonomy="caller: approve")
    before.take_in(f"{ANA},Ana,,,")
    before.go(minutes=1)
    before.say("approve")
    before.answer("Yes, come by.")
    here = called(sandbox=before.sandbox, autonomy="caller: approve")
    here.take_in(f"{ANA},Ana,,,")
    rebuild(here.runtime.context)
    here.go(minutes=5)
    here.say("approve")

    assert "Thank you" in here.mails()[-1].text
    assert not here.runtime.context.journal.runs_with_status("dead")
