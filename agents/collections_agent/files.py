"""What stands in `data/`: the company and what may be answered, read once; the ledger, read again when it changed."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from postroom.learning import learnt_by
from postroom.vectors import embeddings
from postroom_kit.debts.ledger import Ledger
from postroom_kit.knowledge import Knowledge

HERE = Path(__file__).parent
COMPANY = json.loads((HERE / "data" / "company.json").read_text(encoding="utf-8"))
LEDGER = HERE / "data" / "ledger.csv"
knowledge = Knowledge.load(HERE / "data" / "knowledge.json", embeddings())


def ledger() -> Ledger:
    """Return the ledger as its file is now."""
    seen = LEDGER.stat()
    return _read(LEDGER, seen.st_mtime_ns, seen.st_size)


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int, _size: int) -> Ledger:
    return Ledger.read(path)


def record_of(debt: str, part: int = 0) -> Path:
    """Return the file of the running record of a debt, in the data folder; a broken one is followed by another part."""
    name = "".join(sign if sign.isalnum() or sign == "-" else "_" for sign in debt)
    return learnt_by("collections").parents[1] / "records" / f"{name}{f'.{part}' if part else ''}.jsonl"
