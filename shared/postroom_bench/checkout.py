"""Where the repository lies: what counts its lines, writes its docs and measures it works from a checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def agent_folders(root: Path = ROOT) -> list[Path]:
    """Return the folders under `agents/` that hold an agent, sorted."""
    return sorted(path.parent for path in (root / "agents").glob("*/agent.py"))
