"""Earlier threads of the person who writes, as the journal has them: never another person's, no call to AgentMail."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from postroom.mail import Earlier, Message
from postroom.runtime.context import Context, Post
from postroom.runtime.history import labels_left
from postroom.runtime.ids import fingerprint, mailed_at
from postroom.runtime.journal import Row

MOST = 3
LOOKED_THROUGH = 12
"""Mails of a person that are looked through for their newest threads."""
SAYS_ENOUGH = 8
"""Words from which on a text is the same whatever its subject; shorter ones depend on it."""
_ALL = "~"  # stands behind every run's id
_ANSWERED = re.compile(r"\s*(?:(?:re|fwd?|aw|wg|sv|vs|tr|rv|antw|enc|ref)\s*(?:\[\d+\])?\s*:\s*)*", re.IGNORECASE)


def columns(message: Message | None) -> dict[str, str | None]:
    """Return what a run's row keeps of who wrote its mail: nothing where nobody vouches for the sender."""
    if message is None or not message.by_person or not message.sender.authenticated:
        return {"writer": None, "subject": None, "words": None}
    return {"writer": message.sender.address, "subject": message.subject, "words": _words(message)}


def freeze(
    context: Context, post: Post, payload: Mapping[str, Any], written: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    """Return the newest earlier threads in this inbox of who wrote the mail at hand, at most three, newest first.

    Of whom a timer is about, newer ones too: it may be late. They are frozen as ids, states and whether the mail
    repeats one of theirs; `restore` brings back the rest.
    """
    if not written["writer"]:
        return []
    before = _ALL if payload["kind"] == "timer" else payload["run_id"]
    mails = context.journal.mails_of_writer(post.inbox_id, written["writer"], before, LOOKED_THROUGH)
    threads: dict[str, list[Row]] = {}
    for mail in mails:
        if mail["thread_id"] != payload["thread_id"]:
            threads.setdefault(mail["thread_id"], []).append(mail)
    return [_frozen(context, post, of_thread, written["words"]) for of_thread in list(threads.values())[:MOST]]


def restore(context: Context, frozen: Mapping[str, Any]) -> Iterator[Earlier]:
    """Yield the earlier threads that a run's `frozen` names."""
    for past in frozen.get("earlier", ()):
        row = context.journal.run(past["run_id"])
        if row is not None:
            received = mailed_at(past["run_id"])
            labels = tuple(past.get("labels", ()))
            yield Earlier(row["subject"] or "", past["state"], row["thread_id"], received, past["repeated"], labels)


def _frozen(context: Context, post: Post, mails: Sequence[Row], words: str | None) -> dict[str, Any]:
    same = next((mail for mail in mails if mail["words"] == words and words), None)
    move = context.journal.last_move(mails[0]["thread_id"])
    state = move["state"] if move else post.agent.flow.start.value
    labels = sorted(labels_left(context.journal.runs_of_thread(mails[0]["thread_id"])))
    return {"run_id": (same or mails[0])["run_id"], "state": state, "repeated": same is not None, "labels": labels}


def _words_of(subject: str) -> list[str]:
    """Return the words of a subject: "Re: Blue!" has those of "blue"."""
    return re.findall(r"[^\W_]+", _ANSWERED.sub("", subject).casefold())


def _words(message: Message) -> str | None:
    words = message.new_text.casefold().split()
    if not words:
        return None
    said = [*words] if len(words) >= SAYS_ENOUGH else [_words_of(message.subject), words]
    # the same words with the photo that was forgotten are not the same mail
    files = sorted([file.filename or "", file.content_type, file.size] for file in message.attachments)
    return fingerprint([*said, files] if files else said)
