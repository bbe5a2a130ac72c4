"""What goes into the mails about a debt, what is planned ahead, and what its record keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from collections_agent.accounts import Account, case_of, day_of, keep, label, moment_on, plans_of, standing
from collections_agent.files import COMPANY
from postroom import Do, Escalate, Message, Notify, Plan, Reply, Send, Thread, Transition
from postroom_kit.debts import stages
from postroom_kit.debts.money import Money, amounts_in
from postroom_kit.debts.notice import in_words
from postroom_kit.debts.schedule import Schedule


def balance(thread: Thread, account: Account) -> Mapping[str, Any] | None:
    """Return what the ledger says today, None where it is in doubt."""
    on = day_of(thread.now).isoformat()
    found: Mapping[str, Any] | None = thread.look_up(
        standing, number=account.number, creditor=account.creditor, account=account.account, on=on
    )
    return found


def values(account: Account, owed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what every mail about a debt may show."""
    return {
        "name": account.name.split()[0] if account.debt == "consumer" and account.name else account.name,
        "number": account.number, "creditor": account.creditor, "tail": account.tail, "due": in_words(account.due),
        "own": account.party == "first", "owed": owed["shown"], "on": owed["on"], "lines": owed["lines"],
        "company": COMPANY,
    }  # fmt: skip


def ahead(thread: Thread, account: Account, case: stages.Case, owed: Mapping[str, Any]) -> list[Plan]:
    """Plan all mails that are still to come as drafts, to be worded anew when they are due."""
    tomorrow = day_of(thread.now) + timedelta(days=1)
    leaves_now = case.sent[-1][1] == day_of(thread.now)
    earliest = thread.now + timedelta(days=account.ladder.apart, hours=1) if leaves_now else thread.now
    return [
        Plan(step.stage, key=step.stage, after=moment_on(step.day, account, earliest), renew=True,
             **values(account, owed))
        for step in stages.planned(case, tomorrow, account.ladder)
        if step.stage != stages.HUMAN
    ]  # fmt: skip


def is_theirs(message: Message, thread: Thread) -> bool:
    """Tell whether a mail surely is from the one whose debt it is."""
    return (
        thread.record is not None and message.sender.authenticated and message.sender.address == thread.record.address
    )


def is_stopped(labels: Iterable[str]) -> bool:
    """Tell whether a thread with these labels was stopped."""
    return any(each.startswith("stop/") for each in labels)


def wanted(thread: Thread, owed: Mapping[str, Any]) -> list[Money]:
    """Return the amounts that the debtor named on the thread, the newest first."""
    theirs = [mail.new_text for mail in reversed(thread.messages) if is_theirs(mail, thread)]
    return [said.amount for text in theirs for said in amounts_in(text, owed["currency"])]


def offered(thread: Thread, account: Account) -> tuple[Schedule, ...]:
    """Return the plans as they were offered, () where none were."""
    since = label(thread, "offered")
    if not since:
        return ()
    owed: Mapping[str, Any] | None = thread.look_up(
        standing, number=account.number, creditor=account.creditor, account=account.account, on=since
    )
    day = date.fromisoformat(since)
    until = [mail for mail in thread.messages if is_theirs(mail, thread) and day_of(mail.timestamp) <= day]
    texts = [mail.new_text for mail in reversed(until)]
    amounts = [said.amount for text in texts for said in amounts_in(text, owed["currency"])] if owed else []
    return plans_of(account, Money(owed["minor"], owed["currency"]), day, amounts) if owed else ()


def pack(thread: Thread, account: Account, owed: Mapping[str, Any]) -> str:
    """Return what people need who take a debt over: whose, how much, why, what left and what came in."""
    case = case_of(thread, account)
    lines = [
        f"{account.number}: {account.name} <{account.email}>, {account.debt}",
        f"for {account.creditor} ({account.party} party)",
        f"due {account.due}, owed on {owed['on']}: {owed['shown']}",
        *(f"{what}: {amount}" for what, amount in owed["lines"]),
        *(f"{stage} on {day}" for stage, day in case.sent),
        f"mails from them: {sum(mail.by_person for mail in thread.messages)}",
    ]
    return "\n".join(lines)


def kept(thread: Thread, step: Transition) -> Transition:
    """Return a step that also keeps what was said on the thread, and what it does, in the record of the debt."""
    if thread.record is None:
        return step
    said = [
        {"at": mail.timestamp.isoformat(), "kind": "received" if mail.received else "sent", "who": str(mail.sender),
         "what": mail.text or mail.new_text, "key": mail.message_id}
        for mail in thread.messages
    ]  # fmt: skip
    letters = [each.template for each in step.actions if isinstance(each, Reply | Send | Notify)]
    handed = [f"to people: {each.reason}" for each in step.actions if isinstance(each, Escalate)]
    done = "; ".join([f"{thread.state.value} to {step.to.value}", step.because, *letters, *handed])
    decided = {"at": thread.now.isoformat(), "kind": "decided", "who": "collections agent", "what": done}
    item = thread.record.item
    return step.changed(Do(keep, f"record {item}", debt=item, happened=[*said, decided]))
