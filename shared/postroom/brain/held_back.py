"""How well an agent's articles are found: measured on the mails of its examples that nothing is fitted on."""

from __future__ import annotations

from pathlib import Path

from postroom.brain.offline import HELD_BACK, read_examples
from postroom_kit.embeddings import Embeddings
from postroom_kit.knowledge import Knowledge


def hit_rate(folder: Path, embeddings: Embeddings | None) -> tuple[int, float]:
    """Return the number of an agent's held-back mails that one article answers, and hit@1 (0 to 1) on them.

    Both are 0 where it has no such examples. Raises BrainError on a bad line.
    """
    path = folder / "examples" / "answer.jsonl"
    mails = [
        (example.text, example.value["ids"])
        for example in (read_examples(path) if path.exists() else ())
        if example.split == HELD_BACK and len(example.value.get("ids", ())) == 1
    ]
    if not mails:
        return 0, 0.0
    knowledge = Knowledge.load(folder / "data" / "knowledge.json", embeddings)
    hits = sum([passage.id for passage in knowledge.search(text, k=1)] == ids for text, ids in mails)
    return len(mails), hits / len(mails)
