"""Measure the offline brain's parts on public labelled data: `python -m postroom_bench.measure_offline`.

The data is not part of this repository. Point POSTROOM_DEV_DATA at a folder (default `../shared/data`) with
`support/banking77_train.csv` (PolyAI, CC BY 4.0) and `support/clinc150_dev.json` (clinc/oos-eval, CC BY 3.0).
Examples are drawn with a fixed seed; the rest is the test.
Texts that belong to no class count as errors in every figure but the accuracy. With the extra `vector` each line comes
twice, lexical and with vectors. Hit@1 on the agents' own held-back examples comes first, and needs no data; the rest
takes some minutes.
"""

from __future__ import annotations

import csv
import json
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from postroom.brain.held_back import hit_rate
from postroom_bench.checkout import agent_folders
from postroom_bench.reliability import of_answers, of_held_back_answers, of_triage, table
from postroom_kit.classify import Classifier
from postroom_kit.classify.measures import calibration_error, coverage
from postroom_kit.embeddings import Embeddings, choose
from postroom_kit.knowledge import Knowledge

Labelled = list[tuple[str, str]]
_MOST_TESTED = 2_000
_ENTRIES = 30  # articles in the knowledge bases made of one intent each


@dataclass(frozen=True, slots=True)
class Corpus:
    """Hold labelled texts by label, and texts that belong to no label."""

    name: str
    texts: dict[str, list[str]]
    foreign: list[str]

    def draw(self, each: int, labels: int | None = None) -> tuple[Labelled, Labelled]:
        """Return `each` training texts for the first `labels` labels, and a test of the rest."""
        chance = random.Random(0)
        train: Labelled = []
        test: Labelled = []
        for label in sorted(self.texts)[:labels]:
            shuffled = chance.sample(self.texts[label], len(self.texts[label]))
            train += [(text, label) for text in shuffled[:each]]
            test += [(text, label) for text in shuffled[each:]]
        return train, chance.sample(test, min(len(test), _MOST_TESTED))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Print hit@1 and calibration on the agents' own examples, then figures on the data of POSTROOM_DEV_DATA.

    Without that data (support/banking77_train.csv, support/clinc150_dev.json) the latter are skipped.
    """
    backends = [choose("bm25"), choose("vector")] if choose("auto") else [None]
    for agent in agent_folders():
        for embeddings in backends if (agent / "data" / "knowledge.json").exists() else ():
            _held_back(agent, embeddings)
            _reliability(agent, embeddings)
    folder = Path(os.environ.get("POSTROOM_DEV_DATA", "../shared/data"))
    needed = [folder / "support/banking77_train.csv", folder / "support/clinc150_dev.json"]
    missing = [str(path) for path in needed if not path.exists()]
    if missing:
        click.echo(
            f"skipped: the figures on public data, for {', '.join(missing)} is not there; "
            "set POSTROOM_DEV_DATA to a folder that has both"
        )
        return
    clinc = _clinc(needed[1])
    banking = Corpus("banking77", _banking(needed[0]), clinc.foreign)
    # The first fit loads scikit-learn; that is not what is timed.
    Classifier.fit([{"text": "one", "label": "a"}, {"text": "two", "label": "b"}])
    click.echo(
        "corpus, examples x labels              fit s  ms/text  accuracy   ECE  cover@95%  said none: right, wrongly"
    )
    for corpus, each, labels in (
        (banking, 3, 8),
        (banking, 40, 8),
        (banking, 10, None),
        (banking, 20, None),
        (clinc, 10, None),
        (clinc, 20, None),
    ):
        for embeddings in backends:
            _classify(corpus, each, labels, embeddings)
    for wordings in (1, 3):
        for embeddings in backends:
            _search(banking, wordings, embeddings)


def _banking(path: Path) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            texts[row["category"]].append(row["text"])
    return texts


def _clinc(path: Path) -> Corpus:
    data = json.loads(path.read_text(encoding="utf-8"))
    texts: dict[str, list[str]] = defaultdict(list)
    for text, label in data["train"]:
        texts[label].append(text)
    return Corpus("clinc150", texts, [text for text, _ in data["oos_train"] + data["oos_val"]])


def _named(embeddings: Embeddings | None) -> str:
    return "vector" if embeddings else "lexical"


def _classify(corpus: Corpus, each: int, labels: int | None, embeddings: Embeddings | None) -> None:
    train, test = corpus.draw(each, labels)
    examples = [{"text": text, "label": label} for text, label in train]
    classifier, fit_seconds = _timed(lambda: Classifier.fit(examples, embeddings))
    truth = [label for _, label in test] + [None] * len(corpus.foreign)
    texts = [text for text, _ in test] + corpus.foreign
    predictions, seconds = _timed(lambda: [classifier.predict(text) for text in texts])
    best = [max(prediction.probabilities, key=prediction.probabilities.__getitem__) for prediction in predictions]
    none = [prediction.label is None for prediction in predictions]
    accuracy = _share([guess == label for guess, (_, label) in zip(best, test, strict=False)])
    said_none, said_none_wrongly = _share(none[len(test) :]), _share(none[: len(test)])
    click.echo(
        f"{corpus.name}, {each} x {len(classifier.labels):<14}{_named(embeddings):8}"
        f"{fit_seconds:7.2f}{1_000 * seconds / len(texts):9.2f}"
        f"{accuracy:10.3f}{calibration_error(predictions, truth):6.3f}"
        f"{coverage(predictions, truth):11.3f}{said_none:18.3f}{said_none_wrongly:8.3f}"
    )


def _search(corpus: Corpus, wordings: int, embeddings: Embeddings | None) -> None:
    """Make each intent an article known by a few of its questions; look for it with its other ones."""
    train, test = corpus.draw(wordings, _ENTRIES)
    questions: dict[str, list[str]] = defaultdict(list)
    for text, label in train:
        questions[label].append(text)
    knowledge = Knowledge.load(
        [{"id": label, "questions": texts, "answer": label.replace("_", " ")} for label, texts in questions.items()],
        embeddings,
    )
    found = [[passage.id for passage in knowledge.search(text, k=3)] for text, _ in test]
    first = _share([ids[:1] == [label] for ids, (_, label) in zip(found, test, strict=True)])
    third = _share([label in ids for ids, (_, label) in zip(found, test, strict=True)])
    click.echo(
        f"search, {_ENTRIES} articles, {wordings} wordings, {_named(embeddings)}: hit@1 {first:.3f}, hit@3 {third:.3f}"
    )


def _held_back(folder: Path, embeddings: Embeddings | None) -> None:
    """Search an agent's knowledge with the mails of its held-back examples that one article answers."""
    count, first = hit_rate(folder, embeddings)
    click.echo(f"{folder.name}, {count} held-back mails, {_named(embeddings)}: hit@1 {first:.3f}")


def _reliability(folder: Path, embeddings: Embeddings | None) -> None:
    """Print how often each tenth of confidence is right, of what Triage and Answer say of the agent's own examples."""
    for said, judge in (
        ("Triage, what is wanted, {}, cross-validated on {} examples", of_triage),
        ("Answer, {}, cross-validated on {} examples", of_answers),
        ("Answer, {}, on {} examples held back", of_held_back_answers),
    ):
        if judged := judge(folder, embeddings):
            click.echo(f"{folder.name}, {said.format(_named(embeddings), len(judged))}:")
            click.echo("\n".join(table(judged)))


_Result = TypeVar("_Result")


def _timed(work: Callable[[], _Result]) -> tuple[_Result, float]:
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / max(len(hits), 1)


if __name__ == "__main__":
    main()
