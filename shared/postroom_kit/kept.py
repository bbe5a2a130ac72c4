"""Arrays that take time to make, kept on disk under the hash of what they were made from."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache, wraps
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LIBRARIES = ("bm25s", "numpy", "scikit-learn", "scipy", "snowballstemmer")
_UNUSED_SECONDS = 30 * 24 * 3600.0  # what examples that were changed since had taught is of no use to anybody
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder of arrays, which may be deleted at any time; without a folder nothing is kept.

    A file holds the SHA-256 of its name and content, then an .npz. One that is damaged, or another's, is made anew.
    Files that nobody read for 30 days are deleted. What is wrong with the folder is said once.
    """

    folder: Path | None = None
    _said: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    def arrays(self, given: Sequence[object], make: Callable[[], Sequence[NDArray[Any]]]) -> list[NDArray[Any]]:
        """Return what `make` makes of `given`, which must be JSON and name all that `make` depends on."""
        if self.folder is None:
            return list(make())
        path = self.folder / f"{hashlib.sha256(json.dumps(given).encode()).hexdigest()}.npz"
        found, unread = _read(path)
        if found is None:
            found = list(make())
            self._say(unread, _write(path, found))
        return found

    def fitted(self, given: Sequence[object], make: Callable[[], Sequence[NDArray[Any]]]) -> list[NDArray[Any]]:
        """Return `arrays` that depend on the code of this package and its numeric libraries as well."""
        return self.arrays([_code(), *given], make) if self.folder else list(make())

    def _say(self, *troubles: str) -> None:
        """Say what is wrong, if anything, in one line for all files: they are often damaged together."""
        said = "; ".join(filter(None, troubles))
        if said and not self._said:
            self._said.append(said)
            _log.warning("%s; if other files there have the same, it is not said of each", said)


NOWHERE = Kept()
"""Keeps nothing."""


def fitted_once(fit: Callable[[Kept], _T]) -> Callable[[Kept], _T]:
    """Have `fit` called once for the same folder: a thread that asks while another one fits waits for it."""
    lock, latest = threading.Lock(), lru_cache(maxsize=1)(fit)

    @wraps(fit)
    def fitted(kept: Kept) -> _T:
        with lock:
            return latest(kept)

    return fitted


def packed(value: object) -> NDArray[np.uint8]:
    """Return JSON-like data as an array; `unpacked` turns it back."""
    import numpy as np

    return np.frombuffer(json.dumps(value).encode(), dtype=np.uint8)


def unpacked(array: NDArray[np.uint8]) -> Any:
    """Return the data of which `packed` made an array."""
    return json.loads(array.tobytes())


@cache
def _code() -> list[str]:
    """Return the versions of Python and of libraries, and the hash of this package: its version does not tell edits."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for path in package.rglob("*") if path.suffix in (".py", ".toml", ".txt")):
        digest.update(path.read_bytes())
    return [sys.version, *map(version, _LIBRARIES), digest.hexdigest()]


def _seal(path: Path, content: bytes) -> bytes:
    return hashlib.sha256(path.name.encode() + content).digest()


def _read(path: Path) -> tuple[list[NDArray[Any]] | None, str]:
    """Return the arrays of a file, or None and what is wrong with it; "" where there is none."""
    import numpy as np

    try:
        sealed = path.read_bytes()
    except FileNotFoundError:
        return None, ""
    except OSError as error:
        return None, f"{path} cannot be read ({error}) and is made anew"
    seal, content = sealed[:32], sealed[32:]
    if seal != _seal(path, content):
        return None, f"{path} is damaged, or not of our making, and is made anew"
    # on a disk that cannot be written nothing is deleted either
    with suppress(OSError):
        path.touch()
    with np.load(BytesIO(content), allow_pickle=False) as found:
        return [found[f"arr_{number}"] for number in range(len(found))], ""


def _write(path: Path, arrays: Sequence[NDArray[Any]]) -> str:
    """Write in one step: two processes may start at once. Return why it cannot be kept, "" where it is."""
    import numpy as np

    content = BytesIO()
    np.savez(content, *arrays)
    try:
        # of the data folder, which holds mail
        path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(exist_ok=True)
        _put(path, _seal(path, content.getvalue()) + content.getvalue())
    except OSError as error:
        return f"arrays are not kept in {path.parent}: {error}"
    for old in (*path.parent.glob("*.npz"), *path.parent.glob("*.tmp")):
        # another process may have deleted it by now, or it is another's
        with suppress(OSError):
            if old.stat().st_mtime < time.time() - _UNUSED_SECONDS:
                old.unlink()
    return ""


def _put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: on a full disk no part of it is left to fill it further."""
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)  # noqa: PTH105
    except OSError:
        Path(name).unlink()
        raise
