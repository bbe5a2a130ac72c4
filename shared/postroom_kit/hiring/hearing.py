"""What a candidate's mail says by its words alone, in many languages, before any model is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..grave import grave
from ..person_wanted import asks_for_a_person
from ..replies import declines, signals, wants_no_more
from .forbidden import wants_accommodation

_ASKED = re.compile(r"[^.!?\n]+\?")
_FOR_PEOPLE = {"asks_if_bot": "asks whether a person writes", "asks_data": "asks what we hold about them"}


@dataclass(frozen=True, slots=True)
class Heard:
    """Hold what the words settle: `stop` wants no more mail, `erase` their data gone, `no` says no to the role.

    `wrong`: somebody else was meant, or has left. `friends` are named and are never written to. `for_people` and
    `urgent` say why only people may read on, `urgent` the same day. `asks` are the sentences with a question mark.
    """

    stop: bool
    erase: bool
    no: bool
    wrong: bool
    friends: tuple[str, ...]
    for_people: str
    urgent: str
    asks: str


def hear(subject: str, text: str, sender: str, firm: str) -> Heard:
    """Read a mail; `text` is what its writer wrote, `firm` our name."""
    text = text.strip()
    asks = " ".join(each.strip() for each in _ASKED.findall(text))
    all_found = signals("", text, sender=sender)
    found = {each.kind: each for each in all_found}
    heat = found.get("anger") or found.get("legal_threat")
    why = next((said for kind, said in _FOR_PEOPLE.items() if kind in found), "")
    why = why or ("asks for a person" if asks_for_a_person(text) else "")
    return Heard(
        stop=wants_no_more(subject, text) is not None,
        erase="asks_erasure" in found,
        no=declines(text) is not None,
        wrong="wrong_person" in found or "left_company" in found,
        friends=tuple(f"{each.name} {each.address}".strip() for each in all_found if each.kind == "referral"),
        for_people=(heat.words if heat else "") or grave("", text, firm) or why,
        urgent="asks for an arrangement, or tells of a disability" if wants_accommodation(text) else "",
        asks=asks,
    )
