"""Filters of lists: any part of an address or subject, in any case. An index finds the few rows that may match."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from agentmail_sandbox.store import add_row

# Of more candidates, a walk by time fills a page soon enough, and needs no sorting.
FEW = 2000
# So many trigrams tell a text from nearly all others.
MOST_TRIGRAMS = 20


@dataclass(frozen=True)
class Filters:
    """What a list asks for. Times are exclusive; senders, recipients, subject match substrings, all of them."""

    labels: list[str]
    hidden: list[str]
    before: str | None
    after: str | None
    senders: list[str]
    recipients: list[str]
    subject: list[str]

    def sql(
        self, table: str, carries: str, others: list[str], sender: str, recipient: str
    ) -> tuple[list[str], list[str]]:
        """Return SQL conditions, and their parameters, for rows of ``table``; of its labels those in ``others``."""
        conditions: list[str] = []
        params: list[str] = []
        for condition, values in (
            (carries, others),
            (f"NOT {carries}", self.hidden),
            (f"{table}.timestamp < ?", [self.before]),
            (f"{table}.timestamp > ?", [self.after]),
            (sender, self.senders),
            (recipient, self.recipients),
            ("instr(folded(coalesce(subject, '')), folded(?))", self.subject),
        ):
            given = [value for value in values if value is not None]
            conditions += [condition] * len(given)
            params += given
        return conditions, params


def one_holds(*columns: str) -> str:
    """Return SQL: whether a text of these columns (JSON arrays of texts) holds a parameter, in any case."""
    values = " UNION ALL ".join(f"SELECT value FROM json_each({column})" for column in columns)
    return f"EXISTS (SELECT 1 FROM ({values}) WHERE instr(folded(value), folded(?)))"


def index(db: sqlite3.Connection, table: str, seq: int, **columns: Iterable[str]) -> None:
    """Have a new row found by the texts of its columns; ``table`` is one of trigrams."""
    add_row(db, table, rowid=seq, **{name: "\n".join(texts).casefold() for name, texts in columns.items()})


def few(db: sqlite3.Connection, table: str, wanted: Iterable[tuple[str, list[str]]]) -> list[int] | None:
    """Return the seqs of all rows that may hold one of the texts wanted in a column; None if that leaves many.

    ``table`` is one of trigrams. Nothing is narrowed by a text of less than three characters.
    """
    for column, texts in wanted:
        for text in texts:
            folded = text.casefold()
            trigrams = [folded[at : at + 3] for at in range(min(len(folded) - 2, MOST_TRIGRAMS))]
            # No mail holds NUL, which would end the query.
            each = " AND ".join('"{}"'.format(one.replace('"', '""')) for one in trigrams if "\0" not in one)
            if each:
                query = f"SELECT rowid FROM {table} WHERE {table} MATCH ? LIMIT {FEW + 1}"
                found = [row[0] for row in db.execute(query, (f"{{{column}}} : ({each})",))]
                if len(found) <= FEW:
                    return found
    return None
