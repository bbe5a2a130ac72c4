"""The hand-over pack: one mail to our people with everything that was seen, so that they need not ask again."""

from __future__ import annotations

import re
from collections.abc import Collection
from html import escape
from pathlib import Path
from typing import Any

from markupsafe import Markup

from postroom.brain.question import plain
from postroom.decision import Decision
from postroom.letters import Letter, defused, render, subject_line
from postroom.letters import escape as escaped
from postroom.mail import Attachment, Earlier, Message, Thread
from postroom.transition import Escalate
from postroom_kit.spans_of_time import in_words

HERE = Path(__file__).parent
LONGEST_QUOTE = 4000
LONGEST_LINE = 300
LONGEST_NAME = 120
HISTORY = 10
MOST_FILES = 50
URL_LIKE = re.compile(r"/|\bwww\.", re.IGNORECASE)
JOINERS = "\u200c\u200d"
"""Signs without width that words of some scripts, and emoji, are written with."""
LARGEST_ORIGINAL = 4_000_000
"""Bytes of a raw mail that fit, base64-encoded, into AgentMail's request limit of 6 MB."""
ATTACHED = "The original is attached."
GONE = "The original was deleted in AgentMail before this mail left."


def pack(
    action: Escalate,
    agent: str,
    thread: Thread,
    message: Message | None,
    case: str,
    links_of: Path | None = None,
    notes: Collection[str] = (),
    *,
    takes_back: bool = True,
) -> tuple[str, Letter]:
    """Return the subject and body of the mail that hands `thread` over; `case` is its token.

    Links that the agent's folder `links_of` holds stay whole in it, no others. `notes` are the ids of mails that said
    no more than that a colleague has the thread: with those its customer still waits. `takes_back`: the agent does
    that with threads of people.
    """
    subject = message.subject if message else thread.subject
    reason = short(action.reason, LONGEST_LINE)
    values = {
        "agent": agent,
        "reason": reason,
        "missing": action.missing,
        "sender": str(message.sender) if message else "",
        "vouched_for": message is None or message.sender.authenticated,
        "subject": subject or "(none)",
        "received": f"{message.timestamp:%Y-%m-%d %H:%M} UTC" if message else "",
        "thread_id": thread.thread_id,
        "standing": _standing(thread, notes),
        "new_text": short((message.new_text if message else "") or "(no text)", LONGEST_QUOTE),
        "goes_on": _goes_on(message) if message else "",
        "files": _files(message) if message else [],
        "history": [_history_line(item) for item in thread.messages[-HISTORY:] if item != message],
        "earlier": [_earlier_line(past) for past in thread.earlier],
        "decisions": [_decision_line(decision) for decision in action.decisions],
        "passages": [_passage_line(plain(passage)) for passage in action.passages],
        "suggestion": action.suggestion,
        "original": _original(message) if message else "",
        "case": case,
        "takes_back": takes_back,
    }
    title = subject_line(f"{reason}: {subject or '(no subject)'}", links_of or HERE)
    return f"[{agent} {case}] {title}", render(HERE, "escalation", values, links_of)


def fits(message: Message | None) -> bool:
    """Tell whether a mail is small enough to be attached to another."""
    return message is None or message.size <= LARGEST_ORIGINAL


def unattached(letter: Letter, why: str) -> Letter:
    """Return a letter that says why the original is not attached, which was found out after the letter was frozen."""
    said = str(defused(why))
    text, html = (body.rpartition(ATTACHED) for body in (letter.text, letter.html))
    if text[1] and html[1]:
        return Letter(f"{text[0]}{said}{text[2]}", f"{html[0]}{escape(said)}{html[2]}")
    return noted(letter, why)


def noted(letter: Letter, what: str) -> Letter:
    """Return a letter with a sentence at its end that was found out after the letter was frozen."""
    said = str(defused(what))
    return Letter(f"{letter.text}\n{said}\n", f"{letter.html}<p>{escape(said)}</p>\n")


def too_large(size: int, inbox_id: str, message_id: str) -> str:
    """Say of an original of `size` bytes that it is too large to attach, and where it is."""
    name = short(message_id.strip("<>"), LONGEST_LINE)
    return f"The original is too large to attach ({_size(size)}); it is in AgentMail: inbox {inbox_id}, message {name}."


def _original(message: Message) -> str:
    if fits(message):
        return ATTACHED
    return too_large(message.size, message.inbox_id, message.message_id)


def _goes_on(message: Message) -> str:
    hidden = max(len(message.new_text.strip()) - LONGEST_QUOTE, 0) + message.left_out
    if not hidden:
        return ""
    read = f"; the agent read none of the last {message.left_out:,}" if message.left_out else ""
    return f"The mail goes on for {hidden:,} more characters{read}."


def _files(message: Message) -> list[str]:
    """Return a line for each attachment: name, type, size."""
    named: list[str] = [_file_line(file) for file in message.attachments[:MOST_FILES]]
    more = len(message.attachments) - len(named)
    return [*named, f"and {more} more"] if more else named


def _file_line(file: Attachment) -> Markup:
    kind = defused(short(file.content_type, LONGEST_NAME))
    return Markup(escaped(f"{_file_name(file.filename)} ({kind}, {_size(file.size)})"))


def _file_name(given: str) -> str:
    """Return a file's name as it reads: `offer.pdf` is no link, though a host could be called so; a URL is broken up.

    Left out is what does not show, or turns round what does: `bill<U+202E>fdp.exe` would read `billexe.pdf`.
    """
    name = "".join(sign for sign in " ".join(given.split()) if sign.isprintable() or sign in JOINERS)
    shown = short(name, LONGEST_NAME) or "(no name)"
    return str(defused(shown)) if URL_LIKE.search(shown) else shown


def _size(count: int) -> str:
    """Return a number of bytes as people say it."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 999_500 else f"{count / 1_000_000:.1f} MB"


def _standing(thread: Thread, notes: Collection[str]) -> list[str]:
    """Say since when the customer waits, how many mails there were, and how soon the first of ours came."""
    written = [item.timestamp for item in thread.messages if item.by_person]
    ours = [item.timestamp for item in thread.messages if not item.received]
    answers = [item.timestamp for item in thread.messages if not item.received and item.message_id not in notes]
    if not written:
        return []
    waiting = [at for at in written if not answers or at > answers[-1]]
    mails = f"Mails on this thread: {len(written)} from outside, {len(ours)} from us"
    soon = next((at for at in ours if at >= written[0]), None)
    first = f"first one of ours after {in_words(soon - written[0])}" if soon else "none of ours yet"
    since = f"Waiting since: {waiting[0]:%Y-%m-%d %H:%M} UTC ({in_words(thread.now - waiting[0])})" if waiting else ""
    return [line for line in (since, f"{mails}; {first}") if line]


def _history_line(message: Message) -> str:
    theirs = f"{message.sender}{'' if message.sender.authenticated else ' (perhaps forged)'}"
    who = theirs if message.received else "we"
    return f"{message.timestamp:%Y-%m-%d %H:%M} {who}: {short(message.new_text, LONGEST_LINE)}"


def _earlier_line(past: Earlier) -> str:
    return f"{past.received:%Y-%m-%d} {past.outcome}: {short(past.subject, LONGEST_NAME) or '(no subject)'}"


def _decision_line(decision: Decision) -> str:
    said = {name.replace("_", " "): _said(value) for name, value in decision.model_dump(mode="json").items()}
    fields = ", ".join(f"{name}: {short(words, LONGEST_LINE)}" for name, words in said.items() if words)
    sure = "unknown" if decision.confidence is None else f"{decision.confidence:.0%}"
    return f"{type(decision).__name__} ({sure} sure): {fields}"


def _said(value: Any) -> str:
    """Return a decision's field in words: lists one after the other, of a source its id; "" when it says nothing."""
    if isinstance(value, dict):
        return str(value["id"]) if "id" in value else ", ".join(f"{key} {_said(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "; ".join(filter(None, map(_said, value)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _passage_line(passage: Any) -> str:
    if not isinstance(passage, dict):
        return short(str(passage), LONGEST_LINE)
    score = passage.get("score")
    about = [f"{score:.2f}"] if isinstance(score, float) else []
    about += [f"updated {passage['updated']}"] if passage.get("updated") else []
    shown = f" ({', '.join(about)})" if about else ""
    return f"{passage.get('id', 'passage')}{shown}: {short(str(passage.get('answer', passage)), LONGEST_LINE)}"


def short(text: str, limit: int) -> str:
    """Return a text cut after so many signs, in one line where that is no more than a line is to have."""
    flat = " ".join(text.split()) if limit <= LONGEST_LINE else text.strip()
    return flat if len(flat) <= limit else f"{flat[:limit].rstrip()} …"
