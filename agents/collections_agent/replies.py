"""What is answered to those who pay, promise, ask for a plan, or ask: from the books and approved facts alone."""

from __future__ import annotations

from datetime import date, timedelta

from collections_agent.debt import ZONE, ahead, plans, shown
from collections_agent.decisions import Reading
from collections_agent.files import BOOKS, COMPANY, knowledge
from collections_agent.states import State
from collections_agent.steps import in_english, people, step
from postroom import Message, Plan, Reply, Thread, Transition
from postroom_kit.debts.account import Standing
from postroom_kit.debts.money import Money, amounts_in
from postroom_kit.debts.named import promised_day, references
from postroom_kit.debts.notice import in_words
from postroom_kit.debts.schedule import Schedule, next_business_day
from postroom_kit.knowledge.asking import asked

MOST_PLANS = 3


def said_paid(message: Message, thread: Thread, debt: Standing) -> Transition:
    """Stop for five business days, ask for the reference, look into the ledger; a payment elsewhere is finance's."""
    today, text = debt.today, message.new_text
    amounts = [said.amount.minor for said in amounts_in(text, debt.owed["currency"])]
    named = references(text, debt.account.number)
    asked_of = {"debt": debt.account.number, "on": today.isoformat(), "amounts": amounts, "references": named}
    found = thread.look_up(BOOKS.claim, **asked_of)
    again = thread.state is State.CHECKING
    if found["outcome"] == "elsewhere" or again or message.attachments or not in_english(thread):
        return people(thread, "finance", f"says it is paid; {found['told']}")
    partly = found["outcome"] == "part paid"
    reply = Reply("paid_check", **shown(debt), partly=partly, asks=not named)
    marks = [debt.pause(next_business_day(today, COMPANY["country"], 5)), "claim/paid"]
    return step(thread, State.CHECKING, reply, labels=marks, because=f"says it is paid; {found['outcome']}")


def promised(message: Message, thread: Thread, debt: Standing) -> Transition:
    """Keep quiet until the promised day is over, then remind once; a far, unclear or second promise is for a person."""
    day = promised_day(message.new_text, thread.now.astimezone(ZONE))
    if day is None or thread.label("promise"):
        return people(thread, "finance", "promises to pay, on no day that we could keep by ourselves")
    after = next_business_day(day, COMPANY["country"], 2)
    noted = Reply("promise_noted", **shown(debt), day=in_words(day))
    again = Plan("promise_due", key="promise", after=debt.mornings.of(after, thread.now), renew=True, **shown(debt))
    marks = [debt.pause(after), f"promise/{day}"]
    return step(thread, State.PROMISED, noted, again, labels=marks, because=f"promises to pay by {day}")


def offer(thread: Thread, debt: Standing) -> Transition:
    """Offer plans to the cent, once finance has said yes to the mail."""
    offered = plans(thread, debt.today)[:MOST_PLANS]
    if not offered:
        return people(thread, "finance", "asks for a payment plan, and none is within what finance allows")
    reply = Reply("plan", **shown(debt), plans=[plan.lines for plan in offered])
    digests = ".".join(plan.digest for plan in offered)
    marks = [f"offered/{debt.today}.{digests}", debt.pause(debt.today + timedelta(days=14))]
    return step(thread, State.OFFERED, reply, labels=marks, because="asks for a payment plan")


def agreed(thread: Thread, debt: Standing, number: int) -> Transition:
    """Confirm the plan that was chosen of those offered, once finance has said yes to it."""
    plan = plan_of(thread, number)
    if plan is None or plan.balance.minor != debt.owed["minor"]:
        return people(thread, "finance", "chooses a payment plan that is not on offer, or the balance changed")
    reply = Reply("plan_agreed", **shown(debt), plan=plan.lines)
    return step(thread, State.PAYING, reply, labels=[f"plan/{plan.digest}"], because=f"chose plan {number}")


def plan_of(thread: Thread, number: int = 0) -> Schedule | None:
    """Return the plan of that number as it was offered, without one the plan that was agreed; None where none was."""
    since, *digests = thread.label("offered").split(".")
    wanted = digests[number - 1 : number] if number else [thread.label("plan")]
    found = plans(thread, date.fromisoformat(since)) if since else ()
    return next((plan for plan in found if plan.digest in wanted), None)


def behind(thread: Thread, debt: Standing) -> str:
    """Return why a person must see a plan that was agreed, "" where it is kept."""
    if (plan := plan_of(thread)) is None:
        return "has no plan we know"
    days = {"since": thread.label("offered").partition(".")[0], "on": debt.today.isoformat()}
    paid = thread.look_up(BOOKS.paid_since, debt=plan.debt, **days)
    due_by = debt.today - timedelta(days=5)  # an instalment may come in days late
    late = plan.missed(Money(paid, plan.balance.currency), due_by)
    return f"behind the payment plan by {late}" if late else ""


def answer(message: Message, thread: Thread, debt: Standing, reading: Reading) -> Transition:
    """Answer what the approved facts answer wholly, word for word; anything else is for a person."""
    found = asked(knowledge, "", message.new_text, message.sender.name)
    if not all(each.wholly_answered for each in found):
        return people(thread, "finance", "asks what no approved fact answers", reading)
    told = [each.passages[0] for each in found]
    itemised = any(passage.id in ("balance", "what-for") for passage in told)
    body = "\n\n".join(passage.answer for passage in told)
    reply = Reply("answer", **shown(debt), body=body, itemised=itemised)
    because = f"asked, and answered from {', '.join(passage.id for passage in told)}"
    return step(thread, State.WRITTEN, reply, *ahead(debt), because=because)
