"""The shape of a first mail and its follow-ups: short, with a subject that says what it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..knowledge import Passage
from ..mail_reading import is_answer, is_forward
from .claims import Ledger, names_only

MOST_WORDS = 119
"""Of a mail without its footer: the guide says under 120."""
MOST_IN_SUBJECT = 60  # characters: what a telephone shows
_BETWEEN = re.compile(r"[\s—–]+")
_AS_ANSWER = re.compile(
    r"^\W*(?:\[[^\]]*\]\s*)?(?:re|aw|sv|vs|antw?|r[eé]f|rv|fwd?|wg|tr|doorst|enc|i|rif|odp|回复|转发|答复)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]"
    r"|\b(?:as (?:discussed|agreed|promised|requested)|following up on our (?:call|talk|conversation|meeting)"
    r"|your (?:order|invoice|account|payment|appointment|application|request|inquiry|enquiry)"
    r"|wie (?:besprochen|vereinbart|versprochen|gewünscht)|ihre? (?:bestellung|rechnung|konto|zahlung|termin|bewerbung"
    r"|anfrage|auftrag)|comme (?:convenu|promis|demandé)|suite à (?:notre|votre) \w+|votre (?:commande|facture|compte"
    r"|paiement|rendez-vous|candidature|demande)|(?:según|como) (?:lo )?(?:acordado|hablado|prometido|solicitado)"
    r"|(?:su|tu) (?:pedido|factura|cuenta|pago|cita|solicitud|consulta))\b",
    re.IGNORECASE,
)


def words_in(text: str) -> int:
    """Count the words of a text; an address or a link is one."""
    return sum(any(map(str.isalnum, word)) for word in _BETWEEN.split(text))


def mail_faults(subject: str, text: str, *, first: bool, most: int = MOST_WORDS) -> list[str]:
    """Return what is wrong with the length and subject of a mail, whose `text` has no footer; empty when all is well.

    Only the answer on a thread that is there (`first` is false) may look like an answer.
    """
    faults = []
    if (count := words_in(text)) > most:
        faults.append(f"the mail has {count} words, {most} are the most")
    if not text.strip():
        faults.append("the mail says nothing")
    if not subject.strip():
        faults.append("the mail has no subject")
    if len(subject) > MOST_IN_SUBJECT:
        faults.append(f"the subject has {len(subject)} characters, {MOST_IN_SUBJECT} are the most")
    if first and (is_answer(subject) or is_forward(subject) or _AS_ANSWER.search(subject)):
        faults.append("the subject looks like that of an answer, and nobody wrote before")
    if re.search(r"[\r\n]", subject):
        faults.append("the subject has more than one line")
    return faults


def unfounded_subject(subject: str, ledger: Ledger, ours: Sequence[Passage]) -> str:
    """Return why a subject says more than the ledger and our own words do, or ""."""
    said = [words for claim in ledger.claims for words in (claim.text, claim.quote)]
    known = [*said, *ledger.names, *(passage.answer for passage in ours)]
    strange = names_only(subject, known, ledger.language)
    return f"nobody said {strange!r}" if strange else ""
