"""Roles as data: what each is and asks, its one set of questions, who interviews, and the sheet that answers.

`roles.json` names them; of each there are `roles/<name>.json` and `roles/<name>.sheet.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..knowledge import Knowledge
from .screening import Asked, QuestionSet


@dataclass(frozen=True)
class Role:
    """A role. `folder` is where its data lies; the calendars of its panel are read there at each look."""

    name: str
    about: Mapping[str, Any]
    questions: QuestionSet
    sheet: Knowledge
    folder: Path

    @property
    def panel(self) -> list[dict[str, Any]]:
        """Return who interviews; the first one's clock is that of the invitation."""
        people = {row["address"]: row for row in _read(self.folder / "panel.json")["people"]}
        return [people[address] for address in self.about["panel"]]

    def asked(self, stated: str) -> list[Asked]:
        """Return the questions, each in the wording that the `stated` experience speaks for."""
        return self.questions.tailored(stated)


def read_roles(folder: Path, sheets: Callable[[str, Path], Knowledge]) -> dict[str, Role]:
    """Read the roles of a folder; `sheets(name, path)` reads a role's sheet.

    Raises QuestionsError for a question that must not be asked, and for words that keep people away.
    """
    return {name: _role(folder, sheets, name) for name in sorted(_read(folder / "roles.json"))}


def _role(folder: Path, sheets: Callable[[str, Path], Knowledge], name: str) -> Role:
    about = _read(folder / "roles" / f"{name}.json")
    sheet = sheets(name, folder / "roles" / f"{name}.sheet.json")
    return Role(name, about, QuestionSet.of_role(about), sheet, folder)


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
