"""Agents that write first: each person once, what follows it planned in sight, and nothing after a no."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from caller_agent.agent import Person, caller
from mail_wire import TUESDAY

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.campaign import parse_campaign
from postroom.runtime import progress, records
from postroom.runtime.app import Runtime
from postroom_kit.outreach import Leaving, Objection, RuleBook

ANA = "ana@firm.test"
HEAD = "email,name,role,renew,shout\n"


class Rules(RuleBook):
    """A rule book that says what a test wants, and remembers what it was asked."""

    says: Callable[[Leaving], Objection | None]
    asked: list[Leaving]

    def judge(self, leaving: Leaving, settings: Any = None) -> Objection | None:
        self.asked.append(leaving)
        return self.says(leaving)


def rules(says: Callable[[Leaving], Objection | None]) -> Rules:
    made = Rules(())
    object.__setattr__(made, "says", says)
    object.__setattr__(made, "asked", [])
    return made


class Called:
    """A caller agent at work on a sandbox."""

    def __init__(self, runtime: Runtime, sandbox: Sandbox, rules: Rules) -> None:
        self.runtime, self.sandbox, self.rules = runtime, sandbox, rules
        self.numbers = itertools.count(1)

    def take_in(self, rows: str, name: str = "spring.csv", *, head: str = HEAD) -> Any:
        sheet = parse_campaign(name, f"{head}{rows}\n", Person)
        return records.take_in(self.runtime.context, self.runtime.context.posts["caller"], sheet)

    def go(self, **by: float) -> None:
        self.runtime.advance(timedelta(**by))

    def mails(self, to: str = ANA) -> list[Any]:
        return list(reversed(self.sandbox.outbox(to)))

    def answer(self, text: str, sender: str = ANA, headers: dict[str, str] | None = None, to: str = ANA) -> None:
        last = self.mails(to)[-1]
        raw = f"From: {sender}\r\nTo: caller@sandbox.test\r\nSubject: Re: {last.subject}\r\n"
        raw += f"In-Reply-To: {last.message_id}\r\nMessage-ID: <answer-{next(self.numbers)}@firm.test>\r\n"
        raw += "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        self.sandbox.receive(f"{raw}\r\n{text}\r\n".encode(), sender, ["caller@sandbox.test"])
        self.runtime.drain()

    def standing(self) -> dict[str, Any]:
        found = map(progress.restored, progress.gather(self.runtime.context, "caller"))
        return {f"{each.record.address} {each.record.item}".strip(): each for each in found}

    def drafts(self) -> list[Any]:
        return list(self.sandbox.client().inboxes.drafts.list("caller@sandbox.test").drafts)


@pytest.fixture
def called(run_agent: Callable[..., tuple[Runtime, Sandbox]]) -> Callable[..., Called]:
    def start(says: Callable[[Leaving], Objection | None] = lambda _leaving: None, **more: Any) -> Called:
        book = rules(says)
        runtime, sandbox = run_agent(caller(book, **more.pop("outreach", {})), ScriptedBrain(), **more)
        return Called(runtime, sandbox, book)

    return start


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
    here.answer("STOP writing to us", sender=sender)
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
    (mail,) = here.mails()
    details = {
        "inbox_id": "caller@sandbox.test", "thread_id": here.standing()[ANA].thread_id, "message_id": mail.message_id,
        "timestamp": here.sandbox.clock.now().isoformat(), "type": "Permanent", "recipients": [{"address": ANA}],
    }  # fmt: skip
    here.runtime.door.accept({"event_type": "message.bounced", "event_id": "evt_1", "bounce": details})
    here.runtime.drain()
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


def test_what_must_wait_leaves_when_the_rules_allow_and_after_a_downtime_one_step_a_time(called: Any) -> None:
    opens = TUESDAY + timedelta(hours=5)

    def late(leaving: Leaving) -> Objection | None:
        waits = leaving.now < opens
        return Objection("law/window", "too early there", "wait", until=opens) if waits else None

    here = called(late)
    here.take_in(f"{ANA},Ana,,,")
    here.go(hours=4)
    assert not here.mails()
    assert "law/window" in here.standing()[ANA].note
    here.go(hours=2)
    (mail,) = here.mails()
    assert mail.timestamp >= opens
    here.sandbox.clock.set(TUESDAY + timedelta(days=40))  # nobody was there meanwhile
    here.go(hours=1)
    assert len(here.mails()) == 2


def test_a_follow_up_that_must_wait_keeps_its_draft(called: Any) -> None:
    opens = TUESDAY + timedelta(days=5)

    def late(leaving: Leaving) -> Objection | None:
        waits = leaving.kind == "follow_up" and leaving.now < opens and leaving.now > TUESDAY + timedelta(days=2)
        return Objection("law/window", "too early there", "wait", until=opens) if waits else None

    here = called(late)
    here.take_in(f"{ANA},Ana,,,")
    here.go(days=4)
    assert len(here.mails()) == 1
    assert len(here.drafts()) == 2
    here.go(days=1, hours=1)
    assert len(here.mails()) == 2
    here.go(days=10)
    assert len(here.mails()) == 3


def test_an_answer_that_must_wait_becomes_a_draft_that_leaves_by_itself(called: Any) -> None:
    opens = TUESDAY + timedelta(hours=12)

    def night(leaving: Leaving) -> Objection | None:
        waits = leaving.kind == "answer" and leaving.now < opens
        return Objection("law/night", "night there", "wait", until=opens) if waits else None

    here = called(night)
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.answer("Yes, come by.")
    assert len(here.mails()) == 1
    assert here.standing()[ANA].state == "answered"
    here.go(hours=13)
    assert len(here.mails()) == 2
    assert "Thank you" in here.mails()[-1].text


def test_what_the_rules_refuse_never_leaves(called: Any) -> None:
    here = called(lambda _leaving: Objection("law/no-basis", "no consent on record", "refuse"))
    here.take_in(f"{ANA},Ana,,,")
    here.go(days=30)

    assert not here.mails()
    assert here.standing()[ANA].status == "refused"
    assert "law/no-basis" in here.standing()[ANA].note


def test_a_first_mail_that_a_person_is_to_see_leaves_with_their_yes_and_its_plans_with_it(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,true")
    here.go(minutes=1)
    assert not here.mails()
    assert here.standing()[ANA].status == "held"
    (token,) = [row["token"] for row in waiting(here)]
    say(here, token, "approve")

    assert len(here.mails()) == 1
    assert here.standing()[ANA].state == "called"
    assert len(here.drafts()) == 2
    here.go(days=8)
    assert len(here.mails()) == 3


def test_a_yes_at_night_is_kept_until_the_morning(called: Any) -> None:
    opens = TUESDAY + timedelta(hours=20)

    def night(leaving: Leaving) -> Objection | None:
        waits = TUESDAY + timedelta(hours=2) < leaving.now < opens
        return Objection("law/night", "night there", "wait", until=opens) if waits else None

    here = called(night)
    here.take_in(f"{ANA},Ana,,,true")
    here.go(hours=3)
    (token,) = [row["token"] for row in waiting(here)]
    say(here, token, "approve")
    assert not here.mails()
    here.go(hours=20)
    assert len(here.mails()) == 1
    assert not waiting(here)


def test_a_rejected_first_mail_ends_it(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,true")
    here.go(minutes=1)
    (token,) = [row["token"] for row in waiting(here)]
    say(here, token, "reject")
    here.go(days=30)

    assert not here.mails()
    assert here.standing()[ANA].status == "refused"


def test_a_record_that_the_agent_leaves_out_is_left_out(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Nobody,,,")
    here.go(days=30)

    assert not here.mails()
    assert here.standing()[ANA].status == "refused"


def test_a_renewed_plan_is_worded_at_the_moment_it_leaves(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,true,")
    here.go(days=4)

    assert "Hello anew" in here.mails()[1].text
    assert len(here.drafts()) == 1


def test_a_renewed_plan_with_nothing_left_to_say_leaves_no_draft_behind(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Paid,,true,")
    here.go(days=30)

    assert len(here.mails()) == 1
    assert here.standing()[ANA].state == "over"
    assert not here.drafts()


def test_a_renewed_plan_that_a_person_edited_waits_for_them(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,true,")
    here.go(minutes=1)
    for draft in here.drafts():
        here.sandbox.client().inboxes.drafts.update("caller@sandbox.test", draft.draft_id, text="Mine.")
    here.go(days=4)

    assert len(here.mails()) == 1
    assert len(waiting(here)) == 1


def test_the_gate_counts_what_left_before(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,roofer,,\n{ANA},Ana,tiler,,\nbo@firm.test,Bo,,,")
    here.go(minutes=1)

    seen = max((leaving.sent for leaving in here.rules.asked), key=lambda sent: sent.by_agent_today)
    assert (seen.by_inbox_today, seen.by_agent_today) == (2, 2)
    assert max(leaving.sent.to_domain_today for leaving in here.rules.asked) == 2
    assert max(len(leaving.sent.to_person) for leaving in here.rules.asked) == 1


def test_a_cap_of_the_inbox_keeps_all_that_wait_with_it(called: Any) -> None:
    tomorrow = datetime(2026, 5, 6, tzinfo=UTC)

    def cap(leaving: Leaving) -> Objection | None:
        full = leaving.sent.by_inbox_today >= 2
        return Objection("manners/cap", "two a day", "wait", until=tomorrow, scope="inbox") if full else None

    here = called(cap)
    here.take_in("\n".join(f"p{number}@firm{number}.test,P,,," for number in range(6)))
    here.go(hours=1)

    assert len(here.sandbox.outbox()) == 2
    asked = len(here.rules.asked)
    assert asked < 20
    here.go(hours=12)
    assert len(here.sandbox.outbox()) == 2


def test_a_switch_of_a_campaign_lets_nobody_be_begun_with_and_answers_pass(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.runtime.context.journal.switch_off("campaign:caller/spring", "a test", here.runtime.clock.now())
    here.take_in("bo@firm.test,Bo,,,")
    here.go(days=4)
    assert len(here.sandbox.outbox()) == 1
    here.answer("Yes, come by.")
    assert len(here.mails()) == 2
    here.runtime.context.journal.switch_on("campaign:caller/spring")
    here.go(hours=1)
    assert len(here.mails("bo@firm.test")) == 1


def waiting(here: Called) -> list[Any]:
    from postroom.runtime import approvals

    return list(approvals.waiting(here.runtime.context.journal))


def say(here: Called, token: str, wish: str) -> None:
    from postroom.runtime import answers, approvals

    row = next(row for row in waiting(here) if row["token"] == token)
    context = here.runtime.context
    held = approvals.held(context.journal, row["run_id"])
    content = approvals.shown(context, context.posts["caller"], held)
    assert content is not None
    wrong = answers.hand_in_said(context, token, row["content"], wish)
    assert not wrong
    here.runtime.run_due()
