"""The recruiter: writes to people about roles, asks the same questions of all, and books interviews; people judge."""

from __future__ import annotations

from datetime import datetime, timedelta

import postroom
from postroom import Agent, Cancel, Message, Notify, Plan, Reply, Thread, Transition, days, hours
from postroom.campaign import Outreach
from postroom_kit.hiring import bookings
from postroom_kit.hiring.forbidden import wants_accommodation
from postroom_kit.hiring.weekly import Candidacy, weekly
from postroom_kit.hiring.wishes import wish
from postroom_kit.mail_reading.absence import return_date
from postroom_kit.outreach import after_absence, moments
from postroom_kit.replies.hearing import Heard
from postroom_kit.spoken import abroad
from recruiter_agent.appointments import about_interview, answered_invitation, offer_times, watch_interview
from recruiter_agent.candidates import Candidate, answers_so_far, candidate_of, from_sheet, summary
from recruiter_agent.decisions import SURE_OF_END, SURE_OF_INTEREST, SURE_OF_KIND, ReplyKind
from recruiter_agent.files import COMPANY, IDENTITY, ROLES, RULES
from recruiter_agent.files import read as read_data
from recruiter_agent.interviews import call_off, do
from recruiter_agent.states import FLOW, State
from recruiter_agent.steps import answer, ended, hear, said_no, stop, to_people, told, wrong_person

FOLLOW_UPS = {"follow_up_1": 4, "follow_up_2": 9}
"""Template, and day counted from the first mail (day 1)."""
LATER = timedelta(days=90)
ARRANGE = "asks for an arrangement, or tells of a disability"


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
    others = thread.inbox.campaigns(candidate.email)
    if any(each.replied for each in others if each.record.record_id != record.record_id):
        return None
    subject = f"{candidate.sheet.about['title']} at {COMPANY['name']}"
    first = postroom.Send("first", subject=subject, **candidate.letter, noticed=candidate.noticed)
    due = moments([*FOLLOW_UPS.values()], begun=thread.now, places=candidate.places, to=candidate.email)
    plans = [Plan(each, key=each, after=at, **candidate.letter) for each, at in zip(FOLLOW_UPS, due, strict=False)]
    return Transition(State.CONTACTED, first, *plans, labels=[f"role/{candidate.role}"])


@agent.on(*(state for state in State if state is not State.WITH_HUMAN))
def read(message: Message, thread: Thread) -> Transition | None:
    """Read what somebody answers: what its words alone settle first, then what only a model can tell."""
    candidate, sender = candidate_of(thread), message.sender
    heard = hear(message)
    if candidate is None and message.subject.startswith("unsubscribe "):
        return None  # a mail program's opt-out, done already
    if heard.stop or heard.erase:
        return stop(thread, candidate, heard)
    if candidate is None or not sender.authenticated or sender.address != candidate.email:
        return to_people("somebody writes who is not the candidate of this thread")
    if wants_accommodation(message.new_text):
        given = to_people(ARRANGE, tell=candidate)
        return given.changed(labels=[*given.labels, "priority/high"])
    if why := heard.grave or heard.for_people or ("asks for a person" if heard.wants_person else ""):
        return to_people(why, tell=candidate)
    if thread.state in (State.REVIEW, State.TO_INTERVIEW, State.BOOKED) and wish(message.new_text) == "fine":
        return Transition(thread.state, because="asks for nothing")
    if thread.state in (State.ENDED, State.DECLINED, State.TO_INTERVIEW):
        return to_people(f"writes again, and the thread was {thread.state.value}")
    if thread.state in (State.OFFERED, State.BOOKED):
        return about_interview(message, thread, candidate)
    if thread.state is State.SCREENING and (taken := screen(message, thread, candidate, heard)):
        return taken
    if heard.elsewhere:
        return wrong_person()
    if heard.no and not heard.asks:
        return said_no(thread, candidate, heard)
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
        return ended("referral", "names somebody else", told(message, "referral", heard.referred), thanks)
    if kind.kind == "interested" and thread.state not in (State.SCREENING, State.REVIEW):
        return interested(message, thread, candidate, heard)
    if kind.kind == "question":
        return answer(message, thread, candidate)
    return to_people(f"{kind.kind}, and the thread was {thread.state.value}", kind)


def interested(message: Message, thread: Thread, candidate: Candidate, heard: Heard) -> Transition:
    """Ask the questions of the role, and answer what was asked beside; what the sheet does not answer people get."""
    found, left, _ = from_sheet(message, thread, candidate, heard.asks) if heard.asks else (None, "", None)
    questions = [each.text for each in candidate.sheet.questions.tailored(candidate.stated)]
    body = found.body if found and not left else ""
    ask = Reply("screening", **candidate.letter, questions=questions, passed_on=bool(left), answer=body)
    labels = ["outcome/interested", f"questions/{candidate.sheet.questions.version}"]
    return Transition(State.SCREENING, *([told(message, "open question", [left])] if left else []), ask, labels=labels)


def screen(message: Message, thread: Thread, candidate: Candidate, heard: Heard) -> Transition | None:
    """Take answers to our questions, and ask once for those that are missing. None where the mail answers nothing.

    People then get all of it, and decide; they say so by the thread's label.
    """
    (given, new), role = answers_so_far(thread, candidate), candidate.sheet
    if not new and not any(not file.inline for file in message.attachments):
        return None
    if heard.no:
        return to_people("answers, and says no")
    missing = role.questions.unanswered(given)
    if missing and "asked/again" not in thread.labels:
        texts = [each.text for each in role.questions.tailored(candidate.stated) if each.id in missing]
        again = Reply("missing", **candidate.letter, questions=texts, some=bool(given))
        return Transition(State.SCREENING, again, labels=["asked/again"], because=f"not answered: {', '.join(missing)}")
    left = [told(message, "open question")] if heard.asks else []
    thanks = Reply("received", **candidate.letter, passed_on=bool(left))
    shown = [summary(thread, candidate, given), *left, thanks]
    return Transition(State.REVIEW, *shown, labels=["stage/screened", "status/0"], because="people judge")


# the talk about an interview, in `appointments.py`
agent.after(hours(1), State.TO_INTERVIEW)(offer_times)
agent.after(hours(1), State.BOOKED)(watch_interview)
agent.on_event("calendar")(answered_invitation)


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


@agent.after(postroom.business_days(5), State.REVIEW)
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
    heard = hear(message)
    if heard.stop or heard.erase:
        return stop(thread, candidate_of(thread), heard).changed(to=State.WITH_HUMAN)
    return to_people(ARRANGE if wants_accommodation(message.new_text) else "the candidate wrote again")


@agent.on_event("auto_reply", State.CONTACTED, State.LATER)
def away(message: Message, thread: Thread) -> Transition | None:
    """Move what is planned behind an absence: return and a business day, else seven days."""
    candidate = candidate_of(thread)
    if candidate is None:
        return None
    until = return_date(message.subject, message.new_text, message.timestamp)
    back = after_absence(until, now=thread.now, places=candidate.places, to=candidate.email)
    return Transition(thread.state, postroom.Postpone(until=back), labels=["outcome/away"], because="is away")


@agent.on_event("bounce")
def bounced(message: Message | None, thread: Thread) -> Transition | None:  # noqa: ARG001
    """End a thread whose address does not exist; where somebody talked to us already people have to find them."""
    if not (thread.event or {}).get("permanent"):
        return None
    silent = thread.state in (State.CONTACTED, State.LATER)
    return ended("bounced", "the address does not exist", Cancel()) if silent else to_people("our mail came back")


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
