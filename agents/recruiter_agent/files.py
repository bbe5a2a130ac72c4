"""What stands in `data/`, read once at the start; who interviews when is read at every look."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postroom.learning import articles_of, learnt_by
from postroom_kit.hiring.screening import QuestionSet
from postroom_kit.knowledge import Knowledge
from postroom_kit.outreach import RuleBook

HERE = Path(__file__).parent


def read(name: str) -> Any:
    """Return what a file of `data/` holds."""
    return json.loads((HERE / "data" / name).read_text(encoding="utf-8"))


COMPANY = read("company.json")
IDENTITY = {name: COMPANY[name] for name in ("name", "legal_name", "postal_address", "website", "privacy")}
RULES = RuleBook.of("hiring", "manners")


@dataclass(frozen=True)
class Role:
    """A role: what it is and asks, its one set of questions, and the sheet that candidates are answered from."""

    about: Mapping[str, Any]
    questions: QuestionSet
    sheet: Knowledge


def _role(name: str) -> Role:
    about = read(f"roles/{name}.json")
    sheet = articles_of(f"recruiter-{name}", HERE / "data" / "roles" / f"{name}.sheet.json")
    return Role(about, QuestionSet.of_role(about), sheet)


ROLES = {name: _role(name) for name in sorted(read("roles.json"))}


def panel(role: str) -> list[dict[str, Any]]:
    """Return who interviews for a role; the first one's clock is that of the invitation."""
    people = {row["address"]: row for row in read("panel.json")["people"]}
    return [people[address] for address in ROLES[role].about["panel"]]


def diary() -> Path:
    """Return where the diary of interviews lies: in the data folder."""
    return learnt_by("recruiter").parent.parent / "recruiter-interviews.db"
