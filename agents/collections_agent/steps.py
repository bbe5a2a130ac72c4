"""Steps that more than one handler takes: an end, a hand-over, a stop; each is kept in the record of the debt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from collections_agent.decisions import Reading
from collections_agent.files import BOOKS, COMPANY, records
from collections_agent.states import State
from postroom import Cancel, Do, Escalate, Message, Notify, Reply, Send, Suppress, Thread, Transition
from postroom.transition import Action
from postroom_kit.debts import marks
from postroom_kit.debts.account import Standing
from postroom_kit.debts.named import quoted
from postroom_kit.debts.running import decided, said
from postroom_kit.debts.told import GRAVITY, PAUSES, Flag


def settled(thread: Thread, debt: Standing) -> Transition | None:
    """Return the step that ends it where nothing is owed, and gives it to people where the books leave a doubt."""
    if doubt := debt.doubt(was_paid=thread.state is State.PAID):
        return people(thread, "finance", doubt)
    labels = ["outcome/paid", f"paid/{debt.today}"]
    paid = step(thread, State.PAID, Cancel(), labels=labels, because="the ledger says it is paid")
    return None if debt.owed["minor"] else paid


def people(thread: Thread, desk: str, why: str, *seen: Reading, missing: str = "") -> Transition:
    """Give the thread to people of a desk; nobody outside is told."""
    pack = Escalate(why, seen, missing=missing)
    return step(thread, State.WITH_HUMAN, Cancel(), pack, labels=[f"for/{desk}"], because=why)


def stop(
    message: Message, thread: Thread, kind: str, flags: Sequence[Flag], reading: Reading | None = None
) -> Transition:
    """Demand nothing any more, tell the right people with the words that say why, and confirm where that is due."""
    before, record = thread.label("stop").replace("-", " "), thread.record
    actions: list[Action] = [Cancel()]
    if kind in ("dispute", "creditor") and not before and thread.is_theirs(message) and in_english(thread):
        actions.append(Reply("acknowledged", name=message.sender.first_name, company=COMPANY, kind=kind))
    if kind in marks.PERSONAL and record and message.sender.authenticated:
        actions.append(Suppress(f"{kind} ({record.item})", record.address))
    kind = min(filter(None, (before, kind)), key=GRAVITY.index)
    missing = quoted(flags) or f"read as {kind}"
    pack = Escalate(f"{kind}: nothing is demanded any more", (reading,) if reading else (), missing=missing)
    return step(thread, State.WITH_HUMAN, *actions, pack, labels=marks.stopped(kind), because=pack.reason)


def stranger(message: Message, thread: Thread, flags: Sequence[Flag]) -> Transition:
    """Say nothing of any debt to somebody who is not surely the one it is about; what stops, stops all the same."""
    grave, sender = [flag for flag in flags if flag.kind not in PAUSES], message.sender
    if grave and thread.record:
        return stop(message, thread, grave[0].kind, flags)
    why = "somebody else writes on this thread" if thread.record else "writes without a mail of ours"
    why = why if sender.authenticated else f"{why}, and the mail system does not vouch for them"
    ours = BOOKS.ledger.debts_of(sender.address) if sender.authenticated else ()
    known = f"debts under this address: {', '.join(ours)}" if ours else ""
    handed = people(thread, "compliance", why, missing="; ".join(filter(None, (quoted(grave), known))))
    personal = bool(ours and grave and grave[0].kind in marks.PERSONAL)
    return handed.changed(Suppress(quoted(grave[:1]), sender.address)) if personal else handed


def hand_off(thread: Thread, debt: Standing) -> Transition:
    """Give a debt of day 45 to people, with all they need to go on."""
    pack = debt.handed_over(sum(mail.by_person for mail in thread.messages))
    handed = people(thread, "finance", "day 45: the reminders are over", missing=pack)
    return handed.changed(labels=[*handed.labels, "outcome/day-45"])


def in_english(thread: Thread) -> bool:
    """Tell whether the thread is in the language that our mails are in, as far as that can be told."""
    return thread.language in (None, "en")


def step(thread: Thread, to: State, *actions: Action, labels: Iterable[str] = (), because: str = "") -> Transition:
    """Return a step that also keeps what was said on the thread, and what it does, in the record of the debt."""
    made = Transition(to, *actions, labels=labels, because=because)
    if thread.record is None:
        return made
    letters = [each.template for each in actions if isinstance(each, Reply | Send | Notify)]
    handed = [f"to people: {each.reason}" for each in actions if isinstance(each, Escalate)]
    done = decided(thread.now, [f"{thread.state.value} to {to.value}", because, *letters, *handed])
    item = thread.record.item
    return made.changed(Do(keep, f"record {item}", debt=item, happened=[*said(thread.messages), done]))


def keep(op_id: str, debt: str, happened: list[Mapping[str, str]]) -> None:
    """Add to the record of a debt what is not in it yet: for `Do`, safe to repeat."""
    records().keep(op_id, debt, happened)
