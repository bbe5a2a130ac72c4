"""Which order a mail asks the whereabouts of, and whether that is all it says; and what of an order may be told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .knowledge import questions
from .said import said
from .wordings import wordings

_WHERE = re.compile(
    r"\b(?:where|status|state of|happening with|track\w*|dispatched|shipped|sent|left|on its way|packed|delivered"
    r"|delivery (?:date|day|status)|when is|arriv\w*|be here|get here|expect\w*|any (?:news|update))\b",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:my|our)(?: \w+){0,2} (?:orders?|parcels?|packages?|deliver(?:y|ies)|shipments?|purchase)\b", re.I
)
_WHEN = " ".join(wordings()["en"].months + wordings()["en"].weekdays).casefold().replace(" ", "|")
_ME = "(?:me|us)"
_IT = r"(?:it|them|(?:my|our|the) (?:\w+ )?(?:orders?|parcels?|packages?|deliver(?:y|ies)|shipments?))"
_PLAIN = re.compile(
    r"\W*+(?:(?>(?:"
    # what leads to the question
    rf"(?:(?:could|can|would|will) you )?(?:please |kindly |just )*(?:tell {_ME}|let {_ME} know|check)"
    r"(?: (?:if|whether|on))?"
    r"|i(?:['’]d| would) (?:just |really |also )?like to (?:know|ask)(?: (?:if|whether))?"
    r"|i (?:just )?(?:want|wanted) to (?:know|ask)(?: (?:if|whether))?|do you know(?: if| whether)?"
    r"|(?:i am|i['’]m|i was|we are|we were) wondering(?: if| whether)?|any (?:news|updates?)(?: (?:on|about))?"
    # the question, and what is told of the order
    rf"|(?:do|did|will|would|can) you (?:ship|send|deliver|dispatch) {_IT}"
    rf"|(?:do|will|shall|can|could|should) (?:i|we) (?:get|receive|expect) {_IT}|(?:gets?|be) here|on (?:its|the) way"
    rf"|out for delivery|in transit|right now|waiting at the door|go(?:t|es)? here|should (?:{_IT} )?have|was to"
    r"|where|when|what['’]?s?|which|is|am|are|was|were|has|have|had|be|been|did|does|do|will|would|not|n['’]t|no"
    r"|\w+n['’]t|nothing|it|its|they|i|we|you|me|us|my|our|the|this|that|a|an|of|for|on|in|at|to|by|from|with|and|or"
    r"|hi|hello|hey|please|yet|already|still|now|today|tomorrow|yesterday|tonight|morning|afternoon|evening|soon"
    r"|days?|weeks?|months?|ago|last|next|since|one|two|three|four|five|six|seven|eight|nine|ten|exactly|currently|ever"
    r"|said|warehouse|orders?|parcels?|packages?|deliver(?:y|ies)|shipments?|purchase|status|state|dates?|time|expected"
    r"|estimated|due|placed|ordered|paid|sent|shipped|dispatched|packed|left|leave|delivered|arriv(?:e|es|ed|ing)"
    r"|come|coming|happening|happened|received|waiting|late|tracking|number|link|courier|carrier"
    rf"|{_WHEN}|\d{{1,2}}(?:st|nd|rd|th)?|20\d\d)\b(?:['’]s\b)?(?!['’]\w))\W*+)++",
    re.IGNORECASE,
)
"""A sentence of nothing but what belongs to asking where an order is: what it holds beyond that is another wish."""
_WISH = re.compile(
    r"(?:^\W*|\bplease )(?:have|get|leave|do|not) (?:it|them|that|this|my|our|the)\b|\bha(?:s|ve) to\b", re.IGNORECASE
)
_NAMES_IT = re.compile(
    r"\b(?:orders?|parcels?|packages?|deliver(?:y|ies)|shipments?|purchase|it|nothing|waiting|ordered)\b", re.IGNORECASE
)
_SUBJECT = re.compile(r"\b(?:re|fwd?|aw|help|question|urgent|info|wf|enquiry|inquiry|\d+)\b", re.IGNORECASE)
_CHOICE = re.compile(r"\b(?:first|second|third|newest|latest|older|newer|mine)\b", re.IGNORECASE)
_NOT_COME = re.compile(r"\bn(?:ot|othing|ever)\b|n['’]t\b|\bwaiting\b", re.IGNORECASE)
_BARE = re.compile(r"(?<![\w+-])\d{4,12}(?!\w)")
_TOLD = ("number", "status", "carrier")
_DATES = ("placed", "sent", "due", "arrived")


@dataclass(frozen=True, slots=True)
class OrderAsked:
    """The order a mail asks the whereabouts of: its number, upper case, or the digits of it, "" where it names none.

    `alone`: beside that it says nothing but courtesy. `not_come`: it says that the order is not there.
    """

    number: str
    alone: bool
    not_come: bool = False


def order_asked(
    subject: str, text: str, number: re.Pattern[str], writer: str = "", *, reply: bool = False
) -> OrderAsked | None:
    """Return the one order that a mail asks the whereabouts of; None where it asks that of none, or of several.

    `number` is what the shop's numbers look like, `writer` the sender's name. `reply`: the writer was asked for the
    number, so that it alone is enough, and its digits are where a mail says nothing else.
    """
    if reply and (bare := _BARE.findall(text)) and not number.search(text):
        digits = re.compile(rf"(?<![\w-]){bare[0]}(?!\w)")
        named_so = order_asked("", text, digits, writer, reply=True) if len(set(bare)) == 1 else None
        if named_so and named_so.alone:
            return named_so
    named: set[str] = {found.upper() for found in number.findall(f"{subject}\n{text}")}
    if len(named) > 1:
        return None
    pieces = [number.sub("it", piece) for piece in said(text, writer)]
    heading = number.sub("it", subject)
    alone = bool(pieces) and all(_is_plain(_CHOICE.sub("", piece) if reply else piece, reply) for piece in pieces)
    alone = alone and (reply or not heading.strip() or bool(_PLAIN.fullmatch(_SUBJECT.sub(" it ", heading))))
    if not (reply and named):
        asks = [_WHERE.search(question) for question in questions(text) or [text]]
        plainly = any(_WHERE.search(piece) and piece.endswith("?") and _is_plain(piece) for piece in pieces)
        if not (all(asks) or plainly) or not (named or _OWN.search(text)):
            return None
    return OrderAsked(named.pop() if named else "", alone, bool(_NOT_COME.search(text)))


def for_people(asked: OrderAsked, found: Sequence[Mapping[str, str]]) -> str:
    """Return why people must see a mail about the orders `found` (each as `told`); empty where these are the answer."""
    if not found:
        return ""
    if not asked.alone:
        return "asks where an order is, and says more"
    if any("late" in order for order in found):
        return "asks for an order that is late"
    if asked.not_come and any(order["status"] == "delivered" for order in found):
        return "writes that an order has not come which was delivered"
    return ""


def told(order: Mapping[str, str], today: str = "") -> dict[str, str]:
    """Return what its owner may be told of an order: number, status, carrier, and its dates in English words.

    A date is ISO 8601 in `order` ("2026-03-03" is told as "3 March 2026"). Raises ValueError on any other. `late` is
    there where it is on its way and was due before `today` (ISO 8601).
    """
    plain = {name: order[name] for name in _TOLD if name in order}
    plain |= {name: _in_words(date.fromisoformat(order[name])) for name in _DATES if name in order}
    on_its_way = order["status"] not in ("delivered", "cancelled")
    return plain | ({"late": "yes"} if on_its_way and order.get("due", today) < today else {})


def in_lines(found: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Return orders (each as `told`) for people, a line each: what was seen, and no reply to a customer."""
    return tuple(", ".join(f"{name} {value}" for name, value in order.items()) for order in found)


def _is_plain(piece: str, reply: bool = False) -> bool:
    named = reply or piece.endswith("?") or _NAMES_IT.search(piece)
    return bool(named and _PLAIN.fullmatch(piece)) and not _WISH.search(piece)


def _in_words(day: date) -> str:
    return f"{day.day} {wordings()['en'].months[day.month - 1]} {day.year}"
