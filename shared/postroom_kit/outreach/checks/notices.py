"""What must stand in a mail, and in its headers."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from ..asking import Asking, Found, check, holds
from ..wording import Expression, Section, said, without

_PREFIX = re.compile(
    r"(?:\s*\[[^\]]*\])*[\W_]*(?:re|r|fwd?|fw|aw|wg|antw|antwort|sv|vs|vb|tr|rv|res|enc|odp|ynt|ilt|回复|答复|转发)"
    r"\s*(?:[\[(^]\s*\d+\s*[\])]?)?\s*:",
    re.IGNORECASE,
)
_LOOKS_LATIN = str.maketrans("еЕаАоОѕԝԜРрВ", "eEaAoOswWPpB")
_LINK = re.compile(r"<\s*([^<>\s]+)\s*>")
_ONE_CLICK = "List-Unsubscribe=One-Click"


@check
def states(asking: Asking, *, identity: list[str], facts: list[str] | None = None) -> Found | None:
    """It says who we are, and what of the record the person must be told."""
    for name in identity:
        if name not in asking.identity:
            return Found(f"our {name.replace('_', ' ')} is not known")
    for name in facts or []:
        if not str(asking.fact(name) or "").strip():
            return Found(f"the record does not say its {name.replace('_', ' ')}")
    values = [(name, asking.identity[name]) for name in identity] + [
        (name, str(asking.fact(name))) for name in facts or []
    ]
    lacking = next((name for name, value in values if any(not holds(body, value) for body in asking.bodies)), None)
    return Found(f"the mail does not say the {lacking.replace('_', ' ')}") if lacking else None


@check
def opt_out(asking: Asking) -> Found | None:
    """It says how to have no more of them."""
    if all(said("offers an opt-out", body) for body in asking.bodies):
        return None
    return Found("the mail does not say how to opt out")


@check
def honest_subject(asking: Asking) -> Found | None:
    """Its subject says something, and does not look like an answer to what nobody wrote."""
    subject = unicodedata.normalize("NFKC", asking.leaving.subject)
    if not re.search(r"\w", subject):
        return Found("the subject is empty")
    if re.search(r"[\r\n]", subject):
        return Found("the subject has a line break")
    begun = asking.leaving.kind != "first" and (asking.leaving.kind == "answer" or asking.leaving.sent.on_thread)
    if not begun and _PREFIX.match(
        "".join(c for c in subject.translate(_LOOKS_LATIN) if unicodedata.category(c) != "Cf")
    ):
        return Found("the subject of a first mail looks like that of an answer or a forward")
    return None


@check
def one_click(asking: Asking) -> Found | None:
    """Its List-Unsubscribe headers work: mailto, with https where there is one, and one click only for https."""
    headers = {name.strip().casefold(): value for name, value in asking.leaving.headers.items()}
    listed, post = headers.get("list-unsubscribe"), headers.get("list-unsubscribe-post")
    if listed is None and post is None:
        return Found("the header List-Unsubscribe is missing") if asking.settings.get("one_click") else None
    if any(sign in f"{listed}{post}" for sign in "\r\n"):
        return Found("a List-Unsubscribe header has a line break")
    links = [link.casefold() for link in _LINK.findall(listed or "")]
    https = [link for link in links if link.startswith("https://")]
    if not any(re.match(r"mailto:[^@?]+@[^@?]+", link) for link in links):
        return Found("List-Unsubscribe names no mailto address")
    if any(not link.startswith(("https://", "mailto:")) for link in links):
        return Found("List-Unsubscribe names a link that is neither https nor mailto")
    if https and asking.settings.get("public_url") is False:
        return Found("List-Unsubscribe names an https address that nobody outside can reach")
    if https and (post or "").strip() != _ONE_CLICK:
        return Found(f"List-Unsubscribe-Post must be {_ONE_CLICK} beside an https address")
    return Found("List-Unsubscribe-Post needs an https address") if post is not None and not https else None


@check
def says(asking: Asking, *, patterns: list[Expression], what: str) -> Found | None:
    """It holds words that match each of these expressions."""
    lacking = any(
        not re.search(each, " ".join(body.split()), re.IGNORECASE) for each in patterns for body in asking.bodies
    )
    return Found(f"the mail does not say {what}") if lacking else None


@check
def says_nothing_of(asking: Asking, *, words: Section, where: Literal["subject", "mail"]) -> Found | None:
    """Neither its subject nor, unless only that is looked at, its words have an expression of a list."""
    seen = asking.words if where == "mail" else (asking.leaving.subject,)  # our name may itself tell of debts
    looked_at = (without("says that there is no suit", each) for each in seen)
    found = next((hit for each in looked_at if (hit := said(words, each))), None)
    return Found(f"the {'subject' if where == 'subject' else 'mail'} {words}: {found!r}") if found else None
