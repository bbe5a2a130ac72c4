"""The audit's chain: each entry holds a hash of itself and that of the one before it, so that a change shows.

An exported entry is an object of JSON with the names of the table's columns; `at` is ISO 8601 in UTC.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from postroom.runtime.tables import audit

Entry = Mapping[str, Any]
AT_ONCE = 1000
NEWEST = sa.select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)


class Head(NamedTuple):
    """The end of a chain; kept elsewhere, it shows whether the chain was cut or made anew."""

    number: int = 0
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read `NUMBER:DIGEST`; raises ValueError."""
        number, _, digest = text.strip().partition(":")
        return cls(int(number), digest.lower())


class Broken(ValueError):
    """A chain that does not hold: at which entry, what was seen, what is wrong."""


def digest_of(entry: Entry) -> str:
    """Return the SHA-256, in hex, of all that an entry holds but its own `digest`."""
    held = {name: value for name, value in entry.items() if name != "digest"}
    return hashlib.sha256(json.dumps(held, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def head_of(connection: sa.Connection) -> Head:
    """Return the end of a database's chain; number 0 of an empty one."""
    row = connection.execute(NEWEST).first()
    return Head(*row) if row else Head()


def entries(
    connection: sa.Connection, agent: str | None = None, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Entry]:
    """Yield a database's entries, oldest first: all, or those of an agent, from `since` on, before `until`."""
    query = sa.select(audit).order_by(audit.c.number)
    query = query.where(audit.c.agent == agent) if agent is not None else query
    query = query.where(audit.c.at >= since) if since is not None else query
    query = query.where(audit.c.at < until) if until is not None else query
    for row in connection.execution_options(yield_per=AT_ONCE).execute(query).mappings():
        yield {**row, "at": row["at"].astimezone(UTC).isoformat()}


def exported(
    connection: sa.Connection, agent: str | None = None, since: datetime | None = None, until: datetime | None = None
) -> Iterator[str]:
    """Yield the lines of an export: an entry each, and a last one with the chain's head and how many these were.

    `part` tells that some were left out. What is appended meanwhile is not in it.
    """
    head, count = head_of(connection), 0
    for entry in entries(connection, agent, since, until):
        if entry["number"] > head.number:
            break
        count += 1
        yield json.dumps(entry)
    part = any(limit is not None for limit in (agent, since, until))
    yield json.dumps({"head": str(head), "entries": count, "part": part})


def walk(found: Iterable[Entry], kept: Head | None = None, *, part: bool = False) -> tuple[int, Head]:
    """Return how many entries of a chain hold, and its head. Raises Broken at the first that does not.

    `kept` is an earlier head of this chain, kept elsewhere. Of a `part` each entry must hold by itself, and beside
    those that stand next to it.
    """
    count, head = 0, Head()
    for entry in found:
        _look_at(entry, head, part=part)
        count, head = count + 1, Head(entry["number"], entry["digest"])
        if kept is not None and head.number == kept.number and head != kept:
            raise Broken(f"entry {head.number} has the digest {head.digest}, and had {kept.digest}: it was made anew")
    if kept is not None and not part and head.number < kept.number:
        raise Broken(f"the chain ends at entry {head.number}, and went on to {kept.number}: its end was cut off")
    return count, head


def read_export(lines: Sequence[str], kept: Head | None = None) -> tuple[int, Head, bool]:
    """Return how many entries of an export hold, the head it names, and whether it is a part. Raises Broken."""
    last = _parsed(len(lines), lines[-1]) if lines else {}
    try:
        named, told, part = Head.parse(last["head"]), last["entries"], bool(last["part"])
    except (KeyError, ValueError, AttributeError) as error:
        raise Broken("the last line names no head: the end of the file is missing") from error
    count, head = walk((_parsed(*line) for line in enumerate(lines[:-1], 1)), kept, part=part)
    if count != told or (head.number > named.number if part else head != named):
        raise Broken(f"the file holds {count} entries up to {head}, and its last line tells of {told} up to {named}")
    if kept is not None and (named.number < kept.number or (named.number == kept.number and named != kept)):
        raise Broken(f"the file names the head {named}, which does not go on from {kept}: cut, older or made anew")
    return count, named, part


def _look_at(entry: Entry, before: Head, *, part: bool) -> None:
    try:
        number, previous, digest = int(entry["number"]), entry["previous"], entry["digest"]
    except (KeyError, TypeError, ValueError) as error:
        raise Broken(f"after entry {before.number} comes what is no entry: {json.dumps(entry)[:200]}") from error
    if number <= before.number if part else number != before.number + 1:
        raise Broken(f"entry {before.number + 1} should come next, but entry {number} does: some were taken or added")
    if (number == before.number + 1) and previous != before.digest:
        raise Broken(f"entry {number} follows {previous or 'nothing'}, but the one before it has {before.digest}")
    if digest_of(entry) != digest:
        raise Broken(f"entry {number} was changed: it has the digest {digest}, and its content {digest_of(entry)}")


def _parsed(number: int, line: str) -> Entry:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise Broken(f"line {number} is no JSON: {line[:200]!r}") from error
    if not isinstance(entry, dict):
        raise Broken(f"line {number} is no entry: {line[:200]!r}")
    return entry
