"""Measure what collections makes of replies: `python -m postroom_bench.measure_collections`.

First on the examples that are held back: a table of what was meant and what was read, and of the mails that must stop
us how many would have been followed by another demand. Then on consumers' complaints about loans (US CFPB, public
domain), which are no replies but speak like those who dispute, cannot pay, or want to be left alone: point
POSTROOM_DEV_DATA at a folder with `collections/cfpb_dev.csv`. Half of them, by a hash of their text, shaped the word
lists; the other half was only measured.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from postroom.brain import Question
from postroom.brain.json_lines import read_lines
from postroom.brain.offline import HELD_BACK, OfflineBrain
from postroom.deciding import Decider, Line, find_decision
from postroom.loading import load_agent
from postroom_bench.checkout import ROOT
from postroom_kit.debts.told import GRAVITY, PAUSES, stops, told

Guess = Callable[[Mapping[str, Any]], tuple[str, float]]
STOPS = (set(GRAVITY) - PAUSES) | {"threat"}
GOES_ON = {"question", "promise", "other", "paid", "plan"}
FOLDER = ROOT / "agents" / "collections_agent"
TOPICS = {
    "dispute": ("Charged fees", "Incorrect information", "Received a loan", "Loan payment wasn't", "Money was taken",
                "Problem with additional"),
    "hardship": ("Struggling to pay",),
    "cease, contact": ("Can't stop withdrawals", "Can't contact"),
}  # fmt: skip
"""What complaints of an issue (its beginning) mostly say."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Print how replies are read, and how many that must stop us would not."""
    rows = list(read_lines(FOLDER / "examples" / "reading.jsonl", lambda _, row: row, "a line is an example"))
    held_back = [row for row in rows if row["split"] == HELD_BACK]
    guess = _reader()
    _table(held_back, guess)
    wrong = [row for row in held_back if row["value"]["means"] in STOPS and not _would_stop(row, guess)]
    of = sum(row["value"]["means"] in STOPS for row in held_back)
    click.echo(f"held back: of {of} replies that must stop us {len(wrong)} would be followed by a demand")
    for row in wrong:
        click.echo(f"  {row['value']['means']}: {row['text']}")
    calm = [row for row in held_back if row["value"]["means"] in GOES_ON]
    click.echo(
        f"held back: of {len(calm)} that need not, {sum(_would_stop(row, guess) for row in calm)} stop us all the same"
    )
    _complaints(Path(os.environ.get("POSTROOM_DEV_DATA", "../shared/data")) / "collections" / "cfpb_dev.csv", guess)


def _reader() -> Guess:
    """Return what reads a reply as the agent does without a model."""
    agent, brain, numbers = load_agent(str(FOLDER)), OfflineBrain(), itertools.count(1)
    kind = find_decision(agent, "Reading")
    decider = Decider(agent, kind, brain, "measure")

    def guess(row: Mapping[str, Any]) -> tuple[str, float]:
        thread = decider.thread(next(numbers), Line.model_validate({"subject": row["subject"], "text": row["text"]}))
        answered = brain.answer(Question(kind, FOLDER, thread.messages[-1], thread))
        return str(answered.value["means"]), answered.confidence or 0.0

    return guess


def _would_stop(row: Mapping[str, Any], guess: Guess) -> bool:
    """Tell whether the agent would not go on: by words, by what was read, by doubt, or by length."""
    means, sure = guess(row)
    long = len(str(row["text"]).split()) > 80
    return stops(told(row["text"], _own_subject(row))) or means in STOPS or sure < 0.5 or long


def _own_subject(row: Mapping[str, Any]) -> str:
    subject = str(row["subject"])
    return "" if subject.lower().startswith(("re:", "aw:")) else subject


def _table(rows: Iterable[Mapping[str, Any]], guess: Guess) -> None:
    pairs = Counter((row["value"]["means"], guess(row)[0]) for row in rows)
    right = sum(count for (meant, read), count in pairs.items() if meant == read)
    click.echo(f"held back: {right} of {sum(pairs.values())} read as meant; the rest (meant -> read):")
    for (meant, read), count in sorted(pairs.items()):
        if meant != read:
            click.echo(f"  {meant} -> {read}: {count}")
    names = sorted({name for pair in pairs for name in pair})
    click.echo("meant \\ read     " + " ".join(f"{name[:5]:>5}" for name in names))
    for meant in names:
        click.echo(f"{meant:16} " + " ".join(f"{pairs[meant, read] or '.':>5}" for read in names))


def _complaints(path: Path, guess: Guess) -> None:
    if not path.exists():
        click.echo(f"skipped: the figures on public complaints, for {path} is not there; set POSTROOM_DEV_DATA")
        return
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for half, name in ((0, "looked at"), (1, "held back")):
        own = [row for row in rows if _half(row["Consumer complaint narrative"]) == half]
        for topic, issues in {**TOPICS, "all": ("",)}.items():
            texts = [row["Consumer complaint narrative"] for row in own if row["Issue"].startswith(issues)]
            missed = sum(not stops(told(text)) for text in texts)
            left = sum(not _would_stop({"text": text, "subject": ""}, guess) for text in texts)
            click.echo(
                f"complaints {name}, {topic}: of {len(texts)} words alone stop us at {len(texts) - missed}; with the "
                f"classifier, {left} would be followed by a demand"
            )


def _half(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0] % 2


if __name__ == "__main__":
    main()
