"""Search over a knowledge base: by BM25 on stemmed words, each wording of a question a document, or by meaning too."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..mail_reading import stems_for
from . import articles
from .articles import Article
from .coverage import Vocabulary
from .meanings import Meanings, one_line
from .word_groups import WordGroups

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..embeddings import Embeddings

_ANSWER_SHARE = 0.3  # what a word found in the answer counts against one found in the question
_K1, _B = 1.5, 0.75  # BM25's usual constants; the score's upper bound below depends on them


@dataclass(frozen=True, slots=True)
class Passage:
    """Hold one article found: `question` is its best matching wording, `score` 0 (nothing shared) to 1 (all of it)."""

    id: str
    question: str
    answer: str
    score: float
    updated: date | None = None


class Knowledge:
    """Search a set of articles. The index is built on the first search, so loading is cheap."""

    def __init__(self, entries: Sequence[Article], embeddings: Embeddings | None = None) -> None:
        self.articles = tuple(entries)
        self.embeddings = embeddings

    @classmethod
    def load(cls, source: str | Path | list[dict[str, Any]], embeddings: Embeddings | None = None) -> Knowledge:
        """Load a JSON file or the list such a file holds; raise KnowledgeError naming the entry that is wrong.

        With `embeddings` articles are found by what a question means, not by its words alone.
        """
        if isinstance(source, list):
            return cls(articles.check(source, "knowledge"), embeddings)
        return cls(articles.load(Path(source)), embeddings)

    def add(self, *entries: Article) -> None:
        """Take in more articles, found from now on, by whatever was made of this knowledge before too."""
        if self.by_words is not self:
            self.by_words.add(*entries)
        self.articles = (*self.articles, *entries)
        for made in ("hash", "vocabulary", "_index", "_meanings"):
            self.__dict__.pop(made, None)

    def __len__(self) -> int:
        return len(self.articles)

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) of the content: equal for the same articles in the same order, however the file is laid out."""
        content = json.dumps([asdict(article) for article in self.articles], default=str, ensure_ascii=False)
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()

    def search(self, query: str, k: int = 5, question: str = "") -> list[Passage]:
        """Return the at most `k` best articles for `query`, best first; `question` is the part of it that asks.

        Without embeddings none that shares no word with it; with them none for a query without a word.
        """
        if not self.articles:
            return []
        found = self._meanings.scores(query, question or query) if self._meanings else self._index.scores(query)
        # The id breaks ties, so that the same question always finds the same passages.
        ranked = sorted(found.items(), key=lambda item: (-item[1][0], self.articles[item[0]].id))
        return [self._passage(number, text, score) for number, (score, text) in ranked[: max(k, 0)]]

    def _passage(self, number: int, question: str, score: float) -> Passage:
        entry = self.articles[number]
        return Passage(entry.id, question, entry.answer, round(min(score, 1.0), 4), entry.updated)

    def expect(self, queries: Sequence[str]) -> None:
        """Make ready for a fixed list of queries at once, which is faster than one by one, and kept on disk."""
        if self.embeddings:
            self.embeddings.expect(list(map(one_line, queries)))

    def read_ahead(self, queries: Sequence[str]) -> None:
        """Make ready for all queries of one mail at once, which is faster than one by one."""
        if self.embeddings:
            self.embeddings.each(list(map(one_line, queries)))

    @cached_property
    def by_words(self) -> Knowledge:
        """The same articles, found by their words alone."""
        return Knowledge(self.articles) if self.embeddings else self

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of each article, to compare a question with the one found."""
        return Vocabulary(self.articles, self._index.stems)

    @cached_property
    def _index(self) -> _Index:
        return _Index(self.articles)

    @cached_property
    def _meanings(self) -> Meanings | None:
        return Meanings(self._index.wordings, self._index.scores, self.embeddings) if self.embeddings else None


class _Index:
    """Two BM25 fields: the wordings, which rank an article by its best one, and the answers, which add a share."""

    def __init__(self, entries: tuple[Article, ...]) -> None:
        self.articles = entries
        texts = (text for entry in entries for text in (*entry.questions, entry.answer))
        self.stems = stems_for(texts, common_words=False)
        self.groups = WordGroups(self.stems)
        self.wordings = [(number, text) for number, entry in enumerate(entries) for text in entry.questions]
        wording_tokens = [self.tokens(text) for _, text in self.wordings]
        answer_tokens = [self.tokens(entry.answer) for entry in entries]
        self.by_wording, self.by_answer = _bm25(wording_tokens), _bm25(answer_tokens)
        self.documents = len(wording_tokens)
        self.frequency = Counter(token for tokens in wording_tokens for token in set(tokens))

    def tokens(self, text: str) -> list[str]:
        """Cut a text into stems, one for all words that mean the same."""
        return [self.groups.canonical(stem) for stem in self.stems(text)]

    def scores(self, query: str) -> dict[int, tuple[float, str]]:
        """Return the score and best wording of each article that shares a word with the query, by its number.

        The score is the raw BM25 sum as a share of the most that any article could have scored.
        """
        tokens = sorted(set(self.tokens(query)))
        if not tokens:
            return {}
        answer_scores = _ANSWER_SHARE * self.by_answer(tokens)
        bound = self._bound(tokens)
        best: dict[int, tuple[float, str]] = {}
        for (number, text), score in zip(self.wordings, self.by_wording(tokens), strict=True):
            total = float(score + answer_scores[number]) / bound
            if total > best.get(number, (0.0, ""))[0]:
                best[number] = (total, text)
        return best

    def _bound(self, tokens: Sequence[str]) -> float:
        """Score a wording of usual length that has every word of the query.

        A word no wording has counts in full (it is the rarest of all), so a question about something else scores low.
        """
        rarity = (
            math.log(1 + (self.documents - self.frequency[token] + 0.5) / (self.frequency[token] + 0.5))
            for token in tokens
        )
        return sum(rarity) / (_K1 + 1)


def _bm25(documents: list[list[str]]) -> Callable[[list[str]], NDArray[np.float32]]:
    """Index token lists; return the function that scores all of them for a query's tokens."""
    import bm25s
    import numpy as np

    retriever = bm25s.BM25(k1=_K1, b=_B, method="lucene", backend="numpy", auto_compile=False)
    if any(documents):
        retriever.index(documents, show_progress=False)

    def scores(tokens: list[str]) -> NDArray[np.float32]:
        known = [token for token in tokens if token in retriever.vocab_dict] if any(documents) else []
        # bm25s raises on a query without a known word.
        if not known:
            return np.zeros(len(documents), dtype=np.float32)
        found: NDArray[np.float32] = retriever.get_scores(known)
        return found

    return scores
