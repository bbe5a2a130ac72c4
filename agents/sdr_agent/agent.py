"""The SDR: writes first to prospects of a campaign, follows up on days 3, 7 and 14, and stops at the first word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import auto
from typing import Any

import postroom
from postroom import Cancel, Message, Notify, Reply, Suppress, Thread, Transition
from postroom.campaign import Outreach
from postroom_kit.outreach import after_absence, moments
from postroom_kit.replies.hearing import Heard
from postroom_kit.research.campaign_report import campaign_figures, left_out, outcome
from postroom_kit.research.variants import assigned
from sdr_agent.decisions import SURE_OF_INTEREST, SURE_OF_KIND, ReplyKind
from sdr_agent.files import COMPANY, IDENTITY, RULES, VARIANTS, fact
from sdr_agent.prospects import Prospect, first_letter, shown
from sdr_agent.reading import answered_by_facts, answered_objection, hear, letters

FOLLOW_UPS = (("follow_up_1", 3, "driver-app"), ("follow_up_2", 7, "trial"), ("follow_up_3", 14, "what-it-does"))
"""Template, day counted from the first mail (day 1), and the fact of ours that it tells."""


class State(postroom.State):
    NEW = auto()
    CONTACTED = auto()
    ANSWERED = auto()
    INTERESTED = auto()
    BOOKED = auto()
    ENDED = auto()
    WITH_HUMAN = auto()


OPEN = set(State) - {State.NEW}
AT_THE_END = {State.ENDED, State.BOOKED, State.WITH_HUMAN}
FLOW = postroom.Flow(start=State.NEW, moves={**dict.fromkeys(State, OPEN), State.ENDED: AT_THE_END})


def in_a_strange_language(_transition: Transition, thread: Thread, _message: Message | None) -> str | None:
    """Hold a first mail to somebody whose language we have no letters in: it is in English."""
    prospect = _prospect(thread)
    if prospect is None or thread.messages or prospect.language in ("", prospect.letters):
        return None
    return f"in English, and their language is {prospect.language}: we have no letters in it"


agent = postroom.Agent(
    "sdr", flow=FLOW, with_human=State.WITH_HUMAN, hand_back=State.ANSWERED, zone=COMPANY["zone"],
    outreach=Outreach(rows=Prospect, rules=RULES, identity=IDENTITY, approve_first=True), hold=[in_a_strange_language],
)  # fmt: skip


@agent.start
def begin(thread: Thread) -> Transition | str:
    """Write the first mail, resting on what is known, with all follow-ups planned; none to whom we know nothing of."""
    assert thread.record, "a start has one"
    prospect, variant = thread.record.read(Prospect), assigned(thread.record.address, VARIANTS)
    letter = first_letter(thread, prospect, VARIANTS[variant])
    if isinstance(letter, str):
        return f"no first mail, as {letter}"
    first = postroom.Send("first", **shown(prospect), **letter.parts)
    plans, labels = follow_ups(prospect, thread.now), [f"variant/{variant}"]
    return Transition(State.CONTACTED, first, *plans, labels=labels, because=letter.because)


def follow_ups(prospect: Prospect, begun: datetime, done: int = 0) -> list[postroom.Plan]:
    """Plan the follow-ups that are left, the first of them as far from `begun` as it was to be from the mail before."""
    left, before = FOLLOW_UPS[done:], FOLLOW_UPS[done - 1][1] if done else 1
    due = moments([day - before + 1 for _, day, _ in left], begun=begun, places=prospect.places, to=prospect.email)
    return [
        postroom.Plan(template, key=f"day {day}", after=moment, **shown(prospect), fact=fact(about, prospect.letters))
        for (template, day, about), moment in zip(left, due, strict=False)
    ]


@agent.on(State.NEW, State.CONTACTED, State.ANSWERED, State.INTERESTED, State.BOOKED, State.ENDED)
def read(message: Message, thread: Thread) -> Transition | None:
    """Read what somebody answers: what its words alone settle first, then what only a model can tell."""
    prospect, heard = _prospect(thread), hear(message)
    if heard.grave:
        return for_good(thread, message, heard)
    if heard.stop:
        return stop(message, thread, heard)
    kind = thread.decide(ReplyKind, message)
    if prospect is None or not thread.is_theirs(message):
        return to_people("somebody writes who is not the prospect of this thread", kind)
    if thread.state in (State.ENDED, State.BOOKED, State.INTERESTED) or heard.for_people:
        return to_people(heard.for_people or f"writes again, and the thread was {thread.state.value}", kind)
    if heard.wants_person and kind.kind != "interested":
        return to_people("asks for a person", kind)
    if kind.kind == "unsubscribe":
        return stop(message, thread, heard, sure=kind.sure(SURE_OF_KIND))
    plain = heard.gone or heard.elsewhere or (heard.no and kind.kind != "objection")
    if not plain and not kind.sure(SURE_OF_INTEREST if kind.kind == "interested" else SURE_OF_KIND):
        return to_people("not sure what the reply means", kind)
    if heard.gone or heard.elsewhere or kind.kind == "wrong person":
        return turned_away(message, prospect, heard)
    if plain or kind.kind == "not interested":
        return to_people("says no, and more", kind) if heard.more else ended("no", "says no", Suppress("says no"))
    if kind.kind == "out of office":
        done = sum(not mail.received for mail in thread.messages) - 1
        plans = follow_ups(prospect, back(heard.returns, prospect, thread.now), done)
        left = plans if thread.state is State.CONTACTED else []
        return Transition(thread.state, *left, labels=["outcome/away"], because="is away")
    if kind.kind == "interested":
        return interested(message, thread, prospect, heard)
    return answer(message, thread, prospect, kind)


def interested(message: Message, thread: Thread, prospect: Prospect, heard: Heard) -> Transition:
    """Send the link to our calendar at once; never ask for times. People see each lead, and what is left open of it."""
    told = answered_by_facts(message, thread, prospect) if heard.asks else None
    left, answer = (told.objection, told.body) if told else ("", "")
    link = Reply("calendar_link", **shown(prospect, letters(message, prospect)), passed_on=bool(left), answer=answer)
    told_of = {"who": str(message.sender), "prospect": prospect.company, "text": message.new_text}
    lead = Notify("lead", **told_of, times=list(heard.times), open_question=left)
    return Transition(State.INTERESTED, lead, link, labels=["outcome/interested"], because="is interested")


def answer(message: Message, thread: Thread, prospect: Prospect, kind: ReplyKind) -> Transition:
    """Answer a question from approved facts, and an objection once with the answer that people approved to it."""
    if kind.kind == "objection" and thread.state is State.ANSWERED:
        return to_people("objects again", kind)
    find = answered_by_facts if kind.kind == "question" else answered_objection
    told = find(message, thread, prospect)
    if told.objection:
        return to_people(told.objection, kind, *told.decisions, passages=told.passages, suggestion=told.body)
    reply = Reply("answer", **shown(prospect, letters(message, prospect)), body=told.body)
    return Transition(State.ANSWERED, reply, labels=[f"outcome/{kind.kind}"], because=f"{kind.kind}: approved words")


def turned_away(message: Message, prospect: Prospect, heard: Heard) -> Transition:
    """End a thread that reached the wrong person; whom they name people read of, and nobody is written to."""
    why = "has left the company" if heard.gone else "is not the one to ask"
    told_of = {"who": str(message.sender), "prospect": prospect.company, "text": message.new_text}
    note = Notify("referral", **told_of, why=why, people=list(heard.referred))
    return ended("wrong-person", why, note, Suppress(why))


def stop(message: Message, thread: Thread, heard: Heard, *, sure: bool = True) -> Transition:
    """Write to nobody again who wants no more mail: the writer, the prospect, and all of a company that says so."""
    prospect, actions = _prospect(thread), [Suppress("asks for no more mail")]
    if prospect and prospect.email != message.sender.address:
        actions.append(Suppress("somebody asks for no more mail on their thread", address=prospect.email))
    if heard.bars_company and message.sender.authenticated:
        actions.append(Suppress("asks for no more mail to the company", address=heard.domain))
    if not sure or heard.for_people:
        why = heard.for_people or "perhaps asks for no more mail: none is sent"
        return to_people(why).changed(*actions, labels=["outcome/opted-out"])
    return ended("opted-out", "asks for no more mail", *actions)


def for_good(thread: Thread, message: Message, heard: Heard) -> Transition:
    """Give people what is angry, grave or speaks of lawyers; the whole company gets no mail from the agent again."""
    prospect = _prospect(thread)
    company = heard.domain if message.sender.authenticated else ""
    addresses = [company or message.sender.address, *([prospect.email] if prospect else [])]
    barred = [Suppress(f"writes in anger or of law: {heard.grave}", address=each) for each in addresses]
    return to_people(f"angry or grave: {heard.grave}").changed(*barred, labels=["outcome/complaint"])


@agent.on(State.WITH_HUMAN)
def pass_on(message: Message, thread: Thread) -> Transition:
    """Pass on what somebody adds while a person has the thread; a wish for no more mail counts at once."""
    heard = hear(message)
    if heard.stop:
        return stop(message, thread, heard).changed(postroom.Escalate("asks for no more mail"), to=State.WITH_HUMAN)
    return to_people("the prospect wrote again")


@agent.on_event("auto_reply", State.CONTACTED)
def away(message: Message, thread: Thread) -> Transition | None:
    """Move the follow-ups behind an absence that a program tells of: return and a business day, else seven days."""
    prospect, event, heard = _prospect(thread), thread.event or {}, hear(message)
    if prospect is None:
        return None
    if heard.gone:
        return turned_away(message, prospect, heard).changed(Cancel())
    until = date.fromisoformat(event["until"]) if event.get("until") else heard.returns
    moved = postroom.Postpone(until=back(until, prospect, thread.now))
    return Transition(State.CONTACTED, moved, labels=["outcome/away"], because=f"is away until {until or 'unknown'}")


def back(until: date | None, prospect: Prospect, now: datetime) -> datetime:
    """Return when to go on after an absence, in the prospect's own hours."""
    return after_absence(until, now=now, places=prospect.places, to=prospect.email)


@agent.on_event("calendar", State.CONTACTED, State.ANSWERED, State.INTERESTED)
def booked(message: Message, thread: Thread) -> Transition | None:
    """Stop writing where an invitation to a meeting comes from the prospect, and tell people."""
    prospect, event = _prospect(thread), thread.event or {}
    if prospect is None or message.sender.address != prospect.email or event.get("method") != "REQUEST":
        return None
    note = Notify("booked", who=str(message.sender), prospect=prospect.company)
    return Transition(State.BOOKED, Cancel(), note, labels=["outcome/meeting"], because="sends an invitation")


@agent.on_event("bounce", State.CONTACTED)
def bounced(message: Message | None, thread: Thread) -> Transition | None:  # noqa: ARG001
    """End a thread whose address does not exist; what is late only is waited for."""
    event = thread.event or {}
    gone = event.get("permanent") or event.get("type") == "Permanent"
    return ended("bounced", "the address does not exist", Cancel()) if gone else None


@agent.on_event("complaint")
@agent.on_event("unsubscribed")
def wants_no_more(message: Message | None, thread: Thread) -> Transition | None:  # noqa: ARG001
    """End a thread whose prospect used the opt-out of a mail or of a mail program, or reported it as unwanted."""
    event = thread.event or {}
    label = "complaint" if event.get("kind") == "complaint" else "opted-out"
    return None if event.get("type") == "not-spam" else ended(label, "wants no more mail", Cancel())


@agent.after(postroom.days(14), State.CONTACTED, State.ANSWERED, State.INTERESTED)
def end_in_silence(thread: Thread) -> Transition | None:
    """End a thread after two weeks without mail from either side; look again while follow-ups are to come."""
    last = max((mail.timestamp for mail in thread.messages), default=thread.now)
    over = thread.state is not State.CONTACTED or sum(not mail.received for mail in thread.messages) > len(FOLLOW_UPS)
    if thread.now - last < timedelta(days=7) or not (over or thread.now - last > timedelta(days=120)):
        return Transition(thread.state, because="follow-ups are to come")
    return ended("silence" if thread.state is State.CONTACTED else "quiet", "two weeks of silence", Cancel())


@agent.every("0 8 * * mon")
def report(inbox: postroom.Inbox) -> postroom.Actions | None:
    """Tell people on Mondays what came of each campaign and variant, beside what is usual."""
    outcomes = [outcome(progress, State.BOOKED.value) for progress in inbox.campaigns()]
    figures = campaign_figures(outcomes, inbox.now, **COMPANY["report"])
    told = Notify("weekly", subject=f"campaigns, {inbox.now:%Y-%m-%d}", campaigns=figures, left_out=left_out(outcomes))
    return postroom.Actions(told) if figures else None


def ended(label: str, because: str, *actions: postroom.transition.Action) -> Transition:
    """End a thread without a word to the prospect."""
    return Transition(State.ENDED, *actions, labels=[f"outcome/{label}"], because=because)


def to_people(
    why: str, *decisions: postroom.Decision, passages: Sequence[Any] = (), suggestion: str = ""
) -> Transition:
    """Give a thread to people with all that was seen; the prospect hears nothing until one of them writes."""
    pack = postroom.Escalate(why, decisions, tuple(passages), suggestion=suggestion)
    return Transition(State.WITH_HUMAN, pack, labels=["outcome/people"], because=why)


def _prospect(thread: Thread) -> Prospect | None:
    return thread.record.read(Prospect) if thread.record else None
