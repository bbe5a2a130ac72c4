"""What a first mail may say: our own facts, what the ledger holds of its reader, and words that state nothing.

Each sentence is one of these, or it is cut:

- *courtesy*: a greeting, thanks, a closing;
- *ours*: it stands in a passage of what people approved, word for word (`knowledge/grounding.py`);
- *theirs*: one claim of the ledger bears out all that it says, in its words and their order;
- *nothing*: no word of it states anything ("Is that something you look at?").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..knowledge import Passage, unsupported_sentences
from ..knowledge.courtesy import is_courtesy
from ..knowledge.sentences import sentences
from .claims import Claim, Ledger, beyond, states_nothing, turns

_OUTER = " \t\n.,;:!?\"'()"


@dataclass(frozen=True, slots=True)
class Kept:
    """Hold what is left of a text, each sentence cut with the reason, and the claims that the rest states."""

    text: str
    cut: tuple[tuple[str, str], ...] = ()
    claims: tuple[Claim, ...] = ()


def keep_to(text: str, ledger: Ledger, ours: Sequence[Passage] = ()) -> Kept:
    """Return `text` without the sentences that say what neither `ledger` nor `ours` says."""
    paragraphs: list[str] = []
    cut: list[tuple[str, str]] = []
    used: list[Claim] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        left: list[str] = []
        for sentence in sentences(paragraph):
            claim = borne_out_by(sentence, ledger)
            if claim is None and (why := _unfounded(sentence, ledger, ours)):
                cut.append((sentence, why))
                continue
            left.append(sentence)
            used += [claim] if claim else []
        paragraphs += [" ".join(left)] if left else []
    return Kept("\n\n".join(paragraphs), tuple(cut), tuple(dict.fromkeys(used)))


def borne_out_by(sentence: str, ledger: Ledger) -> Claim | None:
    """Return the first claim of the ledger that says all that a sentence does and turns it the same way, or None."""
    if states_nothing(sentence, ledger.language):
        return None
    spoken = ledger.language
    for claim in ledger.claims:
        for words in (claim.text, claim.quote):
            if not beyond(sentence, words, ledger.names, spoken) and turns(words, spoken) <= turns(sentence, spoken):
                return claim
    return None


def _unfounded(sentence: str, ledger: Ledger, ours: Sequence[Passage]) -> str:
    """Return why a sentence that no claim bears out must not stay, or ""."""
    if is_courtesy(sentence.strip(_OUTER)) or states_nothing(sentence, ledger.language):
        return ""
    if not unsupported_sentences(sentence, ours):
        return ""
    closest = [beyond(sentence, claim.text, ledger.names, ledger.language) for claim in ledger.claims]
    return f"no claim says {closest[0]!r}" if closest and closest[0] else "no claim says so"
