"""What a reply says by its words, and the answers that people approved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from postroom import Decision, Message, Thread
from postroom_kit import objections
from postroom_kit.knowledge.asking import asked, passages_of
from postroom_kit.replies import hearing
from postroom_kit.spoken import spoken_in
from sdr_agent.decisions import SURE_OF_ANSWER, SURE_OF_OBJECTION, Answer, Objection
from sdr_agent.files import APPROVED, COMPANY, knowledge


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


def answered_by_facts(message: Message, thread: Thread) -> Told:
    """Answer the questions of a mail from approved facts; `objection` says what speaks against it."""
    text = message.new_text.strip()
    found = asked(knowledge, "", text, message.sender.name)
    answer = thread.decide(Answer, message, model="large", asked=found)
    quotes = [(source.id, source.quote) for source in answer.sources]
    draft = objections.Draft(answer.body, spoken_in(text), answer.sure(SURE_OF_ANSWER), quotes, answer.unanswered)
    own = [f"{message.sender}\n{message.subject}\n{text}", *map(str, COMPANY.values())]
    asking = objections.Asking(text, found, own, [], thread.now.date(), COMPANY["facts_valid_for_days"])
    return Told(answer.body, objections.objection(draft, asking) or "", (answer,), tuple(passages_of(found)))


def answered_objection(message: Message, thread: Thread) -> Told:
    """Take the answer that people approved to an objection, where it is one of those and written in English."""
    objection = thread.decide(Objection, message)
    body = APPROVED.get(objection.about, "")
    known = body and objection.sure(SURE_OF_OBJECTION) and spoken_in(message.new_text) == "en"
    return Told(body, "" if known else "no approved answer to this objection", (objection,))
