"""Measure how replies to outreach are told apart: `python -m postroom_bench.measure_replies [train|dev|test]`.

The replies are fictional ones of our own, in `tests/postroom_kit/replies/`. Those of `test` were written before the
word lists, which are not made from them: the default, and the one that counts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from postroom_kit.replies import declines, signals, wants_no_more

FOLDER = Path("tests/postroom_kit/replies")
_KINDS = {"left_company": "left", "wrong_person": "wrong_person", "referral": "referral"}
_CLASSES = ("opt_out", "decline", "left", "wrong_person", "referral", "none")


def labels(text: str, subject: str = "") -> set[str]:
    """Return the classes that a reply is found to be of; empty for none of them."""
    found = {_KINDS[signal.kind] for signal in signals(subject, text) if signal.kind in _KINDS}
    found |= {"opt_out"} if wants_no_more(subject, text) else set()
    return found | ({"decline"} if declines(text) else set())


def rows(part: str, folder: Path = FOLDER) -> Iterator[Mapping[str, Any]]:
    """Yield the labelled replies of a part."""
    for line in (folder / f"{part}.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)


def main(part: str, *, verbose: bool = False) -> int:
    """Print precision and recall of each class and of the scope of wishes; of `test` no row is shown."""
    if not FOLDER.is_dir():
        click.echo(f"Not there: {FOLDER}. Call this from the root of the project.", err=True)
        return 1
    counts = {name: [0, 0, 0] for name in _CLASSES}  # right, found, there
    scopes = [0, 0]
    for row in rows(part):
        found, there = labels(row["text"]) or {"none"}, set(row["labels"]) or {"none"}
        for name in _CLASSES:
            counts[name][0] += name in found and name in there
            counts[name][1] += name in found
            counts[name][2] += name in there
        if (wish := wants_no_more("", row["text"])) and "scope" in row:
            scopes[0] += wish.scope == row["scope"]
            scopes[1] += 1
        if verbose and found != there and part != "test":
            click.echo(f"{sorted(found)} for {sorted(there)}: {row['text']}")
    for name, (right, found_count, there_count) in counts.items():
        click.echo(
            f"{name}: precision {right / max(found_count, 1):.3f} ({right} of {found_count}),"
            f" recall {right / max(there_count, 1):.3f} ({right} of {there_count})"
        )
    click.echo(f"scope of the wishes that are found: {scopes[0]} of {scopes[1]}")
    return 0


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    sys.exit(main(words[0] if words else "test", verbose="-v" in sys.argv))
