"""The hand-over pack: one mail to our people with everything that was seen, so that they need not ask again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from postroom.brain.question import plain
from postroom.decision import Decision
from postroom.letters import Letter, render, subject_line
from postroom.mail import Message, Thread
from postroom.transition import Escalate

HERE = Path(__file__).parent
LONGEST_QUOTE = 4000
LONGEST_LINE = 300
HISTORY = 10


def pack(
    action: Escalate, agent: str, thread: Thread, message: Message | None, case: str, links_of: Path | None = None
) -> tuple[str, Letter]:
    """Return the subject and body of the mail that hands `thread` over; `case` is its token.

    Links that the agent's folder `links_of` holds stay whole in it, no others.
    """
    subject = message.subject if message else thread.subject
    values = {
        "agent": agent,
        "reason": action.reason,
        "missing": action.missing,
        "sender": str(message.sender) if message else "",
        "subject": subject or "(none)",
        "received": f"{message.timestamp:%Y-%m-%d %H:%M} UTC" if message else "",
        "thread_id": thread.thread_id,
        "new_text": _short((message.new_text if message else "") or "(no text)", LONGEST_QUOTE),
        "history": [_history_line(item) for item in thread.messages[-HISTORY:] if item != message],
        "decisions": [_decision_line(decision) for decision in action.decisions],
        "passages": [_passage_line(plain(passage)) for passage in action.passages],
        "suggestion": action.suggestion,
        "case": case,
    }
    title = subject_line(f"{action.reason}: {subject or '(no subject)'}", links_of or HERE)
    return f"[{agent} {case}] {title}", render(HERE, "escalation", values, links_of)


def _history_line(message: Message) -> str:
    who = str(message.sender) if message.received else "we"
    return f"{message.timestamp:%Y-%m-%d %H:%M} {who}: {_short(message.new_text, LONGEST_LINE)}"


def _decision_line(decision: Decision) -> str:
    said = {name.replace("_", " "): _said(value) for name, value in decision.model_dump(mode="json").items()}
    fields = ", ".join(f"{name}: {_short(words, LONGEST_LINE)}" for name, words in said.items() if words)
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
        return _short(str(passage), LONGEST_LINE)
    score = passage.get("score")
    shown = f" ({score:.2f})" if isinstance(score, float) else ""
    return f"{passage.get('id', 'passage')}{shown}: {_short(str(passage.get('answer', passage)), LONGEST_LINE)}"


def _short(text: str, limit: int) -> str:
    flat = " ".join(text.split()) if limit <= LONGEST_LINE else text.strip()
    return flat if len(flat) <= limit else f"{flat[:limit].rstrip()} …"
