"""Check a reply in another language than the passages: what it states cannot stand in them word for word.

So the strict way: every quote that it is made of stands in its passage as `grounding` demands, and each figure, number
word, address, month and weekday of the reply stands in the quotes; a promise only where they have one of its kind, a
denial only where they have one, and no denial of theirs left out. What this does not catch: a wrong translation of
words that are none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..wordings import Wording, wordings
from .commitments import commitments
from .grounding import supported
from .index import Passage

_FIGURE = re.compile(r"\d+(?:[.,:/-]\d+)*")
_SIGNS = re.compile(r"[€$£¥₹%°]")
_ADDRESS = re.compile(r"\S*(?:@|://|www\.)\S*")
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?")


def untranslated(body: str, code: str, quotes: Sequence[tuple[str, str]], passages: Sequence[Passage]) -> str | None:
    """Return what of `body`, in the language `code`, is not in the English `quotes` (passage id, words), or None.

    A quote that its passage does not hold counts as well, and a language of which we have no words.
    """
    if code not in wordings():
        return f"the language {code}, which nothing checks"
    by_id = {passage.id: passage for passage in passages}
    for name, quote in quotes:
        claims = supported(quote, [by_id[name]]) if name in by_id else []
        if not claims:
            return quote or name
        if unheard := next((claim.sentence for claim in claims if not claim.is_supported), None):
            return unheard
    said, source = " ".join(quote for _, quote in quotes), wordings()["en"]
    known = set(comparable_facts(said, source))
    missing = next((fact for fact in comparable_facts(body, wordings()[code]) if fact not in known), None)
    if missing is not None:
        return missing
    if _denies(body, wordings()[code]) != _denies(said, source):
        return "a denial that is only in one of the two"
    return None


def comparable_facts(text: str, wording: Wording) -> Iterator[str]:
    """Yield what must be the same in both languages, as it compares: figures, signs, addresses, dates, promises."""
    for address in _ADDRESS.findall(text):
        yield address.strip(".,;:!?()").lower()
    prose = _ADDRESS.sub(" ", text)
    for figure in _FIGURE.findall(prose):
        yield figure.replace(",", ".")  # 0,5 and 0.5 are one figure; 1.000 and 1,000 too
    yield from _SIGNS.findall(prose)
    months, weekdays = (
        {name.lower(): f"{kind} {number}" for number, name in enumerate(names, start=1)}
        for kind, names in (("month", wording.months), ("weekday", wording.weekdays))
    )
    for word in map(str.lower, _WORDS.findall(prose)):
        for table in (wording.numbers, months, weekdays):
            if word in table:
                yield table[word]
    yield from (f"it {kind}" for kind in commitments(prose))


def _denies(text: str, wording: Wording) -> bool:
    words = {word.lower() for word in re.findall(r"[^\W\d_]+", text)}
    return bool(words & wording.denials) or "n't" in text.replace("’", "'")
