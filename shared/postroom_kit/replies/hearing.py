"""What an answer to a first mail says by its words alone, in many languages, before anybody asks what it means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from ..grave import grave
from ..outreach.providers import of_many
from ..person_wanted import asks_for_a_person
from ..word_lists import plain
from .absences import absence_of
from .dates import dates_named
from .signals import signals
from .stopping import declines, wants_no_more

_FOR_PEOPLE = {
    "asks_if_bot": "asks whether a person writes",
    "asks_data": "asks what we hold about them",
    "asks_erasure": "wants their data erased",
}
_ASKED = re.compile(r"[^.!?？؟\n]*[?？؟]")
_HALF = re.compile(r"\b(?:otherwise|except|apart from|only if|unless|as long as|sonst|ausser|sauf|excepto)\b")
_LATER = re.compile(
    r"\b(?:try|ask|write|contact|e-?mail|call|ping|reach out|check|circle|get|come|follow up)(?: in| up| out)?"
    r" (?:(?:to |with )?(?:me|us)|again|back)\b[^.!?\n]{0,30}?\b(?:in|after|next|once|when|later|around|early)\b"
)
"""Who asks to be written to again says no to this moment alone."""
_LONG = 40  # words of a reply from which on a plain no among them may not be all that it says


@dataclass(frozen=True)
class Heard:
    """Hold what the words of a reply settle.

    `stop` wants no more mail, `erase` their data gone. `domain` (as `@firm.example`) is the writer's, "" of one that
    serves many people; `bars_company` tells that nobody there wants mail. `grave` and `for_people` say why only people
    answer. `gone` and `elsewhere` tell that the writer has left or is not the one meant, `referred` whom they name: who
    is named is never written to. `no` is a plain no without a condition; `more` that it may not be all. `asks` are the
    sentences with a question mark.
    """

    stop: bool = False
    erase: bool = False
    bars_company: bool = False
    domain: str = ""
    grave: str = ""
    for_people: str = ""
    wants_person: bool = False
    gone: bool = False
    elsewhere: bool = False
    referred: tuple[str, ...] = ()
    no: bool = False
    asks: str = ""
    more: bool = False
    times: tuple[str, ...] = ()
    returns: date | None = None


def hear(subject: str, text: str, sender: str, sent: datetime, company: str) -> Heard:
    """Read what `sender` newly wrote to `company`, our name, at that moment."""
    absence = absence_of(subject, text, sent)
    wish, found = wants_no_more(subject, text), signals("", text, sender=sender)
    kinds = {each.kind: each for each in found}
    domain, asks = sender.rpartition("@")[2], " ".join(each.strip() for each in _ASKED.findall(text))
    words, angry = plain(text.lower()), kinds.get("anger") or kinds.get("legal_threat")
    half = bool(_HALF.search(words) or _LATER.search(words))
    return Heard(
        stop=wish is not None,
        erase="asks_erasure" in kinds,
        bars_company=wish is not None and wish.scope == "company" and not of_many(domain),
        domain="" if of_many(domain) else f"@{domain}",
        grave=(angry.words if angry else "") or grave("", text, company) or "",
        for_people=next((why for kind, why in _FOR_PEOPLE.items() if kind in kinds), ""),
        wants_person=bool(asks_for_a_person(text)),
        gone="left_company" in kinds,
        elsewhere="wrong_person" in kinds,
        referred=tuple(f"{each.name} {each.address}".strip() for each in found if each.kind == "referral"),
        no=declines(text) is not None and not half,
        asks=asks,
        more=bool(asks) or half or len(text.split()) > _LONG,
        times=tuple(f"{each.text} ({each.first:%a %d %b})" for each in dates_named(text, sent)),
        returns=absence.back or absence.until or absence.returns(sent.date()),
    )
