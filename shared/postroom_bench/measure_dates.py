"""Measure how dates in texts are read, on public labelled ones: `python -m postroom_bench.measure_dates`.

The data is not part of this repository. Point POSTROOM_DEV_DATA at a folder (default `../shared/data`) with
`dates/datetime_en_dev.json` (Microsoft Recognizers-Text, MIT). Half of its texts, chosen by hash, was looked at; the
other half is kept back and never shown. A result is found where its words and ours cross, and right where the days and
the time are those of one of its values. Its spans have their end behind the last day, and leave the last month out of
"June to August": both ways are right. Every result counts, those too whose value we would not want.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from postroom_kit.replies import Named, dates_named

FILE = "dates/datetime_en_dev.json"
_KINDS = ("date", "datetime", "daterange")
_TIMES_TOO = {"datetimerange", "set"}
"""Kinds that hold a day too: where we find one in them, we are neither right nor wrong."""
_DAY = dt.timedelta(days=1)


def kept_back(text: str) -> bool:
    """Tell whether a text belongs to the half that the grammar is not made from."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2 == 0


def main(*, verbose: bool = False) -> int:
    """Print recall and precision for both halves; return 1 when the data is not there."""
    file = Path(os.environ.get("POSTROOM_DEV_DATA", "../shared/data")) / FILE
    if not file.is_file():
        click.echo(f"Not there: {file}. Set POSTROOM_DEV_DATA to a folder that has it.", err=True)
        return 1
    halves: dict[bool, list[Mapping[str, Any]]] = {False: [], True: []}
    for row in json.loads(file.read_text("utf-8")):
        halves[kept_back(row["Input"])].append(row)
    for is_kept_back, rows in halves.items():
        click.echo(f"{'kept back' if is_kept_back else 'looked at'}, {len(rows)} texts:")
        for line in report(rows, verbose=verbose and not is_kept_back):
            click.echo(f"  {line}")
    return 0


def report(rows: list[Mapping[str, Any]], *, verbose: bool = False) -> Iterator[str]:
    """Yield a line for each kind of result, one for what we find, and with `verbose` one for each that is not right."""
    counts, ours = Counter[str](), Counter[str]()
    for row in rows:
        named = dates_named(row["Input"], _reference(row))
        for result in row["Results"]:
            kind = result["TypeName"].partition(".")[2]
            values = (result.get("Resolution") or {}).get("values") or []
            if kind not in _KINDS or not any("value" in each or "start" in each or "end" in each for each in values):
                continue
            crossing = [each for each in named if _crosses(each, result)]
            right = any(_right(each, value) for each in crossing for value in values)
            counts.update({f"{kind} there": 1, f"{kind} found": bool(crossing), f"{kind} right": right})
            if verbose and not right:
                yield f"- {kind}: {row['Input'][:90]!r}: {result['Text']!r}, {values[-1]}; ours {_told(crossing)}"
        for each in named:
            kinds = {result["TypeName"].partition(".")[2] for result in row["Results"] if _crosses(each, result)}
            ours.update({"found": 1, "rightly": bool(kinds & {*_KINDS, *_TIMES_TOO})})
            if verbose and not kinds & {*_KINDS, *_TIMES_TOO}:
                yield f"- nothing: {row['Input'][:90]!r}: ours {_told([each])}"
    for kind in _KINDS:
        there, found, correct = (counts[f"{kind} {word}"] for word in ("there", "found", "right"))
        yield (
            f"{kind}: of {there} found {found} ({found / max(there, 1):.1%}), the value right in {correct}"
            f" ({correct / max(there, 1):.1%}; of those found {correct / max(found, 1):.1%})"
        )
    named_all, rightly = ours["found"], ours["rightly"]
    share = rightly / max(named_all, 1)
    yield f"precision: of {named_all} that we name, {rightly} cross a day that is labelled ({share:.1%})"


def _reference(row: Mapping[str, Any]) -> dt.datetime:
    told = (row.get("Context") or {}).get("ReferenceDateTime", "2016-11-07T00:00:00")
    return dt.datetime.fromisoformat(told).replace(tzinfo=dt.UTC)


def _crosses(named: Named, result: Mapping[str, Any]) -> bool:
    return named.start <= int(result["End"]) and int(result["Start"]) < named.end


def _right(named: Named, value: Mapping[str, str]) -> bool:
    if value.get("value", "").count(":"):
        moment = named.moment.replace(tzinfo=None, microsecond=0) if named.moment else None
        return moment == _parsed(value["value"])
    if "value" in value:
        return str(named.first) == value["value"] and named.first == named.last
    start, end = _parsed(value.get("start")), _parsed(value.get("end"))
    ends = {named.last, named.last + _DAY} if start and end else {named.first, named.last, named.last + _DAY}
    if named.unit == "span":
        ends |= (
            {named.last.replace(day=1), named.last.replace(month=1, day=1)} if (named.last + _DAY).day == 1 else set()
        )
    starts = {named.first} if start and end else {named.first, named.last + _DAY}
    return (not start or start.date() in starts) and (not end or end.date() in ends)


def _parsed(text: str | None) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _told(named: list[Named]) -> str:
    return "; ".join(f"{each.text!r} {each.first} {each.last} {each.moment or ''}".strip() for each in named) or "none"


if __name__ == "__main__":
    sys.exit(main(verbose="-v" in sys.argv))
