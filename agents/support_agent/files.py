"""What stands in `data/`: read once at the start, but for the outages, which come and go while the agent runs."""

from __future__ import annotations

import json
from pathlib import Path

from postroom_kit.outages import Outage, readable_outages

HERE = Path(__file__).parent
COMPANY, ORDERS, VIPS = (
    json.loads((HERE / "data" / f"{name}.json").read_text(encoding="utf-8")) for name in ("company", "orders", "vips")
)
OUTAGES = HERE / "data" / "outages.json"


def outages() -> tuple[Outage, ...]:
    """Return the outages listed now: for `thread.look_up`, so that a run that goes on hears of the same ones."""
    return readable_outages(OUTAGES)
