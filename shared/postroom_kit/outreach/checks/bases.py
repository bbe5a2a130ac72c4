"""Whether we may write at all: the basis that a country asks for, and the address's origin."""

from __future__ import annotations

import re

from ..asking import Asking, Found, check, surely

_UNDONE = re.compile(
    r"\b(?:no|not|none|never|without|withdrawn|withdrew|revoked|refused|declined|denied|pending|expired|lapsed|missing"
    r"|unknown|asked|requested|former|false|n/a"
    r"|unsubscribed|unconfirmed|opted[ -]out|objected|rejected|cancell?ed|terminated|ended|lost|expected|awaited"
    r"|awaiting|planned|soon|tbd|widerrufen|abgelehnt|verweigert|ausstehend|keine?|nein|retirée?|refusée?|retirado"
    r"|revocado)\b|[?]"
)
"""What takes back a basis that is named: "consent withdrawn in May"."""


@check
def basis(asking: Asking, *, accepted: list[str], unless_corporate: bool = False) -> Found | None:
    """The record names a lawful basis that the country accepts; where the country is only possible a person looks."""
    if unless_corporate and str(asking.fact("subscriber") or "").strip().casefold() == "corporate":
        return None
    written = str(asking.fact("basis") or "").strip().casefold()
    noted = None if _UNDONE.search(written) else re.match(r"[a-z]+(?:[ _-][a-z]+)?", written)
    words = re.split(r"[ _-]", noted[0]) if noted else []
    if {words[0], "_".join(words)} & set(accepted) if words else False:
        return None
    what = f"the basis {noted[0]!r} is not enough" if noted else "no lawful basis is recorded"
    if asking.is_surely_there or not asking.areas:
        return Found(f"{what} to write first there: {' or '.join(accepted)} is")
    return Found(f"{what} if the person is in {_listed(asking.areas)}: {' or '.join(accepted)} is", "hold")


@check
def fact_among(asking: Asking, *, fact: str, accepted: list[str]) -> Found | None:
    """A fact of the record is one of those that allow the mail."""
    value = str(asking.fact(fact) or "").strip().casefold()
    if value in accepted:
        return None
    said = f"{fact} is {value!r}" if value else f"{fact} is not recorded"
    return Found(f"{said}: {' or '.join(accepted)} allows to write")


@check
def fact_is_sure(asking: Asking, *, fact: str, why: str) -> Found | None:
    """A fact of the record is plainly so."""
    return None if surely(asking.fact(fact)) else Found(f"{fact} is not recorded as true: {why}")


def _listed(areas: tuple[str, ...]) -> str:
    return ", ".join(areas[:3]) + (" …" if len(areas) > 3 else "")
