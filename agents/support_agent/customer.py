"""What we know of a thread's customer: name, anger, score, whether people look on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from postroom import Escalate, Message, Notify, Reply, Thread, Transition
from postroom_kit.address_list import is_listed
from postroom_kit.grave import is_urgent
from postroom_kit.satisfaction import NEVER_ASK, score_in, tells_of_harm
from support_agent.decisions import Triage
from support_agent.files import COMPANY, VIPS


def letter(template: str, to: Message | None, **values: Any) -> Reply:
    """Return an answer to the writer of a mail, by the first name it gives, from this company."""
    return Reply(template, name=to.sender.first_name if to else "", company=COMPANY, **values)


def anger(triage: Triage, message: Message) -> list[str]:
    """Return the label of a customer who was angry once, by what triage says or by words, or wrote what is grave."""
    harm = tells_of_harm([(message.subject, message.new_text)], COMPANY["name"], by_people=False)
    return [NEVER_ASK] if triage.mood == "angry" or harm else []


def urgent(message: Message) -> list[str]:
    """Return the label of danger, a break-in or money taken, which words alone show."""
    return ["priority/high"] if is_urgent(message.subject, message.new_text, COMPANY["name"]) else []


def for_people_too(message: Message, step: Transition | None) -> Transition | None:
    """Have people see every mail of a customer on the list of `data/vips.json`, whatever else is done about it."""
    if step is None or not message.sender.authenticated or not is_listed(message.sender.address, VIPS):
        return step
    labels = [*(label for label in step.labels if not label.startswith("priority/")), "priority/high"]
    told = any(isinstance(action, Escalate) for action in step.actions)
    note = [] if told else [Notify("vip", sender=str(message.sender), outcome=step.because, text=message.new_text)]
    return step.changed(*note, labels=labels)


def scored(message: Message, thread: Thread, read: Callable[[Message, Thread], Transition | None]) -> Transition | None:
    """Record how content a customer is, where we asked; what says more than that is read by `read` as well."""
    rated = score_in(message, thread, COMPANY["name"])
    read_as = read(message, thread) if rated is None or rated.says_more else None
    if rated is None:
        return read_as
    told = [Notify("low_score", sender=str(message.sender), text=message.new_text)] if rated.is_complaint else []
    step = read_as or Transition(thread.state, *told, because="says how content they are")
    return step.changed(labels=[*step.labels, *rated.labels])
