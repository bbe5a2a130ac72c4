"""The scenario file: what is given, what happens, what must be so then, and what must never be."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

SPANS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
SPAN = re.compile(r"(\d+)\s*([mhdw])")


class ScenarioError(ValueError):
    """A scenario file that cannot be read; the message names the file, the place and what is wrong."""


def span(text: object) -> object:
    """Read `90m`, `4h`, `14d` or `2w` as a timedelta; anything else is returned as it is."""
    match = SPAN.fullmatch(text.strip()) if isinstance(text, str) else None
    return timedelta(**{SPANS[match[2]]: int(match[1])}) if match else text


Span = Annotated[timedelta, BeforeValidator(span)]


class Part(BaseModel):
    """Base of all parts: an unknown key is a mistake, not a comment."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class AttachmentPart(Part):
    """A file that comes with a mail: `text` or `base64`."""

    filename: str
    content_type: str = "application/octet-stream"
    text: str | None = None
    base64: str | None = None


class Mail(Part):
    """A mail from outside. `reply` answers our last mail to `from`; `from_other` is then who really wrote it.

    Without `settle` the next step begins while it is worked on: a race. `rsvp` answers the newest invitation to `from`
    as a calendar program does; `counter` wants another time, `shifted` later.
    """

    from_: str = Field(alias="from")
    from_other: str | None = None
    subject: str = ""
    text: str | None = None
    html: str | None = None
    headers: dict[str, str] = {}
    attachments: tuple[AttachmentPart, ...] = ()
    auth: Literal["pass", "none", "fail"] = "pass"
    reply: bool = False
    rsvp: Literal["ACCEPTED", "DECLINED", "TENTATIVE", "COUNTER"] | None = None
    shifted: Span = timedelta()
    settle: bool = True


class Human(Part):
    """Something one of our people does: put a state label on the thread of the first mail."""

    label: str


class Step(Part):
    """One thing that happens; exactly one key."""

    mail: Mail | None = None
    advance: Span | None = None
    human: Human | None = None
    approve: Literal["approve", "reject"] | None = None
    """What one of our people says to what waits."""
    down: Span | None = None
    """Time that passes while nothing of ours runs."""
    unsubscribe: str | None = None
    """Whose mail program uses the opt-out in the headers of our last mail to this address."""
    crash: str | None = Field(None, pattern=r"^after [A-Z][a-z]+$")

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("a step is one thing: mail, advance, human, approve, down, unsubscribe or crash")
        return self


class ExpectedMail(Part):
    """A mail that left: to whom, and words it contains."""

    to: str
    contains: tuple[str, ...] = ()


class Then(Part):
    """What must be so at the end; a key that is absent is not looked at."""

    state: str | None = None
    labels: tuple[str, ...] | None = None
    mails: tuple[ExpectedMail, ...] | None = None
    outside: tuple[ExpectedMail, ...] | None = None
    """The mails alone that went to nobody of ours."""
    actions: tuple[str, ...] | None = None
    approvals: int | None = None
    drafts: int | None = None
    """How many follow-ups are still planned."""
    suppressed: tuple[str, ...] | None = None
    """Who gets no more mail; a domain as `@firm.example`."""


class Never(Part):
    """What must not be in anything that left."""

    mail_to: str | None = None
    contains: str | None = None


class Given(Part):
    """Where it starts. `records` are the rows of campaigns by their names; the thread of the first is looked at."""

    brain: Literal["offline", "claude"] = "offline"
    clock: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)
    records: dict[str, list[dict[str, Any]]] = {}


class Scenario(Part):
    """One episode of an agent."""

    name: str
    given: Given = Given()
    steps: tuple[Step, ...]
    then: Then
    never: tuple[Never, ...] = ()

    @property
    def first_mail(self) -> Mail | None:
        """Return the mail it starts with, if it starts with one."""
        return next((step.mail for step in self.steps if step.mail is not None), None)


def read_scenario(path: Path) -> Scenario:
    """Read one scenario file; raises ScenarioError."""
    try:
        return Scenario.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise ScenarioError(f"{path}: {error}") from error


def read_scenarios(folder: Path) -> list[Scenario]:
    """Read all scenarios of an agent's folder, sorted by file name."""
    return [read_scenario(path) for path in sorted((folder / "scenarios").glob("*.yaml"))]
