"""How alike two texts are: the cosine of their weighted word and letter sequences (TF-IDF)."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..kept import Kept, packed, unpacked
from ..mail_reading import stems_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_Terms = Callable[[str], list[str]]

_SPACES = 16  # a few agents with a few decisions each
_PLACED = 2_048  # texts remembered: one fit's, which the decision's next field asks about again (6 KB each at 700)
_MOST_EXACT = 4_000  # texts: of more, all axes would take minutes and gigabytes
_NO_LENGTH = 1e-5  # beside the longest: an axis along which no texts differ
_WIDEST = 800  # axes of so many texts; they cost a point of accuracy on 3,800 texts of 77 classes
_LETTERS = (2, 5)  # in a sequence of letters, blanks around the word included
_WORD_SHARE = 0.7  # weight of words beside letter sequences; the latter forgive spelling and word forms


class Similarity:
    """Compare any text with a fixed list of texts. Vocabulary and weights come from that list alone."""

    def __init__(self, texts: Sequence[str], kept: Kept) -> None:
        from scipy.sparse import csr_array

        stems = stems_for(texts, common_words=True)
        self._content = stems_for(texts, common_words=False)
        words = partial(_word_terms, stems)
        (
            *rows, words_known, words_rarity, letters_known, letters_rarity, holders
        ) = kept.fitted(["similarity", *texts], lambda: self._fit(texts, words))  # fmt: skip
        self._words = _Field(words, unpacked(words_known), words_rarity)
        self._letters = _Field(_letter_terms, unpacked(letters_known), letters_rarity)
        self._holders: Counter[str] = Counter(unpacked(holders))
        self._matrix = csr_array(tuple(rows), shape=(len(texts), len(words_rarity) + len(letters_rarity)))

    def _fit(self, texts: Sequence[str], words: _Terms) -> list[NDArray[Any]]:
        """Return the rows of the matrix, then terms and rarity of either field, and how many texts have each word."""
        from scipy.sparse import hstack
        from sklearn.preprocessing import normalize

        word_rows, *word_field = _weigh(texts, words)
        letter_rows, *letter_field = _weigh(texts, _letter_terms)
        matrix = normalize(hstack((_WORD_SHARE * word_rows, letter_rows), format="csr"))
        holders = Counter(word for text in texts for word in set(self._content(text)))
        return [matrix.data, matrix.indices, matrix.indptr, *word_field, *letter_field, packed(holders)]

    def between(self) -> NDArray[np.float64]:
        """Return the cosines of the fitted texts with each other, a square array."""
        found: NDArray[np.float64] = (self._matrix @ self._matrix.T).toarray()
        return found

    def widest_axes(self, count: int) -> NDArray[np.float64]:
        """Return the at most `count` axes, as columns, along which the fitted texts differ most; see `Space`."""
        from sklearn.utils.extmath import randomized_svd

        points, lengths, _ = randomized_svd(self._matrix, count, n_iter=2, random_state=0)
        large = lengths > _NO_LENGTH * lengths.max()
        found: NDArray[np.float64] = points[:, large] / lengths[large]
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

    def __init__(self, texts: tuple[str, ...], kept: Kept) -> None:
        self.similarity = Similarity(texts, kept)
        self.axes: NDArray[np.float64]
        exact = len(texts) <= _MOST_EXACT
        (self.axes,) = kept.fitted(
            ["axes", *texts], lambda: [_axes(self.between) if exact else self.similarity.widest_axes(_WIDEST)]
        )
        self.place = lru_cache(maxsize=_PLACED)(self._place)

    @cached_property
    def between(self) -> NDArray[np.float64]:
        """The cosines of the texts with each other, which only fitting asks for."""
        return self.similarity.between()

    @cached_property
    def points(self) -> NDArray[np.float64]:
        """Where the texts lie, which only fitting asks for."""
        return self.between @ self.axes

    def look(self, texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where texts lie and their cosines to the texts of this space, a row for each."""
        import numpy as np

        cosines = np.stack([self.place(text)[0] for text in texts])
        return cosines @ self.axes, cosines

    def _place(self, text: str) -> tuple[NDArray[np.float64], float]:
        """Return the cosines of `text` to the texts of this space and the share of its words that they have."""
        return self.similarity.cosines(text), self.similarity.known_share(text)


@lru_cache(maxsize=_SPACES)
def space_of(texts: tuple[str, ...], kept: Kept) -> Space:
    """Return the space of these texts, the same one for the same texts."""
    return Space(texts, kept)


def _axes(between: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    values, vectors = np.linalg.eigh(between)
    large = values > 1e-9 * values.max()
    found: NDArray[np.float64] = vectors[:, large] / np.sqrt(values[large])
    return found


class _Field:
    """One kind of term. Weighs like scikit-learn's TfidfVectorizer, which takes ten times as long for a single text."""

    def __init__(self, terms: _Terms, known: Sequence[str], rarity: NDArray[np.float64]) -> None:
        self._terms = terms
        self._numbers = {term: number for number, term in enumerate(known)}
        self._rarity = rarity

    def vector(self, text: str) -> NDArray[np.float64]:
        import numpy as np

        counts = Counter(term for term in self._terms(text) if term in self._numbers)
        numbers = [self._numbers[term] for term in counts]
        vector = np.zeros(len(self._rarity))
        vector[numbers] = (1.0 + np.log(list(counts.values()))) * self._rarity[numbers]
        return _unit(vector)


def _weigh(texts: Sequence[str], terms: _Terms) -> tuple[Any, NDArray[np.uint8], NDArray[np.float64]]:
    """Return a row of weights for each text (sparse), the terms of its columns (packed), and how rare each is."""
    import numpy as np
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(map(terms, texts)):
        # of texts without a word, which scikit-learn refuses: their letters alone compare
        return csr_array((len(texts), 0)), packed([]), np.zeros(0)
    vectorizer = TfidfVectorizer(sublinear_tf=True, analyzer=terms)
    rows = vectorizer.fit_transform(texts)
    return rows, packed(vectorizer.get_feature_names_out().tolist()), vectorizer.idf_


def _word_terms(stems: _Terms, text: str) -> list[str]:
    """Cut a text into stems and pairs of neighbours."""
    words = stems(text)
    return [*words, *map(" ".join, pairwise(words))]


def _letter_terms(text: str) -> list[str]:
    """Cut a text into sequences of letters, none across a blank; accents do not count."""
    plain = text.lower()
    if not plain.isascii():
        plain = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    words = [f" {word} " for word in plain.split()]
    # a word shorter than a sequence counts as a whole, once
    return [
        word[start : start + size]
        for word in words
        for size in range(_LETTERS[0], min(_LETTERS[1], len(word)) + 1)
        for start in range(len(word) - size + 1)
    ]


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    # Not np.linalg.norm: it wakes BLAS threads, which on a busy machine cost more than all else a mail needs.
    length = float(np.sqrt(np.square(vector).sum()))
    return vector / length if length else vector
