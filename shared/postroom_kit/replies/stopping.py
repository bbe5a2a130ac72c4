"""Who wants no more mail, in plain words of many languages; and who only says no.

The safe reading wins: where words may be a wish to get no more mail they are one, for a mail too few harms nobody. So a
broken opt-out link that somebody complains of is a wish: whoever looks for the way out wants out. A plain no ("not
interested") is none; it ends a talk, and is no ban.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .folded import Folded, expression, fold

_LIST = "stop_words.txt"
_PIECES = re.compile(r"[^.!?\n。！？;]+")
_OUR_OWN = re.compile(r"\s*(?:re|aw|sv|vs|fwd?|wg|tr|rif|res|antw|odp|回复|答复)\s?[:：]", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?](?= |$)|[\n。！？]")
_BEFORE, _BEHIND = 160, 160  # characters of a sentence that are looked at


@dataclass(frozen=True, slots=True)
class StopWish:
    """Hold a wish for no more mail: for whom, and the words that say so, as they stand in the mail."""

    scope: Literal["person", "company"]
    words: str


def wants_no_more(subject: str, new_text: str) -> StopWish | None:
    """Return the wish of a mail's writer for no more mail, or None.

    `new_text` is what the writer wrote, without what they quote. A subject that answers ours is not read.
    """
    for text in (new_text, "" if _OUR_OWN.match(subject) else subject):
        if wish := _wish(_read(text)):
            return wish
    return None


def declines(text: str) -> str | None:
    """Return the words of a mail that say no to what is offered ("not interested"), or None.

    No wish to get no more mail is looked for, and a no to a part of it ("..., but in spring") is none.
    """
    read = fold(text)
    but, but_no = expression(_LIST, "but"), expression(_LIST, "but no")
    for match in expression(_LIST, "decline").finditer(read.text):
        behind = _rest(read.text, match.end())
        if not but.search(behind) or but_no.search(behind):
            return read.verbatim(match.start(), match.end())
    return None


def _read(text: str) -> Folded:
    courteous = expression(_LIST, "courtesy", lambda words: rf"[,、]? ?(?:{words})[,、]?")
    return fold(text).without(courteous).hiding(expression(_LIST, "no wish"))


def _wish(read: Folded) -> StopWish | None:
    wishes = [
        StopWish("company" if _for_all(read.text, *match.span()) else "person", read.verbatim(*match.span()))
        for match in expression(_LIST, "stop").finditer(read.text)
    ]
    if wishes:
        return next((wish for wish in wishes if wish.scope == "company"), wishes[0])
    alone = expression(_LIST, "alone")
    for piece in _PIECES.finditer(read.text):
        bare = piece.group().strip(" \"'“”«»()-–—*_:,")
        if bare and alone.fullmatch(bare):
            start = piece.start() + piece.group().index(bare)
            return StopWish("person", read.verbatim(start, start + len(bare)))
    return None


def _for_all(text: str, start: int, end: int) -> bool:
    """Tell whether the sentence of a wish says that it is for all of a company."""
    before = _SENTENCE_END.split(text[max(0, start - _BEFORE) : start].rpartition("\n")[2])[-1]
    return bool(expression(_LIST, "all").search(before + text[start:end] + _rest(text, end)))


def _rest(text: str, start: int) -> str:
    return _SENTENCE_END.split(text[start : start + _BEHIND], maxsplit=1)[0]
