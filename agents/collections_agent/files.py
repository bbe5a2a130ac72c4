"""What stands in `data/`, the company, its books and what may be answered, and where the records of debts are kept."""

from __future__ import annotations

import json
from pathlib import Path

from postroom.learning import learnt_by
from postroom.vectors import embeddings
from postroom_kit.debts.books import Books
from postroom_kit.debts.notice import blocks
from postroom_kit.debts.running import Records
from postroom_kit.knowledge import Knowledge

HERE = Path(__file__).parent
COMPANY = json.loads((HERE / "data" / "company.json").read_text(encoding="utf-8"))
BOOKS = Books(HERE / "data" / "ledger.csv")
TEXTS = {name: block.text for name, block in blocks().items()}
knowledge = Knowledge.load(HERE / "data" / "knowledge.json", embeddings())


def records() -> Records:
    """Return the running records of debts, in the data folder."""
    return Records(learnt_by("collections").parents[1] / "records")
