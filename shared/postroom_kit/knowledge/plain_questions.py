"""Whether a mail asks just what an article answers: then it is no advertising, whatever surrounds its question."""

from __future__ import annotations

import re

from .asking import asked
from .index import Knowledge
from .sentences import questions

_MARKUP = re.compile(r"[$#]?\{+[^{}\n]*\}+|<[^<>\n]*>|\bhttps?://\S+")
_BEGINS = re.compile(r"^|\b(?:how|when|where|which|what|who|why|can|could|may|do|does|did|is|are|was)\b", re.IGNORECASE)
_MOST_UNSAID = 0.5  # "how much do you charge?" is what an advertiser asks too; half the article's wording is missing


def asks_plainly(knowledge: Knowledge, text: str) -> bool:
    """Tell whether a question of a mail, taken alone and without markup, has no word that its article lacks."""
    wanted = [(each, begin.start()) for each in questions(_MARKUP.sub(" ", text)) for begin in _BEGINS.finditer(each)]
    return any(_is_covered(knowledge, question[start:]) for question, start in wanted)


def _is_covered(knowledge: Knowledge, question: str) -> bool:
    left = asked(knowledge, "", question)[0].coverage
    return not (left.thin or left.other_kind or left.foreign or left.unknown) and left.unsaid < _MOST_UNSAID
