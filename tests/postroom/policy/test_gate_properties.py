"""What no combination of facts can get past the gate."""

from __future__ import annotations

from gate_cases import ANA, OURS, answer, mail_from
from hypothesis import given
from hypothesis import strategies as st

from postroom import Message, Sender
from postroom.policy import RULES, Facts, Outgoing, address_answer, judge
from postroom.policy.gate import (
    MOST_NEW_PER_AGENT_AND_DAY,
    MOST_PER_SENDER_AND_DAY,
    MOST_PER_THREAD_AND_DAY,
    MOST_TO_PEOPLE_PER_WRITER_AND_DAY,
)
from postroom.policy.hops import MOST_HOPS

ADDRESSES = st.sampled_from(
    [ANA, OURS, "bo@example.com", "cy@example.net", "team@example.com", "sdr@sandbox.test", "x@evil.example", "bad", ""]
)
SETS = st.frozensets(ADDRESSES, max_size=4)
REASONS = st.dictionaries(ADDRESSES, st.just("asked to stop"), max_size=3)
MESSAGES = st.builds(
    mail_from,
    ADDRESSES,
    sender=st.builds(Sender, ADDRESSES, st.just(""), st.booleans()),
    kind=st.sampled_from(["human", "auto_reply", "bounce", "list"]),
    cc=st.lists(ADDRESSES, max_size=3).map(tuple),
    reply_to=st.lists(ADDRESSES, max_size=2).map(tuple),
)
FACTS = st.builds(
    Facts,
    own=SETS,
    people=SETS,
    partners=SETS,
    records=SETS,
    writers=SETS,
    suppressed=REASONS,
    sent_on_thread_today=st.integers(0, 7),
    sent_for_sender_today=st.integers(0, 25),
    sent_by_agent_today=st.integers(48, 52),
    sent_on_thread=st.integers(0, 2),
    doubted=REASONS,
    generic_to_unauthenticated=st.booleans(),
)
MAILS = st.builds(
    Outgoing,
    agent=st.just("support"),
    inbox_id=st.just(OURS),
    thread_id=st.just("t"),
    purpose=st.sampled_from(["answer", "first", "forward", "internal"]),
    to=st.lists(ADDRESSES, max_size=3).map(tuple),
    cc=st.lists(ADDRESSES, max_size=2).map(tuple),
    answers=st.one_of(st.none(), MESSAGES),
    released=st.booleans(),
    hops=st.integers(1, MOST_HOPS + 2),
    sourced=st.booleans(),
)


@given(mail=MAILS, facts=FACTS)
def test_a_suppressed_address_never_gets_anything(mail: Outgoing, facts: Facts) -> None:
    if judge(mail, facts).allowed:
        assert not set(mail.everyone) & set(facts.suppressed)


@given(mail=MAILS, facts=FACTS)
def test_what_may_leave_goes_only_to_addresses_code_knows(mail: Outgoing, facts: Facts) -> None:
    if not judge(mail, facts).allowed:
        return
    known = set(facts.people | facts.partners)
    if mail.purpose == "first":
        known |= facts.records
    if mail.purpose == "answer" and mail.answers is not None:
        domain = mail.answers.sender.domain
        known |= facts.writers | {mail.answers.sender.address}
        known |= {address for address in mail.answers.reply_to if address.endswith(f"@{domain}")}
    assert mail.to
    assert mail.released or set(mail.everyone) <= known  # who released it saw whom it goes to


@given(message=MESSAGES, facts=FACTS, released=st.booleans())
def test_an_answer_addressed_by_code_never_reaches_a_machine_a_stranger_or_ourselves(
    message: Message, facts: Facts, released: bool
) -> None:
    addressed = address_answer(message, facts)
    mail = answer(message, addressed.to, cc=addressed.cc, released=released)
    if not judge(mail, facts).allowed:
        return
    writer = message.sender
    if not (writer.authenticated and writer.address in facts.partners):
        assert message.kind == "human"
        assert writer.address not in facts.own
    assert writer.authenticated or released or facts.generic_to_unauthenticated
    assert len(addressed.to) == 1
    assert addressed.to[0].endswith(f"@{writer.domain}")
    assert released or facts.sent_on_thread_today < MOST_PER_THREAD_AND_DAY
    assert released or facts.sent_for_sender_today < MOST_PER_SENDER_AND_DAY


@given(mail=MAILS, facts=FACTS)
def test_nothing_of_ours_leaves_beyond_its_budget(mail: Outgoing, facts: Facts) -> None:
    if not judge(mail, facts).allowed:
        return
    if mail.purpose == "first":
        assert mail.released or facts.sent_by_agent_today < MOST_NEW_PER_AGENT_AND_DAY
    if mail.purpose == "internal" and mail.answers is not None:
        assert facts.sent_for_sender_today < MOST_TO_PEOPLE_PER_WRITER_AND_DAY


@given(mail=MAILS, facts=FACTS)
def test_no_two_strangers_share_a_mail_that_nobody_released(mail: Outgoing, facts: Facts) -> None:
    strangers = {*mail.everyone} - facts.people - facts.own - facts.partners - facts.writers
    if judge(mail, facts).allowed:
        assert mail.released or len(strangers) <= 1  # who released it saw whom it goes to


@given(mail=MAILS, facts=FACTS)
def test_nothing_leaves_about_an_unauthenticated_mail_but_one_sourced_answer(mail: Outgoing, facts: Facts) -> None:
    about = mail.answers
    if not judge(mail, facts).allowed or about is None or about.sender.authenticated or mail.released:
        return
    if mail.purpose in ("answer", "forward"):
        assert (mail.purpose, mail.sourced, facts.sent_on_thread) == ("answer", True, 0)
        assert facts.generic_to_unauthenticated


@given(mail=MAILS, facts=FACTS)
def test_the_verdict_is_that_of_the_first_rule_that_objects(mail: Outgoing, facts: Facts) -> None:
    objections = [verdict for rule in RULES if (verdict := rule(mail, facts)) is not None]
    assert judge(mail, facts) == (objections[0] if objections else judge(mail, facts))
    assert judge(mail, facts).allowed is not bool(objections)
