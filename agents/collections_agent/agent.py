"""Collections: reminds of debts by a lawful ladder, stops at the first red flag, and lets people decide the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from enum import auto
from typing import Any

import postroom
from collections_agent.accounts import (
    STALE,
    ZONE,
    Account,
    case_of,
    claim,
    day_of,
    dispute_until,
    facts,
    kept_by_law,
    label,
    moment_on,
    own,
    paid_since,
    pause,
    plans_of,
    stops_also,
)
from collections_agent.decisions import LONG, SURE, SURE_OF_PAUSE, Reading
from collections_agent.files import COMPANY, knowledge, ledger
from collections_agent.letters import ahead, balance, is_stopped, is_theirs, kept, offered, pack, values, wanted
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
)
from postroom.campaign import Outreach
from postroom_kit.debts import ageing, notice, stages
from postroom_kit.debts.money import Money, amounts_in
from postroom_kit.debts.schedule import next_business_day
from postroom_kit.debts.told import GRAVITY, PAUSES, Flag, told
from postroom_kit.knowledge.asking import asked
from postroom_kit.mail_reading import is_answer
from postroom_kit.outreach import RuleBook, after_absence
from postroom_kit.replies.dates import dates_named

RULES = RuleBook.of("debt_collection", "manners", settings={"zone": COMPANY["zone"], **stops_also(STALE)})
TEXTS = {name: block.text for name, block in notice.blocks().items()}
PERSONAL = frozenset(GRAVITY) - PAUSES - {"dispute", "creditor", "refuses"}
"""What is said of the person, not of one debt: nothing leaves to the address any more, whatever else they owe."""
DESKS = {"dispute": "finance", "creditor": "finance", "hardship": "finance", "refuses": "finance"}
"""Whose matter a red flag is; any other is compliance's."""
LONGEST_PROMISE = 30
REFERENCE = re.compile(r"(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{3,}", re.IGNORECASE)
CHOICE = re.compile(r"(?:option|plan|number|no\.?|#)?\s*([1-9])\b", re.IGNORECASE)


class State(postroom.State):
    NEW = auto()
    WRITTEN = auto()
    CHECKING = auto()
    PROMISED = auto()
    OFFERED = auto()
    PAYING = auto()
    RESUMED = auto()
    WITH_HUMAN = auto()
    PAID = auto()
    ENDED = auto()


OPEN = set(State) - {State.NEW, State.RESUMED}
FLOW = Flow(
    start=State.NEW,
    moves={
        **dict.fromkeys(State, OPEN),
        State.WITH_HUMAN: {State.WITH_HUMAN, State.RESUMED, State.PAID, State.ENDED, State.PAYING},
        State.ENDED: {State.ENDED, State.WITH_HUMAN},
    },
)


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


agent = Agent(
    "collections", flow=FLOW, with_human=State.WITH_HUMAN, hand_back=State.RESUMED, zone=COMPANY["zone"],
    hold=[first_and_final, plans_for_finance], kept_by_law=kept_by_law,
    outreach=Outreach(rows=Account, rules=RULES, identity={**COMPANY, "texts": TEXTS}, facts=facts),
)  # fmt: skip


@agent.start
def begin(thread: Thread) -> Transition | None:
    """Write first about a debt that is due and that the ledger knows without doubt, with all steps planned behind."""
    account, today = own(thread), day_of(thread.now)
    owed = balance(thread, account)
    if (
        owed is None
        or owed["minor"] <= 0
        or (step := stages.due(case_of(thread, account), today, account.ladder)) is None
    ):
        return None
    ends = dispute_until(today) if account.validated else None
    texts = notice.validation(today, COMPANY["country"])[1:] if ends else ()
    dispute = TEXTS["dispute"].format(ends=notice.in_words(ends)) if ends else ""
    first = Send(
        "notice" if ends else step.stage, subject=f"A message from {COMPANY['name']}, reference {account.number}",
        **values(account, owed), validation=[dispute, *texts] if ends else [],
    )  # fmt: skip
    begun = stages.Case(account.due, ((step.stage, today),), ends)
    marks = [f"step/{step.stage}", f"day/{today}", *([f"validation/{ends}"] if ends else [])]
    return Transition(State.WRITTEN, first, *ahead(thread, account, begun, owed), labels=marks, because=step.because)


@agent.renew
def due(thread: Thread, key: str) -> Transition | None:
    """Word what is due anew from the ledger: the one step that is right today, or none; what is paid ends it."""
    account, today = own(thread), day_of(thread.now)
    owed, done = over(thread, account)
    if done or owed is None:
        return done
    if elsewhere := [past for past in thread.earlier if is_stopped(past.labels)]:
        return people(thread, "finance", f"another debt of the same person was stopped ({elsewhere[0].subject})")
    if key == "promise":
        labels = ["promise/reminded", f"day/{today}"]
        return kept(thread, Transition(State.PROMISED, Reply("promise_due", **values(account, owed)), labels=labels))
    case = case_of(thread, account)
    step = stages.due(case, today, account.ladder)
    if step is None or thread.state is not State.WRITTEN:
        return Transition(thread.state, *others(key), *ahead(thread, account, case, owed), because="not its day")
    if step.stage == stages.HUMAN:
        return hand_off(thread, account, owed)
    case = stages.Case(case.due, (*case.sent, (step.stage, today)), case.validated, case.still)
    letter = Reply(step.stage, **values(account, owed))
    marks = [f"step/{step.stage}", f"day/{today}"]
    plans = ahead(thread, account, case, owed)
    return kept(thread, Transition(State.WRITTEN, letter, *others(key), *plans, labels=marks, because=step.because))


@agent.after(days(15), State.WRITTEN)
def end_of_ladder(thread: Thread) -> Transition | None:
    """Hand a debt over on its day 45; until then look again."""
    if thread.record is None:
        return None
    account = own(thread)
    owed, done = over(thread, account)
    if done or owed is None:
        return done
    step = stages.due(case_of(thread, account), day_of(thread.now), account.ladder)
    if step and step.stage == stages.HUMAN:
        return hand_off(thread, account, owed)
    return Transition(thread.state, because="the ladder goes on")


@agent.on(
    State.NEW, State.WRITTEN, State.CHECKING, State.PROMISED, State.OFFERED, State.PAYING, State.RESUMED, State.PAID,
    State.ENDED,
)  # fmt: skip
def answered(message: Message, thread: Thread) -> Transition | None:
    """Read a reply: what stops comes first; the rest is answered from books and facts, or goes to a person."""
    text, subject = message.new_text.strip(), "" if is_answer(message.subject) else message.subject
    flags = told(text, subject)
    if thread.record is None or not is_theirs(message, thread):
        return stranger(message, thread, flags)
    reading = thread.decide(Reading, message)
    kind = gravest(flags, reading)
    if kind is not None and kind not in PAUSES:
        return stop(message, thread, kind, flags, reading)
    account = own(thread)
    owed, done = over(thread, account)
    if done or owed is None:
        return confirmed(done, thread, account, owed) if kind == "paid" else done
    if thread.state is State.OFFERED and (chosen := CHOICE.search(text)) and len(text.split()) <= 12:
        return agreed(thread, account, owed, int(chosen[1]))
    sure = reading.sure(SURE, "means") and len(text.split()) <= LONG and not message.attachments
    if kind == "paid":
        return said_paid(message, thread, account, owed)
    if not sure or thread.language not in (None, "en") or thread.state not in (State.WRITTEN, State.PROMISED):
        return people(thread, "finance", "not sure what is meant, or more than we answer by ourselves", reading)
    if kind == "plan":
        return offer(thread, account, owed)
    if reading.means == "promise":
        return promised(message, thread, account, owed)
    if reading.means == "question":
        return answer(message, thread, account, owed, reading)
    if reading.means != "other":
        return people(thread, "finance", "not sure what is meant", reading)
    case = case_of(thread, account)
    return kept(thread, Transition(State.WRITTEN, *ahead(thread, account, case, owed), because="asks for nothing"))


def stop(
    message: Message, thread: Thread, kind: str, flags: tuple[Flag, ...], reading: Reading | None = None
) -> Transition:
    """Demand nothing any more, tell the right people with the words that say why, and confirm where that is due."""
    quotes = "; ".join(f"{flag.kind}: “{flag.quote}”" for flag in flags) or f"read as {kind}"
    actions: list[Cancel | Reply | Suppress] = [Cancel()]
    before = label(thread, "stop").replace("-", " ")
    theirs = is_theirs(message, thread) and thread.language in (None, "en")
    if kind in ("dispute", "creditor") and not before and theirs:
        actions.append(Reply("acknowledged", name=message.sender.first_name, company=COMPANY, kind=kind))
    if kind in PERSONAL and thread.record and message.sender.authenticated:
        actions.append(Suppress(f"{kind} ({thread.record.item})", thread.record.address))
    kind = min(filter(None, (before, kind)), key=GRAVITY.index)
    pack = Escalate(f"{kind}: nothing is demanded any more", (reading,) if reading else (), missing=quotes)
    marks = [f"stop/{kind.replace(' ', '-')}", f"for/{DESKS.get(kind, 'compliance')}"]
    return kept(thread, Transition(State.WITH_HUMAN, *actions, pack, labels=marks, because=pack.reason))


def stranger(message: Message, thread: Thread, flags: tuple[Flag, ...]) -> Transition:
    """Say nothing of any debt to somebody who is not surely the one it is about; what stops, stops all the same."""
    grave = [flag for flag in flags if flag.kind not in PAUSES]
    why = "somebody else writes on this thread" if thread.record else "writes without a mail of ours"
    why = why if message.sender.authenticated else f"{why}, and the mail system does not vouch for them"
    if grave and thread.record:
        return stop(message, thread, grave[0].kind, flags)
    lists = [f"{flag.kind}: “{flag.quote}”" for flag in grave]
    ours = message.sender.authenticated and ledger().debts_of(message.sender.address)
    more = [Suppress(lists[0], message.sender.address)] if ours and grave and grave[0].kind in PERSONAL else []
    known = f"debts under this address: {', '.join(ours)}" if ours else ""
    pack = Escalate(why, missing="; ".join(filter(None, (*lists, known))))
    return Transition(State.WITH_HUMAN, *more, pack, labels=["for/compliance"], because=why)


def said_paid(message: Message, thread: Thread, account: Account, owed: Mapping[str, Any]) -> Transition:
    """Stop for five business days, ask for the reference, look into the ledger; a payment elsewhere is finance's."""
    today, text = day_of(thread.now), message.new_text
    amounts = [said.amount.minor for said in amounts_in(text, owed["currency"])]
    references = REFERENCE.findall(text)
    found = thread.look_up(claim, number=account.number, on=today.isoformat(), amounts=amounts, references=references)
    if found["outcome"] == "elsewhere" or thread.state is State.CHECKING or message.attachments:
        return people(thread, "finance", f"says it is paid; {found['told']}")
    if thread.language not in (None, "en"):
        return people(thread, "finance", f"says it is paid, in another language; {found['told']}")
    until = next_business_day(today, COMPANY["country"], 5)
    reply = Reply("paid_check", **values(account, owed), partly=found["outcome"] == "part paid", asks=not references)
    marks = [pause(thread, until), "claim/paid"]
    return kept(thread, Transition(State.CHECKING, reply, labels=marks, because=f"says it is paid; {found['outcome']}"))


@agent.after(business_days(5), State.CHECKING)
def look_again(thread: Thread) -> Transition | None:
    """Look into the ledger once more; what is not there then is for finance."""
    _, done = over(thread, own(thread))
    return done or people(thread, "finance", "says it is paid; five business days later the ledger does not show it")


def promised(message: Message, thread: Thread, account: Account, owed: Mapping[str, Any]) -> Transition:
    """Keep quiet until the promised day is over, then remind once; a far, unclear or second promise is for a person."""
    today = day_of(thread.now)
    named = [each for each in dates_named(message.new_text, thread.now.astimezone(ZONE)) if each.sure]
    day = named[-1].last if named else None
    if day is None or not today <= day <= today + timedelta(days=LONGEST_PROMISE) or label(thread, "promise"):
        return people(thread, "finance", "promises to pay, on no day that we could keep by ourselves")
    after = next_business_day(day, COMPANY["country"], 2)
    told_so = Reply("promise_noted", **values(account, owed), day=notice.in_words(day))
    again = Plan("promise_due", key="promise", after=moment_on(after, account, thread.now), renew=True,
                 **values(account, owed))  # fmt: skip
    marks = [pause(thread, after), f"promise/{day}"]
    return kept(thread, Transition(State.PROMISED, told_so, again, labels=marks, because=f"promises to pay by {day}"))


@agent.after(days(7), State.PROMISED)
def promise_broken(thread: Thread) -> Transition | None:
    """Give a promise to a person that was reminded of a week ago."""
    _, done = over(thread, own(thread))
    if done is None and label(thread, "promise") == "reminded":
        return people(thread, "finance", "promised to pay, was reminded, and has not paid")
    return done


def offer(thread: Thread, account: Account, owed: Mapping[str, Any]) -> Transition:
    """Offer plans to the cent, once finance has said yes to the mail."""
    today = day_of(thread.now)
    plans = plans_of(account, Money(owed["minor"], owed["currency"]), today, wanted(thread, owed))
    if not plans:
        return people(thread, "finance", "asks for a payment plan, and none is within what finance allows")
    told_so = Reply("plan", **values(account, owed), plans=[plan.lines for plan in plans[:3]])
    marks = [f"offered/{today}", pause(thread, today + timedelta(days=14))]
    return kept(thread, Transition(State.OFFERED, told_so, labels=marks, because="asks for a payment plan"))


def agreed(thread: Thread, account: Account, owed: Mapping[str, Any], number: int) -> Transition:
    """Confirm the plan that was chosen, once finance has said yes to it."""
    plans = offered(thread, account)[:3]
    if not 1 <= number <= len(plans) or plans[number - 1].balance.minor != owed["minor"]:
        return people(thread, "finance", "chooses a payment plan that is not on offer, or the balance changed")
    told_so = Reply("plan_agreed", **values(account, owed), plan=plans[number - 1].lines)
    marks = [f"plan/{plans[number - 1].digest}"]
    return kept(thread, Transition(State.PAYING, told_so, labels=marks, because=f"chose plan {number}"))


@agent.after(days(14), State.OFFERED)
def offer_lapsed(thread: Thread) -> Transition | None:
    """Go on with the ladder where nobody chose a plan."""
    account = own(thread)
    owed, done = over(thread, account)
    if done or owed is None:
        return done
    plans = ahead(thread, account, case_of(thread, account), owed)
    return Transition(State.WRITTEN, *plans, because="no plan was chosen")


@agent.after(days(7), State.PAYING)
def watch_plan(thread: Thread) -> Transition | None:
    """Hold what came in against the plan each week; a missed instalment is for a person."""
    account, today = own(thread), day_of(thread.now)
    owed, done = over(thread, account)
    if done or owed is None:
        return done
    plan = next((plan for plan in offered(thread, account) if plan.digest == label(thread, "plan")), None)
    since = label(thread, "offered")
    paid = thread.look_up(paid_since, number=account.number, since=since, on=today.isoformat()) if since else 0
    late = plan.missed(Money(paid, plan.balance.currency), today - timedelta(days=5)) if plan else None
    if late is None or late:
        return people(thread, "finance", f"behind the payment plan by {late}" if late else "has no plan we know")
    return Transition(State.PAYING, because="keeps the plan")


def answer(message: Message, thread: Thread, account: Account, owed: Mapping[str, Any], reading: Reading) -> Transition:
    """Answer what the approved facts answer wholly, word for word; anything else is for a person."""
    found = asked(knowledge, "", message.new_text, message.sender.name)
    gaps = [each.coverage for each in found]
    if any(gap.thin or gap.other_kind or gap.other_action or gap.negated or gap.lacking or gap.foreign for gap in gaps):
        return people(thread, "finance", "asks what no approved fact answers", reading)
    facts_told = [each.passages[0] for each in found]
    itemised = any(passage.id in ("balance", "what-for") for passage in facts_told)
    reply = Reply("answer", **values(account, owed), body="\n\n".join(fact.answer for fact in facts_told),
                  itemised=itemised)  # fmt: skip
    because = f"asked, and answered from {', '.join(fact.id for fact in facts_told)}"
    plans = ahead(thread, account, case_of(thread, account), owed)
    return kept(thread, Transition(State.WRITTEN, reply, *plans, because=because))


@agent.on(State.WITH_HUMAN)
def tell_people(message: Message, thread: Thread) -> Transition:
    """Pass on what is written while a person has the debt; a red flag is kept even then."""
    flags = [flag for flag in told(message.new_text) if flag.kind not in PAUSES]
    if flags and thread.record and is_theirs(message, thread):
        return stop(message, thread, flags[0].kind, tuple(flags))
    return people(thread, label(thread, "for") or "finance", "wrote again")


@agent.on_event("auto_reply", State.WRITTEN)
def away(message: Message | None, thread: Thread) -> Transition | None:
    """Let what is planned wait until somebody who is away is back."""
    if message is None or thread.record is None:
        return None
    if gone := [flag for flag in told(message.new_text) if flag.kind in ("wrong person", "deceased")]:
        return people(thread, "compliance", f"an automatic answer says “{gone[0].quote}”")
    account = own(thread)
    until = (thread.event or {}).get("until")
    named = [each.last for each in dates_named(message.new_text, thread.now.astimezone(ZONE)) if each.sure]
    day = date.fromisoformat(until) if until else max(named, default=None)
    back = after_absence(day, now=thread.now, places=account.places, to=account.email)
    return Transition(State.WRITTEN, Postpone(back), labels=[pause(thread, day_of(back))], because="is away")


@agent.on_event("bounce")
@agent.on_event("complaint")
@agent.on_event("unsubscribed")
def unreachable(message: Message | None, thread: Thread) -> Transition | None:  # noqa: ARG001
    """Leave a debt to people whose mails do not arrive, or are not wanted."""
    ended = thread.record is None or thread.state in (State.PAID, State.ENDED, State.WITH_HUMAN)
    permanent = (thread.event or {}).get("permanent", True)
    why = f"{(thread.event or {}).get('kind', 'mail')}: no mail to this address any more"
    return None if ended or not permanent else people(thread, "compliance", why)


@agent.after(hours(1), State.RESUMED)
def resume(thread: Thread) -> Transition | None:
    """Plan the rest of the ladder for a debt that people gave back, unless something still stops it."""
    account = own(thread)
    owed, done = over(thread, account)
    if done or owed is None or is_stopped(thread.labels):
        return done or people(thread, "compliance", f"given back, but still marked stop/{label(thread, 'stop')}")
    plans = ahead(thread, account, case_of(thread, account), owed)
    return Transition(State.WRITTEN, *plans, because="people gave it back")


@agent.every("0 8 * * mon")
def report(inbox: postroom.Inbox) -> postroom.Actions | None:
    """Tell people on Mondays how old the debts are, what came in, how they ended and which rules kept mail back."""
    progress, today = inbox.campaigns(), day_of(inbox.now)
    if not progress:
        return None
    due_on = {each.record.item: each.record.read(Account).due for each in progress}
    outcomes = [
        next((name for name in each.labels if name.startswith("stop/")), each.state or each.status) for each in progress
    ]
    blocked: dict[str, int] = {}
    for each in progress:
        if each.note.startswith(("law/", "manners/")):
            rule = each.note.partition(":")[0]
            blocked[rule] = blocked.get(rule, 0) + 1
    week = ageing.report(ledger(), due_on, today - timedelta(days=7), today, filter(None, outcomes), blocked)
    overpaid = {debt: str(amount) for debt, amount in ledger().overpaid(today).items() if debt in due_on}
    faults = [str(fault) for fault in ledger().faults]
    return postroom.Actions(Notify("weekly", subject=f"debts by age, week to {today}", week=week, overpaid=overpaid,
                                   faults=faults))  # fmt: skip


def others(key: str) -> list[Cancel]:
    """Withdraw what is planned under other keys than that of the mail at hand, whose draft it still is."""
    return [Cancel(name) for name, _ in stages.LADDER.days if name != key]


def over(thread: Thread, account: Account) -> tuple[Mapping[str, Any] | None, Transition | None]:
    """Return what is owed, and the step that ends it where nothing is, too much was paid or the books are in doubt."""
    owed = balance(thread, account)
    if owed is None:
        return None, people(thread, "finance", "a line of this debt in the ledger cannot be read: nothing is demanded")
    if owed["minor"] < 0:
        return owed, people(thread, "finance", f"paid too much: {owed['shown']}")
    ended = Transition(State.PAID, Cancel(), labels=["outcome/paid"], because="the ledger says it is paid")
    return owed, None if owed["minor"] else kept(thread, ended)


def confirmed(
    done: Transition | None, thread: Thread, account: Account, owed: Mapping[str, Any] | None
) -> Transition | None:
    """Confirm to somebody who says so that a debt is paid, once."""
    news = done and done.to is State.PAID and thread.state is not State.PAID and owed
    return done.changed(Reply("paid_thanks", **values(account, owed))) if done and news and owed else done


def hand_off(thread: Thread, account: Account, owed: Mapping[str, Any]) -> Transition:
    """Give a debt of day 45 to people, with all they need to go on."""
    step = Transition(
        State.WITH_HUMAN, Cancel(),
        Escalate("day 45: the reminders are over", missing=pack(thread, account, owed)),
        labels=["for/finance", "outcome/day-45"], because="day 45",
    )  # fmt: skip
    return kept(thread, step)


def people(thread: Thread, desk: str, why: str, *seen: Reading) -> Transition:
    """Give the thread to people of a desk; nobody outside is told."""
    step = Transition(State.WITH_HUMAN, Cancel(), Escalate(why, seen), labels=[f"for/{desk}"], because=why)
    return kept(thread, step) if thread.record else step


def gravest(flags: tuple[Flag, ...], reading: Reading) -> str | None:
    """Return the gravest of what the words tell and what was read, None where neither is a flag.

    What was read with doubt counts where it stops us, and not where we would answer it.
    """
    read = [reading.means] if reading.means not in PAUSES or reading.sure(SURE_OF_PAUSE, "means") else []
    kinds = [*(flag.kind for flag in flags), *read]
    return min((kind for kind in kinds if kind in GRAVITY), key=GRAVITY.index, default=None)
