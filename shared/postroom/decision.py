"""What a model may say: pydantic types whose confidence is set by code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr


class Source(BaseModel):
    """Where a sentence comes from: the id of a passage and the words taken from it, verbatim."""

    model_config = ConfigDict(frozen=True)

    id: str
    quote: str


class Decision(BaseModel):
    """Base of an agent's decisions (its `decisions.py`).

    Field docstrings and descriptions instruct the model. `confidence` is no field: the runtime sets it from what
    code measured, and no answer of a model can.
    """

    # a NaN compares with nothing, and is no JSON; a field with an alias is kept by its own name
    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False, populate_by_name=True
    )

    _confidence: float | None = PrivateAttr(default=None)
    _sure_of: dict[str, float] = PrivateAttr(default_factory=dict)

    @property
    def confidence(self) -> float | None:
        """Return how sure code is of this decision, 0 to 1; None means unknown and counts as low."""
        return self._confidence

    def sure(self, threshold: float, field: str | None = None) -> bool:
        """Tell whether the confidence is known and reaches `threshold`; of one field, where that is known apart."""
        known = self._sure_of.get(field, self._confidence) if field else self._confidence
        return known is not None and known >= threshold

    @classmethod
    def of(cls, value: dict[str, Any], confidence: float | None, sure_of: Mapping[str, float] | None = None) -> Self:
        """Build a validated decision with its confidence, over all and of single fields.

        Raises pydantic.ValidationError on a wrong value.
        """
        decision = cls.model_validate(value)
        decision._confidence = confidence
        decision._sure_of = dict(sure_of or {})
        return decision
