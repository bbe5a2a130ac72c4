"""Which language a mail is written in: enough to tell English from the other languages customers write.

Latin-script languages are told apart by their commonest words and those of short questions to a shop (our own short
lists), the rest by their script.
A guess is made only when one language is clearly ahead; otherwise the answer is None.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

_SCRIPTS = {
    "CYRILLIC": "ru", "GREEK": "el", "HEBREW": "he", "ARABIC": "ar", "DEVANAGARI": "hi", "THAI": "th",
    "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_LEAD = 1.25  # how far the best language must be ahead of the second
_LEAST_FOREIGN = 2  # different words, in plain letters: "door" is Dutch and "come" Italian, and both are English
_LEAST_SHARE = 0.08  # of the words: names and product codes alone say nothing


def language(text: str) -> str | None:
    """Return the ISO 639-1 code of the language `text` is written in, or None when that is not clear.

    A script used by several languages gets its commonest one (Cyrillic is `ru`, Arabic `ar`).
    """
    # Addresses are not prose: a German mail may hold ten English ones.
    prose = " ".join(word for word in text[:20_000].split() if "@" not in word and "://" not in word)
    script = _script(prose)
    if script:
        return script
    words = Counter(_WORD.findall(unicodedata.normalize("NFC", prose).casefold()))
    scores = Counter[str]()
    different = Counter[str]()
    for word, count in words.items():
        for code, weight in _weights().get(word, ()):
            scores[code] += weight * count  # type: ignore[assignment]  # a Counter of floats
            different[code] += 1
    if prose.isascii():
        for code in [code for code in scores if code != "en" and different[code] < min(_LEAST_FOREIGN, len(words))]:
            del scores[code]
    ranked = scores.most_common(2)
    if not ranked or ranked[0][1] < max(0.5, _LEAST_SHARE * words.total()):
        return None
    second = ranked[1][1] if len(ranked) > 1 else 0
    return ranked[0][0] if ranked[0][1] >= _LEAD * second else None


def language_of(texts: Sequence[str]) -> str | None:
    """Return the language of several mails, newest first: of the first that shows one, else of all of them together."""
    return next(filter(None, map(language, texts)), None) or language("\n".join(texts))


@cache
def stop_words() -> dict[str, frozenset[str]]:
    """Return the commonest words of each Latin-script language, by its ISO 639-1 code."""
    return _table("stop_words.txt")


@cache
def words_of_customers() -> frozenset[str]:
    """Return words of what customers write about, in any of these languages but English ("Kündigung")."""
    return frozenset().union(*(words for code, words in _table("asked_words.txt").items() if code != "en"))


def _table(name: str) -> dict[str, frozenset[str]]:
    lines = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    table = (line.split(": ", maxsplit=1) for line in lines)
    return {code: frozenset(words.split()) for code, words in table}


def _script(text: str) -> str | None:
    """Return the language of the script most letters belong to, or None for Latin."""
    letters = [character for character in text if character.isalpha()][:2_000]
    foreign = Counter(_SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0]) for letter in letters if letter > "ͯ")
    del foreign[None]
    if not foreign or foreign.total() * 2 < len(letters):
        return None
    # Japanese mixes its own syllables with Chinese characters; Chinese never has the syllables.
    return "ja" if foreign["ja"] else foreign.most_common(1)[0][0]


@cache
def _weights() -> dict[str, list[tuple[str, float]]]:
    """Weigh each word by how few languages use it: `the` tells much, `in` and `de` tell little."""
    users: dict[str, list[str]] = {}
    asked = _table("asked_words.txt")
    for code, words in stop_words().items():
        for word in words | asked.get(code, frozenset()):
            users.setdefault(word, []).append(code)
    return {word: [(code, 1 / len(codes) ** 2) for code in codes] for word, codes in users.items()}
