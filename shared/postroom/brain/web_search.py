"""Claude's own web search, for a decision that asks for it; what it found stands in `postroom_kit.web_citations`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TOKENS_READ = 15_000
"""What a search is booked to bring into the prompt, where it is read again with each further search."""


@dataclass(frozen=True)
class WebSearch:
    """Given to `thread.decide` beside the context: Claude searches the web, at most so often, on these domains alone.

    The decision has one field, `found: tuple[Finding, ...]`. Other brains answer it as any other.
    """

    most: int
    only: tuple[str, ...] = ()

    def tool(self) -> dict[str, Any]:
        """Return the tool as the Messages API takes it."""
        tool = {"type": "web_search_20250305", "name": "web_search", "max_uses": self.most}
        return tool | ({"allowed_domains": list(self.only)} if self.only else {})
