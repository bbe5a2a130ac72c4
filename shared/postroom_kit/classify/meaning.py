"""How alike two texts are in what they mean: the cosine of their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from ..embeddings import Embeddings
from .confidence import out_of_scope_texts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SPACES = 16  # a few agents with a few decisions each


class MeaningSpace:
    """The vectors of a list of texts: `points`, and `between`, their cosines with each other."""

    def __init__(self, texts: tuple[str, ...], foreign: tuple[str, ...], embeddings: Embeddings) -> None:
        fixed = tuple(dict.fromkeys((*texts, *foreign, *out_of_scope_texts())))
        self._known = dict(zip(fixed, embeddings.of_list(fixed).astype("float64"), strict=True))
        self._embeddings = embeddings
        self.points = self._vectors(texts)
        self.between: NDArray[np.float64] = self.points @ self.points.T

    def look(self, texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the vectors of texts and their cosines to the texts of this space, a row for each."""
        vectors = self._vectors(texts)
        return vectors, vectors @ self.points.T

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float64]:
        import numpy as np

        return np.stack([self._known[text] if text in self._known else self._embeddings.of(text) for text in texts])


@lru_cache(maxsize=_SPACES)
def meaning_of(texts: tuple[str, ...], foreign: tuple[str, ...], embeddings: Embeddings) -> MeaningSpace:
    """Return the space of these texts, the same one for the same texts."""
    return MeaningSpace(texts, foreign, embeddings)
