"""What people decide about a candidate, who did, and why: kept as labels of the thread, in words of ours alone.

Whoever moves a thread says the rest by two labels more: `declined-by/ana` and `declined-because/no-go-or-python`; so
`interview-by/…` and `hired-by/…`. A later decision leaves those of an earlier one as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NO = "declined"
STAGES = {"interview": ["stage/interview"], "hired": ["stage/offer"]}
_OF_STATE = {"declined": NO, "hired": "hired"}


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as the labels of a thread tell it; `by` and `because` are "" where nobody said so."""

    what: str
    by: str
    because: str

    @property
    def missing(self) -> list[str]:
        """Return which labels are asked for."""
        return [f"{self.what}-{name}/…" for name, said in (("by", self.by), ("because", self.because)) if not said]

    @property
    def labels(self) -> list[str]:
        """Return what is kept of it."""
        named = {"by": self.by, "because": self.because}
        told = [f"{self.what}-{name}/{said}" for name, said in named.items() if said]
        return [*STAGES.get(self.what, ()), f"decision/{self.what}", *told]

    def __str__(self) -> str:
        return f"people decided: {self.what}, by {self.by or 'nobody named'}: {self.because or 'no reason given'}"


def decided(state: str, labels: Iterable[str]) -> Decided:
    """Read from a thread's labels what people decided who brought it to a state; of two who are named both are."""
    what, said = _OF_STATE.get(state, "interview"), [each.partition("/")[::2] for each in sorted(labels)]
    by, why = (" and ".join(value for name, value in said if name == f"{what}-{part}") for part in ("by", "because"))
    return Decided(what, by, why)
