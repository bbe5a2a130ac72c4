"""How content a customer says they are: the digit in a reply to the question that asks for it; and whom not to ask."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .anger import angry
from .grave import grave, opts_out
from .knowledge.courtesy import is_thanks
from .mail_reading import language

_RATING = re.compile(
    r"[\s\"'(*]*([1-5])"
    r"(?:\s*(?:/|out of|of|von|sur|de|su|di|van)\s*5)?(?:\s*(?:stars?|points?|sterne?|punkte?|★+|\*+))?"
    r"(?:\s*[-–—,;:!](?=\s|$)|\s*\.(?=\s*$|\s*\n)|[)\"'*]+(?=\s*$)|(?=\s|$))(.*)",
    re.IGNORECASE | re.DOTALL,
)
_SEPARATOR = re.compile(r"[-–—,;:!.]\s*\Z")


@dataclass(frozen=True, slots=True)
class Rating:
    """Hold a score, 1 to 5, and whether the mail says more than it: thanks, a closing and a name are no more."""

    score: int
    says_more: bool


def rating(text: str) -> Rating | None:
    """Read a reply that begins with a score: `4`, `5/5`, `4 - thanks`; None for any other, as `2 hubs are dead`."""
    match = _RATING.fullmatch(text.strip())
    if match is None:
        return None
    before, rest = text.strip()[: match.start(2)], match[2]
    line, _, below = rest.partition("\n")
    nothing = not re.search(r"\w", line) or is_thanks(line.strip())
    if nothing and (not re.search(r"\w", below) or is_thanks(f"Thanks.\n{below}")):
        return Rating(int(match[1]), says_more=False)
    # "5 hubs are dead" counts hubs; "5, but it took long" rates
    apart = _SEPARATOR.search(before) or not line.strip()
    return Rating(int(match[1]), says_more=True) if apart else None


def tells_of_harm(mails: Iterable[tuple[str, str]], company: str, *, by_people: bool) -> bool:
    """Tell whether a mail of a customer (subject, own words) has anger, what is grave or an opt-out: asking adds to it.

    What people answered (`by_people`) in a language that no rule of ours reads may have been either.
    """
    return any(
        grave(subject, text, company)
        or angry(subject, text)
        or opts_out(text)
        or (by_people and language(text) not in ("en", None))
        for subject, text in mails
    )
