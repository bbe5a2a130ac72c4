"""The recruiter: writes to people about roles, asks the same questions of all, and books interviews; people judge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import auto
from typing import Any

import postroom
from postroom import (
    Agent,
    Cancel,
    Escalate,
    Flow,
    Message,
    Notify,
    Plan,
    Postpone,
    Reply,
    Send,
    Suppress,
    Thread,
    Transition,
    business_days,
    days,
    hours,
)  # fmt: skip
from postroom.campaign import Outreach
from postroom.transition import Action
from postroom_kit.hiring import bookings
from postroom_kit.hiring.hearing import Heard, hear
from postroom_kit.hiring.invitations import reaction
from postroom_kit.hiring.slots import chosen
from postroom_kit.hiring.weekly import Candidacy, weekly
from postroom_kit.hiring.wishes import wish
from postroom_kit.mail_reading.absence import return_date
from postroom_kit.outreach import after_absence, moments
from postroom_kit.spoken import abroad
from recruiter_agent.candidates import Candidate, answers_so_far, candidate_of, from_sheet, summary
from recruiter_agent.decisions import SURE_OF_END, SURE_OF_INTEREST, SURE_OF_KIND, ReplyKind
from recruiter_agent.files import COMPANY, IDENTITY, ROLES, RULES
from recruiter_agent.files import read as read_data
from recruiter_agent.interviews import call_off, do, interview_of, invite, look, offer, uid_for

FOLLOW_UPS = {"follow_up_1": 4, "follow_up_2": 9}
"""Template, and day counted from the first mail (day 1)."""
LATER, A_DAY, SHORT_NOTICE = timedelta(days=90), timedelta(hours=24), timedelta(hours=2)


class State(postroom.State):
    NEW = auto()
    CONTACTED = auto()
    ANSWERED = auto()
    SCREENING = auto()
    REVIEW = auto()
    TO_INTERVIEW = auto()
    OFFERED = auto()
    BOOKED = auto()
    LATER = auto()
    DECLINED = auto()
    ENDED = auto()
    WITH_HUMAN = auto()


FLOW = Flow(start=State.NEW, moves=dict.fromkeys(State, set(State) - {State.NEW}))

agent = Agent(
    "recruiter", flow=FLOW, with_human=State.WITH_HUMAN, hand_back=State.ANSWERED, zone=COMPANY["zone"],
    answer_within=hours(6), oversight=True, outreach=Outreach(rows=Candidate, rules=RULES, identity=IDENTITY),
)  # fmt: skip


@agent.start
def begin(thread: Thread) -> Transition | None:
    """Write about one role, with both follow-ups planned; not to somebody who answered about another of our roles."""
    candidate, record = candidate_of(thread), thread.record
    if candidate is None or record is None:
        return None
    others = [each for each in thread.inbox.campaigns() if each.record.address == candidate.email]
    if any(each.replied for each in others if each.record.record_id != record.record_id):
        return None
    subject = f"{candidate.sheet.about['title']} at {COMPANY['name']}"
    first = Send("first", subject=subject, **candidate.letter, noticed=candidate.noticed)
    due = moments([*FOLLOW_UPS.values()], begun=thread.now, places=candidate.places, to=candidate.email)
    plans = [Plan(each, key=each, after=at, **candidate.letter) for each, at in zip(FOLLOW_UPS, due, strict=False)]
    return Transition(State.CONTACTED, first, *plans, labels=[f"role/{candidate.role}"])


@agent.on(*(state for state in State if state is not State.WITH_HUMAN))
def read(message: Message, thread: Thread) -> Transition | None:
    """Read what somebody answers: what its words alone settle first, then what only a model can tell."""
    candidate, sender = candidate_of(thread), message.sender
    heard = hear(message.subject, message.new_text, sender.address, COMPANY["name"])
    if candidate is None and message.subject.startswith("unsubscribe "):
        return None  # a mail program's opt-out, done already
    if heard.stop or heard.erase:
        return stop(thread, candidate, heard)
    if candidate is None or not sender.authenticated or sender.address != candidate.email:
        return to_people("somebody writes who is not the candidate of this thread")
    if heard.urgent or heard.for_people:
        given = to_people(heard.urgent or heard.for_people, tell=candidate)
        return given.changed(labels=[*given.labels, "priority/high"]) if heard.urgent else given
    if heard.wrong:
        return wrong_person()
    if thread.state in (State.ENDED, State.DECLINED, State.TO_INTERVIEW):
        return to_people(f"writes again, and the thread was {thread.state.value}")
    if heard.no and not heard.asks:
        return said_no(thread, candidate, heard)
    if thread.state in (State.OFFERED, State.BOOKED):
        return about_interview(message, thread, candidate)
    if thread.state is State.SCREENING and (taken := screen(message, thread, candidate, heard)):
        return taken
    return by_kind(message, thread, candidate, heard)


def by_kind(message: Message, thread: Thread, candidate: Candidate, heard: Heard) -> Transition:
    """Go on by what a reply comes to; where that is not sure people read it."""
    kind = thread.decide(ReplyKind, message)
    ends = kind.kind in ("opt-out", "not interested", "wrong person")
    least = SURE_OF_END if ends else SURE_OF_INTEREST if kind.kind == "interested" else SURE_OF_KIND
    if not kind.sure(least) or (ends and heard.asks):
        return to_people("not sure what the reply means", kind, tell=candidate if heard.asks else None)
    if kind.kind == "opt-out":
        return stop(thread, candidate, heard)
    if kind.kind == "not interested":
        return said_no(thread, candidate, heard)
    if kind.kind == "wrong person":
        return wrong_person()
    if foreign := abroad(message.new_text):
        return to_people(f"{kind.kind}: {foreign}", kind)
    if kind.kind == "later":
        again = Plan("later", key="later", after=thread.now + LATER, **candidate.letter)
        return Transition(State.LATER, told(message, "later"), again, labels=["outcome/later"])
    if kind.kind == "referral":
        thanks = Reply("referral", **candidate.letter)
        return ended("referral", "names somebody else", told(message, "referral", heard.friends), thanks)
    if kind.kind == "interested" and thread.state not in (State.SCREENING, State.REVIEW):
        return interested(message, thread, candidate, heard)
    if kind.kind == "question":
        return answer(message, thread, candidate)
    return to_people(f"{kind.kind}, and the thread was {thread.state.value}", kind)


def interested(message: Message, thread: Thread, candidate: Candidate, heard: Heard) -> Transition:
    """Ask the questions of the role, and answer what was asked beside; what the sheet does not answer people get."""
    found = from_sheet(message, thread, candidate, heard.asks) if heard.asks else None
    left = found.objection if found else ""
    questions = [each.text for each in candidate.sheet.questions.tailored(candidate.stated)]
    body = found.body if found and not left else ""
    ask = Reply("screening", **candidate.letter, questions=questions, passed_on=bool(left), answer=body)
    labels = ["outcome/interested", f"questions/{candidate.sheet.questions.version}"]
    return Transition(State.SCREENING, *([told(message, "open question", [left])] if left else []), ask, labels=labels)


def answer(message: Message, thread: Thread, candidate: Candidate) -> Transition:
    """Answer a question from the role sheet alone, else a person does."""
    found = from_sheet(message, thread, candidate, message.new_text.strip())
    if found.objection:
        return to_people(found.objection, *found.decisions, tell=candidate, shown=found.passages, suggested=found.body)
    reply = Reply("answer", **candidate.letter, body=found.body)
    to = State.ANSWERED if thread.state in (State.NEW, State.CONTACTED) else thread.state
    return Transition(to, reply, because="the role sheet answers this")


def screen(message: Message, thread: Thread, candidate: Candidate, heard: Heard) -> Transition | None:
    """Take answers to our questions, and ask once for those that are missing. None where the mail answers nothing.

    People then get all of it, and decide; they say so by the thread's label.
    """
    given, role = answers_so_far(thread, candidate), candidate.sheet
    if not given and not any(not file.inline for file in message.attachments):
        return None
    missing = role.questions.unanswered(given)
    if missing and "asked/again" not in thread.labels:
        texts = [each.text for each in role.questions.tailored(candidate.stated) if each.id in missing]
        again = Reply("missing", **candidate.letter, questions=texts, some=bool(given))
        return Transition(State.SCREENING, again, labels=["asked/again"], because=f"not answered: {', '.join(missing)}")
    left = [told(message, "open question")] if heard.asks else []
    thanks = Reply("received", **candidate.letter, passed_on=bool(left))
    shown = [summary(thread, candidate), *left, thanks]
    return Transition(State.REVIEW, *shown, labels=["stage/screened", "status/0"], because="people judge")


@agent.after(hours(1), State.TO_INTERVIEW)
def offer_times(thread: Thread) -> Transition | None:
    """Offer times an hour after people said yes: until then they may take it back."""
    candidate = candidate_of(thread)
    actions = offer(thread, candidate, again=look(thread) is not None) if candidate else []
    none = to_people("nobody of the panel is free at a time that suits both sides")
    return Transition(State.OFFERED, *actions, labels=["offers/1"]) if actions else none


def about_interview(message: Message, thread: Thread, candidate: Candidate) -> Transition:
    """Book the time that a candidate takes, move or call off what is booked; what is unclear is for people."""
    rows = look(thread, bookings.held)
    slots = [bookings.slot_of(row) for row in rows]
    said = chosen(message.new_text, slots, interview_of(thread, candidate).zone, candidate.clock)
    if said.slot and said.slot.start > thread.now:
        return invited(thread, candidate, rows[slots.index(said.slot)])
    wanted = wish(message.new_text)
    if wanted == "withdraw":
        return said_no(thread, candidate, None)
    others = wanted == "move" or (said.meant == "none" and thread.state is State.OFFERED)
    if others and "offers/2" not in thread.labels and (times := offer(thread, candidate, again=True)):
        return Transition(State.OFFERED, *times, labels=["offers/2"], because="wants another time")
    if wanted == "fine" and thread.state is State.BOOKED:
        return Transition(State.BOOKED, because="says that the time is fine")
    kind = thread.decide(ReplyKind, message)
    if kind.kind == "question" and kind.sure(SURE_OF_KIND):
        return answer(message, thread, candidate)
    return to_people("writes about the interview", kind, tell=candidate)


def invited(thread: Thread, candidate: Candidate, row: dict[str, Any]) -> Transition:
    """Book a time and invite to it."""
    return Transition(State.BOOKED, *invite(thread, candidate, row), labels=["stage/interview"], because="takes a time")


@agent.on_event("calendar")
def answered_invitation(message: Message, thread: Thread) -> Transition | None:
    """Note what guests answer to an invitation; a no or another time goes on as if it were written."""
    event, candidate = thread.event or {}, candidate_of(thread)
    writer, uid = message.sender.address if message.sender.authenticated else "", str(event.get("uid") or "")
    row = look(thread, uid=uid)
    if row is None or row["cancelled"]:
        return None
    if candidate is None or uid != uid_for(thread):
        told_of = Notify(
            "reply", subject="of the panel", what=str(event.get("partstat")), who=writer, text="", lines=[]
        )
        return Transition(thread.state, told_of) if writer in row["people"] else None
    interview = interview_of(thread, candidate)
    meant, _ = reaction(interview.meeting(row, row["sequence"]), event, writer)
    noted = do(thread, bookings.note, f"{meant} {thread.now:%j%H%M}", address=writer, said=meant)
    if meant in ("accepted", "tentative"):
        return Transition(thread.state, noted, labels=[f"invitation/{meant}"])
    if meant == "declined":
        off = call_off(thread, candidate, "the invitation was declined")[:2]  # their program took it out already
        return to_people("declined the invitation: another time, or no more?").changed(*off)
    if meant == "countered":  # what a program wrote is not answered: times are offered within the hour
        return Transition(State.TO_INTERVIEW, noted, because="wants another time")
    return None if meant == "stale" else to_people("an answer to the invitation that only people can follow")


@agent.after(hours(1), State.BOOKED)
def watch_interview(thread: Thread) -> Transition:
    """Remind a candidate once within the last 24 hours; ask people how it was when it is over."""
    candidate, row = candidate_of(thread), look(thread)
    if candidate is None or row is None or row["cancelled"]:
        return to_people("an interview that is in no diary")
    slot, when = bookings.slot_of(row), interview_of(thread, candidate).when(row)
    mark, ahead = f"reminded/{row['sequence']}", slot.start - thread.now
    if slot.end + timedelta(hours=1) <= thread.now:
        over = Notify("over", subject=f"{candidate.name}: how was it?", who=candidate.name, when=when)
        return Transition(State.REVIEW, over, labels=["status/0"], because="the interview is over")
    if SHORT_NOTICE < ahead <= A_DAY and mark not in thread.labels:
        remind = Reply("reminder", **candidate.letter, when=when)
        return Transition(State.BOOKED, remind, labels=[mark], because="a day ahead")
    return Transition(State.BOOKED, because="the interview is to come")


@agent.after(days(4), State.SCREENING, State.OFFERED)
def nudge(thread: Thread) -> Transition | None:
    """Ask once more what was not answered."""
    candidate = candidate_of(thread)
    if candidate is None or thread.sent_since_last_mail > 1 or "asked/again" in thread.labels:
        return None
    return Transition(thread.state, Reply("nudge", **candidate.letter, times=thread.state is State.OFFERED))


@agent.after(days(12), State.SCREENING, State.OFFERED, State.ANSWERED)
def leave_open(thread: Thread) -> Transition:
    """End a talk that the candidate left; no door is shut, and they may write again."""
    return ended("silence", "no answer", do(thread, bookings.cancel))


@agent.after(days(16), State.CONTACTED, State.LATER)
def no_answer(thread: Thread) -> Transition:
    """End what nobody answered, when all that was planned has left."""
    last, sent = thread.messages[-1], sum(not mail.received for mail in thread.messages)
    left = sent > len(FOLLOW_UPS) if thread.state is State.CONTACTED else not last.received
    silent = thread.now - last.timestamp
    if silent < timedelta(days=5) or (not left and silent < LATER * 1.5):
        return Transition(thread.state, because="there is more to come")
    return ended("silence", "no answer", Cancel())


@agent.after(business_days(5), State.REVIEW)
def status(thread: Thread) -> Transition | None:
    """Leave nobody without word: tell a candidate that we are still at it, twice at most, and people who waits."""
    candidate = candidate_of(thread)
    count = 1 + next((int(label[7:]) for label in thread.labels if label.startswith("status/")), 0)
    if candidate is None:
        return None
    waits = Notify("waits", subject=f"{candidate.name} waits for word from us", who=candidate.name, count=count)
    word = [Reply("status", **candidate.letter)] if count < 3 else []
    return Transition(State.REVIEW, waits, *word, labels=[f"status/{count}"], because="five days without word")


@agent.after(hours(1), State.DECLINED)
def tell_decision(thread: Thread) -> Transition | None:
    """Tell a candidate what people decided, an hour after they did: until then they may take it back."""
    candidate = candidate_of(thread)
    if candidate is None or "decision/told" in thread.labels:
        return None
    off = call_off(thread, candidate, "people decided")
    return Transition(State.DECLINED, *off, Reply("declined", **candidate.letter), labels=["decision/told"])


@agent.on(State.WITH_HUMAN)
def pass_on(message: Message, thread: Thread) -> Transition:
    """Pass on what a candidate adds while a person has the thread; a wish for no more mail counts at once."""
    heard = hear(message.subject, message.new_text, message.sender.address, COMPANY["name"])
    if heard.stop or heard.erase:
        return stop(thread, candidate_of(thread), heard).changed(to=State.WITH_HUMAN)
    return to_people(heard.urgent or "the candidate wrote again")


@agent.on_event("auto_reply", State.CONTACTED, State.LATER)
def away(message: Message, thread: Thread) -> Transition | None:
    """Move what is planned behind an absence: return and a business day, else seven days."""
    candidate = candidate_of(thread)
    if candidate is None:
        return None
    until = return_date(message.subject, message.new_text, message.timestamp)
    back = after_absence(until, now=thread.now, places=candidate.places, to=candidate.email)
    return Transition(thread.state, Postpone(until=back), labels=["outcome/away"], because="is away")


@agent.on_event("bounce", State.CONTACTED, State.LATER)
def bounced(message: Message | None, thread: Thread) -> Transition | None:  # noqa: ARG001
    """End a thread whose address does not exist."""
    gone = (thread.event or {}).get("permanent")
    return ended("bounced", "the address does not exist", Cancel()) if gone else None


@agent.on_event("complaint")
@agent.on_event("unsubscribed")
def unsubscribed(message: Message | None, thread: Thread) -> Transition:  # noqa: ARG001
    """End a thread whose candidate used the opt-out of a mail program or of the footer, or reported our mail."""
    return ended("opted-out", "used the opt-out", Cancel())


@agent.every("0 8 * * mon")
def report(inbox: postroom.Inbox) -> postroom.Actions | None:
    """Tell people on Mondays how far candidates came, what groups came on, and whose data are to be erased."""
    people = [
        Candidacy(each.record.record_id, each.record.item, each.record.address, each.record.read(Candidate).country,
                  each.state, each.labels, each.started)
        for each in inbox.campaigns() if isinstance(each.started, datetime)
    ]  # fmt: skip
    titles = {name: role.about["title"] for name, role in ROLES.items()}
    said = inbox.look_up(read_data, name="self_identification.json")["people"]
    found = weekly(people, titles, said, COMPANY["kept_months"], inbox.now.date())
    subject = f"candidates, week to {inbox.now:%Y-%m-%d}"
    return postroom.Actions(Notify("weekly", subject=subject, **found)) if found else None


def stop(thread: Thread, candidate: Candidate | None, heard: Heard) -> Transition:
    """Write to nobody again who wants no more mail; who wants their data gone is told to people."""
    off = (
        [Suppress("opted out", address=candidate.email), *call_off(thread, candidate, "opted out")[:2]]
        if candidate
        else []
    )
    actions = [Suppress("asks for no more mail"), *off]
    if not heard.erase:
        return ended("opted-out", "asks for no more mail", *actions)
    pack = Escalate(f"wants their data erased: postroom erase {candidate.email if candidate else 'ADDRESS'}")
    return Transition(State.WITH_HUMAN, pack, *actions, labels=["outcome/opted-out"], because=pack.reason)


def said_no(thread: Thread, candidate: Candidate, heard: Heard | None) -> Transition:
    """End it for good: who said no is written to about no role again, but to call off an interview."""
    off = call_off(thread, candidate, "the candidate said no")
    friends = list(heard.friends) if heard else []
    named = Notify("reply", subject="referral", what="referral", who=candidate.email, text="", lines=friends)
    return ended("no", "says no", *off, *([named] if friends else []), Suppress("said no to a role"))


def wrong_person() -> Transition:
    """End a thread that reached somebody else; nothing is asked of them."""
    return ended("wrong-person", "is not the one we meant", Suppress("we wrote to the wrong person"))


def ended(label: str, because: str, *actions: Action) -> Transition:
    """End a thread."""
    return Transition(State.ENDED, *actions, labels=[f"outcome/{label}"], because=because)


def told(message: Message, what: str, lines: Sequence[str] = ()) -> Notify:
    """Tell people of a mail that needs no hand-over."""
    who, text = str(message.sender), message.new_text
    return Notify("reply", subject=f"{who}: {what}", what=what, who=who, text=text, lines=list(lines))


def to_people(
    why: str,
    *decisions: postroom.Decision,
    tell: Candidate | None = None,
    shown: Sequence[Any] = (),
    suggested: str = "",
) -> Transition:
    """Give a thread to people with all that was seen; with `tell` the candidate hears that they have it."""
    pack = Escalate(why, decisions, tuple(shown), suggestion=suggested)
    hold = [Reply("holding", **tell.letter)] if tell else []
    return Transition(State.WITH_HUMAN, pack, *hold, labels=["outcome/people"], because=why)
