"""The words of a text reduced to their stems, so that `refunded` and `refunds` meet."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

from .languages import language, stop_words

_WORD = re.compile(r"[^\W_]+")
_NOT = re.compile(r"(?<=\w)n['’]t\b")
# The short half of another elided or contracted word (we'll, l'article, qu'il) says nothing by itself.
_SHORT_HALF = re.compile(r"(?<=\w)['’](?:s|re|ve|ll|d|m)\b|\b(?:[cdjlmnst]|qu)['’](?=\w)")
_ALGORITHMS = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian", "nl": "dutch",
    "pt": "portuguese", "sv": "swedish", "da": "danish", "tr": "turkish", "ru": "russian",
}  # fmt: skip


def stems_for(samples: Iterable[str], *, common_words: bool) -> Callable[[str], list[str]]:
    """Return the function that cuts a text into stems, in the language most of `samples` is written in.

    English is assumed where that is unclear. The commonest words stay only with `common_words`.
    """
    code = language(" ".join(samples)) or "en"
    dropped = frozenset() if common_words else stop_words().get(code, frozenset())
    stem = _stemmer(code)

    def stems(text: str) -> list[str]:
        whole = _NOT.sub(" not", unicodedata.normalize("NFKC", text).casefold())
        return [stem(word) for word in _WORD.findall(_SHORT_HALF.sub(" ", whole)) if word not in dropped]

    return stems


@cache
def _stemmer(code: str) -> Callable[[str], str]:
    import snowballstemmer

    if code not in _ALGORITHMS:
        return str
    stem = snowballstemmer.stemmer(_ALGORITHMS[code]).stemWord
    one_at_a_time = threading.Lock()

    # Stemming a word costs 20 times looking it up, and mail repeats its words.
    @cache
    def stemmed(word: str) -> str:
        # The library keeps the word it works on in the stemmer: two threads would spoil each other's.
        with one_at_a_time:
            return str(stem(word))

    return stemmed
