"""The periodic review: one mail with what an agent did and what waits for people, each thing to act on numbered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from postroom.human.escalation import LONGEST_LINE, short
from postroom.human.review import whole
from postroom.letters import Letter, render

HERE = Path(__file__).parent
LONGEST_QUOTE = 1000
"""Signs of the mail that something waiting answers; what waits is shown whole."""
HOW = {
    "waiting": "approve · reject, and why · tomorrow 9:00 · take over",
    "run": "retry",
    "thread": "hand back · take over",
}
"""By the kind of a numbered thing: what may be wished of it."""


@dataclass
class Review:
    """What the mail tells. `items` is what may be acted on: the first has number 1, and keeps what was shown of it."""

    since: datetime
    until: datetime
    done: list[str] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)

    def numbered(self, line: str, item: dict[str, Any]) -> dict[str, Any]:
        """Return a line with the next number, by which `item` is acted on."""
        self.items.append(item)
        return {"number": len(self.items), "line": short(line, LONGEST_LINE)}

    def show(
        self, line: str, item: dict[str, Any], content: Sequence[Mapping[str, Any]], about: Mapping[str, str]
    ) -> None:
        """Show something that waits whole, with the beginning of the mail that led to it."""
        about = {**about, "text": short(about["text"], LONGEST_QUOTE)}
        self.waiting.append({**self.numbered(line, item), **whole(content), "about": about})

    def tell(self, title: str, lines: Sequence[dict[str, Any]]) -> None:
        """Add a list under a title; nothing where it has no lines."""
        if lines:
            self.lists[title] = [*lines]


def plain(*lines: str) -> list[dict[str, Any]]:
    """Return lines without a number."""
    return [{"number": "", "line": short(line, LONGEST_LINE)} for line in lines]


def letter(agent: str, token: str, review: Review, links_of: Path | None = None) -> tuple[str, Letter]:
    """Return the subject and body of the mail; with nothing to tell it says so, as silence looks like a fault."""
    values = {
        "agent": agent,
        "token": token,
        "since": _moment(review.since),
        "until": _moment(review.until),
        "quiet": not (review.done or review.waiting or review.lists),
        "done": review.done,
        "waiting": review.waiting,
        "lists": list(review.lists.items()),
        "items": len(review.items),
        "wishes": [wishes for kind in HOW if (wishes := _wishes(review, kind))],
    }
    count = len(review.waiting)
    waits = f"{count} for approval" if count else f"{len(review.items)} to look at" if review.items else "nothing waits"
    return f"[{agent} {token}] review: {waits}", render(HERE, "digest", values, links_of)


def _wishes(review: Review, kind: str) -> str:
    """Say what may be wished of the numbers of a kind, "" where there is none; they follow each other."""
    numbers = [number for number, item in enumerate(review.items, 1) if item["kind"] == kind]
    which = f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else "".join(map(str, numbers))
    return which and f"{which}: {HOW[kind]}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
