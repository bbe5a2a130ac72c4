"""The recruiter: writes to people about roles, asks the same questions of all, and books interviews; people judge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import postroom
from postroom import Agent, Cancel, Message, Notify, Plan, Thread, Transition, days, hours
from postroom.campaign import Outreach
from postroom_kit.hiring.decided import decided
from postroom_kit.hiring.forbidden import tells_of_health, wants_accommodation
from postroom_kit.hiring.weekly import Candidacy, weekly
from postroom_kit.hiring.wishes import wish
from postroom_kit.outreach import moments
from postroom_kit.replies.hearing import Heard
from postroom_kit.spoken import abroad
from recruiter_agent import steps
from recruiter_agent.candidates import Candidate, answers_so_far, candidate_of, summary
from recruiter_agent.decisions import SURE, SURE_OF_KIND, ReplyKind
from recruiter_agent.files import COMPANY, IDENTITY, RULES, TITLES
from recruiter_agent.files import read as read_data
from recruiter_agent.interviews import about_interview, answered_invitation, offer_times, watch_interview
from recruiter_agent.steps import FLOW, State

FOLLOW_UPS = {"follow_up_1": 4, "follow_up_2": 9}
"""Template, and day counted from the first mail (day 1)."""
LATER = timedelta(days=90)
AT_ONCE = ("slots", "reminder", "cancelled")
"""What would be false a day later: it waits for no working hours."""

agent = Agent(
    "recruiter", flow=FLOW, with_human=State.WITH_HUMAN, hand_back=State.ANSWERED, zone=COMPANY["zone"],
    answer_within=hours(6), oversight=True, forget=steps.forget,
    outreach=Outreach(rows=Candidate, rules=RULES, identity=IDENTITY, answers=frozenset(AT_ONCE)),
)  # fmt: skip


@agent.start
def begin(thread: Thread) -> Transition | str:
    """Write about one role, once, with both follow-ups planned; not to who answered about another of our roles."""
    candidate, mine = candidate_of(thread), thread.record and thread.record.record_id
    others = thread.inbox.campaigns(candidate.email) if candidate else ()
    known = [each for each in others if each.record.record_id != mine and (each.replied or each.started)]
    if candidate is None or any(each.replied or each.record.item == candidate.role for each in known):
        return "they answered about a role, or were written to about this one"
    subject = f"{TITLES[candidate.role]} at {COMPANY['name']}"
    first = postroom.Send("first", subject=subject, **candidate.letter, noticed=candidate.noticed)
    due = moments([*FOLLOW_UPS.values()], begun=thread.now, places=candidate.places, to=candidate.email)
    plans = [Plan(each, key=each, after=at, **candidate.letter) for each, at in zip(FOLLOW_UPS, due, strict=False)]
    return Transition(State.CONTACTED, first, *plans, labels=[f"role/{candidate.role}"])


@agent.on(*State)
def read(message: Message, thread: Thread) -> Transition | None:
    """Read what somebody answers: what its words alone settle first, then what only a model can tell."""
    candidate, state, heard = candidate_of(thread), thread.state, steps.hear(message)
    urgent = "asks for an arrangement, or tells of a disability" if wants_accommodation(message.new_text) else ""
    if candidate is None and message.subject.startswith("unsubscribe "):
        return None  # a mail program's opt-out, done already
    if heard.stop or heard.erase:
        return steps.stop(message, thread, candidate, heard)
    if state is State.WITH_HUMAN:
        return steps.to_people(urgent or "the candidate wrote again")
    if candidate is None or not thread.is_theirs(message):
        return steps.to_people("somebody writes who is not the candidate of this thread")
    if why := urgent or heard.grave or heard.for_people or ("asks for a person" if heard.wants_person else ""):
        return steps.to_people(why, tell=None if heard.grave else candidate, labels=["priority/high"] if urgent else [])
    if state is State.ANSWERED:
        thread = replace(thread, state=steps.resumed(thread, candidate))
    state, no = thread.state, heard.no and not heard.asks
    if state in (State.REVIEW, State.TO_INTERVIEW, State.BOOKED) and wish(message.new_text) == "fine" and not no:
        return Transition(state, because="asks for nothing")
    if state in (State.OFFERED, State.BOOKED):
        return about_interview(message, thread, candidate, heard)
    if state is State.SCREENING and (taken := screen(message, thread, candidate, heard)):
        return taken
    if no and state in (State.REVIEW, State.TO_INTERVIEW) and wish(message.new_text) != "withdraw":
        return steps.to_people("says no, and may mean something else than the role")
    if no and state not in (State.DECLINED, State.HIRED):
        return steps.said_no(thread, candidate, heard.referred)
    if state in (State.ENDED, State.DECLINED, State.HIRED, State.TO_INTERVIEW):
        return steps.to_people(f"writes again, and the thread was {state.value}")
    return steps.wrong_person() if heard.elsewhere else by_kind(message, thread, candidate, heard)


def by_kind(message: Message, thread: Thread, candidate: Candidate, heard: Heard) -> Transition:
    """Go on by what a reply comes to; where that is not sure people read it."""
    kind = thread.decide(ReplyKind, message)
    what, ends = kind.kind, kind.kind in ("opt-out", "not interested", "wrong person", "referral")
    if not kind.sure(SURE.get(what, SURE_OF_KIND)) or (ends and heard.asks) or tells_of_health(message.new_text):
        return steps.to_people("not sure what the reply means", kind, tell=candidate if heard.asks else None)
    if what == "opt-out":
        return steps.stop(message, thread, candidate, heard)
    if what == "not interested" and thread.state is not State.REVIEW:
        return steps.said_no(thread, candidate, heard.referred)
    if what == "wrong person":
        return steps.wrong_person()
    if foreign := abroad(message.new_text):
        return steps.to_people(f"{what}: {foreign}", kind)
    if what == "later":
        at = candidate.back(heard.returns, thread.now) if heard.returns else thread.now + LATER
        again = Plan("later", key="later", after=at, **candidate.letter)
        return Transition(State.LATER, steps.told(message, "later"), again, labels=["outcome/later"])
    if what == "referral":
        named = steps.told(message, "referral", heard.referred)
        return steps.ended("referral", "names somebody else", named, candidate.reply("referral"))
    if what == "interested" and thread.state not in (State.SCREENING, State.REVIEW):
        return interested(message, thread, candidate, heard)
    if what == "question":
        return steps.answer(message, thread, candidate)
    return steps.to_people(f"{what}, and the thread was {thread.state.value}", kind)


def interested(message: Message, thread: Thread, candidate: Candidate, heard: Heard) -> Transition:
    """Ask the questions of the role, and answer what was asked beside; what the sheet does not answer people get."""
    questions, (asked, beside) = candidate.job.questions, steps.beside(message, thread, candidate, heard.asks)
    ask = candidate.reply("screening", questions=[each.text for each in questions.tailored(candidate.stated)], **beside)
    return Transition(State.SCREENING, *asked, ask, labels=["outcome/interested", f"questions/{questions.version}"])


def screen(message: Message, thread: Thread, candidate: Candidate, heard: Heard) -> Transition | None:
    """Take answers to our questions, and ask once for those that are missing. None where the mail answers nothing.

    People then get all of it, and decide; they say so by the thread's label.
    """
    (given, new), questions = answers_so_far(thread, candidate), candidate.job.questions
    if not new and not any(not file.inline for file in message.attachments):
        return None
    if heard.no:
        return steps.to_people("answers, and says no")
    missing, (asked, beside) = questions.unanswered(given), steps.beside(message, thread, candidate, heard.asks)
    if missing and "asked/again" not in thread.labels:
        texts = [each.text for each in questions.tailored(candidate.stated) if each.id in missing]
        again, why = candidate.reply("missing", questions=texts, some=bool(given), **beside), ", ".join(missing)
        return Transition(State.SCREENING, *asked, again, labels=["asked/again"], because=f"no answer to {why}")
    shown = [summary(thread, candidate, given), *asked, candidate.reply("received", **beside)]
    return Transition(State.REVIEW, *shown, labels=["stage/screened", "status/0"], because="people judge")


@agent.after(hours(1), State.ANSWERED)
@steps.for_candidates
def resume(thread: Thread, candidate: Candidate) -> Transition | None:
    """Go on where a thread was that people gave back: an interview that is booked stays so, and has its reminder."""
    state = steps.resumed(thread, candidate)
    return None if state is State.ANSWERED else Transition(state, because="people gave it back")


# the talk about an interview, in `interviews.py`
agent.after(hours(1), State.TO_INTERVIEW)(offer_times)
agent.after(hours(4), State.BOOKED)(watch_interview)
agent.on_event("calendar")(answered_invitation)


@agent.after(days(4), State.SCREENING, State.OFFERED)
@steps.for_candidates
def nudge(thread: Thread, candidate: Candidate) -> Transition | None:
    """Ask once more what was not answered, when they are back."""
    if thread.label("away") > f"{thread.now:%Y-%m-%d}":
        return Transition(thread.state, because="is away")
    times, mark = thread.state is State.OFFERED, f"nudged/{thread.state.value}"
    asked = mark in thread.labels or (not times and "asked/again" in thread.labels)
    return None if asked else Transition(thread.state, candidate.reply("nudge", times=times), labels=[mark])


@agent.after(days(12), State.SCREENING, State.OFFERED, State.ANSWERED)
@steps.for_candidates
def leave_open(thread: Thread, candidate: Candidate) -> Transition:
    """End a talk that the candidate left; no door is shut, and they may write again."""
    return steps.ended("silence", "no answer", *steps.call_off(thread, candidate, "no answer"))


@agent.after(days(16), State.CONTACTED, State.LATER)
def no_answer(thread: Thread) -> Transition:
    """End what nobody answered, when all that was planned has left."""
    last, sent = thread.messages[-1], sum(not mail.received for mail in thread.messages)
    left = sent > len(FOLLOW_UPS) if thread.state is State.CONTACTED else not last.received
    silent = thread.now - last.timestamp
    if silent < timedelta(days=5) or (not left and silent < LATER * 1.5):
        return Transition(thread.state, because="there is more to come")
    return steps.ended("silence", "no answer", Cancel())


@agent.after(postroom.business_days(5), State.REVIEW)
@steps.for_candidates
def status(thread: Thread, candidate: Candidate) -> Transition:
    """Leave nobody without word: tell a candidate that we are still at it, twice at most, and people who waits."""
    count = 1 + int(thread.label("status") or 0)
    waits = Notify("waits", subject=f"{candidate.name} waits for word from us", who=candidate.name, count=count)
    word = [candidate.reply("status", again=count > 1)] if count < 3 else []
    return Transition(State.REVIEW, waits, *word, labels=[f"status/{count}"], because="five days without word")


@agent.after(hours(1), State.DECLINED, State.HIRED)
@steps.for_candidates
def keep_decision(thread: Thread, candidate: Candidate) -> Transition | None:
    """Keep what people decided, an hour after they did: until then they may take it back. A no is told then."""
    found = decided(thread.state.value, thread.labels)
    if f"decision/{found.what}" in thread.labels:
        return None
    off = steps.call_off(thread, candidate, "people decided")
    no = [candidate.reply("declined")] if thread.state is State.DECLINED else []
    return steps.noted(thread.state, found, candidate, *off, *no)


@agent.after(days(7), State.OFFERED, State.DECLINED, State.HIRED)
def note_reasons(thread: Thread) -> Transition | None:
    """Keep who decided and why where people said so later than an hour."""
    found, wait = decided(thread.state.value, thread.labels), thread.state is not State.OFFERED
    look = "reasons/asked" in thread.labels and (wait or not found.missing)
    return steps.noted(thread.state, found) if look else None


@agent.on_event("auto_reply", State.CONTACTED, State.LATER, State.SCREENING, State.OFFERED)
def away(message: Message, thread: Thread) -> Transition | None:
    """Move what is planned behind an absence: return and a business day, else seven days."""
    candidate, silent = candidate_of(thread), thread.state in (State.CONTACTED, State.LATER)
    if candidate is None:
        return None
    back = candidate.back(steps.hear(message).returns, thread.now)
    labels = [f"away/{back:%Y-%m-%d}", *(["outcome/away"] if silent else [])]
    return Transition(thread.state, postroom.Postpone(until=back), labels=labels, because="is away")


@agent.on_event("bounce")
def bounced(message: Message | None, thread: Thread) -> Transition | None:  # noqa: ARG001
    """End a thread whose address does not exist; where somebody talked to us already people have to find them."""
    if not (thread.event or {}).get("permanent"):
        return None
    if thread.state in (State.CONTACTED, State.LATER):
        return steps.ended("bounced", "the address does not exist", Cancel())
    return steps.to_people("our mail came back")


@agent.on_event("complaint")
@agent.on_event("unsubscribed")
def unsubscribed(message: Message | None, thread: Thread) -> Transition | None:  # noqa: ARG001
    """End a thread whose candidate used the opt-out of a mail program or of the footer, or reported our mail."""
    if (thread.event or {}).get("type") == "not-spam":
        return None
    candidate = candidate_of(thread)
    off = steps.call_off(thread, candidate, "opted out", quietly=True) if candidate else []
    return steps.ended("opted-out", "used the opt-out", Cancel(), *off)


@agent.every("0 8 * * mon")
def report(inbox: postroom.Inbox) -> postroom.Actions | None:
    """Tell people on Mondays how far candidates came, what groups came on, and whose data are to be erased."""
    people = [Candidacy.of(each) for each in inbox.campaigns() if each.started]
    said = inbox.look_up(read_data, name="self_identification.json")["people"]
    found = weekly(people, TITLES, said, COMPANY["kept_months"], inbox.now.date())
    subject = f"candidates, week to {inbox.now:%Y-%m-%d}"
    return postroom.Actions(Notify("weekly", subject=subject, **found)) if found else None
