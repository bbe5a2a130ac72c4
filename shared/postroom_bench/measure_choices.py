"""Measure a choice on the examples held back: `python -m postroom_bench.measure_choices sdr ReplyKind`.

Prints what was taken for what and, from each confidence on, how many mails are decided and how many of them wrongly.
The offline brain answers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from postroom.agent import Agent
from postroom.brain import Brain, Question
from postroom.brain.offline import HELD_BACK, OfflineBrain, fixed_choices
from postroom.deciding import Decider, Line, find_decision
from postroom.loading import load_agent

THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)
_WIDTH = 16


@dataclass(frozen=True)
class Judged:
    """Hold what an example is, what it was taken for, and how surely."""

    truth: str
    guess: str
    confidence: float


def judge(agent: Agent, name: str, brain: Brain) -> list[Judged]:
    """Have a decision's first choice taken for each of its examples held back."""
    kind = find_decision(agent, name)
    (field, *_) = fixed_choices(kind)
    decider = Decider(agent, kind, brain, "measure")
    judged = []
    for number, line in enumerate(_held_back(agent.folder / "examples" / f"{name.lower()}.jsonl"), 1):
        thread = decider.thread(number, Line.model_validate_json(line))
        answered = brain.answer(Question(kind, agent.folder, thread.messages[-1], thread))
        judged.append(Judged(json.loads(line)["value"][field], answered.value[field], answered.confidence or 0.0))
    return judged


def confusion(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield a table: a row for what the mails are, a column for what they were taken for."""
    names = sorted({each.truth for each in judged} | {each.guess for each in judged})
    counts = Counter((each.truth, each.guess) for each in judged)
    yield " " * _WIDTH + "".join(f"{name[: _WIDTH - 2]:>{_WIDTH}}" for name in names)
    for truth in names:
        yield f"{truth:<{_WIDTH}}" + "".join(f"{counts[truth, guess] or '.':>{_WIDTH}}" for guess in names)


def by_confidence(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield for each threshold how many mails reach it, and how many of these are wrong."""
    for threshold in THRESHOLDS:
        sure = [each for each in judged if each.confidence >= threshold]
        wrong = sum(each.guess != each.truth for each in sure)
        yield f"from {threshold:.1f} on: {len(sure)} of {len(judged)} decided, {wrong} wrongly"


def _held_back(path: Path) -> list[bytes]:
    lines = path.read_bytes().splitlines()
    return [line for line in lines if json.loads(line)["split"] == HELD_BACK]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("agent")
@click.argument("decision")
def main(agent: str, decision: str) -> None:
    """Print the confusion table of a DECISION of an AGENT on its examples held back."""
    judged = judge(load_agent(agent), decision, OfflineBrain())
    click.echo("\n".join([*confusion(judged), "", *by_confidence(judged)]))


if __name__ == "__main__":
    main()
