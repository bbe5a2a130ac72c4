"""The words of each language that code writes or compares itself: months, weekdays, numbers, denials, patterns."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Wording:
    """Hold one language's words: months from January, weekdays from Monday; the last three are patterns to fill in."""

    name: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    numbers: dict[str, str]
    denials: frozenset[str]
    conjunction: str
    moment: str
    days: str
    times: str


@cache
def wordings() -> dict[str, Wording]:
    """Return the wording of each language there is one of, by its ISO 639-1 code."""
    table = tomllib.loads(files(__package__).joinpath("wordings.toml").read_text(encoding="utf-8"))
    return {
        code: Wording(
            name=row["name"],
            months=tuple(row["months"].split()),
            weekdays=tuple(row["weekdays"].split()),
            numbers=dict(zip(row["numbers"].split(), map(str, (*range(2, 13), 100, 1000)), strict=True)),
            denials=frozenset(row["denials"].split()),
            conjunction=row["and"],
            moment=row["moment"],
            days=row["days"],
            times=row["times"],
        )
        for code, row in table.items()
    }


def language_name(code: str) -> str:
    """Return a language as English calls it, or its ISO 639-1 code where we have no word for it."""
    return wordings()[code].name if code in wordings() else code
