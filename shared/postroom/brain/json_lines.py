"""JSON lines that people keep in files: examples, and answers on record."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from postroom.brain.question import BrainError

T = TypeVar("T")


def read_lines(path: Path, make: Callable[[int, Any], T], advice: str) -> Iterator[T]:
    """Yield what `make` makes of each line's number and JSON. Raises BrainError that names a bad line, with advice."""
    # some editors begin a file with a byte order mark; splitlines() would also break at the odd separators in a string
    for number, line in enumerate(path.read_bytes().removeprefix(BOM_UTF8).split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield make(number, json.loads(line.decode()))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BrainError(f"{path.name}, line {number}: {fault_of(error)}; {advice}") from error


def fault_of(error: Exception) -> str:
    """Return in a few words what is wrong."""
    if isinstance(error, UnicodeDecodeError):
        # its own text repeats the whole line
        return f"is not UTF-8 (byte {error.start + 1})"
    if isinstance(error, ValidationError):
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
    return repr(error)
