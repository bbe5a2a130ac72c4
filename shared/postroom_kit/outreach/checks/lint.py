"""How a mail reads: what makes filters and people take it for spam."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from pydantic import NonNegativeInt, PositiveInt

from ..asking import Asking, Found, check
from ..wording import said

_URL = re.compile(
    r"""(?:https?://|(?<![\w@.])www\.)[^\s<>"')\]]+|(?<![\w@./:-])(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>"')\]]+""",
    re.IGNORECASE,
)
_HREF = re.compile(r"""href\s*=\s*["']?\s*((?:https?:)?//[^\s"'>]+)""", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<!\S)\S+@\S+")
_MARKS = str.maketrans({"❗": "!", "❕": "!"})
_WORD = re.compile(r"[^\W\d_]+")


@check
def trigger_words(asking: Asking) -> Found | None:
    """It has no words of bulk advertising."""
    hit = next((hit for each in (asking.leaving.subject, *_own(asking)) if (hit := said("advertises", each))), None)
    return Found(f"{hit!r} reads like bulk advertising") if hit else None


@check
def capitals(asking: Asking, *, letters: PositiveInt) -> Found | None:
    """Neither a subject nor words in a row, nor a long word, are all in capitals; names of the record may be."""
    known = set(
        _WORD.findall(" ".join(_strings([dict(asking.leaving.facts), dict(asking.identity), asking.leaving.to])))
    )
    for where, text in (("subject", asking.leaving.subject), *(("text", body) for body in _own(asking))):
        words = [word for word in _WORD.findall(text) if word not in known]
        loud = [len(word) > 1 and word.isupper() for word in words]
        if where == "subject" and words and all(word.isupper() for word in words) and sum(map(len, words)) > 3:
            return Found("the subject is all in capitals")
        for number, word in enumerate(words):
            if loud[number] and (len(word) >= letters or sum(loud[number : number + 3]) == 3):
                return Found(f"{' '.join(words[number : number + 3])!r} in the {where} is in capitals")
    return None


@check
def exclamations(asking: Asking, *, most: NonNegativeInt) -> Found | None:
    """Subject and text together have at most so many exclamation marks."""
    read = (f"{asking.leaving.subject}{body}".translate(_MARKS) for body in asking.bodies)
    count = max(unicodedata.normalize("NFKC", each).count("!") for each in read)
    return Found(f"it has {count} exclamation marks") if count > most else None


@check
def links(asking: Asking, *, most: NonNegativeInt, allowed: list[str]) -> Found | None:
    """Beside the opt-out, our privacy page and website, and those that the law names it has at most so many links."""
    unsubscribe = (value for name, value in asking.leaving.headers.items() if name.casefold() == "list-unsubscribe")
    ours = [asking.identity.get(name, "") for name in ("privacy", "website")]
    free = {_bare(url) for url in _URL.findall(" ".join([*ours, *unsubscribe]))}
    lines = (line for line in asking.leaving.text.splitlines() if said("offers an opt-out", line))
    free |= {_bare(url) for line in lines for url in _URL.findall(line)[:1]}
    found = {_bare(url) for body in asking.bodies for url in _URL.findall(body)}
    found |= {_bare(url) for url in _HREF.findall(asking.leaving.html)}
    counted = {url for url in found - free if not any(_is_at(url, host) for host in allowed)}
    return Found(f"it has {len(counted)} links beside the opt-out") if len(counted) > most else None


@check
def text_part(asking: Asking) -> Found | None:
    """It has its words as plain text too."""
    return None if _WORD.search(asking.leaving.text) else Found("it has no plain text")


@check
def same_body(asking: Asking, *, most: PositiveInt) -> Found | None:
    """The very same text has not gone to many."""
    count = asking.leaving.sent.same_body
    return Found(f"the very same text has gone out {count} times in 30 days") if count >= most else None


def _own(asking: Asking) -> list[str]:
    """Return the bodies without addresses and links, whose letters are not ours to choose."""
    return [_ADDRESS.sub(" ", _URL.sub(" ", body)) for body in asking.bodies]


def _bare(url: str) -> str:
    return re.sub(r"^(?:https?:)?//", "", url.casefold()).rstrip(".,;:!?/>")


def _is_at(url: str, host: str) -> bool:
    named = url.partition("/")[0]
    return named == host or named.endswith(f".{host}")


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [each for part in value.values() for each in _strings(part)]
    if isinstance(value, (list, tuple)):
        return [each for part in value for each in _strings(part)]
    return [str(value)]
