"""Vectors of texts, those of fixed lists kept on disk under the hash of model and texts."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..kept import Kept

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_RECENT = 512  # texts: those of a long mail with many questions, which triage and answer ask about in turn


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
        self._recent: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def of_list(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of a fixed list, from disk where they are; shape (texts, width)."""
        (found,) = self._kept.arrays([self.name, *texts], lambda: [self._made(texts)])
        return found

    def expect(self, texts: Sequence[str]) -> None:
        """Make ready for texts that `of` will be asked for: all at once is faster than one by one, and kept on disk."""
        self._known.update(zip(texts, self.of_list(texts), strict=True))

    def of(self, text: str) -> NDArray[np.float32]:
        """Return the vector of one text, of shape (width,)."""
        found: NDArray[np.float32] = self.each([text])[0]
        return found

    def each(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of texts of a mail, of shape (texts, width); all that are new are encoded at once."""
        import numpy as np

        found = {text: vector for text in dict.fromkeys(texts) if (vector := self._remembered(text)) is not None}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        if new:
            found.update(zip(new, self._encoder.encode(new), strict=True))
        for text in new:
            self._remember(text, found[text])
        return np.array([found[text] for text in texts], dtype=np.float32)

    def _made(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode a list; what another list had is not encoded again: the first start waits for this."""
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32)

    def _remembered(self, text: str) -> NDArray[np.float32] | None:
        with self._lock:
            if text in self._recent:
                self._recent.move_to_end(text)
            return self._recent.get(text, self._known.get(text))

    def _remember(self, text: str, vector: NDArray[np.float32]) -> None:
        with self._lock:
            self._recent[text] = vector
            if len(self._recent) > _RECENT:
                self._recent.popitem(last=False)
