"""What a reply says by its words alone, and the answers that people approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from postroom import Decision, Message, Thread
from postroom_kit import objections
from postroom_kit.grave import grave
from postroom_kit.knowledge.asking import asked, passages_of
from postroom_kit.mail_reading.absence import return_date
from postroom_kit.outreach.providers import of_many
from postroom_kit.person_wanted import asks_for_a_person
from postroom_kit.replies import PARENTAL_LEAVE, declines, signals, wants_no_more
from postroom_kit.spoken import spoken_in
from sdr_agent.decisions import SURE_OF_ANSWER, SURE_OF_OBJECTION, Answer, Objection
from sdr_agent.files import COMPANY, approved, knowledge

FOR_PEOPLE = {
    "asks_if_bot": "asks whether a person writes",
    "asks_data": "asks what we hold about them",
    "asks_erasure": "wants their data erased",
}


LONG = 40
"""Words of a reply from which on a plain no among them may not be all that it says."""


@dataclass(frozen=True)
class Heard:
    """Hold what the words of a reply settle. `company` is the writer's domain, "" of one that serves many people."""

    stop: bool = False
    whole_company: str = ""
    company: str = ""
    grave: str = ""
    for_people: str = ""
    gone: bool = False
    elsewhere: bool = False
    elsewhere_people: tuple[str, ...] = ()
    no: bool = False
    long: bool = False
    asks: bool = False
    times: tuple[str, ...] = ()
    returns: date | None = None


def hear(message: Message, now: datetime) -> Heard:
    """Read a reply by its words."""
    text, subject = message.new_text.strip(), message.subject
    wish = wants_no_more(subject, text)
    found = {each.kind: each for each in signals("", text, sender=message.sender.address)}
    referred = [each for each in signals("", text, sender=message.sender.address) if each.kind == "referral"]
    domain = message.sender.address.rpartition("@")[2]
    company = "" if of_many(domain) else f"@{domain}"
    angry = found.get("anger") or found.get("legal_threat")
    returns = return_date(subject, text, message.timestamp)
    if returns is None and "parental_leave" in found:
        returns = (now + PARENTAL_LEAVE).date()
    for_people = next((why for kind, why in FOR_PEOPLE.items() if kind in found), "")
    return Heard(
        stop=wish is not None,
        whole_company=company if wish and wish.scope == "company" else "",
        company=company,
        grave=(angry.words if angry else "") or grave("", text, COMPANY["name"]) or "",
        for_people=for_people or ("asks for a person" if asks_for_a_person(text) else ""),
        gone="left_company" in found,
        elsewhere="wrong_person" in found,
        elsewhere_people=tuple(f"{each.name} {each.address}".strip() for each in referred),
        no=declines(text) is not None,
        asks="?" in text,
        long=len(text.split()) > LONG,
        returns=returns,
    )


@dataclass(frozen=True)
class Told:
    """Hold the words of an answer, or why they must not leave."""

    body: str
    objection: str = ""
    decisions: tuple[Decision, ...] = ()
    passages: tuple[Any, ...] = ()


def answered_by_facts(message: Message, thread: Thread) -> Told:
    """Answer the questions of a mail from approved facts; `objection` says what speaks against it."""
    text = message.new_text.strip()
    found = asked(knowledge, "", text, message.sender.name)
    answer = thread.decide(Answer, message, model="large", asked=found)
    quotes = [(source.id, source.quote) for source in answer.sources]
    draft = objections.Draft(answer.body, spoken_in(text), answer.sure(SURE_OF_ANSWER), quotes, answer.unanswered)
    own = [f"{message.sender}\n{message.subject}\n{text}", *map(str, COMPANY.values())]
    asking = objections.Asking(text, found, own, [], thread.now.date(), COMPANY["facts_valid_for_days"])
    wrong = objections.objection(draft, asking) or ""
    return Told(answer.body, wrong, (answer,), tuple(passages_of(found)))


def answered_objection(message: Message, thread: Thread) -> Told:
    """Take the answer that people approved to an objection, where it is one of those and written in English."""
    objection = thread.decide(Objection, message)
    body = approved(objection.about)
    wrong = "" if body and objection.sure(SURE_OF_OBJECTION) else "no approved answer to this objection"
    if spoken_in(message.new_text) != "en":
        wrong = wrong or "objects in another language than English"
    return Told(body, wrong, (objection,))
