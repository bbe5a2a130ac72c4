"""How alike two texts are: the cosine of their weighted word and letter sequences (TF-IDF)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..mail_reading import stems_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SPACES = 16  # a few agents with a few decisions each
_PLACED = 2_048  # texts remembered: one fit's, which the decision's next field asks about again (6 KB each at 700)
_WORD_SHARE = 0.7  # weight of words beside letter sequences; the latter forgive spelling and word forms


class Similarity:
    """Compare any text with a fixed list of texts. Vocabulary and weights come from that list alone."""

    def __init__(self, texts: Sequence[str]) -> None:
        from scipy.sparse import hstack
        from sklearn.preprocessing import normalize

        stems = stems_for(texts, common_words=True)
        self._content = stems_for(texts, common_words=False)
        self._holders = Counter(word for text in texts for word in set(self._content(text)))
        # lowercase=False: `stems` folds case itself, and scikit-learn warns of doing it twice.
        self._words = _Field(texts, tokenizer=stems, token_pattern=None, lowercase=False, ngram_range=(1, 2))
        self._letters = _Field(texts, analyzer="char_wb", ngram_range=(2, 5), strip_accents="unicode")
        self._matrix = normalize(hstack((_WORD_SHARE * self._words.matrix, self._letters.matrix), format="csr"))

    def between(self) -> NDArray[np.float64]:
        """Return the cosines of the fitted texts with each other, a square array."""
        found: NDArray[np.float64] = (self._matrix @ self._matrix.T).toarray()
        return found

    def cosines(self, text: str) -> NDArray[np.float64]:
        """Return the cosine of `text` to each fitted text, each 0 to 1."""
        import numpy as np

        vector = np.concatenate((_WORD_SHARE * self._words.vector(text), self._letters.vector(text)))
        found: NDArray[np.float64] = self._matrix @ _unit(vector)
        return found

    def known_share(self, text: str, in_texts: int = 1) -> float:
        """Return the share of the words of `text` that at least `in_texts` of the fitted texts have, 0 to 1.

        The commonest words do not count. Ask for 2 when `text` is one of the fitted texts, which has its own words.
        """
        words = self._content(text)
        return sum(self._holders[word] >= in_texts for word in words) / max(len(words), 1)


class Space:
    """The points that a list of texts spans: what several classifiers of the same texts have in common.

    `between` are the cosines of the texts with each other, `axes` turn cosines into points as far apart as the TF-IDF
    vectors, `points` are the texts themselves.
    """

    def __init__(self, texts: tuple[str, ...]) -> None:
        import numpy as np

        self.similarity = Similarity(texts)
        self.between = self.similarity.between()
        values, vectors = np.linalg.eigh(self.between)
        kept = values > 1e-9 * values.max()
        self.axes: NDArray[np.float64] = vectors[:, kept] / np.sqrt(values[kept])
        self.points: NDArray[np.float64] = self.between @ self.axes
        self.place = lru_cache(maxsize=_PLACED)(self._place)

    def look(self, texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where texts lie and their cosines to the texts of this space, a row for each."""
        import numpy as np

        cosines = np.stack([self.place(text)[0] for text in texts])
        return cosines @ self.axes, cosines

    def _place(self, text: str) -> tuple[NDArray[np.float64], float]:
        """Return the cosines of `text` to the texts of this space and the share of its words that they have."""
        return self.similarity.cosines(text), self.similarity.known_share(text)


@lru_cache(maxsize=_SPACES)
def space_of(texts: tuple[str, ...]) -> Space:
    """Return the space of these texts, the same one for the same texts."""
    return Space(texts)


class _Field:
    """One kind of term. Weighs like scikit-learn's TfidfVectorizer, which takes ten times as long for a single text."""

    def __init__(self, texts: Sequence[str], **options: Any) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(sublinear_tf=True, **options)
        self.matrix = vectorizer.fit_transform(texts)
        self._terms: Callable[[str], list[str]] = vectorizer.build_analyzer()
        self._numbers: dict[str, int] = vectorizer.vocabulary_
        self._rarity: NDArray[np.float64] = vectorizer.idf_

    def vector(self, text: str) -> NDArray[np.float64]:
        import numpy as np

        counts = Counter(term for term in self._terms(text) if term in self._numbers)
        numbers = [self._numbers[term] for term in counts]
        vector = np.zeros(len(self._rarity))
        vector[numbers] = (1.0 + np.log(list(counts.values()))) * self._rarity[numbers]
        return _unit(vector)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    # Not np.linalg.norm: it wakes BLAS threads, which on a busy machine cost more than all else a mail needs.
    length = float(np.sqrt(np.square(vector).sum()))
    return vector / length if length else vector
