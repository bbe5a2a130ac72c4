"""Search by meaning: the cosine of the nearest wording, and a little for shared words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..embeddings import Embeddings

Scores = dict[int, tuple[float, str]]
"""For the number of an article its score and its best wording."""

_WORDS = 0.4  # what the share of the best BM25 score counts beside the cosine
_NEAREST = 64  # wordings looked at: several times the articles that are ever asked for


def aimed(embeddings: Embeddings, question: str, searched: str) -> NDArray[np.float32]:
    """Return the vector of a question amid all that is searched, of shape (width,).

    The words around it may be many, and the model reads only the first 200: they must not drown what is asked.
    """
    import numpy as np

    aim: NDArray[np.float32] = np.mean(embeddings.each([one_line(question), one_line(searched)]), axis=0)
    return aim


def one_line(text: str) -> str:
    """Return a text as its vector is asked for: with single blanks, however its lines are broken."""
    return " ".join(text.split())


class Meanings:
    """The vectors of all wordings in a faiss index, exact search; built at the first question."""

    def __init__(
        self, wordings: Sequence[tuple[int, str]], by_words: Callable[[str], Scores], embeddings: Embeddings
    ) -> None:
        self._wordings = wordings
        self._by_words = by_words
        self._embeddings = embeddings

    def scores(self, query: str, question: str) -> Scores:
        """Return score, 0 to 1, and nearest wording of the articles nearest to a query; none without a word."""
        if not any(map(str.isalnum, query)):
            return {}
        words = self._by_words(query)
        most = max((score for score, _ in words.values()), default=1.0)
        vector = aimed(self._embeddings, question, query)
        cosines, nearest = self._index.search(vector[None, :], min(_NEAREST, len(self._wordings)))
        found: Scores = {}
        for cosine, place in zip(cosines[0].tolist(), nearest[0].tolist(), strict=True):
            number, text = self._wordings[place]
            # faiss answers nearest first: what an article has already is its best wording
            if number not in found:
                shared = words.get(number, (0.0, ""))[0] / most
                found[number] = (max(cosine + _WORDS * shared, 0.0) / (1 + _WORDS), text)
        return found

    @cached_property
    def _index(self) -> Any:
        import faiss

        # A second thread makes a single search slower, not faster.
        faiss.omp_set_num_threads(1)
        vectors = self._embeddings.of_list([text for _, text in self._wordings])
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return index
