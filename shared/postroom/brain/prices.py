"""What a call to a model costs, by a dated price file; nobody should have to trust a number without its source."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from postroom.brain.question import BrainError

OURS = Path(__file__).with_name("prices.toml")
SNAPSHOT = re.compile(r"-\d{8}$")
"""The date behind the name of a model, which costs what the model costs."""
MILLION = 1_000_000


@dataclass(frozen=True)
class Usage:
    """What one call used, as the API counts it; `input` are tokens neither written to nor read from the cache."""

    input: int = 0
    output: int = 0
    cache_write: int = 0
    cache_read: int = 0
    searches: int = 0

    @property
    def prompt(self) -> int:
        """Return all tokens that went in."""
        return self.input + self.cache_write + self.cache_read

    @property
    def total(self) -> int:
        """Return all tokens, in and out."""
        return self.prompt + self.output


class Price(BaseModel):
    """USD per million tokens, from `long_prompt` prompt tokens on `long_factor` times that; and for a web search."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cache_write: float = Field(ge=0)
    cache_read: float = Field(ge=0)
    long_prompt: int | None = Field(None, ge=0)
    long_factor: float = Field(1.0, ge=0)
    search: float = Field(0.01, ge=0)

    def cost(self, usage: Usage) -> float:
        """Return what a call with that usage costs, in USD."""
        sum_ = (
            usage.input * self.input
            + usage.output * self.output
            + usage.cache_write * self.cache_write
            + usage.cache_read * self.cache_read
        )
        is_long = self.long_prompt is not None and usage.prompt > self.long_prompt
        return sum_ * (self.long_factor if is_long else 1.0) / MILLION + usage.searches * self.search


class Prices(BaseModel):
    """A price file: when its figures held, where they are from, and whether somebody compared them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: date
    source: str
    checked: bool
    models: dict[str, Price] = Field(min_length=1)

    def of(self, model: str) -> Price | None:
        """Return the price of a model, or of the model that a dated name is a snapshot of; None when unknown."""
        return self.models.get(model) or self.models.get(SNAPSHOT.sub("", model))

    def cost(self, model: str, usage: Usage) -> float:
        """Return what a call costs, in USD; for a model without a price, what the dearest one known would."""
        price = self.of(model)
        return price.cost(usage) if price else max(known.cost(usage) for known in self.models.values())

    def __str__(self) -> str:
        return f"prices as of {self.as_of}, {'checked' if self.checked else 'not checked'}"


def read_prices(override: Path | None = None) -> Prices:
    """Read our price file; one of the user's gives date and source, and its models go before ours.

    Raises BrainError that names the file and what is wrong with it.
    """
    ours = _read(OURS)
    if override is None:
        return ours
    theirs = _read(override)
    return theirs.model_copy(update={"models": {**ours.models, **theirs.models}})


def _read(path: Path) -> Prices:
    try:
        return Prices.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BrainError(f"the price file {path} cannot be read: {error.strerror}; see POSTROOM_PRICES") from error
    except (ValueError, RecursionError) as error:
        raise BrainError(f"the price file {path} is wrong: {error}; its form is that of {OURS.name}") from error
