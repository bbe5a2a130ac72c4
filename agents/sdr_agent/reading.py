"""What a reply says by its words, and the answers that people approved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from postroom import Decision, Message, Thread
from postroom_kit import objections
from postroom_kit.knowledge.asking import asked, passages_of
from postroom_kit.mail_reading import language
from postroom_kit.replies import hearing
from postroom_kit.wordings import language_name
from sdr_agent.decisions import SURE_OF_ANSWER, SURE_OF_OBJECTION, Answer, Objection
from sdr_agent.files import APPROVED, COMPANY, knowledge
from sdr_agent.prospects import Prospect


def hear(message: Message) -> hearing.Heard:
    """Read a reply by its words."""
    return hearing.hear(message.subject, message.new_text, message.sender.address, message.timestamp, COMPANY["name"])


@dataclass(frozen=True)
class Told:
    """Hold the words of an answer, or why they must not leave."""

    body: str
    objection: str
    decisions: tuple[Decision, ...]
    passages: tuple[Any, ...] = ()


def spoken_by(message: Message, prospect: Prospect) -> str:
    """Return the language of a reply, of one that shows none the prospect's."""
    return language(message.new_text) or prospect.language or "en"


def letters(message: Message, prospect: Prospect) -> str:
    """Return the language of our answer to a reply: its own where we have letters in it, else that of our mails."""
    spoken = spoken_by(message, prospect)
    return spoken if spoken in knowledge else prospect.letters


def answered_by_facts(message: Message, thread: Thread, prospect: Prospect) -> Told:
    """Answer the questions of a mail from facts approved in its language; `objection` says what speaks against it."""
    text, spoken = message.new_text.strip(), spoken_by(message, prospect)
    if spoken not in knowledge:
        return Told("", f"asks in a language that no approved fact is in ({language_name(spoken)})", ())
    found = asked(knowledge[spoken], "", text, message.sender.name)
    answer = thread.decide(Answer, message, model="large", asked=found, language=spoken)
    own = [f"{message.sender}\n{message.subject}\n{text}", *map(str, COMPANY.values())]
    asking = objections.Asking(text, found, own, [], thread.now.date(), COMPANY["facts_valid_for_days"])
    wrong = objections.to_answer(answer, asking, is_sure=answer.sure(SURE_OF_ANSWER), language=spoken)
    return Told(answer.body, wrong, (answer,), tuple(passages_of(found)))


def answered_objection(message: Message, thread: Thread, prospect: Prospect) -> Told:
    """Take the answer that people approved to an objection, where it is one of those and written in English."""
    objection = thread.decide(Objection, message)
    body = APPROVED.get(objection.about, "")
    known = body and objection.sure(SURE_OF_OBJECTION) and spoken_by(message, prospect) == "en"
    return Told(body, "" if known else "no approved answer to this objection", (objection,))
