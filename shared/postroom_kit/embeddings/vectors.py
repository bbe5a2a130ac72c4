"""Vectors of texts, those of fixed lists kept on disk under the hash of model and texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..kept import Kept

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_RECENT = 64  # the fields of one mail are asked about one after the other


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
        self._kept = Kept(folder)
        self._known: dict[str, NDArray[np.float32]] = {}
        self._recent = lru_cache(maxsize=_RECENT)(self._of)

    def of_list(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of a fixed list, from disk where they are; shape (texts, width)."""
        (found,) = self._kept.arrays([self.name, *texts], lambda: [self._made(texts)])
        return found

    def expect(self, texts: Sequence[str]) -> None:
        """Make ready for texts that `of` will be asked for: all at once is faster than one by one, and kept on disk."""
        self._known.update(zip(texts, self.of_list(texts), strict=True))

    def of(self, text: str) -> NDArray[np.float32]:
        """Return the vector of one text, of shape (width,)."""
        return self._known[text] if text in self._known else self._recent(text)

    def _made(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode a list; what another list had is not encoded again: the first start waits for this."""
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32)

    def _of(self, text: str) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self._encoder.encode([text])[0]
        return found
