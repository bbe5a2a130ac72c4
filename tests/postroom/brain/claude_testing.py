"""An agent's folder, questions about it, and a Claude brain that asks the server of the test."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import auto
from pathlib import Path
from typing import Any, Literal

from messages_api import MessagesApi
from messages_checks import KEY

import postroom
from postroom import Attachment, Decision, Inbox, Message, Sender, Source, Thread
from postroom.brain import Earlier, Question
from postroom.brain.calling import Caller
from postroom.brain.claude import ClaudeBrain
from postroom.brain.prices import Prices, read_prices
from postroom.brain.spending import Purse
from postroom.database import open_database, sqlite_url
from postroom.runtime.ledger import CallLedger

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MODELS = {"small": "claude-haiku-5-5", "large": "claude-sonnet-5-5"}
RETURNS = ["I want to send it back", "how do I return my order", "return this kettle please", "sending it back, how"]
BILLING = ["my invoice is wrong", "you charged my card twice", "where is my invoice", "the bill shows a wrong amount"]
ROWS = [
    {"subject": "", "text": text, "value": {"topic": topic}, "split": "train"}
    for topic, texts in (("returns", RETURNS), ("billing", BILLING))
    for text in texts
]


class State(postroom.State):
    NEW = auto()


class Topic(Decision):
    """What a mail is about."""

    topic: Literal["returns", "billing"]


class Quoting(Decision):
    """An answer with its sources."""

    body: str
    sources: tuple[Source, ...]


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


def make_folder(parent: Path, rows: Sequence[Mapping[str, Any]] = ROWS) -> Path:
    """Make the folder of an agent with prompts and examples."""
    folder = parent / "brainy_agent"
    (folder / "prompts").mkdir(parents=True)
    (folder / "examples").mkdir()
    (folder / "prompts" / "topic.md").write_text("Say what the mail is about.")
    (folder / "prompts" / "quoting.md").write_text("Answer from the passages.")
    (folder / "examples" / "topic.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return folder


def mail(text: str, subject: str = "Hello", minutes: int = 0, **more: Any) -> Message:
    sender = more.pop("sender", Sender("ana@example.com", "Ana", authenticated=True))
    at = NOW + timedelta(minutes=minutes)
    return Message(f"<{minutes}-{len(text)}@example.com>", "t1", "i", sender, subject, text, at, **more)


def question(folder: Path, text: str, kind: type[Decision] = Topic, **more: Any) -> Question:
    """Ask about a mail; `earlier_mails` stand before it on its thread."""
    message = mail(text, more.pop("subject", "Hello"), minutes=100, attachments=more.pop("attachments", ()))
    messages = (*more.pop("earlier_mails", ()), message)
    thread = Thread(more.pop("thread_id", "t1"), Inbox("i", "brainy", NOW), State.NEW, NOW, messages)
    return Question(kind, folder, message, thread, **more)


def a_file(name: str) -> Attachment:
    return Attachment("a", name, "application/pdf", 1)


def past(number: int) -> Earlier:
    return Earlier(f"subject {number}", f"outcome {number}")


def make_brain(
    api: MessagesApi,
    home: Path,
    slept: list[float] | None = None,
    *,
    day_usd: float = 5.0,
    thread_usd: float = 5.0,
    prices: Prices | None = None,
    clock: Any = None,
    timeout: float = 10.0,
    models: Mapping[str, str] = MODELS,
) -> tuple[ClaudeBrain, CallLedger]:
    ledger = CallLedger(open_database(sqlite_url(home / "calls.db")))
    purse = Purse(ledger, clock or Clock(), prices or read_prices(), day_usd, thread_usd)
    pauses = slept if slept is not None else []
    return ClaudeBrain(models, Caller(KEY, api.url, purse, timeout=timeout, sleep=pauses.append)), ledger
