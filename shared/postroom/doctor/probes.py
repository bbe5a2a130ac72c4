"""All that AgentMail's reference leaves open: what one inbox that writes to itself can settle, and what it cannot."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from postroom.doctor import asking
from postroom.doctor.trial import Trial


@dataclass(frozen=True)
class Probe:
    """A question, what the sandbox answers, and how to ask."""

    question: str
    sandbox: str
    ask: Callable[[Trial], str]


_OPEN = tomllib.loads(Path(__file__).with_name("questions.toml").read_text(encoding="utf-8"))
INTRODUCTION, UNASKABLE = _OPEN["introduction"], _OPEN["unaskable"]
PROBES = [
    Probe(item["text"], item["sandbox"], getattr(asking, item["ask"])) for item in _OPEN["question"] if "ask" in item
]
NOT_ASKED = {item["text"]: item["why_not"] for item in _OPEN["question"] if "why_not" in item}
