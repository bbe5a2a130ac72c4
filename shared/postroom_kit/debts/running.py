"""The running record of each debt in a folder: safe to repeat, and a broken one is followed by another part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from filelock import FileLock

from .record import KEPT_BY, Broken, Happened, append, kept_until, read

_MOST_PARTS = 1_000


class Mail(Protocol):
    """A mail of a debt's thread."""

    @property
    def message_id(self) -> str: ...
    @property
    def timestamp(self) -> datetime: ...
    @property
    def sender(self) -> object: ...
    @property
    def received(self) -> bool: ...
    @property
    def text(self) -> str: ...
    @property
    def new_text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Records:
    """The records of debts, a file each with its parts."""

    folder: Path

    def path(self, debt: str, part: int = 0) -> Path:
        """Return the file of a part of a record."""
        name = "".join(sign if sign.isalnum() or sign == "-" else "_" for sign in debt)
        return self.folder / f"{name}{f'.{part}' if part else ''}.jsonl"

    def keep(self, op_id: str, debt: str, happened: Iterable[Mapping[str, str]]) -> None:
        """Add to a record what is not in it yet.

        A part that was tampered with stays as it is, and another begins: it keeps no debt from being stopped.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path(debt)}.lock"):
            path = next((path for path, kept in self._parts(debt) if kept is not None), None)
            if path is None:
                raise Broken(f"the record of {debt} was broken {_MOST_PARTS} times")
            for number, each in enumerate(happened):
                append(path, Happened(**{"debt": debt, "key": f"{op_id}.{number}", **each}))

    def kept_by_law(self, debts: Iterable[str]) -> list[str]:
        """Return the records that erasing a person leaves, a line each with the law and until when."""
        lines = []
        for debt in debts:
            parts = [(path.name, kept) for path, kept in self._parts(debt) if path.exists()]
            broken = [f"record of {debt} ({KEPT_BY}, not checked): {name} was tampered with" for name, kept in parts
                      if kept is None]  # fmt: skip
            until = kept_until(each for _, kept in parts for each in kept or ())
            lines += [*broken, *([f"record of {debt} ({KEPT_BY}, not checked): until {until}"] if until else [])]
        return lines

    def _parts(self, debt: str) -> Iterator[tuple[Path, tuple[Happened, ...] | None]]:
        """Yield each part with what it holds, None where that is broken; the first sound one is the last."""
        for part in range(_MOST_PARTS):
            path = self.path(debt, part)
            try:
                yield path, read(path)
            except Broken:
                yield path, None
            else:
                return


def decided(at: datetime, what: Iterable[str]) -> dict[str, str]:
    """Return what an agent did, as a record holds it."""
    return {"at": at.isoformat(), "kind": "decided", "who": "collections agent", "what": "; ".join(what)}


def said(mails: Iterable[Mail]) -> list[dict[str, str]]:
    """Return the mails of a thread as a record holds them, each under its own key."""
    return [
        {"at": mail.timestamp.isoformat(), "kind": "received" if mail.received else "sent", "who": str(mail.sender),
         "what": mail.text or mail.new_text, "key": mail.message_id}
        for mail in mails
    ]  # fmt: skip
