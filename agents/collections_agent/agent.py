"""Collections: reminds of debts by a lawful ladder, stops at the first red flag, and lets people decide the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import postroom
from collections_agent.debt import ZONE, Account, ahead, day_of, debt_of, facts, shown
from collections_agent.decisions import LONG, SURE, SURE_OF_PAUSE, Reading
from collections_agent.files import BOOKS, COMPANY, TEXTS, records
from collections_agent.replies import agreed, answer, behind, offer, promised, said_paid
from collections_agent.states import FLOW, State
from collections_agent.steps import hand_off, in_english, people, settled, step, stop, stranger
from postroom import Cancel, Message, Reply, Send, Thread, Transition, days, hours
from postroom.campaign import Outreach
from postroom_kit.debts import ageing, marks, notice, stages
from postroom_kit.debts.account import Standing, is_validated
from postroom_kit.debts.named import chosen, gravest, promised_day
from postroom_kit.debts.told import PAUSES, stops, told
from postroom_kit.mail_reading import is_answer
from postroom_kit.outreach import RuleBook

RETURNED = timedelta(days=180)
"""How long after it a payment may be returned."""
RULES = RuleBook.of("debt_collection", "manners", settings={"zone": COMPANY["zone"]})


def first_and_final(transition: Transition, thread: Thread, _message: Message | None) -> str | None:
    """Keep the first mail about a debt, and the final one, for a person's yes."""
    letters = {action.template for action in transition.actions if isinstance(action, Send | Reply)}
    if not thread.thread_id:
        return "the first mail about a debt"
    return "the final notice about a debt" if stages.FINAL in letters else None


def plans_for_finance(transition: Transition, _thread: Thread, _message: Message | None) -> str | None:
    """Keep every payment plan for finance: none is promised before somebody there said yes."""
    plans = any(isinstance(each, Reply) and each.template in ("plan", "plan_agreed") for each in transition.actions)
    return "finance: a payment plan" if plans else None


agent = postroom.Agent(
    "collections", flow=FLOW, with_human=State.WITH_HUMAN, hand_back=State.RESUMED, zone=COMPANY["zone"],
    kept_by_law=lambda address: records().kept_by_law(BOOKS.ledger.debts_of(address)),
    hold=[first_and_final, plans_for_finance],
    outreach=Outreach(rows=Account, rules=RULES, identity={**COMPANY, "texts": TEXTS}, facts=facts),
)  # fmt: skip


@agent.start
def begin(thread: Thread) -> Transition | str:
    """Write first about a debt that is due and that the ledger knows without doubt, with all steps planned behind."""
    debt, mine = debt_of(thread), thread.record and thread.record.record_id
    rung, today = debt.rung, debt.today
    twins = (each for each in thread.inbox.campaigns(debt.account.email) if each.record.item == debt.account.number)
    if any(each.status in ("held", "started") and each.record.record_id != mine for each in twins):
        return "another file has this debt too"
    if rung is None or debt.doubt(was_paid=False) or not debt.owed["minor"]:
        return f"no reminder, as {debt.doubt(was_paid=False) or 'nothing is due'}"
    ends = marks.dispute_until(today, COMPANY["country"]) if is_validated(debt.account) else None
    rights = [TEXTS["dispute"].format(ends=notice.in_words(ends)), TEXTS["rights"]] if ends else []
    subject = f"A message from {COMPANY['name']}, reference {debt.account.number}"
    first = Send("notice" if ends else rung.stage, subject=subject, **shown(debt), validation=rights)
    plans = ahead(debt, replace(debt.after(rung), validated=ends))
    labels = [f"step/{rung.stage}", f"day/{today}", *([f"validation/{ends}"] if ends else [])]
    return Transition(State.WRITTEN, first, *plans, labels=labels, because=rung.because)


@agent.renew
def due(thread: Thread, key: str) -> Transition | None:
    """Word what is due anew from the ledger: the one step that is right today, or none; what is paid ends it."""
    debt = debt_of(thread)
    if ended := settled(thread, debt):
        return ended
    others = (each for each in thread.inbox.campaigns(debt.account.email) if each.thread_id != thread.thread_id)
    stopped = [each.record.item for each in others if any(name.startswith("stop/") for name in each.labels)]
    if stopped and thread.label("others") != str(len(stopped)):  # people who give it back know of them
        handed = people(thread, "finance", f"another debt of the same person was stopped: {', '.join(stopped)}")
        return handed.changed(labels=[*handed.labels, f"others/{len(stopped)}"])
    if key == "promise":
        labels = ["promise/reminded", f"day/{debt.today}"]
        return step(thread, State.PROMISED, Reply("promise_due", **shown(debt)), labels=labels)
    cancels = [Cancel(name) for name, _ in stages.LADDER.days if name != key]  # the draft of its key is this mail's
    rung = debt.rung
    if rung is None or thread.state is not State.WRITTEN:
        return Transition(thread.state, *cancels, *ahead(debt), because="not its day")
    if rung.stage == stages.HUMAN:
        return hand_off(thread, debt)
    labels, letter = [f"step/{rung.stage}", f"day/{debt.today}"], Reply(rung.stage, **shown(debt))
    plans = ahead(debt, debt.after(rung))
    return step(thread, State.WRITTEN, letter, *cancels, *plans, labels=labels, because=rung.because)


@agent.after(days(15), State.WRITTEN)
def end_of_ladder(thread: Thread) -> Transition | None:
    """Hand a debt over on its day 45; until then look again."""
    if thread.record is None:
        return None
    debt = debt_of(thread)
    if ended := settled(thread, debt):
        return ended
    if debt.rung and debt.rung.stage == stages.HUMAN:
        return hand_off(thread, debt)
    return Transition(thread.state, because="the ladder goes on")


@agent.on(*(state for state in State if state is not State.WITH_HUMAN))
def answered(message: Message, thread: Thread) -> Transition | None:
    """Read a reply: what stops comes first; the rest is answered from books and facts, or goes to a person."""
    text, subject = message.new_text.strip(), "" if is_answer(message.subject) else message.subject
    flags = told(text, subject)
    if not thread.is_theirs(message):
        return stranger(message, thread, flags)
    reading = thread.decide(Reading, message)
    to_come = reading.means == "paid" and promised_day(text, thread.now.astimezone(ZONE))  # "in full on Friday"
    kind = gravest(flags, reading.means, sure=not to_come and reading.sure(SURE_OF_PAUSE, "means"))
    picked = chosen(text) if thread.state is State.OFFERED else None
    if kind is not None and kind not in PAUSES and (stops(flags) or not picked):
        if stops(flags) or reading.sure(SURE, "means"):
            return stop(message, thread, kind, flags, reading)
        return people(thread, "finance", f"may be {kind}: nothing is demanded until somebody has looked", reading)
    debt = debt_of(thread)
    if ended := settled(thread, debt):
        news = kind == "paid" and ended.to is State.PAID is not thread.state
        return ended.changed(Reply("paid_thanks", **shown(debt))) if news else ended
    if picked:
        return agreed(thread, debt, picked)
    if kind == "paid":
        return said_paid(message, thread, debt)
    sure = reading.sure(SURE, "means") and len(text.split()) <= LONG and not message.attachments
    if not sure or not in_english(thread) or thread.state not in (State.WRITTEN, State.PROMISED):
        return people(thread, "finance", "not sure what is meant, or more than we answer by ourselves", reading)
    return answer_of(message, thread, debt, kind, reading)


def answer_of(message: Message, thread: Thread, debt: Standing, kind: str | None, reading: Reading) -> Transition:
    """Answer a reply that is surely read and stops nothing."""
    if kind == "plan":
        return offer(thread, debt)
    if reading.means == "promise":
        return promised(message, thread, debt)
    if reading.means == "question":
        return answer(message, thread, debt, reading)
    if reading.means != "other":
        return people(thread, "finance", "not sure what is meant", reading)
    return step(thread, State.WRITTEN, *ahead(debt), because="asks for nothing")


@agent.on(State.WITH_HUMAN)
def tell_people(message: Message, thread: Thread) -> Transition:
    """Pass on what is written while a person has the debt; a red flag is kept even then."""
    subject = "" if is_answer(message.subject) else message.subject
    flags = [flag for flag in told(message.new_text, subject) if flag.kind not in PAUSES]
    if flags and thread.record:
        return stop(message, thread, flags[0].kind, flags)
    return people(thread, thread.label("for") or "finance", "wrote again")


@agent.on_event("auto_reply", State.WRITTEN)
def away(message: Message | None, thread: Thread) -> Transition | None:
    """Let what is planned wait until somebody who is away is back."""
    if message is None or thread.record is None:
        return None
    if gone := [flag for flag in told(message.new_text) if flag.kind in ("wrong person", "deceased")]:
        return people(thread, "compliance", f"an automatic answer says “{gone[0].quote}”")
    debt = debt_of(thread)
    back = debt.mornings.back((thread.event or {}).get("until"), message.new_text, thread.now)
    return Transition(State.WRITTEN, postroom.Postpone(back), labels=[debt.pause(day_of(back))], because="is away")


@agent.on_event("bounce")
@agent.on_event("complaint")
@agent.on_event("unsubscribed")
def unreachable(message: Message | None, thread: Thread) -> Transition | None:  # noqa: ARG001
    """Leave a debt to people whose mails do not arrive, or are not wanted."""
    event = thread.event or {}
    if thread.record is None or thread.state in (State.PAID, State.ENDED, State.WITH_HUMAN):
        return None
    why = f"{event.get('kind', 'mail')}: no mail to this address any more"
    return people(thread, "compliance", why) if event.get("permanent", True) else None


@agent.after(postroom.business_days(5), State.CHECKING)
def look_again(thread: Thread) -> Transition | None:
    """Look into the ledger once more; what is not there then is for finance."""
    why = "says it is paid; five business days later the ledger does not show it"
    return settled(thread, debt_of(thread)) or people(thread, "finance", why)


@agent.after(days(7), State.PROMISED)
def promise_broken(thread: Thread) -> Transition | None:
    """Give a promise to a person that was reminded of a week ago."""
    reminded = thread.label("promise") == "reminded"
    broken = people(thread, "finance", "promised to pay, was reminded, and has not paid") if reminded else None
    return settled(thread, debt_of(thread)) or broken


@agent.after(days(14), State.OFFERED)
def offer_lapsed(thread: Thread) -> Transition | None:
    """Go on with the ladder where nobody chose a plan."""
    debt = debt_of(thread)
    return settled(thread, debt) or step(thread, State.WRITTEN, *ahead(debt), because="no plan was chosen")


@agent.after(days(7), State.PAYING)
def watch_plan(thread: Thread) -> Transition | None:
    """Hold what came in against the plan each week; a missed instalment is for a person."""
    debt = debt_of(thread)
    if ended := settled(thread, debt):
        return ended
    late = behind(thread, debt)
    return people(thread, "finance", late) if late else Transition(State.PAYING, because="keeps the plan")


@agent.after(days(7), State.PAID)
def payment_returned(thread: Thread) -> Transition | None:
    """Look each week for half a year whether what was paid is open again: people are told, nothing is demanded."""
    since, debt = thread.label("paid"), debt_of(thread) if thread.record else None
    if debt is None or not since or debt.today > date.fromisoformat(since) + RETURNED:
        return None
    if debt.owed and not debt.owed["minor"]:
        return Transition(State.PAID, because="stays paid")
    return settled(thread, debt)


@agent.after(hours(1), State.RESUMED)
def resume(thread: Thread) -> Transition | None:
    """Plan the rest of the ladder for a debt that people gave back, unless something still stops it."""
    debt = debt_of(thread)
    if ended := settled(thread, debt):
        return ended
    if stopped := thread.label("stop"):
        return people(thread, "compliance", f"given back, but still marked stop/{stopped}")
    return step(thread, State.WRITTEN, *ahead(debt), because="people gave it back")


@agent.every("0 8 * * mon")
def report(inbox: postroom.Inbox) -> postroom.Actions | None:
    """Tell people on Mondays how old the debts are, what came in, how they ended and which rules kept mail back."""
    progress, today = inbox.campaigns(), day_of(inbox.now)
    if not progress:
        return None
    debts = [
        ageing.Stood(each.record.item, each.record.read(Account).due, each.labels, each.state or each.status, each.note)
        for each in progress
    ]
    week = ageing.week(BOOKS.ledger, today, debts)
    return postroom.Actions(postroom.Notify("weekly", subject=f"debts by age, week to {today}", **week))
