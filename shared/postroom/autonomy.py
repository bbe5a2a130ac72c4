"""How much agents do by themselves: off, suggest, approve or auto, as POSTROOM_AUTONOMY says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["off", "suggest", "approve", "auto"]
LEVELS: tuple[Level, ...] = ("off", "suggest", "approve", "auto")
"""From the least to the most that an agent may do by itself."""
SUGGESTED = "autonomy/suggest"
"""The rule that keeps what nobody is asked to approve."""
UNASKED = (SUGGESTED, "autonomy/off")
"""The rules of what waits without that anybody is asked; the second of what was planned before its agent was off."""
MEANS: Mapping[Level, str] = {
    "off": "does nothing, and its mail is left to people",
    "suggest": "writes drafts, which people send or not",
    "approve": "waits for a yes with each mail",
    "auto": "sends by itself",
}


@dataclass(frozen=True)
class Autonomy:
    """What agents may do by themselves: `named` ones and what carries a named label, and all others `general`.

    None may do more than `most`.
    """

    general: Level = "auto"
    named: Mapping[str, Level] = field(default_factory=dict)
    most: Level = "auto"

    @classmethod
    def parse(cls, written: str, *, unset: Level = "auto", most: Level = "auto") -> Autonomy:
        """Read `approve, support: auto, category/billing: suggest`; `unset` holds where no level stands alone.

        Raises ValueError with what to write instead.
        """
        named = dict[str, Level]()
        for part in filter(str.strip, written.lower().split(",")):
            owner, colon, level = (word.strip() for word in part.rpartition(":"))
            if level not in LEVELS or (colon and not owner):
                raise ValueError(
                    f"{part.strip()!r}: write one of {', '.join(LEVELS)}, or support: approve for one agent"
                )
            if owner in named:
                raise ValueError(f"{part.strip()!r}: a level for {owner or 'all agents'} stands before it; write one")
            named[owner] = level
        return cls(named.pop("", unset), named, most)

    def of(self, agent: str, labels: Iterable[str] = ()) -> Level:
        """Return what an agent may do in a step that sets these labels: the least of all that applies."""
        tagged = [self.named[label] for label in map(str.lower, labels) if label in self.named]
        return min(self.named.get(agent, self.general), self.most, *tagged, key=LEVELS.index)

    def off(self, agent: str) -> str:
        """Say that an agent is off, "" if it is not."""
        return f"{agent} is off: POSTROOM_AUTONOMY" if self.of(agent) == "off" else ""
