"""Known issues that many write about: what people are told while one is on, and once when it is over.

The file is a list of {"id", "since", "until", "about", "text", "over"}: `until` is null while nobody knows, `about`
lists the words by which a mail is about it, `text` and `over` are by language, English at least.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

_log = logging.getLogger(__name__)
_LAST: dict[Path, tuple[Outage, ...]] = {}
"""What each file said when it could last be read."""
_REFUSED: dict[Path, str] = {}
"""Why a file cannot be read now, so that each mistake is logged once."""

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class OutageError(ValueError):
    """A file of outages that cannot be used; the message says where and why."""


class Outage(BaseModel):
    """One issue. `id` is lower case with dashes: it becomes part of `label`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    since: AwareDatetime
    until: AwareDatetime | None
    about: tuple[Text, ...] = Field(min_length=1)
    text: dict[str, Text]
    over: dict[str, Text]

    @field_validator("text", "over")
    @classmethod
    def _has_english(cls, value: dict[str, str]) -> dict[str, str]:
        if "en" not in value:
            raise ValueError('write at least {"en": "…"}')
        return value

    @property
    def label(self) -> str:
        """Return the label of a thread that was told of it."""
        return f"outage/{self.id}"

    def is_on(self, now: datetime) -> bool:
        """Tell whether it has begun by `now` (aware) and not ended."""
        return self.since <= now and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has ended by `now` (aware)."""
        return self.until is not None and self.until <= now

    def concerns(self, text: str) -> bool:
        """Tell whether one of its words or phrases stands in a text, whatever its case."""
        said = " ".join(text.split())
        return any(re.search(rf"\b{re.escape(' '.join(w.split()))}\b", said, re.IGNORECASE) for w in self.about)


def read_outages(path: Path) -> tuple[Outage, ...]:
    """Read the file anew, so that an issue is switched on and off while the program runs. Raises OutageError."""
    try:
        outages = _FILE.validate_python(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise OutageError(f"{path.name} cannot be used: {error}") from error
    ids = [outage.id for outage in outages]
    if len(set(ids)) < len(ids):
        raise OutageError(f"{path.name} has two outages of one id; each is told under its own")
    return outages


def readable_outages(path: Path) -> tuple[Outage, ...]:
    """Read the file anew; while it cannot be used, return what it last said, none at first, and log why, once.

    A slip of whoever edits it must not stop the mail.
    """
    try:
        _LAST[path] = read_outages(path)
        _REFUSED.pop(path, None)
    except OutageError as error:
        if _REFUSED.get(path) != str(error):
            kept = ", ".join(outage.id for outage in _LAST.get(path, ())) or "no outage"
            _log.error("%s. Until it is mended, what it last said counts: %s.", error, kept)
            _REFUSED[path] = str(error)
    return _LAST.get(path, ())


def outages_of(looked_up: object) -> tuple[Outage, ...]:
    """Return what a recorded look-up of outages answered: they come back from it as JSON, and have been checked."""
    return _FILE.validate_python(looked_up)


def outage_about(outages: Sequence[Outage], text: str, now: datetime) -> Outage | None:
    """Return the first outage on at `now` that a mail's text is about, if any."""
    return next((outage for outage in outages if outage.is_on(now) and outage.concerns(text)), None)


_FILE = TypeAdapter(tuple[Outage, ...])
