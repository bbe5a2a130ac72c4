"""CSV for spreadsheets, of what strangers wrote."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

_FORMULA = tuple("=+-@＝＋－＠")  # full-width signs are calculated too


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Return CSV (RFC 4180) with a head, every cell in quotes, and none that a spreadsheet takes for a formula."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([as_text(row[column]) for column in columns] for row in rows)
    return written.getvalue()


def as_text(cell: str) -> str:
    """Return a cell that is text: without control characters, an apostrophe before what would be calculated."""
    printable = "".join(char if char.isprintable() else " " for char in cell)
    return f"'{printable}" if printable.lstrip()[:1] in _FORMULA else printable
