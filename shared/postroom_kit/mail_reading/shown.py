"""What of an HTML mail shows otherwise than its words tell: struck out, not shown, a picture of a sign, a quote."""

from __future__ import annotations

import re

from .markup import LONGEST
from .replies import new_text

STRUCK, QUOTED = "\u2717", "\u275d"  # put before what its writer took back, and before what may be another's words
_SAYS_NOTHING = re.compile(r"<!--.*?(?:-->|\Z)|<(style|script|title)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
# What is empty, as around the pixel that tells who opened a mail, takes nothing back.
_TAKEN_BACK = re.compile(
    r"(?=<(?:s|strike|del)\b|<(?!img\b|br\b|hr\b)\w[^<>]*?\bstyle\s*=\s*(?:\"[^\"]*?|'[^']*?|[^\s\"'>]*?)"
    r"(?:line-through|display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?:font-size|opacity)\s*:\s*0(?![.\d]))"
    r"[^<>]*>(?!(?:\s|&nbsp;|<(?!/)[^<>]*>){0,20}</))",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"<img\b[^<>]*?\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')[^<>]*>", re.IGNORECASE)
_BARE_QUOTE = re.compile(r"<blockquote\b(?![^<>]*\b(?:cite|gmail_quote|tutanota_quote)\b)[^<>]*>", re.IGNORECASE)


def marked(html: str) -> str:
    """Return `html` with a sign before all that its words alone do not tell; pictures of signs as those signs."""
    said = _SAYS_NOTHING.sub("", html[:LONGEST])
    said = _PICTURE.sub(lambda found: _sign(found[1] or found[2] or ""), said)
    return _BARE_QUOTE.sub(rf"\g<0>{QUOTED}", _TAKEN_BACK.sub(STRUCK, said))


def shown_words(html: str, *, forwarded: bool = False) -> str:
    """Return what the sender of `html` newly wrote, so marked; the arguments are those of `new_text`."""
    return new_text(None, marked(html), forwarded=forwarded)


def takes_back(html: str) -> bool:
    """Tell whether its sender struck out, or hid, some of what they newly wrote."""
    return STRUCK in shown_words(html)


def _sign(alt: str) -> str:
    """Return the name of a picture where it is a sign such as a thumb; a logo's has letters."""
    return alt if not re.search(r"\w", alt) else ""
