"""Questions AgentMail's reference leaves open, each settled by a few calls to one inbox that writes to itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from agentmail import AgentMail
from agentmail.core.api_error import ApiError

from postroom.mailbox.client import NO_SDK_RETRIES, error_code, error_name, patiently

MOST_MAILS = 20


class TooManyMails(RuntimeError):
    """The questions would send more mail than was promised."""


class Trial:
    """One inbox to ask, and the mails it sends: to itself, at most twenty."""

    def __init__(self, client: AgentMail, inbox_id: str) -> None:
        self.client = client
        self.inbox_id = inbox_id
        self.mails = 0

    def mail(self, call: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Call what sends a mail, as patiently as all calls. Raises TooManyMails before it would be too many."""
        if self.mails >= MOST_MAILS:
            raise TooManyMails(f"this question would send more than {MOST_MAILS} mails")
        self.mails += 1
        return patiently(call, self.inbox_id, *args, **more)

    def send(self, subject: str, **more: Any) -> Any:
        """Send a mail to the inbox itself and return what came of it."""
        return self.mail(self.client.inboxes.messages.send, to=self.inbox_id, subject=subject, text=subject, **more)

    def draft(self, **more: Any) -> Any:
        """Make a draft to the inbox itself."""
        return patiently(self.client.inboxes.drafts.create, self.inbox_id, to=[self.inbox_id], text="A draft.", **more)


@dataclass(frozen=True)
class Probe:
    """A question, what the sandbox answers, and how to ask."""

    question: str
    sandbox: str
    ask: Callable[[Trial], str]


PROBES: list[Probe] = []


def probe(question: str, sandbox: str) -> Callable[[Callable[[Trial], str]], Callable[[Trial], str]]:
    """Make a function that asks a probe."""

    def keep(ask: Callable[[Trial], str]) -> Callable[[Trial], str]:
        PROBES.append(Probe(question, sandbox, ask))
        return ask

    return keep


def refusal(error: ApiError) -> str:
    """Say how a call was refused: status, code and name, by which the two kinds of 409 differ."""
    return f"{error.status_code} {error_code(error)} {error_name(error)}"


def outcome(trial: Trial, call: Callable[..., Any], *args: Any, **more: Any) -> str:
    """Call once, without another try: `done`, or how it was refused."""
    try:
        call(trial.inbox_id, *args, **more, request_options=NO_SDK_RETRIES)
    except ApiError as error:
        return refusal(error)
    return "done"


def _new() -> str:
    return uuid.uuid4().hex


@probe("an Idempotency-Key that another mail used", "409 conflict IdempotencyKeyConflictError")
def key_of_another_mail(trial: Trial) -> str:
    key = _new()
    trial.send("A key", idempotency_key=key)
    messages = trial.client.inboxes.messages
    return outcome(trial, messages.send, to=trial.inbox_id, text="Another mail.", idempotency_key=key)


@probe("the same mail again with its Idempotency-Key", "the first answer")
def key_of_the_same_mail(trial: Trial) -> str:
    key = _new()
    first, second = (trial.send("Once", idempotency_key=key) for _ in range(2))
    return "the first answer" if first.message_id == second.message_id else "a second mail"


@probe("a client_id once its draft was deleted", "a new draft")
def client_id_of_a_deleted_draft(trial: Trial) -> str:
    name = _new()
    first = trial.draft(client_id=name)
    patiently(trial.client.inboxes.drafts.delete, trial.inbox_id, first.draft_id)
    again = trial.draft(client_id=name)
    return "the deleted draft" if again.draft_id == first.draft_id else "a new draft"


@probe("a client_id again with another subject", "the first draft, unchanged")
def client_id_with_another_body(trial: Trial) -> str:
    name = _new()
    first, again = (trial.draft(client_id=name, subject=subject) for subject in ("One", "Two"))
    if again.draft_id != first.draft_id:
        return "a second draft"
    return f"the first draft, {'unchanged' if again.subject == 'One' else 'changed'}"


@probe("sending a sent draft again, without a key", "404 not_found NotFoundError")
def second_send_of_a_draft(trial: Trial) -> str:
    draft = trial.draft()
    trial.mail(trial.client.inboxes.drafts.send, draft.draft_id)
    return outcome(trial, trial.client.inboxes.drafts.send, draft.draft_id)


@probe("sending a sent draft again with its key", "the first answer")
def key_before_draft(trial: Trial) -> str:
    draft, key = trial.draft(), _new()
    drafts = trial.client.inboxes.drafts
    first = trial.mail(drafts.send, draft.draft_id, idempotency_key=key)
    try:
        again = patiently(drafts.send, trial.inbox_id, draft.draft_id, idempotency_key=key)
    except ApiError as error:
        return refusal(error)
    return "the first answer" if again.message_id == first.message_id else "a second mail"


@probe("the thread of a forward", "that of the forwarded message")
def thread_of_a_forward(trial: Trial) -> str:
    sent = trial.send("To forward")
    forward = trial.mail(trial.client.inboxes.messages.forward, sent.message_id, to=trial.inbox_id)
    return "that of the forwarded message" if forward.thread_id == sent.thread_id else "a new one"


@probe("two mails of one subject that reply to nothing", "two threads")
def threads_of_one_subject(trial: Trial) -> str:
    first, second = trial.send("One subject"), trial.send("One subject")
    return "one thread" if first.thread_id == second.thread_id else "two threads"


@probe("a reply to one's own message, without recipients", "goes to whom that went")
def reply_to_own_message(trial: Trial) -> str:
    sent = trial.send("To answer")
    messages = trial.client.inboxes.messages
    try:
        reply = trial.mail(messages.reply, sent.message_id, text="And once more.")
    except ApiError as error:
        return refusal(error)
    to = patiently(messages.get, trial.inbox_id, reply.message_id).to
    return "goes to whom that went" if any(trial.inbox_id in address for address in to) else f"goes to {to}"


@probe("a label of one message", "is on its thread too")
def label_of_a_message(trial: Trial) -> str:
    sent = trial.send("Labelled", labels=["probe-message"])
    thread = patiently(trial.client.inboxes.threads.get, trial.inbox_id, sent.thread_id)
    return "is on its thread too" if "probe-message" in thread.labels else "is not on its thread"


@probe("a label given to a thread", "is on its messages too")
def label_of_a_thread(trial: Trial) -> str:
    sent = trial.send("In a labelled thread")
    threads, messages = trial.client.inboxes.threads, trial.client.inboxes.messages
    patiently(threads.update, trial.inbox_id, sent.thread_id, add_labels=["probe-thread"])
    message = patiently(messages.get, trial.inbox_id, sent.message_id)
    return "is on its messages too" if "probe-thread" in message.labels else "is not on its messages"


@probe("a page without a limit holds at most", "50")
def default_page(trial: Trial) -> str:
    listed = patiently(trial.client.inboxes.drafts.list, trial.inbox_id)
    return "not said" if listed.limit is None else str(listed.limit)


@probe("a filter by two labels finds what has", "both")
def two_labels(trial: Trial) -> str:
    both = trial.draft(labels=["probe-a", "probe-b"])
    one = trial.draft(labels=["probe-a"])
    listed = patiently(trial.client.inboxes.drafts.list, trial.inbox_id, labels=["probe-a", "probe-b"], limit=100)
    found = {draft.draft_id for draft in listed.drafts}
    return "either" if one.draft_id in found else "both" if both.draft_id in found else "neither"


@probe("messages listed with `after` the time of one", "without that one")
def after_is_exclusive(trial: Trial) -> str:
    return _bounded(trial, "after")


@probe("messages listed with `before` the time of one", "without that one")
def before_is_exclusive(trial: Trial) -> str:
    return _bounded(trial, "before")


def _bounded(trial: Trial, bound: str) -> str:
    sent = trial.send(f"Bound {bound}")
    messages = trial.client.inboxes.messages
    time = patiently(messages.get, trial.inbox_id, sent.message_id).timestamp
    listed = patiently(messages.list, trial.inbox_id, limit=100, **{bound: time})
    found = sent.message_id in {message.message_id for message in listed.messages}
    return "with that one" if found else "without that one"


@probe("a draft with send_at in the past", "done")
def send_at_in_the_past(trial: Trial) -> str:
    past = datetime.now(UTC) - timedelta(hours=1)
    trial.mails += 1
    return outcome(trial, trial.client.inboxes.drafts.create, to=[trial.inbox_id], text="Late.", send_at=past)


@probe("a scheduled draft whose text is changed", "stays scheduled")
def update_of_a_scheduled_draft(trial: Trial) -> str:
    draft = trial.draft(send_at=datetime.now(UTC) + timedelta(days=1))
    drafts = trial.client.inboxes.drafts
    changed = patiently(drafts.update, trial.inbox_id, draft.draft_id, text="Changed.")
    patiently(drafts.delete, trial.inbox_id, draft.draft_id)
    return "stays scheduled" if changed.send_at == draft.send_at else "is not scheduled any more"
