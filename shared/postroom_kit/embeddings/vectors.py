"""Vectors of texts, those of fixed lists kept on disk under the hash of model and texts."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_RECENT = 64  # the fields of one mail are asked about one after the other
_log = logging.getLogger(__name__)


class EmbeddingsMissing(RuntimeError):
    """Report vectors that were asked for and cannot be had, with what mends it."""


class Encoder(Protocol):
    """A model: `name` tells it from all others whose vectors differ."""

    @property
    def name(self) -> str:
        """Return the name."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an array of shape (texts, width), each row of length 1."""


class Embeddings:
    """What classifier and search ask for vectors."""

    def __init__(self, encoder: Encoder, folder: Path | None = None) -> None:
        """Keep vectors of fixed lists in `folder`, which may be deleted at any time; None keeps none."""
        self.name = encoder.name
        self._encoder = encoder
        self._folder = folder
        self.of = lru_cache(maxsize=_RECENT)(self._of)

    def of_list(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of a fixed list, from disk where they are; shape (texts, width)."""
        if self._folder is None:
            return self._encoder.encode(texts)
        content = json.dumps([self.name, *texts])
        path = self._folder / f"{hashlib.sha256(content.encode()).hexdigest()}.npz"
        found = _read(path, len(texts))
        if found is None:
            found = self._encoder.encode(texts)
            _write(path, found)
        return found

    def _of(self, text: str) -> NDArray[np.float32]:
        """Return the vector of one text, of shape (width,)."""
        found: NDArray[np.float32] = self._encoder.encode([text])[0]
        return found


def _read(path: Path, rows: int) -> NDArray[np.float32] | None:
    import numpy as np

    try:
        # np.load leaves a file of its own open when it is no archive
        with path.open("rb") as file:
            found: NDArray[np.float32] = np.load(file, allow_pickle=False)["vectors"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, EOFError, zipfile.BadZipFile) as error:
        _log.warning("%s cannot be read (%s) and is made anew", path, error)
        return None
    return found if found.ndim == 2 and len(found) == rows else None


def _write(path: Path, vectors: NDArray[np.float32]) -> None:
    """Write in one step: two processes may start at once. Vectors that cannot be kept are only slower next time."""
    import numpy as np

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            np.savez(file, vectors=vectors)
        os.replace(file.name, path)  # noqa: PTH105
    except OSError as error:
        _log.warning("vectors are not kept in %s: %s", path.parent, error)
