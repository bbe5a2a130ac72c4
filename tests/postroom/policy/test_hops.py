"""Agents that write to each other: whatever they do, and whatever strangers put into headers, it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from postroom import Message, Sender
from postroom.policy import Facts, Outgoing, judge
from postroom.policy.hops import HEADER, MOST_HOPS, hops_of, next_hop

AGENTS = ("a@one.test", "b@two.test", "c@three.test")
STRANGER = "eve@example.com"
AT = datetime(2026, 3, 2, tzinfo=UTC)
Way = Literal["answer", "first", "forward", "internal"]


def mail(sender: str = STRANGER, *, authenticated: bool = True, **fields: Any) -> Message:
    said = {"sender": Sender(sender, authenticated=authenticated), "to": (AGENTS[0],), **fields}
    return Message("<1>", "t", AGENTS[0], subject="Hi", new_text="Hi", timestamp=AT, **said)


@pytest.mark.parametrize(
    ("value", "hops"), [("0", 0), ("3", 3), (" 4 ", 4), ("9", 9), ("-1", 5), ("10", 5), ("", 5), ("²", 5), ("1, 2", 5)]
)
def test_a_header_is_a_digit_and_what_is_none_counts_as_the_most(value: str, hops: int) -> None:
    for name in (HEADER, HEADER.lower(), HEADER.upper()):
        assert hops_of(mail(headers={name: value})) == hops


def test_mail_of_a_person_has_no_hop_behind_it() -> None:
    assert hops_of(mail()) == 0
    assert next_hop(mail(), [mail(), mail()], {*AGENTS}, AT) == 1
    assert next_hop(None, [], {*AGENTS}, AT) == 1


def test_mail_between_agents_counts_both_ways_even_where_none_sets_the_header() -> None:
    theirs = mail(AGENTS[1])
    ours = mail(AGENTS[0], received=False, to=(AGENTS[1],))
    assert next_hop(theirs, [theirs, ours, theirs, ours, theirs], {*AGENTS[1:]}, AT) == MOST_HOPS + 1


def test_a_forged_agent_uses_up_no_hops_of_a_thread() -> None:
    forged = [mail(AGENTS[1], authenticated=False, headers={HEADER: "9"})] * 9
    assert next_hop(mail(), [*forged, mail()], {*AGENTS}, AT) == 1


def test_a_stranger_on_the_thread_uses_up_no_hops_of_its_timers() -> None:
    asked, ours = mail("ana@example.com"), mail(AGENTS[0], received=False, to=("ana@example.com",))
    for authenticated in (True, False):
        strange = mail(authenticated=authenticated, headers={HEADER: "9"})
        assert next_hop(None, [asked, ours, strange], {*AGENTS}, AT) == 1


def test_an_agent_that_is_not_known_uses_up_hops_of_a_thread_and_its_timers_with_it() -> None:
    asked, ours = mail("ana@example.com"), mail(AGENTS[0], received=False, to=("ana@example.com",))
    unknown = [mail(authenticated=authenticated, headers={HEADER: "5"}) for authenticated in (True, False)]
    assert [next_hop(None, [asked, ours, message], {*AGENTS}, AT) for message in unknown] == [MOST_HOPS + 1, 1]


def test_a_partner_that_is_a_person_is_answered_again_the_next_day() -> None:
    theirs, ours = mail(AGENTS[1]), mail(AGENTS[0], received=False, to=(AGENTS[1],))
    spent = [theirs, ours, theirs, ours, theirs]
    assert next_hop(theirs, spent, {*AGENTS[1:]}, AT) == MOST_HOPS + 1
    assert next_hop(theirs, spent, {*AGENTS[1:]}, AT + timedelta(days=1)) == 1


def test_an_answer_to_a_customer_with_a_partner_in_copy_is_not_between_agents() -> None:
    theirs = mail(AGENTS[1])
    ours = mail(AGENTS[0], received=False, to=("ana@example.com",), cc=(AGENTS[1],))
    assert next_hop(mail("ana@example.com"), [theirs, ours, ours, ours, ours, ours], {*AGENTS[1:]}, AT) == 2


@dataclass
class World:
    """Inboxes of agents; `depths` knows of every message how many agents wrote before it, whatever its header says."""

    partners: dict[str, frozenset[str]]
    people: dict[str, frozenset[str]]
    own: frozenset[str]
    threads: dict[tuple[str, str], list[Message]] = field(default_factory=dict)
    depths: dict[str, int] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def deliver(self, inbox: str, thread: str, message: Message, depth: int) -> tuple[str, str]:
        named = replace(message, message_id=f"<{next(self.numbers)}>", inbox_id=inbox, thread_id=thread)
        self.threads.setdefault((inbox, thread), []).append(named)
        self.depths[named.message_id] = depth
        return inbox, thread

    def act(self, at: tuple[str, str], way: Way, to: str, thread: str, *, timer: bool) -> tuple[str, str] | None:
        """Let the agent of an inbox write about the newest mail of a thread; return where that came in, if it left."""
        inbox, messages = at[0], self.threads[at]
        cause = next(message for message in reversed(messages) if message.received)
        human = next((message for message in reversed(messages) if message.received and message.kind == "human"), None)
        answered = human if timer else cause
        if way == "answer":
            to, thread = (answered.sender.address if answered else to), at[1]
        hops = next_hop(None if timer else cause, messages, self.own | self.partners[inbox], AT)
        facts = Facts(
            self.own | {inbox}, self.people[inbox], self.partners[inbox], frozenset(AGENTS), frozenset(AGENTS)
        )
        outgoing = Outgoing("x", inbox, at[1], way, (to,), answers=answered, hops=hops)
        if to == inbox or to not in AGENTS or not judge(outgoing, facts).allowed:
            return None
        kind: Any = "human" if way == "first" else "auto_reply"
        sent = mail(inbox, to=(to,), kind=kind, headers={HEADER: str(hops)})
        depth = self.depths[cause.message_id] + 1
        self.deliver(inbox, thread, replace(sent, received=False), depth)
        return self.deliver(to, thread, sent, depth)


OTHERS = st.fixed_dictionaries({agent: st.frozensets(st.sampled_from(AGENTS)) for agent in AGENTS})
NOBODY_STANDS_IN = dict.fromkeys(AGENTS, frozenset[str]())
NOBODY = st.just(NOBODY_STANDS_IN)
WORLDS = st.one_of(
    st.builds(World, OTHERS, OTHERS, st.just(frozenset(AGENTS))),  # one deployment, where agents may stand for people
    st.builds(World, OTHERS, NOBODY, st.just(frozenset())),  # each on its own
)
STRANGE = st.builds(
    mail,
    st.sampled_from([STRANGER, *AGENTS]),
    authenticated=st.booleans(),
    kind=st.sampled_from(["human", "auto_reply"]),
    headers=st.dictionaries(st.sampled_from([HEADER, "Auto-Submitted"]), st.text(max_size=4), max_size=2),
)
WAYS = st.sampled_from(["answer", "first", "forward", "internal"])
STEPS = st.lists(st.tuples(WAYS, st.sampled_from(AGENTS), st.booleans(), st.booleans()), min_size=8, max_size=30)


def apart(**partners: set[str]) -> World:
    """Return a world of agents each on its own; `b={"a@one.test"}` names the partners of one by its letter."""
    return World(
        {agent: frozenset(partners.get(agent[0], ())) for agent in AGENTS}, dict(NOBODY_STANDS_IN), frozenset()
    )


A_LAP_THROUGH_AN_AGENT_THAT_THE_FIRST_DOES_NOT_KNOW = [
    *[("answer", AGENTS[0], False, False)] * 4,
    ("answer", AGENTS[0], True, False),
    ("answer", AGENTS[1], True, False),
    *[("answer", AGENTS[0], True, False)] * 2,
]


@example(
    world=apart(b={AGENTS[0]}, c={AGENTS[0], AGENTS[1]}),
    strange=mail(AGENTS[2]),
    steps=A_LAP_THROUGH_AN_AGENT_THAT_THE_FIRST_DOES_NOT_KNOW,
)
@given(world=WORLDS, strange=STRANGE, steps=STEPS)
def test_no_chain_of_agents_is_longer_than_five(world: World, strange: Message, steps: list[Any]) -> None:
    at = world.deliver(AGENTS[0], "t", strange, 0)
    for number, (way, to, timer, same) in enumerate(steps):
        at = world.act(at, way, to, at[1] if same else f"t{number}", timer=timer) or at
    assert max(world.depths.values()) <= MOST_HOPS


@given(headers=st.dictionaries(st.sampled_from([HEADER, HEADER.lower()]), st.text(max_size=5)), kind=WAYS)
def test_a_header_of_a_stranger_never_lets_more_leave(headers: dict[str, str], kind: Way) -> None:
    plain, strange = mail(), mail(headers=headers)
    assert next_hop(strange, [strange], {*AGENTS}, AT) >= next_hop(plain, [plain], {*AGENTS}, AT)
