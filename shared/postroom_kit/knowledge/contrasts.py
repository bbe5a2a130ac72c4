"""Questions made wrong on purpose: a known wording that asks for the opposite, or about another thing.

People label which article answers a mail, hardly ever which one nearly does; these fill the gap for a judge to learn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .coverage import Vocabulary
from .index import Knowledge

_WORD = re.compile(r"[^\W\d_]{3,}")
_STRIDE = 17  # articles from one foreign thing to the next: neighbours are about like things


def contrasts(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Yield `(id, question)`: near to a wording of that article, yet not answered by it."""
    vocabulary = knowledge.vocabulary
    things = [vocabulary.rarest(article.questions[0]) for article in knowledge.articles]
    verbs = vocabulary.groups.written
    for number, article in enumerate(knowledge.articles):
        own = _WORD.findall(article.answer)
        for turn, wording in enumerate(article.questions, 1):
            thing, verb = (words[(number + turn * _STRIDE) % len(words)] for words in (things, verbs))
            for text in (
                f"{wording.rstrip('?. ')} of the {thing}?",
                *_swapped(vocabulary, wording, [thing, *own], verb),
            ):
                coverage = vocabulary.coverage(article.id, text, text)
                if coverage.lacking or coverage.apart:
                    yield article.id, text


def _swapped(vocabulary: Vocabulary, wording: str, things: Sequence[str], verb: str) -> Iterator[str]:
    """Yield the wording with one word after the other turned into its opposites or into something else.

    A verb becomes `verb`, what it is done to each of `things`, and any other word the first of these.
    """
    actions = dict(vocabulary.actions(wording))
    for match in _WORD.finditer(wording):
        for stem in vocabulary.words(match[0]):
            others = [verb] if stem in actions else things if stem in actions.values() else things[:1]
            for other in (*vocabulary.groups.opposite_words(stem), *others):
                yield wording[: match.start()] + other + wording[match.end() :]
