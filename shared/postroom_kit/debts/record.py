"""The record of a debt: all that was said and done, in a chain that shows each change, and kept as long as a law asks.

A record is a file of lines, JSONL or CSV. Each line holds a hash of itself and of the line before it, and the last one
how many there are: a line that was changed, dropped, added or moved is named by `verify`. To keep the end of the chain
(`Head`) elsewhere shows a record that was made anew as a whole, too.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

KINDS = ("imported", "sent", "received", "decided", "blocked", "approved", "paid", "note")
KEPT_YEARS, KEPT_BY = 3, "12 CFR 1006.100(a)"
"""Three years after the last activity on a debt; not checked against the source here."""
_FIELDS = ("number", "at", "debt", "kind", "who", "what", "rule", "key")
_COLUMNS = (*_FIELDS, "previous", "digest")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""What a spreadsheet would take for a formula, and the sign put before it."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that was said or done: when (ISO 8601, with its offset), of which debt, by whom, what; the rule that
    stood in the way, if any. `key` tells it apart from what else happened: the same key is recorded once.
    """

    at: str
    debt: str
    kind: str
    who: str
    what: str
    rule: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        """Refuse a kind we do not know, and a moment without an offset: ValueError."""
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r}: use one of {', '.join(KINDS)}")
        if datetime.fromisoformat(self.at).tzinfo is None:
            raise ValueError(f"{self.at} has no offset from UTC")

    @property
    def moment(self) -> datetime:
        """Return when it was."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many lines it has, and the digest of the last."""

    number: int = 0
    digest: str = ""


class Broken(ValueError):
    """A record that does not hold: at which line, and what is wrong."""


def chained(happened: Iterable[Happened], head: Head = Head()) -> Iterator[dict[str, str]]:
    """Yield the lines of a record, in the order given, that follow on `head`; without the closing one."""
    for each in happened:
        line = {"number": str(head.number + 1), **{name: str(value) for name, value in asdict(each).items()}}
        line["previous"] = head.digest
        line["digest"] = _digest(line)
        head = Head(head.number + 1, line["digest"])
        yield line


def export(happened: Iterable[Happened], form: Literal["jsonl", "csv"] = "jsonl") -> str:
    """Return a whole record, with the closing line that names its end."""
    lines = list(chained(happened))
    head = Head(len(lines), lines[-1]["digest"]) if lines else Head()
    if form == "jsonl":
        return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in [*lines, {"end": asdict(head)}])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([_cell(line[name]) for name in _COLUMNS] for line in lines)
    writer.writerow(["end", head.number, head.digest, *[""] * (len(_COLUMNS) - 3)])
    return text.getvalue()


def verify(text: str, form: Literal["jsonl", "csv"] = "jsonl", head: Head | None = None) -> tuple[Happened, ...]:
    """Return what a record holds. Raises Broken, which names the first line that does not hold.

    `head`, kept elsewhere, must be the end of it.
    """
    rows, end = _from_jsonl(text) if form == "jsonl" else _from_csv(text)
    found, happened = Head(), []
    for place, row in enumerate(rows, 1):
        if row.get("number") != str(place) or row.get("previous") != found.digest:
            raise Broken(f"line {place} does not follow on the one before it: a line is missing, or was moved")
        if row.get("digest") != _digest(row):
            raise Broken(f"line {place} was changed")
        found = Head(place, row["digest"])
        happened.append(Happened(**{name: row[name] for name in _FIELDS[1:]}))
    if end is None or end != found or (head is not None and head != found):
        raise Broken(f"the record does not end where it should, behind line {found.number}")
    return tuple(happened)


def kept_until(happened: Iterable[Happened]) -> date | None:
    """Return the day until which a record must be kept, None of an empty one."""
    last = max((each.moment.date() for each in happened), default=None)
    if last is None:
        return None
    is_leap_day = (last.month, last.day) == (2, 29)
    return date(last.year + KEPT_YEARS, 3, 1) if is_leap_day else last.replace(year=last.year + KEPT_YEARS)


def append(path: Path, each: Happened) -> bool:
    """Add one thing to the running record of a file, without a closing line; False where its key is there already.

    Raises Broken where the file was tampered with: nothing is chained to what does not hold. One writer at a time.
    """
    kept = read(path)
    if each.key and any(other.key == each.key for other in kept):
        return False
    *_, line = chained([*kept, each])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(line, ensure_ascii=False)}\n")
    return True


def read(path: Path) -> tuple[Happened, ...]:
    """Return what a running record holds, () where there is none. Raises Broken."""
    if not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines:
        return ()
    try:
        digest = str(json.loads(lines[-1])["digest"])
    except (ValueError, TypeError, KeyError) as error:  # half a line, as a crash leaves it
        raise Broken(f"line {len(lines)} is no line of a record: {error}") from error
    end = {"number": len(lines), "digest": digest}
    return verify("\n".join([*lines, json.dumps({"end": end})]))


def of_debt(happened: Iterable[Happened], debt: str) -> tuple[Happened, ...]:
    """Return what belongs to one debt, oldest first."""
    return tuple(sorted((each for each in happened if each.debt == debt), key=lambda each: each.moment))


def blocks_by_rule(happened: Iterable[Happened]) -> dict[str, int]:
    """Return how often each rule kept a mail from leaving, the most frequent first."""
    counts: dict[str, int] = {}
    for each in happened:
        if each.kind == "blocked":
            counts[each.rule] = counts.get(each.rule, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _digest(line: Mapping[str, str]) -> str:
    held = {name: line.get(name) for name in (*_FIELDS, "previous")}
    return hashlib.sha256(json.dumps(held, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _from_jsonl(text: str) -> tuple[Sequence[dict[str, str]], Head | None]:
    rows: list[dict[str, str]] = []
    end: Head | None = None
    for place, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        try:
            row = json.loads(line)
            if end is not None or not isinstance(row, dict):
                raise Broken(f"line {place} stands behind the end, or is no line of a record")
            if "end" in row:
                end = Head(**row["end"])
            elif row.keys() != set(_COLUMNS):
                raise Broken(f"line {place} has other fields than a record")
            else:
                rows.append(row)
        except (json.JSONDecodeError, TypeError) as error:
            raise Broken(f"line {place} is no line of a record: {error}") from error
    return rows, end


def _from_csv(text: str) -> tuple[Sequence[dict[str, str]], Head | None]:
    header, *cells = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    if header != list(_COLUMNS):
        raise Broken("line 0 is not the header of a record")
    rows: list[dict[str, str]] = []
    end: Head | None = None
    for place, row in enumerate(cells, 1):
        if end is not None or len(row) != len(_COLUMNS):
            raise Broken(f"line {place} stands behind the end, or has too few or too many cells")
        if row[0] == "end":
            end = Head(int(row[1]) if row[1].isdecimal() else -1, row[2])
        else:
            rows.append({name: value.removeprefix("'") for name, value in zip(_COLUMNS, row, strict=True)})
    return rows, end
