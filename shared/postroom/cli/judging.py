"""`postroom classify` and `postroom search`: the kit on JSON lines, without a running process.

Results alone go to standard output, one line each. A line that cannot be read is told by its number on standard error
and does not stop the rest; the exit status is then 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

if TYPE_CHECKING:
    from postroom_kit.embeddings import Embeddings
    from postroom_kit.knowledge import Knowledge

Row = TypeVar("Row")
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


class Lines:
    """Reads JSON lines and counts those it could not use."""

    def __init__(self) -> None:
        self.bad = 0

    def read(self, name: str, lines: Iterable[bytes], check: Callable[[Any], Row]) -> Iterator[Row]:
        """Yield each line as `check` makes it; one that is no JSON or that `check` refuses (ValueError) is told."""
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = check(json.loads(line.decode("utf-8-sig")))
            except (ValueError, RecursionError) as error:
                self.bad += 1
                click.echo(f"{name}, line {number}: {reason(error)}", err=True)
                continue
            yield row

    def end(self) -> None:
        """Leave with 1 if any line was bad."""
        sys.exit(int(self.bad > 0))


def reason(error: Exception) -> str:
    """Return in a few words why a line cannot be used."""
    if isinstance(error, json.JSONDecodeError):
        return f"is not JSON: {error.msg} at column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return f"is not UTF-8 (byte {error.start + 1})"
    if isinstance(error, UnicodeEncodeError):
        return f"holds half of a character that takes two escapes: {error.object[error.start : error.end]!a}"
    return "is nested too deep" if isinstance(error, RecursionError) else str(error)


def _vectors(_context: click.Context, _option: click.Parameter, wanted: bool) -> Embeddings | None:
    """Load the model for `--vector`."""
    if not wanted:
        return None
    from postroom.refused import Refused
    from postroom.vectors import vectors

    try:
        return vectors()
    except Refused as error:
        raise click.UsageError(str(error)) from error


VECTOR = click.option(
    "--vector", "embeddings", is_flag=True, callback=_vectors, help="Compare by meaning too (extra vector)."
)


@click.command()
@click.option("--examples", type=FILE, required=True, help='Labelled texts, one {"text", "label"} a line.')
@click.option("--report", is_flag=True, help="Measure on labelled input instead of printing predictions.")
@VECTOR
def classify(examples: Path, report: bool, embeddings: Embeddings | None) -> None:
    """Label texts: {"text"} a line in, {"label", "confidence"} a line out.

    The label is null for a text that is like none of the examples; a label of null in the examples marks such texts.
    The confidence is how often a prediction like this one is right, 0 to 1.
    """
    from postroom_kit.classify import Classifier

    lines = Lines()
    try:
        with examples.open("rb") as file:
            classifier = Classifier.fit(lines.read(str(examples), file, labelled), embeddings)
    except ValueError as error:
        raise click.UsageError(f"{examples}: {error}") from error
    if report:
        tell_report(classifier.predict, lines)
    for text in () if report else lines.read("input", standard_input(), lambda row: words(row, "text")):
        prediction = classifier.predict(text)
        tell({"label": prediction.label, "confidence": prediction.confidence})
    lines.end()


@click.command()
@click.option("--knowledge", type=FILE, required=True, help="The knowledge base, as agents keep it (JSON).")
@click.option("--report", is_flag=True, help='Measure on {"query", "id"} a line how often each way finds the id first.')
@VECTOR
def search(knowledge: Path, report: bool, embeddings: Embeddings | None) -> None:
    """Find articles: {"query"} a line in, a list of at most five {"id", "score"} a line out, best first."""
    from postroom_kit.knowledge import Knowledge, KnowledgeError

    try:
        base = Knowledge.load(knowledge, embeddings)
    except KnowledgeError as error:
        raise click.UsageError(str(error)) from error
    lines = Lines()
    if report:
        tell_hits(base, lines)
    for query in () if report else lines.read("input", standard_input(), lambda row: words(row, "query")):
        tell([{"id": passage.id, "score": passage.score} for passage in base.search(query)])
    lines.end()


def tell_hits(base: Knowledge, lines: Lines) -> None:
    """Print the share of queries whose article comes first by words, and by meaning too where that can be had."""
    from postroom.vectors import vectors
    from postroom_kit.embeddings import missing
    from postroom_kit.knowledge import Knowledge

    rows = list(lines.read("input", standard_input(), lambda row: (words(row, "query"), words(row, "id"))))
    if not rows:
        raise click.UsageError('a report needs labelled input: {"query": "…", "id": "…"} a line')
    ways = {"lexical": base.by_words}
    if absent := ", ".join(missing("vector")):
        click.echo(f"by words alone: {absent} is not installed; make vector", err=True)
    else:
        ways["vector"] = base if base.embeddings else Knowledge(base.articles, vectors())
    hits = {
        name: sum([found.id for found in way.search(query, 1)] == [id] for query, id in rows) / len(rows)
        for name, way in ways.items()
    }
    click.echo(json.dumps({"queries": len(rows), "hit_at_1": {name: round(share, 4) for name, share in hits.items()}}))


def tell_report(predict: Callable[[str], Any], lines: Lines) -> None:
    """Print how predictions for the labelled input compare with its labels, all shares 0 to 1."""
    from postroom_kit.classify.measures import accuracy, calibration_error, coverage

    rows = list(lines.read("input", standard_input(), labelled))
    if not rows:
        raise click.UsageError('a report needs labelled input: {"text": "…", "label": "…"} a line')
    predictions = [predict(str(row["text"])) for row in rows]
    truth = [row["label"] for row in rows]
    measured = {
        "accuracy": accuracy(predictions, truth),
        "coverage_at_95_precision": coverage(predictions, truth),
        "calibration_error": calibration_error(predictions, truth),
    }
    click.echo(json.dumps({"texts": len(rows)} | {name: round(share, 4) for name, share in measured.items()}))


def tell(result: Any) -> None:
    """Print a result: JSON is UTF-8, whatever the terminal or a redirected output is set to."""
    click.echo(json.dumps(result, ensure_ascii=False).encode("utf-8", "replace"))


def standard_input() -> BinaryIO:
    """Return standard input as bytes: a line that is not UTF-8 must not stop the rest."""
    # a shell may have closed it
    return sys.stdin.buffer if sys.stdin else BytesIO()


def labelled(row: Any) -> dict[str, str | None]:
    """Check an example; raises ValueError."""
    text = words(row, "text")
    if "label" not in row:
        raise ValueError('has no "label"; write null for a text that belongs to no class')
    if row["label"] is not None and not isinstance(row["label"], str):
        raise ValueError(f'"label" must be text or null, got {row["label"]!r}')
    # what cannot be written cannot be an answer
    (row["label"] or "").encode()
    return {"text": text, "label": row["label"]}


def words(row: Any, name: str) -> str:
    """Return the text under `name`; raises ValueError."""
    if not isinstance(row, dict) or not isinstance(row.get(name), str):
        raise ValueError(f'must be an object with the text "{name}": {{"{name}": "…"}}')
    return str(row[name])
