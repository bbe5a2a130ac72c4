"""How to ask each question of questions.toml: a function of its own, which says what the server does."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from agentmail.attachments import SendAttachment
from agentmail.inboxes import CreateInboxRequest

from postroom.doctor.trial import NotAsked, Trial, forget, new_name, outcome, same_as, until
from postroom.mailbox.client import patiently

SLOW = [SendAttachment(filename="zeros.bin", content="A" * 3_000_000)]
"""Keeps a server busy for long enough that a second send comes meanwhile."""
LONG = "A line of text.\n" * (2**20 // 16 + 1)
"""A text beyond 1 MiB, above which the SDK's clients drop a frame and the connection."""
TRIES = 3
"""Pairs of sends, for both may come so far apart that the second finds the first one done."""
SOON, TOMORROW = timedelta(seconds=5), timedelta(days=1)


def key_of_another_mail(trial: Trial) -> str:
    return _again(trial, text="Another mail.")


def key_of_the_mail_written_otherwise(trial: Trial) -> str:
    return _again(trial, to=[trial.inbox_id])


def _again(trial: Trial, **changed: object) -> str:
    trial.count()
    return outcome(trial, trial.messages.send, say=same_as(trial.shared_answer.data), **(trial.mail | changed))


def replay(trial: Trial) -> str:
    first, again = trial.shared_answer, trial.send(trial.messages.with_raw_response.send, **trial.mail)
    own = sorted(set(again.headers) - set(first.headers))
    return f"{same_as(first.data)(again.data)}, {again.status_code}, {' '.join(own) or 'no header of its own'}"


def key_of_a_refused_send(trial: Trial) -> str:
    mail = trial.new_mail("Refused")
    trial.count()
    with trial.listed("send", "block", trial.inbox_id):
        refused = outcome(trial, trial.messages.send, **mail)
    if not refused.startswith("403"):
        raise NotAsked(f"the list refused nothing: {refused}")
    # lists may take a moment to change; under one key no more than one mail leaves
    return until(lambda said: said == "done", lambda: outcome(trial, trial.messages.send, **mail))


def key_in_progress(trial: Trial) -> str:
    for _ in range(TRIES):
        trial.count()
        mail = trial.new_mail("At once", attachments=SLOW)
        with ThreadPoolExecutor(2) as pool:
            sends = [pool.submit(outcome, trial, trial.messages.send, **mail) for _ in range(2)]
        if refused := {send.result() for send in sends} - {"done"}:
            return " and ".join(sorted(refused))
    raise NotAsked("the first was done when the second came, each time")


def client_id_of_a_deleted_draft(trial: Trial) -> str:
    first = trial.draft()
    forget(trial.drafts.delete, trial.inbox_id, first.draft_id)
    again = trial.draft(client_id=first.client_id)
    return "the deleted draft" if again.draft_id == first.draft_id else "a new draft"


def client_id_of_a_sent_draft(trial: Trial) -> str:
    first, _, _ = trial.sent_draft
    again = trial.draft(client_id=first.client_id)
    return "the sent draft" if again.draft_id == first.draft_id else "a new draft"


def client_id_with_another_body(trial: Trial) -> str:
    name = new_name()
    first, again = (trial.draft(client_id=name, subject=subject) for subject in ("One", "Two"))
    return f"{'the first' if again.draft_id == first.draft_id else 'a second'} draft, with subject {again.subject}"


def client_id_of_the_inbox(trial: Trial) -> str:
    first = patiently(trial.inboxes.get, trial.inbox_id)
    again = patiently(trial.inboxes.create, request=CreateInboxRequest(client_id=first.client_id, display_name="New"))
    kept = "as it was" if again.display_name == first.display_name else "renamed"
    return f"{'the' if again.inbox_id == first.inbox_id else 'a second'} inbox, {kept}"


def client_id_of_another_kind(trial: Trial) -> str:
    name = patiently(trial.inboxes.get, trial.inbox_id).client_id
    return outcome(trial, trial.drafts.create, to=[trial.inbox_id], text="A draft.", client_id=name)


def second_send_of_a_draft(trial: Trial) -> str:
    draft, _, first = trial.sent_draft
    return outcome(trial, trial.counted(trial.drafts.send), draft.draft_id, say=same_as(first))


def key_before_draft(trial: Trial) -> str:
    draft, key, first = trial.sent_draft
    trial.count()
    return outcome(trial, trial.drafts.send, draft.draft_id, say=same_as(first), idempotency_key=key)


def send_at_in_the_past(trial: Trial) -> str:
    # sent at once it is gone at once, and another try under its client_id may make another
    late = {"to": [trial.inbox_id], "text": "Late.", "send_at": trial.now() - timedelta(hours=1)}
    return outcome(trial, trial.counted(trial.drafts.create), **late, client_id=new_name())


def update_of_a_scheduled_draft(trial: Trial) -> str:
    send_at = (trial.now() + TOMORROW).replace(microsecond=123_000)
    draft = trial.draft(send_at=send_at)
    changed = patiently(trial.drafts.update, trial.inbox_id, draft.draft_id, text="Changed.")
    forget(trial.drafts.delete, trial.inbox_id, draft.draft_id)
    return "stays scheduled, to the millisecond" if changed.send_at == send_at else f"send_at {changed.send_at}"


def furthest_send_at(trial: Trial) -> str:
    now, taken = trial.now(), "less than a year"
    for years in (1, 10, 100):
        said = outcome(trial, trial.drafts.create, to=[trial.inbox_id], send_at=now + timedelta(days=366 * years))
        if said != "done":
            return f"{taken}; {years} years: {said}"
        taken = f"{years} years"
    return taken


def refused_when_due(trial: Trial) -> str:
    def status() -> str:
        return outcome(trial, trial.drafts.get, draft.draft_id, say=lambda draft: str(draft.send_status))

    trial.count()
    with trial.listed("send", "block", trial.inbox_id):
        draft = trial.draft(send_at=trial.now() + SOON)
        said = until(lambda said: said not in ("scheduled", "sending"), status)
        forget(trial.drafts.delete, trial.inbox_id, draft.draft_id)
    return said


def taken_name(trial: Trial) -> str:
    # should it be made all the same, the client_id tells that it is the doctor's to delete
    name, client_id = trial.inbox_id.partition("@")[0], f"postroom-doctor-{new_name()[:10]}"
    request = CreateInboxRequest(username=name, client_id=client_id)
    return outcome(trial, lambda _, **more: trial.inboxes.create(request=request, **more))


def signature(trial: Trial) -> str:
    text = trial.shared().extracted_text
    return "there is no extracted_text" if text is None else "stays" if "Ada" in text else "is left out"


def thread_of_a_forward(trial: Trial) -> str:
    sent = trial.shared_answer.data
    forward = trial.send(trial.messages.forward, sent.message_id, to=trial.inbox_id)
    return "that of the forwarded message" if forward.thread_id == sent.thread_id else "a new one"


def threads_of_one_subject(trial: Trial) -> str:
    first, second = trial.shared_answer.data, trial.send_new("Shared")
    return "one thread" if first.thread_id == second.thread_id else "two threads"


def reply_to_own_message(trial: Trial) -> str:
    reply = trial.send(trial.messages.reply, trial.shared_answer.data.message_id, text="And once more.")
    to = patiently(trial.messages.get, trial.inbox_id, reply.message_id).to
    return "goes to whom that went" if any(trial.inbox_id in address for address in to) else f"goes to {to}"


def label_of_a_draft(trial: Trial) -> str:
    sent = patiently(trial.messages.get, trial.inbox_id, trial.sent_draft[2].message_id)
    return "is on the message" if "probe-draft" in sent.labels else "is not on the message"


def label_of_a_message(trial: Trial) -> str:
    thread = patiently(trial.inboxes.threads.get, trial.inbox_id, trial.shared().thread_id)
    return "is on its thread too" if "probe-message" in thread.labels else "is not on its thread"


def label_of_a_thread(trial: Trial) -> str:
    thread_id = trial.shared().thread_id
    patiently(trial.inboxes.threads.update, trial.inbox_id, thread_id, add_labels=["probe-thread"])
    return "is on its messages too" if "probe-thread" in trial.shared().labels else "is not on its messages"


def two_labels(trial: Trial) -> str:
    both, one = (trial.draft(labels=labels) for labels in (["probe-a", "probe-b"], ["probe-a"]))
    listed = patiently(trial.drafts.list, trial.inbox_id, labels=["probe-a", "probe-b"], limit=100)
    found = {draft.draft_id for draft in listed.drafts}
    return "either" if one.draft_id in found else "both" if both.draft_id in found else "neither"


def default_page(trial: Trial) -> str:
    listed = patiently(trial.drafts.list, trial.inbox_id)
    return "not said" if listed.limit is None else str(listed.limit)


def bounds(trial: Trial) -> str:
    sent, said = trial.shared(), []
    for bound in ("after", "before"):
        listed = patiently(trial.messages.list, trial.inbox_id, limit=100, **{bound: sent.timestamp})
        found = sent.message_id in {message.message_id for message in listed.messages}
        said.append("with that one" if found else "without that one")
    return ", ".join(said)


def allow_list(trial: Trial) -> str:
    hidden = {"include_spam": True, "include_blocked": True, "include_unauthenticated": True}

    def labels() -> set[str]:
        call = trial.messages.list
        found = patiently(call, trial.inbox_id, limit=100, **hidden).messages  # type: ignore[arg-type]
        return {label for message in found if message.subject == "Not allowed" for label in message.labels}

    with trial.listed("receive", "allow", "nobody@example.com"):
        trial.send_new("Not allowed")
        said = until(lambda found: not found.isdisjoint({"received", "blocked"}), labels)
    return "is blocked" if "blocked" in said else "comes in" if "received" in said else "does not come in"


def second_subscribe(trial: Trial) -> str:
    frames = trial.heard([["message.sent"], ["message.received"]], lambda: trial.send_new("Subscribed twice"))
    kinds = {json.loads(frame)["event_type"] for frame in frames if frame.startswith("{")}
    if not kinds:
        raise NotAsked(f"no event came: {frames[-1]}")
    return "adds to the first" if len(kinds) > 1 else "is ignored" if "message.sent" in kinds else "replaces the first"


def long_event(trial: Trial) -> str:
    frames = trial.heard([["message.received"]], lambda: trial.send_new("Long", LONG))
    for event in (json.loads(frame) for frame in frames if frame.startswith("{")):
        if event["message"].get("subject") == "Long":
            return "comes with its text, cut" if event["message"].get("text") else "comes without its text"
    if "1009" in frames[-1]:
        return "comes whole, and the SDK drops the connection"
    raise NotAsked(f"its event did not come: {frames[-1]}")
