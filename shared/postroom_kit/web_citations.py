"""What a model says after a search of the web, by what it cites: only that counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

MOST_FOUND = 20
LONGEST_SAID = 600
"""Characters of a sentence, of words cited, and of an address."""
_LABEL = re.compile(r"[\s*•–-]*(?P<about>[a-z][a-z ]{2,19}):[\s*]*", re.IGNORECASE)


class Finding(BaseModel, frozen=True):
    """One thing that was found: `text` says it, `quote` is what the page at `url` says.

    `about` is the label before it, `age` when the page was changed last, as the search tells it; "" where it does not.
    """

    text: str
    quote: str
    url: str
    title: str = ""
    about: str = ""
    age: str = ""


def cited(content: Any) -> tuple[Finding, ...]:
    """Return what a message says with the words that it cites for it; what cites nothing is left out."""
    found: list[Finding] = []
    ages: dict[str, str] = {}
    before = ""  # on the same line
    for block in content if isinstance(content, list) else ():
        kind, inner, said = (getattr(block, name, None) for name in ("type", "content", "text"))
        if kind == "web_search_tool_result" and isinstance(inner, list):
            ages |= {_text(each, "url"): _text(each, "page_age") for each in inner}
        if kind != "text" or not isinstance(said, str):
            continue
        before = "" if "\n" in said[: len(said) - len(said.lstrip())] else before
        label = _LABEL.match(before) or _LABEL.match(said.lstrip())
        text = said.lstrip()[label.end() :] if label and label.string is not before else said
        found += [
            Finding(
                text=" ".join(text.split())[:LONGEST_SAID], quote=quote, url=url, title=_text(each, "title"),
                about=label["about"].lower() if label else "", age=ages.get(url, ""),
            )
            for each, quote, url in _places(getattr(block, "citations", None) or ())
            if text.strip()
        ]  # fmt: skip
        before = (before + said).rpartition("\n")[2]
    return tuple(found[:MOST_FOUND])


def _places(citations: Iterable[Any]) -> Iterable[tuple[Any, str, str]]:
    for each in citations:
        quote, url = _text(each, "cited_text"), _text(each, "url")
        if quote.strip() and re.match(r"https?://", url):
            yield each, quote, url


def _text(item: Any, name: str) -> str:
    value = getattr(item, name, None)
    return value[:LONGEST_SAID] if isinstance(value, str) else ""
