"""Domains at which anybody has mail: what one person says of such a domain holds for nobody else there."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


def of_many(domain: str) -> bool:
    """Tell whether a domain is a provider's, whose addresses belong to people who have nothing in common."""
    return domain.lower() in _of_many()


@lru_cache(maxsize=1)
def _of_many() -> frozenset[str]:
    text = files(__package__).joinpath("providers.txt").read_text(encoding="utf-8")
    return frozenset(text.splitlines()[1:])
