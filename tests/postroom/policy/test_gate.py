"""The gate: each rule alone, their order, and what no combination of facts can get past it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from gate_cases import ANA, OURS, answer, mail_from

from postroom import Sender
from postroom.policy import Facts, Outgoing, address_answer, judge
from postroom.policy.gate import MOST_PER_SENDER_AND_DAY, MOST_PER_THREAD_AND_DAY
from postroom.policy.hops import HEADER, MOST_HOPS

KNOWN = Facts(own=frozenset({OURS}), people=frozenset({"team@example.com"}), writers=frozenset({ANA}))


def rule_of(mail: Outgoing, facts: Facts = KNOWN) -> tuple[str, str]:
    verdict = judge(mail, facts)
    assert bool(verdict.reason) is not verdict.allowed
    return verdict.outcome, verdict.rule


def test_an_answer_to_its_authenticated_sender_may_leave() -> None:
    assert rule_of(answer(mail_from())) == ("allow", "passed")


@pytest.mark.parametrize("scope", ["all", "agent:support", f"inbox:{OURS}"])
def test_a_switch_stops_everything_of_its_scope_and_says_why(scope: str) -> None:
    facts = replace(KNOWN, switched_off={scope: "a wrong price"})
    internal = Outgoing("support", OURS, "t", "internal", ("team@example.com",))
    for mail in (answer(mail_from()), answer(mail_from(), released=True), internal):
        assert judge(mail, facts).rule == "kill-switch"
        assert "a wrong price" in judge(mail, facts).reason


@pytest.mark.parametrize("scope", ["agent:sdr", "inbox:sdr@sandbox.test", "agent:supp", "ALL"])
def test_a_switch_of_another_scope_stops_nothing(scope: str) -> None:
    assert judge(answer(mail_from()), replace(KNOWN, switched_off={scope: "x"})).allowed


def test_the_kill_switch_is_asked_first() -> None:
    message = mail_from(kind="auto_reply", sender=Sender(ANA))
    everything = replace(
        KNOWN, switched_off={"all": "x"}, suppressed={ANA: "bounced"}, sent_on_thread_today=99, people=frozenset()
    )
    order = ["kill-switch", "suppression", "loops/automatic", "recipients/unknown", "recipients/unauthenticated"]
    lift: list[Any] = [
        lambda mail, facts: (mail, replace(facts, switched_off={})),
        lambda mail, facts: (mail, replace(facts, suppressed={})),
        lambda mail, facts: (replace(mail, answers=replace(message, kind="human")), facts),
        lambda mail, facts: (replace(mail, cc=()), facts),
        lambda mail, facts: (replace(mail, answers=mail_from()), facts),
    ]
    mail, facts = answer(message, cc=("stranger@example.net",)), everything
    for rule, step in zip(order, lift, strict=True):
        assert judge(mail, facts).rule == rule
        mail, facts = step(mail, facts)
    assert judge(mail, facts).rule == "budget/thread"


@pytest.mark.parametrize("kind", ["auto_reply", "bounce", "complaint", "list", "calendar"])
def test_automatic_mail_is_not_answered_even_when_a_person_released_the_answer(kind: str) -> None:
    assert rule_of(answer(mail_from(kind=kind), released=True)) == ("refuse", "loops/automatic")


def test_our_own_address_is_not_answered() -> None:
    assert rule_of(answer(mail_from(OURS), (OURS,)))[1] == "loops/own-address"


def test_a_partner_is_answered_until_its_hops_are_used_up() -> None:
    mail = answer(mail_from("sdr@sandbox.test", kind="auto_reply"), ("sdr@sandbox.test",))
    facts = replace(KNOWN, own=frozenset({OURS, "sdr@sandbox.test"}), partners=frozenset({"sdr@sandbox.test"}))
    assert judge(replace(mail, hops=MOST_HOPS), facts).allowed
    assert rule_of(replace(mail, hops=MOST_HOPS + 1), facts) == ("refuse", "loops/hops")


@pytest.mark.parametrize("purpose", ["answer", "first", "forward"])
def test_what_went_through_too_many_agents_goes_no_further_whoever_it_is_for(purpose: Any) -> None:
    mail = replace(answer(mail_from(), ("team@example.com",)), purpose=purpose, hops=MOST_HOPS + 1)
    assert rule_of(mail) == ("refuse", "loops/hops")


def test_a_stranger_cannot_keep_a_hand_over_from_our_people_with_a_header() -> None:
    mail = Outgoing("support", OURS, "t", "internal", ("team@example.com",), answers=mail_from(), hops=MOST_HOPS + 1)
    assert judge(mail, KNOWN).allowed
    agents = {"to us": mail_from(OURS), "from us": mail_from()}
    to = {"to us": ("team@example.com",), "from us": (OURS,)}
    facts = replace(KNOWN, people=frozenset({"team@example.com", OURS}))
    for end, message in agents.items():
        assert rule_of(replace(mail, answers=message, to=to[end]), facts) == ("refuse", "loops/hops")


def test_what_a_partner_wrote_reaches_our_people_however_much_it_wrote() -> None:
    partner = "sdr@partner.example"
    mail = Outgoing("support", OURS, "t", "internal", ("team@example.com",), answers=mail_from(partner), hops=9)
    facts = replace(KNOWN, partners=frozenset({partner}))
    assert judge(mail, facts).allowed
    assert rule_of(replace(mail, to=(partner,)), facts) == ("refuse", "loops/hops")


@pytest.mark.parametrize(("value", "counts"), [("1, 1", 5), ("5", 5), ("7", 7)])
def test_a_header_that_stops_an_answer_is_named_in_the_reason(value: str, counts: int) -> None:
    mail = replace(answer(mail_from(headers={HEADER: value})), hops=counts + 1)
    assert f"came with Postroom-Hops {value!r}, which counts as mail {counts}" in judge(mail, KNOWN).reason
    timed = replace(mail, at_hand=False)
    for other in (timed, replace(mail, answers=mail_from())):
        assert judge(other, KNOWN).reason.startswith(f"this would be mail {counts + 1} between agents")


def test_a_partner_that_is_not_authenticated_is_a_stranger() -> None:
    forged = mail_from("sdr@partner.example", sender=Sender("sdr@partner.example"), kind="auto_reply")
    facts = replace(KNOWN, partners=frozenset({"sdr@partner.example"}), generic_to_unauthenticated=True)
    for purpose in ("answer", "forward"):
        mail = replace(answer(forged, ("sdr@partner.example",), sourced=True), purpose=purpose)
        assert rule_of(mail, facts) == ("refuse", "loops/automatic")
    written = replace(forged, kind="human")
    passed_on = replace(answer(written, ("sdr@partner.example",), sourced=True), purpose="forward")
    assert rule_of(passed_on, facts) == ("hold", "recipients/unauthenticated")


def test_mail_to_our_people_leaves_even_about_automatic_mail() -> None:
    mail = Outgoing("support", OURS, "t", "internal", ("team@example.com",), answers=mail_from(kind="bounce"))
    assert judge(mail, KNOWN).allowed


def test_an_answer_nobody_could_get_is_refused() -> None:
    assert rule_of(answer(mail_from(), ())) == ("refuse", "recipients/none")


@pytest.mark.parametrize("address", ["ana", "@example.com", "ana@", "a b@example.com", "a@b,c@d", "<ana@example.com>"])
def test_what_is_no_address_is_refused(address: str) -> None:
    assert rule_of(answer(mail_from(), (address,)))[1] == "recipients/malformed"


@pytest.mark.parametrize("purpose", ["answer", "first", "forward", "internal"])
def test_an_address_nobody_knows_is_held_whatever_the_purpose(purpose: Any) -> None:
    mail = replace(answer(mail_from(), ("made-up@example.net",)), purpose=purpose)
    assert rule_of(mail) == ("hold", "recipients/unknown")


def test_a_first_mail_goes_to_the_campaigns_own_records_alone() -> None:
    mail = Outgoing("sdr", OURS, "t", "first", ("lead@example.net",))
    assert judge(mail, replace(KNOWN, records=frozenset({"lead@example.net"}))).allowed
    assert rule_of(answer(mail_from(), ("lead@example.net",)), replace(KNOWN, records=frozenset({"lead@example.net"})))[
        1
    ] == ("recipients/unknown")


def test_several_strangers_never_share_one_mail() -> None:
    facts = replace(KNOWN, writers=frozenset({ANA, "bo@example.net"}))
    assert rule_of(answer(mail_from(), (ANA, "bo@example.net")), facts) == ("hold", "recipients/shared")


@pytest.mark.parametrize("cc", [("bo@example.com",), ("bo@example.com", "cy@example.com")])
def test_a_stranger_in_cc_counts_as_one_who_shares_the_mail(cc: tuple[str, ...]) -> None:
    facts = replace(KNOWN, records=frozenset({ANA, "bo@example.com", "cy@example.com"}))
    first = Outgoing("sdr", OURS, "t", "first", (ANA,), cc)
    assert rule_of(first, facts) == ("hold", "recipients/shared")
    answered = answer(mail_from(reply_to=("bo@example.com", "cy@example.com")), cc=cc)
    assert rule_of(answered) == ("hold", "recipients/shared")


def test_those_who_wrote_and_our_people_may_be_copied() -> None:
    facts = replace(KNOWN, writers=frozenset({ANA, "bo@example.net"}))
    assert judge(answer(mail_from(), cc=("bo@example.net", "team@example.com")), facts).allowed


@pytest.mark.parametrize(("to", "cc"), [((OURS,), ()), ((ANA,), (OURS,)), ((ANA,), ("sdr@sandbox.test",))])
@pytest.mark.parametrize("released", [True, False])
def test_no_answer_goes_to_ourselves(to: tuple[str, ...], cc: tuple[str, ...], released: bool) -> None:
    facts = replace(KNOWN, own=frozenset({OURS, "sdr@sandbox.test"}), writers=frozenset({ANA, OURS}))
    message = mail_from("ana@sandbox.test", reply_to=(OURS,))
    mail = answer(message, to, cc=cc, released=released)
    assert rule_of(mail, facts) == ("refuse", "recipients/own-address")


def test_a_reply_to_that_is_ours_does_not_count() -> None:
    message = mail_from("ana@sandbox.test", reply_to=(OURS, "help@sandbox.test"))
    assert address_answer(message, KNOWN).to == ("help@sandbox.test",)
    assert address_answer(mail_from("ana@sandbox.test", reply_to=(OURS,)), KNOWN).to == ("ana@sandbox.test",)


def test_an_unauthenticated_sender_gets_one_answer_only_where_the_agent_says_so() -> None:
    mail = answer(mail_from(sender=Sender(ANA)))
    assert rule_of(mail) == ("hold", "recipients/unauthenticated")
    generic = replace(KNOWN, generic_to_unauthenticated=True)
    assert rule_of(mail, generic)[1] == "recipients/unauthenticated"
    sourced = replace(mail, sourced=True)
    assert judge(sourced, generic).allowed
    assert rule_of(sourced, replace(generic, sent_on_thread=1))[1] == "recipients/unauthenticated"
    assert rule_of(sourced)[1] == "recipients/unauthenticated"
    assert judge(replace(mail, released=True), KNOWN).allowed


@pytest.mark.parametrize(
    ("fact", "most", "rule"),
    [
        ("sent_on_thread_today", MOST_PER_THREAD_AND_DAY, "budget/thread"),
        ("sent_for_sender_today", MOST_PER_SENDER_AND_DAY, "budget/sender"),
    ],
)
def test_a_budget_holds_to_the_last_answer_and_a_person_may_go_beyond(fact: str, most: int, rule: str) -> None:
    mail = answer(mail_from())
    assert judge(mail, replace(KNOWN, **{fact: most - 1})).allowed  # type: ignore[arg-type]
    spent = replace(KNOWN, **{fact: most})  # type: ignore[arg-type]
    assert rule_of(mail, spent) == ("refuse", rule)
    assert judge(replace(mail, released=True), spent).allowed


@pytest.mark.parametrize("purpose", ["first", "forward"])
def test_what_a_sender_makes_us_write_to_others_has_its_budget_too(purpose: Any) -> None:
    mail = replace(answer(mail_from(), ("team@example.com",)), purpose=purpose)
    assert rule_of(mail, replace(KNOWN, sent_for_sender_today=MOST_PER_SENDER_AND_DAY)) == ("refuse", "budget/sender")
    assert rule_of(mail, replace(KNOWN, sent_on_thread_today=MOST_PER_THREAD_AND_DAY)) == ("refuse", "budget/thread")
    of_a_cron = replace(mail, answers=None)
    assert judge(of_a_cron, replace(KNOWN, sent_on_thread_today=MOST_PER_THREAD_AND_DAY)).allowed


def test_who_is_suppressed_gets_no_answer_at_another_address_either() -> None:
    mail = answer(mail_from(reply_to=("help@example.com",)), ("help@example.com",))
    assert rule_of(mail, replace(KNOWN, suppressed={ANA: "asked to stop"})) == ("refuse", "suppression")
    told = Outgoing("support", OURS, "t", "internal", ("team@example.com",), answers=mail_from())
    assert judge(told, replace(KNOWN, suppressed={ANA: "asked to stop"})).allowed


def test_a_stop_that_may_be_forged_stops_all_but_answers_to_the_authenticated_mail_of_that_address() -> None:
    doubted = replace(KNOWN, doubted={ANA: "asked to stop"}, records=frozenset({ANA}))
    assert judge(answer(mail_from()), doubted).allowed
    first = replace(answer(mail_from()), purpose="first")
    for mail in (
        answer(mail_from(sender=Sender(ANA)), released=True),
        first,
        replace(first, answers=None),
        replace(answer(mail_from()), at_hand=False),
        answer(mail_from("bo@example.net"), cc=(ANA,)),
    ):
        assert rule_of(mail, doubted) == ("refuse", "suppression")
    told = Outgoing("support", OURS, "t", "internal", ("team@example.com",), answers=mail_from())
    assert judge(told, replace(KNOWN, doubted={"team@example.com": "asked to stop"})).allowed


def test_an_answer_goes_to_the_reply_to_only_within_the_senders_domain() -> None:
    assert address_answer(mail_from(reply_to=("help@example.com",)), KNOWN).to == ("help@example.com",)
    for other in ("ana@example.net", "ana@evil-example.com", "ana@mail.example.com"):
        assert address_answer(mail_from(reply_to=(other,)), KNOWN).to == (ANA,)


def test_people_in_cc_stay_only_if_they_wrote_or_are_ours() -> None:
    facts = replace(KNOWN, writers=frozenset({ANA, "bo@example.net"}))
    message = mail_from(cc=("bo@example.net", "stranger@example.net", "team@example.com", OURS, ANA))
    assert address_answer(message, facts).cc == ("bo@example.net", "team@example.com")


def test_a_sender_without_an_address_gets_no_answer() -> None:
    message = mail_from(sender=Sender(""), reply_to=("x@",))
    assert address_answer(message, KNOWN).to == ()
