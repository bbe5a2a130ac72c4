"""What somebody with an appointment writes about it: another time, no more, or that all is well; by plain words."""

from __future__ import annotations

import re
from typing import Literal

from ..word_lists import plain

Wish = Literal["move", "withdraw", "fine", ""]

_MOVE = re.compile(
    r"reschedul\w+|postpone|(?:an)?other (?:time|day|slot|date)|different (?:time|day|slot)|move (?:it|our|the|this)"
    r"|(?:can't|cannot|can not|won't|unable to) (?:make|attend|come|do)|something (?:has )?(?:came|come) up"
    r"|(?:earlier|later) (?:time|slot|that day)|verschieb\w+|verleg\w+|ander(?:er|en|es) (?:termin|tag|zeit)"
    r"|reporter|deplacer|autre (?:creneau|date|jour)|aplazar|cambiar (?:la|el) (?:hora|cita|dia)"
    r"|otr[oa] (?:hora|dia|fecha)"
)
_WITHDRAW = re.compile(
    r"withdraw\w*|(?:no longer|not) interested|no longer available for|kein interesse mehr"
    r"|(?:accepted|signed|taken) (?:\w+ ){0,3}(?:offer|job|position|role)"
    r"|found (?:\w+ ){0,2}(?:job|position)|cancel (?:my|the) (?:application|interview)|not (?:to )?pursue"
    r"|ziehe \w+ zuruck|bewerbung zuruck\w*|retire ma candidature|retiro mi candidatura"
)
_BUT = re.compile(r"\b(?:but|not|aber|nicht|mais|pero)\b")
_FINE = re.compile(
    r"(?:thanks?|thank you|great|perfect|ok(?:ay)?|see you|looking forward|confirmed|works for me|will be there|noted"
    r"|danke|bis (?:dann|donnerstag|bald)|freue mich|merci|a bientot|gracias|hasta)"
)


def wish(text: str) -> Wish:
    """Return what a mail about an appointment wishes; "" where its words say none of these, or ask something."""
    said = plain(text.lower())
    if _WITHDRAW.search(said):
        return "withdraw" if not _MOVE.search(said) else ""
    if _MOVE.search(said):
        return "move"
    short = len(said.split()) <= 25 and "?" not in said
    return (
        "fine" if short and _FINE.search(said) and not re.search(r"\b(?:but|not|aber|nicht|mais|pero)\b", said) else ""
    )
