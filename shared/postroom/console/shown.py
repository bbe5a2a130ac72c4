"""How values look on the page: times, sizes, shares, and the tone of a state's chip."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from postroom.agent import Agent
from postroom.mail import Message

TONES = ("amber", "green", "teal", "rose")
SPANS = ((86_400, "days"), (3_600, "h"), (60, "min"), (1, "s"))
MOST_COUNTED = 100
LINE_HEIGHT = 22
FRAME_HEIGHT = (120, 520)
"""Least and most pixels of a mail's frame: a sandboxed frame cannot tell its own height."""


def when(moment: datetime | str | None) -> str:
    """Return a moment in UTC, to the minute."""
    if moment is None:
        return ""
    at = moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
    return f"{at.astimezone(UTC):%-d %b %Y, %H:%M}"


def hour(moment: datetime) -> str:
    """Return the time of day in UTC, to the minute."""
    return f"{moment.astimezone(UTC):%H:%M}"


def ago(now: datetime, moment: datetime) -> str:
    """Return how long a moment is past, roughly."""
    minutes = (now - moment).total_seconds() / 60
    amounts = ((minutes / 1440, "days"), (minutes / 60, "hours"), (minutes, "minutes"))
    return next((f"{round(count)} {unit}" for count, unit in amounts if count >= 2), "a minute")


def amount(value: float, unit: str) -> str:
    """Return a figure's value in its unit, as short as a table wants it."""
    if unit == "ratio":
        return f"{100 * value:.3g} %"
    if unit == "seconds":
        return next(f"{value / size:.3g} {name}" for size, name in SPANS if value >= size or size == 1)
    return f"{value:.2f} USD" if unit == "USD" else f"{value:.3g}"


def counted(count: int) -> str:
    """Return a count of threads, which ends at a hundred."""
    return f"{count}+" if count >= MOST_COUNTED else str(count)


def scope_words(scope: str) -> str:
    """Return what a scope of the kill switch is called: all agents, one, or an inbox."""
    kind, _, name = scope.partition(":")
    return {"all": "all agents", "inbox": f"inbox {name}"}.get(kind, name)


def field_text(value: Any) -> str:
    """Return a decision's field: words as they are, lists and objects as compact JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def tone(agent: Agent, state: str) -> str:
    """Return the colour of a state: fixed for the first, the last and the one people have, in turn for the others."""
    states = list(agent.flow.states)
    found = next((item for item in states if item.value == state), None)
    if found is None or found is states[-1]:
        return "grey"
    if found is agent.flow.start:
        return "blue"
    return "violet" if found is agent.with_human else TONES[(states.index(found) - 1) % len(TONES)]


def frame_height(message: Message) -> int:
    """Return a height in pixels for a mail's HTML, guessed from the length of its text."""
    text = message.text or message.new_text
    lines = sum(1 + len(line) // 70 for line in text.splitlines()) + 2
    return max(FRAME_HEIGHT[0], min(lines * LINE_HEIGHT, FRAME_HEIGHT[1]))


def file_name(name: str) -> str:
    """Return a name to show and save a stranger's file by: no folder, nothing that hides or turns round part of it."""
    shown = "".join(letter if letter.isprintable() and letter not in "/\\" else "_" for letter in name)
    return shown.strip(" .") or "file"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "when": when,
    "hour": hour,
    "ago": ago,
    "amount": amount,
    "counted": counted,
    "scope_words": scope_words,
    "field_text": field_text,
    "file_name": file_name,
    "frame_height": frame_height,
}
