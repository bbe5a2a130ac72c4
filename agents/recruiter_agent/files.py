"""What stands in `data/`, read once at the start; who interviews when is read at every look."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from postroom.learning import articles_of, learnt_by
from postroom_kit.hiring.roles import read_roles
from postroom_kit.outreach import RuleBook

HERE = Path(__file__).parent


def read(name: str) -> Any:
    """Return what a file of `data/` holds."""
    return json.loads((HERE / "data" / name).read_text(encoding="utf-8"))


COMPANY = read("company.json")
IDENTITY = {name: COMPANY[name] for name in ("name", "legal_name", "postal_address", "website", "privacy")}
RULES = RuleBook.of("hiring", "manners")
ROLES = read_roles(HERE / "data", lambda name, path: articles_of(f"recruiter-{name}", path))
TITLES = {name: role.about["title"] for name, role in ROLES.items()}


def diary() -> str:
    """Return where the diary of interviews lies: in the data folder."""
    return str(learnt_by("recruiter").parent.parent / "recruiter-interviews.db")
