"""A thread's state and marks as labels: exactly one state label, moved in one place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from agentmail import AgentMail
from agentmail.core.api_error import ApiError

from postroom.flow import LABEL_SEPARATOR
from postroom.mailbox.client import pages, patiently
from postroom.mailbox.reading import UNREAD_LABEL, thread_labels

WAITING_APPROVAL = "waiting/approval"
NEEDS_HUMAN = "needs-human"
STUCK = "stuck"
INTERNAL = "internal"
CHATTER = "among-us"
"""On mail of one of our people that no customer of its thread got."""
OP = "op-"
"""How the op ids begin that mark what a run sent until its journal has the message id."""
RECORD = f"record{LABEL_SEPARATOR}"
"""How the label of a campaign's first mail begins, which names its record."""
PLANNED = "planned"
RENEWED = "worded-when-due"
"""Of a planned draft whose text is made anew at the moment it leaves."""
PLAN_FACTS = ("due", "key", "state", "text")
"""Dimensions of what the draft of a follow-up says of itself."""
SYSTEM = frozenset({"received", "sent", "delivered", "bounced", "complained", "delayed", "rejected", "opened"})
"""Labels that AgentMail sets itself; it refuses them from anyone else with a 400."""
BATCH = 50
"""AgentMail's limit of messages in one `batch_update`."""


def why_reserved(label: str, agent: str, agents: Collection[str]) -> str:
    """Return why a label is not `agent`'s to set, "" if it is; `agents` are all whose states begin labels.

    It is AgentMail's own, tells the runtime what to do, or is the state of a thread: of this agent or another.
    """
    owner, separator, rest = label.partition(LABEL_SEPARATOR)
    if separator and owner in agents and owner != agent:
        another = f"name another dimension, such as category/{rest}"
        return f"a label of the agent {owner}, which it alone sets: its states begin so; {another}"
    ours = (INTERNAL, CHATTER, PLANNED, STUCK, UNREAD_LABEL, "")
    state_or_wait = separator and owner in (agent, "waiting")
    if state_or_wait or label in SYSTEM or label.strip() in ours or label.startswith(OP):
        return "which no agent sets: the state is the first part of a Transition"
    return ""


def replaced(labels: Iterable[str], new: Sequence[str]) -> list[str]:
    """Return which of a thread's `labels` give way to `new`: those of the same dimension (`category/…`)."""
    dimensions = {label.partition(LABEL_SEPARATOR)[0] for label in new if LABEL_SEPARATOR in label}
    return sorted(
        label
        for label in labels
        if label not in new and LABEL_SEPARATOR in label and label.partition(LABEL_SEPARATOR)[0] in dimensions
    )


def of_plan(frozen: Mapping[str, Any], state: str) -> list[str]:
    """Return the labels of a follow-up's draft: with them, a lost database loses no follow-up.

    They say when it is due, which key it has and in which state of the thread it goes:
    `due/2026-03-04t09:00:00+00:00`, `key/chase`, `state/chasing`; `text/worded-when-due` where its text is made anew
    then. AgentMail keeps labels in lower case.
    """
    due = datetime.fromisoformat(frozen["due_at"]).astimezone(UTC).isoformat()
    facts = {"due": due, "key": frozen["key"], "state": state, **({"text": RENEWED} if frozen.get("renew") else {})}
    return [PLANNED, *(f"{name}{LABEL_SEPARATOR}{value}".lower() for name, value in facts.items())]


def of_held(plan: Mapping[str, Any], op_id: str) -> list[str]:
    """Return the labels of a draft that waits for approval: with the state that its thread moves to then.

    The op id tells whose mail it is once a person has sent it: AgentMail forgets the draft's client_id with the draft.
    """
    moves = [f"state{LABEL_SEPARATOR}{plan['state']}"] if "state" in plan else []
    return [WAITING_APPROVAL, op_id, *moves]


def fact(labels: Iterable[str], name: str) -> str:
    """Return what the label `name/…` of a draft says, or nothing."""
    named = (label.partition(LABEL_SEPARATOR) for label in labels)
    return next((value for first, _, value in named if first == name), "")


def relabel(
    client: AgentMail, inbox_id: str, thread_id: str, *, add: Sequence[str], remove: Sequence[str]
) -> frozenset[str]:
    """Put `add` on a thread and take `remove` off; return all it carries then, nothing where nothing was to change.

    From 100 messages on AgentMail refuses to label a thread (422): then the newest message gets the labels first
    and every carrier loses the old ones after, so that at no time the thread has no state. Safe to repeat.
    """
    if not add and not remove:
        return frozenset()
    update = client.inboxes.threads.update
    try:
        changed = patiently(update, inbox_id, thread_id, add_labels=list(add), remove_labels=list(remove))
        return frozenset(changed.labels or ())
    except ApiError as error:
        if error.status_code != 422:
            raise
        _relabel_long_thread(client, inbox_id, thread_id, add, remove)
        return thread_labels(client, inbox_id, thread_id)


def _relabel_long_thread(
    client: AgentMail, inbox_id: str, thread_id: str, add: Sequence[str], remove: Sequence[str]
) -> None:
    messages = _all_messages(client, inbox_id, thread_id)
    newest = messages[-1].message_id
    if add:
        patiently(client.inboxes.messages.update, inbox_id, newest, add_labels=list(add))
    carriers = [message.message_id for message in messages if set(message.labels or ()) & set(remove)]
    for start in range(0, len(carriers), BATCH):
        chunk = carriers[start : start + BATCH]
        patiently(client.inboxes.messages.batch_update, inbox_id, message_ids=chunk, remove_labels=list(remove))


def _all_messages(client: AgentMail, inbox_id: str, thread_id: str) -> list[Any]:
    """Return every message of a thread, oldest first, page by page."""
    found = list(pages(client.inboxes.threads.get, inbox_id, thread_id))
    return [message for page in reversed(found) for message in page.messages]
