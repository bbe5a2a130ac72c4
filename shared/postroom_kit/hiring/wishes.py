"""What somebody with an appointment writes about it: another time, no more, or that all is well; by plain words."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Literal

from ..word_lists import plain

Wish = Literal["move", "withdraw", "unsure", "fine", ""]

_MOVE = re.compile(
    r"reschedul\w+|postpone|(?:an)?other (?:time|day|slot|date)|different (?:time|day|slot)|move (?:it|our|the|this)"
    r"|(?:can't|cannot|can not|won't|unable to) (?:make|attend|come|do)|something (?:has )?(?:came|come) up"
    r"|(?:earlier|later) (?:time|slot|that day)|verschieb\w+|verleg\w+|ander(?:er|en|es) (?:termin|tag|zeit)"
    r"|reporter|deplacer|autre (?:creneau|date|jour)|aplazar|cambiar (?:la|el) (?:hora|cita|dia)"
    r"|otr[oa] (?:hora|dia|fecha)"
)
_WITHDRAW = re.compile(
    r"withdraw\w*|(?:no longer|not) interested|no longer available for|kein interesse mehr"
    r"|(?:accepted|signed|taken) (?:\w+ ){0,3}(?:offer|job|position|role)(?! (?:to|description)\b)"
    r"|found (?:\w+ ){0,2}(?:(?:job|position)(?! (?:description|advert\w*|ad|posting|page)\b)|something else)"
    r"|decided against"
    r"|(?:stay|staying|remain) (?:where i am|in my (?:\w+ )?(?:job|role))"
    r"|(?:don't|do not) want (?:the|this|that|an?) (?:interview|job|role|position)(?! to\b)"
    r"|cancel (?:my|the) (?:application|interview)|not (?:to )?pursue"
    r"|ziehe \w+ zuruck|bewerbung zuruck\w*|retire ma candidature|retiro mi candidatura"
)
_FINE = re.compile(
    r"(?:thanks?|thank you|great|perfect|ok(?:ay)?|see you|looking forward|confirmed|works for me|will be there|noted"
    r"|danke|bis (?:dann|donnerstag|bald)|freue mich|merci|a bientot|gracias|hasta)"
)
_COMES = re.compile(
    r"\b(?:see (?:you|ya)|(?:look|looking) forward|(?:will|'ll) be there|works for me|freue mich"
    r"|bis (?:dann|bald|\w+tag)|a bientot|hasta (?:pronto|luego|entonces|el))\b"
)
_MORE = re.compile(
    r"\binterested\b|sounds (?:good|great|interesting|lovely|exciting)|^yes\b|happy to (?:talk|chat|hear)"
    r"|(?:hear|know|learn|tell me|find out) (?:\w+ ){0,2}more|send (?:me )?(?:the|your|those) questions"
    r"|(?:klingt|hort sich) \w+ an|interessiert|interessant"
    r"|gerne mehr|ca m'interesse|cela m'interesse|je suis interesse|me interesa|estoy interesad"
)
_NAMED = re.compile(
    r"(?m)\b((?i:hi|hey|hello|dear|thanks|thank you|hallo|liebe[rs]?|danke|bonjour|merci|hola|gracias),? )[A-Z][\w'-]+"
    r"|(?<=\n)[A-Z][\w'.-]+(?: [A-Z][\w'.-]+){0,2}\W*\Z"
)
"""Whom it greets, and who signs below it."""


@cache
def _of(what: str) -> frozenset[str]:
    """Return the words of a mail that says thanks, or interest, alone: with any other among them somebody reads it."""
    return frozenset(files(__package__).joinpath(f"{what}_words.txt").read_text(encoding="utf-8").split())


def asks_besides(asks: str) -> bool:
    """Tell whether of the questions of a mail about an appointment one is about more than another time."""
    return any(not _MOVE.search(plain(each.lower())) for each in re.findall(r"[^?]+", asks) if each.strip())


def wants_more(text: str) -> bool:
    """Tell whether somebody who answers a first mail says in plain words that they are interested, and nothing else.

    What they ask beside is left out: it is answered apart.
    """
    left = _NAMED.sub(r"\1", re.sub(r"[^.!?\n]*[?]", " ", text).strip())
    return bool(_MORE.search(plain(left.lower()))) and not _words(left) - _of("thanks") - _of("interest")


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+(?:'[^\W_]+)*", plain(text.lower())))


def comes(text: str) -> bool:
    """Tell whether a mail says that its writer comes: whatever else it says no to, it gives up no appointment."""
    return bool(_COMES.search(plain(text.lower())))


def wish(text: str) -> Wish:
    """Return what a mail about an appointment wishes; "" where its words say none of these, or ask something.

    It is `unsure` where words of a withdrawal stand beside a question, another time or a word that its writer comes.
    """
    said = plain(text.lower())
    if _WITHDRAW.search(said):
        return "unsure" if "?" in said or _MOVE.search(said) or comes(text) else "withdraw"
    if _MOVE.search(said):
        return "move"
    others = _words(_NAMED.sub(r"\1", text.strip())) - _of("thanks")
    return "fine" if _FINE.search(said) and "?" not in said and not others else ""
