"""Campaigns as data: the rows of a file, the records they become, and what an agent that writes first declares."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from postroom.mail import Sender, Thread
from postroom.refused import Refused
from postroom_kit.outreach import Place, RuleBook

R = TypeVar("R", bound="Row")
KINDS = (".csv", ".json")
"""What a campaign's file may be called."""
_NAME = re.compile(r"\w[\w ,.&+()'-]{0,79}")
_ADDRESS = re.compile(r"[^\s@,;<>]+@[\w-]+(?:\.[\w-]+)+")
Status = Literal["waiting", "starting", "held", "started", "refused"]
"""Of a record: its first mail is due, is being made, waits for a person, left, or never leaves."""


class CampaignError(Refused):
    """A campaign's file that cannot be read at all; a bad row alone is reported, and the rest runs."""


class Row(BaseModel):
    """One line of a campaign's file; an agent subclasses it with the columns it needs.

    `country` is ISO 3166-1 alpha-2, `region` the second part of ISO 3166-2, `zone` an IANA time zone, `language` ISO
    639-1; `basis` is on what the mail rests where the law asks for consent or another basis.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    email: str
    name: str = ""
    country: str = ""
    region: str = ""
    zone: str = ""
    language: str = ""
    basis: str = ""

    @field_validator("email")
    @classmethod
    def _one_address(cls, value: str) -> str:
        address = Sender.parse(value).address
        one = value.count("@") == 1 and address.isprintable() and len(address) <= 254
        if not one or not _ADDRESS.fullmatch(address):
            raise ValueError(f"{value[:80]!r} is no mail address")
        return address

    @field_validator("country", "region")
    @classmethod
    def _capitals(cls, value: str) -> str:
        return value.upper()

    @property
    def item(self) -> str:
        """Return what tells several records of one person apart, such as a debt or a role; "" where there is one."""
        return ""

    @property
    def places(self) -> tuple[Place, ...]:
        """Return where the person may be; several where the data contradicts itself."""
        return (Place(self.country, self.region, self.zone),)

    @property
    def begin_at(self) -> datetime | None:
        """Return before when nothing leaves to this person; None where it may at once."""
        return None

    def facts(self) -> dict[str, Any]:
        """Return what the rules may ask about the person, as JSON."""
        return self.model_dump(mode="json")


@dataclass(frozen=True)
class Record:
    """One person's place in a campaign: `row` is the line of its file, `item` which of several of theirs it is."""

    record_id: str
    campaign: str
    address: str
    item: str
    row: Mapping[str, Any]
    imported: datetime

    def read(self, kind: type[R]) -> R:
        """Return the row as the agent's own type; raises pydantic's ValidationError where that has changed since."""
        return kind.model_validate(dict(self.row))


@dataclass(frozen=True)
class Progress:
    """How far a record is: what its thread carries, and what came of its mails.

    `planned` is when the next follow-up leaves, `opened` and `replied` tell whether that ever happened.
    """

    record: Record
    status: Status
    state: str
    thread_id: str
    started: datetime | None
    labels: tuple[str, ...] = ()
    sent: int = 0
    opened: bool = False
    replied: bool = False
    bounced: bool = False
    planned: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Outreach:
    """What an agent that writes first declares.

    Args:
        rows: the type of a line of its campaigns' files.
        rules: the law and the manners that each of its mails is held against.
        identity: who writes: what footers show, and what the rules want to know before the first start.
        one_click: mails carry List-Unsubscribe and List-Unsubscribe-Post (RFC 2369, RFC 8058).
        inboxes: over how many inboxes its mail is spread.
        facts: `(thread, now, text) -> facts` that the rules may ask beside the row: what only the moment of leaving
            knows, such as a balance, of a mail with this text. It reads, and changes nothing.
        approve_first: of each campaign the first mail that is to leave waits for a person, and the others for it.
        track_opens: AgentMail tells when a mail was opened, by a picture in it: off, unless people were told of it.
        scheduled: follow-ups leave by AgentMail's own `send_at`, which carries no header of ours.
        answers: templates of replies that whoever wrote on the thread waits for, such as times for a meeting: they are
            answers, whenever they leave, and no follow-ups that rules let wait.
    """

    rows: type[Row]
    rules: RuleBook
    identity: Mapping[str, Any]
    one_click: bool = True
    inboxes: int = 1
    facts: Callable[[Thread, datetime, str], Mapping[str, Any]] = lambda _thread, _now, _text: {}
    approve_first: bool = False
    track_opens: bool = False
    scheduled: bool = False
    answers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class BadRow:
    """A line that was left out: where it stands, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Sheet:
    """A campaign's file as read: its name, its good rows with their lines, and those left out."""

    campaign: str
    rows: tuple[tuple[int, Row], ...]
    bad: tuple[BadRow, ...] = field(default=())


def record_id(agent: str, campaign: str, address: str, item: str) -> str:
    """Return the id of a person's place in a campaign: the same at each import, and after a lost database."""
    named = json.dumps([agent, campaign.lower(), address, item], ensure_ascii=False)
    return hashlib.sha256(named.encode()).hexdigest()[:24]


def read_campaign(path: Path, rows: type[Row]) -> Sheet:
    """Read a campaign's file: CSV with a line of column names, or a JSON list of objects.

    A bad row is reported with its line (of JSON its number) and left out, as is one that repeats another's person and
    item. Raises CampaignError where nothing of it can be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CampaignError(f"{path} cannot be read: {error}; save it as UTF-8 text") from error
    return parse_campaign(path.name, text, rows)


def parse_campaign(filename: str, text: str, rows: type[Row]) -> Sheet:
    """Read the text of a campaign's file; its name without the ending is the campaign's."""
    name, dot, kind = unicodedata.normalize("NFC", filename).lower().rpartition(".")
    if f"{dot}{kind}" not in KINDS or not _NAME.fullmatch(name) or name.endswith(KINDS):
        how = "with letters, digits, spaces and ,.&+()'- in the name, at most 80"
        raise CampaignError(f"{filename[:90]} is no campaign: name it <campaign>.csv or <campaign>.json, {how}")
    text = text.removeprefix("\ufeff")
    if "\x00" in text or "\\u0000" in text:
        raise CampaignError(f"{filename} holds NUL characters, which no text has; save it as UTF-8 text")
    good: list[tuple[int, Row]] = []
    bad: list[BadRow] = []
    seen: dict[tuple[str, str], int] = {}
    for line, given in _csv(filename, text) if kind == "csv" else _json(filename, text):
        try:
            row = rows.model_validate(given)
            key = (row.email, row.item)
        except ValidationError as error:
            bad.append(BadRow(line, "; ".join(map(_said, error.errors()))))
            continue
        if key in seen:
            bad.append(BadRow(line, f"{row.email} {row.item}".strip() + f" stands in line {seen[key]} already"))
            continue
        seen[key] = line
        good.append((line, row))
    return Sheet(name, tuple(good), tuple(bad))


def _csv(filename: str, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    # strict: a quote that is never closed would else take the lines behind it for one cell, and their people away
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=delimiter, restkey="", restval="", strict=True
    )  # fmt: skip
    line = 1
    try:
        names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if "email" not in names or twice:
            advice = f"name {', '.join(twice)} once" if twice else "add email"
            columns = ", ".join(names) or "none"
            raise CampaignError(f"{filename}: the first line names the columns {columns}; {advice}")
        reader.fieldnames, line = names, 2
        for given in reader:
            if any(isinstance(value, str) and value.strip() for value in given.values()):
                yield line, {name or "more than the columns": value for name, value in given.items() if value != ""}
            line = reader.line_num + 1
    except csv.Error as error:
        raise CampaignError(f"{filename}, line {line}: {error}; write it anew as CSV") from error


def _json(filename: str, text: str) -> Iterator[tuple[int, Any]]:
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise CampaignError(f"{filename} is no JSON: {error}") from error
    if not isinstance(content, list):
        raise CampaignError(f"{filename} holds {type(content).__name__}; a campaign is a list of objects")
    yield from enumerate(content, start=1)


def _said(error: Any) -> str:
    where = ".".join(map(str, error["loc"])) or "the row"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"
