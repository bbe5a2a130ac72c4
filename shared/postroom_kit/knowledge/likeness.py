"""How like an article a question is in meaning: what the words of `coverage` cannot see, and where they err.

A word that an article lacks counts less where the article has one near it ("bill" beside "invoice"), more where it has
none ("Turkey"). The mails that people labelled are near too, to those that ask the same and to those that only seem to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from .articles import Article
from .coverage import Vocabulary
from .index import Knowledge
from .meanings import aimed, one_line
from .sentences import sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..embeddings import Embeddings

UNLIKE = (-1.0, 0.0, 0.0)
"""What `Likeness.of` returns at worst."""

_WORD = re.compile(r"[\w'’-]+")


class Likeness:
    """Compare questions with articles, and with mails whose articles are known, all by their vectors."""

    def __init__(
        self,
        knowledge: Knowledge,
        embeddings: Embeddings,
        mails: NDArray[np.float32],
        answered_by: Sequence[Sequence[str]],
    ) -> None:
        """Take the vectors of the labelled mails (mails, width), and for each the ids of the articles that answer."""
        self._knowledge = knowledge
        self._embeddings = embeddings
        self._mails = mails
        self._answered_by = answered_by
        self._known: dict[str, dict[str, NDArray[np.float32]]] = {}

    def of(
        self, name: str, question: str, searched: str, lacking: Sequence[str], itself: int | None = None
    ) -> list[float]:
        """Return three numbers that each speak for the article of that id.

        How near the strangest of the words it lacks is to any word it has (0: it has them all, or all but them);
        the cosine of the nearest sentence of its answer; how much nearer than any mail it does not answer its own
        wordings and mails are. `itself` is the place of the question among the mails, which then tells nothing.
        """
        import numpy as np

        vector = aimed(self._embeddings, question, searched)
        answered = np.array([name in ids for ids in self._answered_by], dtype=bool)
        cosines = self._mails @ vector
        if itself is not None:
            cosines[itself] = 0.0
        own = max(float((self._vectors(_asked, name) @ vector).max()), float(cosines[answered].max(initial=0.0)))
        return [
            -self._strangeness(name, lacking, f"{question}\n{searched}"),
            float((self._vectors(_told, name) @ self._embeddings.of(one_line(question))).max()),
            own - float(cosines[~answered].max(initial=0.0)),
        ]

    def _strangeness(self, name: str, lacking: Sequence[str], text: str) -> float:
        foreign = as_written(self._knowledge.vocabulary, lacking, text)
        if not foreign:
            return 0.0
        return 1 - float((self._vectors(self._telling, name) @ self._embeddings.each(foreign).T).max(axis=0).min())

    def _vectors(self, texts_of: Callable[[Article], Sequence[str]], name: str) -> NDArray[np.float32]:
        """Return the vectors of an article's texts: those of all are made at first, of one that came since then."""
        known = self._known.setdefault(texts_of.__name__, {})
        if name not in known:
            new = {each.id: texts_of(each) for each in self._knowledge.articles if each.id not in known}
            known.update(self._encoded(new))
        return known[name]

    def _telling(self, article: Article) -> list[str]:
        return _telling(self._knowledge.vocabulary, " ".join((*article.questions, article.answer)))

    def _encoded(self, lists: dict[str, Sequence[str]]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of each list; all are encoded at once, a text of several lists once."""
        place = {text: number for number, text in enumerate(dict.fromkeys(chain.from_iterable(lists.values())))}
        vectors = self._embeddings.of_list(list(place))
        return {name: vectors[[place[text] for text in texts]] for name, texts in lists.items()}


def _asked(article: Article) -> Sequence[str]:
    return article.questions


def _told(article: Article) -> Sequence[str]:
    return sentences(article.answer)


def as_written(vocabulary: Vocabulary, stems: Iterable[str], text: str) -> list[str]:
    """Return the words of `text` that these are stems of; a stem of several words together stays as it is."""
    written = {stem: word.lower() for word in _WORD.findall(text) for stem in vocabulary.words(word)}
    return [written.get(stem, stem) for stem in stems]


def _telling(vocabulary: Vocabulary, text: str) -> list[str]:
    """Return the words of a text that tell what it is about, or all where none does."""
    words = sorted({word.lower() for word in _WORD.findall(text)})
    return [word for word in words if vocabulary.words(word)] or words or [text]
