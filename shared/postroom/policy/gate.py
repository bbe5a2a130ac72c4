"""One question, asked before every mail and again at the moment of sending: may this leave?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from postroom.mail import Message
from postroom.policy.hops import MOST_HOPS, said_of

MOST_PER_THREAD_AND_DAY = 5
MOST_PER_SENDER_AND_DAY = 20
MOST_NEW_PER_AGENT_AND_DAY = 50
MOST_TO_PEOPLE_PER_WRITER_AND_DAY = 10
PAUSED = "kill-switch"
"""The rule of what is switched off."""
FOLDED = "budget/people"
UNREACHED = "people/bounced"
KEPT_BACK = (FOLDED, UNREACHED)
"""The rules that keep a mail to our people back: they stop nothing else, and its thread gets their label."""
ON_THE_PAGE = "this is on the page and under the label needs-human alone"

Purpose = Literal["answer", "first", "follow_up", "forward", "internal"]
"""What a mail is for: a follow-up goes on a thread that we began and on which nobody has answered."""
NAMES: Mapping[Purpose, str] = {"answer": "answers", "first": "new mails", "forward": "forwarded mails"}


@dataclass(frozen=True)
class Outgoing:
    """A mail about to leave. `answers` is the message at hand; `released` means a person approved this mail.

    `campaign` (agent/campaign) is set on mail that nobody asked for. `hops` is the number of mails between agents with
    this one, if they are agents. `sourced`: it names its sources. `at_hand`: the message caused this mail; else time
    did, as with a follow-up. `writer` is because of whom it leaves, "" if of nobody: who wrote `answers`, or the
    recipient that an event is about.
    """

    agent: str
    inbox_id: str
    thread_id: str
    purpose: Purpose
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    answers: Message | None = None
    released: bool = False
    hops: int = 1
    sourced: bool = False
    at_hand: bool = True
    writer: str = ""
    campaign: str = ""

    @property
    def everyone(self) -> tuple[str, ...]:
        """Return all recipients."""
        return (*self.to, *self.cc)


@dataclass(frozen=True)
class Facts:
    """What the rules look at; gathered by the runtime, so that the rules stay pure.

    `sent_*` count mails of the same purpose: on this thread ever; on it, for this sender, and of new mails by this
    agent in the last 24 hours. What is being sent at this moment counts. What forged mail of a sender led to is counted
    apart from what their own did, and so are what events did and reminders of silence. `suppressed`, `doubted` and
    `switched_off` map an address or a scope to the reason on record. With those `doubted` we begin nothing, and answer
    what they write: of a domain that wants no more, or where nobody vouches for the wish. `writers` are the addresses
    that wrote on this thread, authenticated.
    """

    own: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()
    records: frozenset[str] = frozenset()
    writers: frozenset[str] = frozenset()
    suppressed: Mapping[str, str] = field(default_factory=dict)
    doubted: Mapping[str, str] = field(default_factory=dict)
    switched_off: Mapping[str, str] = field(default_factory=dict)
    sent_on_thread: int = 0
    sent_on_thread_today: int = 0
    sent_for_sender_today: int = 0
    sent_by_agent_today: int = 0
    generic_to_unauthenticated: bool = False


@dataclass(frozen=True)
class Verdict:
    """What the gate said, by which rule, and why in a sentence for people; of mail that may leave, what to add.

    What is to wait may leave from `until` on; with the scope `inbox` so may all first mails of its inbox.
    """

    outcome: Literal["allow", "hold", "refuse", "wait"]
    rule: str = "passed"
    reason: str = ""
    until: datetime | None = None
    scope: Literal["mail", "inbox"] = "mail"

    @property
    def allowed(self) -> bool:
        """Tell whether the mail may leave."""
        return self.outcome == "allow"


ALLOWED = Verdict("allow")
Rule = Callable[[Outgoing, Facts], Verdict | None]


def judge(mail: Outgoing, facts: Facts) -> Verdict:
    """Return the first objection of the rules in their order, or the permission to leave."""
    for rule in RULES:
        verdict = rule(mail, facts)
        if verdict is not None:
            return verdict
    last = mail.purpose == "internal" and facts.sent_for_sender_today == MOST_TO_PEOPLE_PER_WRITER_AND_DAY - 1
    if not last:
        return ALLOWED
    said = (
        f"This is mail {MOST_TO_PEOPLE_PER_WRITER_AND_DAY} about {mail.writer} in 24 hours, and the "
        "last. Its further threads are on the page and under the label needs-human alone."
    )
    return Verdict("allow", FOLDED, said)


def kill_switch(mail: Outgoing, facts: Facts) -> Verdict | None:
    """Refuse everything while a switch is off: for all, for the agent, for the inbox."""
    return stopped(mail.agent, mail.inbox_id, facts.switched_off, mail.campaign)


def stopped(agent: str, inbox_id: str, switched_off: Mapping[str, str], campaign: str = "") -> Verdict | None:
    """Refuse any effect of an agent at an inbox while one of their switches is off, mail or not.

    That of a `campaign` (agent/campaign) stops the mail that nobody asked for, and lets answers pass.
    """
    for scope in ("all", f"agent:{agent}", f"inbox:{inbox_id}", f"campaign:{campaign}"):
        if scope in switched_off:
            return Verdict("refuse", PAUSED, f"{scope} is switched off: {switched_off[scope]}")
    return None


def suppression(mail: Outgoing, facts: Facts) -> Verdict | None:
    """Refuse to write to an address that bounced, complained or asked us to stop, by whatever address it is reached.

    Of a hand-over it keeps back the mail that our people cannot get, and nothing else. A wish that came
    unauthenticated, or about a whole domain, stops all but answers to that address's own authenticated mail as it
    comes in, and mail to our people: otherwise anybody could cut a customer off.
    """
    writer = mail.answers.sender if mail.answers else None
    answered = [writer.address] if writer and mail.purpose == "answer" else []
    for address in (*mail.everyone, *answered):
        if address in facts.suppressed and mail.purpose == "internal":
            return Verdict("refuse", UNREACHED, f"{address} gets no mail ({facts.suppressed[address]}); {ON_THE_PAGE}")
        if address in facts.suppressed:
            return Verdict("refuse", "suppression", f"{address} is suppressed: {facts.suppressed[address]}")
    asked = set(answered) if writer and writer.authenticated and mail.at_hand else set()
    for address in mail.everyone:
        if address in facts.doubted and address not in facts.people | asked:
            reason = f"{facts.doubted[address]} (mail that comes from there is still answered)"
            return Verdict("refuse", "suppression", f"{address} is suppressed: {reason}")
    return None


def hops(mail: Outgoing, facts: Facts) -> Verdict | None:
    """Refuse what went through too many agents; mail to our people passes, unless we wrote what it is about.

    That ends with a person, whoever wrote: a partner may be one too.
    """
    by_us = mail.answers is not None and mail.answers.sender.address in facts.own
    ends = mail.purpose == "internal" and not by_us and facts.own.union(facts.partners).isdisjoint(mail.everyone)
    if mail.hops <= MOST_HOPS or ends:
        return None
    said = said_of(mail.answers) if mail.answers and mail.at_hand else ""
    reason = said or f"this would be mail {mail.hops} between agents"
    return Verdict("refuse", "loops/hops", f"{reason}, {MOST_HOPS} are allowed")


def loops(mail: Outgoing, facts: Facts) -> Verdict | None:
    """Refuse to answer or pass on mail of ours and of machines (RFC 3834 section 2), but for authenticated partners."""
    if mail.purpose in ("internal", "first", "follow_up") or mail.answers is None:
        return None
    writer = mail.answers.sender
    if writer.authenticated and writer.address in facts.partners:
        return None
    if writer.address in facts.own:
        return Verdict("refuse", "loops/own-address", f"{writer.address} is one of our own inboxes")
    if mail.answers.kind != "human":
        return Verdict("refuse", "loops/automatic", f"the message is automatic mail ({mail.answers.kind})")
    return None


def recipients(mail: Outgoing, facts: Facts) -> Verdict | None:
    """Let mail go only to those code knows: the sender at hand, our people, partners, our own records."""
    if not mail.to:
        return Verdict("refuse", "recipients/none", "the message names no address we could answer")
    malformed = [address for address in mail.everyone if not _well_formed(address)]
    if malformed:
        return Verdict("refuse", "recipients/malformed", f"{malformed[0]!r} is no mail address")
    known = facts.people | facts.partners
    ourselves = [address for address in mail.everyone if address in facts.own - known]
    if mail.purpose == "answer" and ourselves:
        return Verdict("refuse", "recipients/own-address", f"{ourselves[0]} is one of our own inboxes")
    if mail.purpose == "answer" and mail.answers is not None:
        known |= facts.writers | {mail.answers.sender.address, *_same_domain_reply_to(mail.answers)}
    if mail.purpose in ("first", "follow_up"):
        known |= facts.records
    strangers = [address for address in mail.everyone if address not in known]
    if strangers and not mail.released:
        return Verdict("hold", "recipients/unknown", f"{strangers[0]} is neither the sender nor in our records")
    ours = facts.people | facts.own
    outsiders = {*mail.to} - ours | {*mail.cc} - ours - facts.partners - facts.writers
    if len(outsiders) > 1 and not mail.released:
        return Verdict("hold", "recipients/shared", "several strangers would share one mail")
    return None


def unauthenticated(mail: Outgoing, facts: Facts) -> Verdict | None:
    """Hold answers to, and forwards of, a From that the mail system does not vouch for: it may be forged.

    An agent with `unauthenticated="generic"` answers once a thread, from sources it names.
    """
    message = mail.answers
    concerned = mail.purpose in ("answer", "forward")
    if not concerned or message is None or message.sender.authenticated or mail.released:
        return None
    generic = mail.purpose == "answer" and facts.generic_to_unauthenticated
    if generic and mail.sourced and facts.sent_on_thread == 0:
        return None
    said = f"{message.sender.address} is not authenticated"
    if generic:
        why = "this thread had its answer" if mail.sourced else "the answer names no sources"
        said = f"{said}, and {why}"
    return Verdict("hold", "recipients/unauthenticated", said)


def budgets(mail: Outgoing, facts: Facts) -> Verdict | None:
    """Refuse to write because of one thread or one person without end, whoever is on the other side."""
    if mail.purpose == "internal" or mail.answers is None or mail.released:
        return None
    name = NAMES[mail.purpose]
    if facts.sent_on_thread_today >= MOST_PER_THREAD_AND_DAY:
        spent = f"{facts.sent_on_thread_today} {name} on this thread in 24 hours"
        return Verdict("refuse", "budget/thread", f"{spent}, {MOST_PER_THREAD_AND_DAY} are allowed")
    if facts.sent_for_sender_today >= MOST_PER_SENDER_AND_DAY:
        spent = f"{facts.sent_for_sender_today} {name} because of this sender in 24 hours"
        return Verdict("refuse", "budget/sender", f"{spent}, {MOST_PER_SENDER_AND_DAY} are allowed")
    return None


def new_mails(mail: Outgoing, facts: Facts) -> Verdict | None:
    """Hold mail that begins a thread once its agent began many in a day, whether a mail, a timer or a cron made it.

    That of a campaign has caps of its own, which make it wait.
    """
    few = facts.sent_by_agent_today < MOST_NEW_PER_AGENT_AND_DAY
    if mail.purpose != "first" or mail.campaign or mail.released or few:
        return None
    spent = f"{facts.sent_by_agent_today} new mails of {mail.agent} in 24 hours"
    return Verdict("hold", "budget/agent", f"{spent}, {MOST_NEW_PER_AGENT_AND_DAY} are allowed")


def to_people(mail: Outgoing, facts: Facts) -> Verdict | None:
    """Refuse to mail our people without end because of one writer: the page and their label tell them the rest."""
    if mail.purpose != "internal" or facts.sent_for_sender_today < MOST_TO_PEOPLE_PER_WRITER_AND_DAY:
        return None
    spent = f"our people got {facts.sent_for_sender_today} mails about {mail.writer} in 24 hours"
    return Verdict("refuse", FOLDED, f"{spent}; {ON_THE_PAGE}")


RULES: tuple[Rule, ...] = (
    kill_switch,
    suppression,
    hops,
    loops,
    recipients,
    unauthenticated,
    budgets,
    new_mails,
    to_people,
)


def _same_domain_reply_to(message: Message) -> frozenset[str]:
    return frozenset(address for address in message.reply_to if address.rpartition("@")[2] == message.sender.domain)


def _well_formed(address: str) -> bool:
    local, at, domain = address.rpartition("@")
    return bool(at and local and domain) and not any(c.isspace() or c in ",;<>" for c in address)
