"""A line of a campaign, and what becomes of a candidate's mails: answers from the role sheet, and what people read."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from pydantic import field_validator

from postroom import Escalate, Message, Notify, Thread
from postroom.campaign import Row
from postroom_kit import objections
from postroom_kit.hiring.cv import LARGEST, cv_in
from postroom_kit.hiring.screening import Answer as Answered
from postroom_kit.hiring.screening import located
from postroom_kit.hiring.summary import summarise
from postroom_kit.knowledge.asking import asked, passages_of
from postroom_kit.outreach import spots
from postroom_kit.spoken import abroad, spoken_in
from recruiter_agent.decisions import SURE_OF_ANSWER, Answer, Answers
from recruiter_agent.files import COMPANY, ROLES, Role

MOST_FILES = 3


class Candidate(Row):
    """One person for one role, as `data/campaigns/*.csv` has them."""

    role: str
    noticed: str
    """What made us write, in words that go into the first mail: "your talk on …"."""
    source: str
    """Where we saw it, and have the address from: the first mail says so."""
    stated: str = ""
    """What they say of their work in public: it chooses among the wordings of questions."""

    @field_validator("role", "noticed", "source")
    @classmethod
    def _said(cls, value: str, field: Any) -> str:
        if not value or (field.field_name == "role" and value not in ROLES):
            raise ValueError(f"{value!r} will not do: a role is one of {', '.join(ROLES)}, and the rest says something")
        return value

    @property
    def item(self) -> str:
        """Return the role: one person may be written to about two."""
        return self.role

    @property
    def sheet(self) -> Role:
        """Return the role with all that belongs to it."""
        return ROLES[self.role]

    @property
    def clock(self) -> ZoneInfo | None:
        """Return their time zone, None where it may be one of several."""
        zones = {spot.zone for spot in spots(self.places, self.email) or ()}
        return ZoneInfo(zones.pop()) if len(zones) == 1 else None

    @property
    def letter(self) -> dict[str, Any]:
        """Return what every mail to them is given."""
        about = self.sheet.about
        return {"name": self.name.partition(" ")[0], "role": about["title"], "about": about, "company": COMPANY}


def candidate_of(thread: Thread) -> Candidate | None:
    """Return the candidate of a thread; None of one that a stranger began."""
    return thread.record.read(Candidate) if thread.record else None


def from_sheet(message: Message, thread: Thread, candidate: Candidate, text: str) -> tuple[Answer, str, Escalate]:
    """Answer what `text` of a mail asks from the role sheet alone; with what speaks against it, and the hand-over."""
    found = asked(candidate.sheet.sheet, "", text, message.sender.name)
    answer = thread.decide(Answer, message, model="large", asked=found, role=candidate.role)
    quotes = [(source.id, source.quote) for source in answer.sources]
    draft = objections.Draft(answer.body, spoken_in(text), answer.sure(SURE_OF_ANSWER), quotes, answer.unanswered)
    own = [f"{message.sender}\n{message.subject}\n{text}", *map(str, COMPANY.values())]
    asking = objections.Asking(text, found, own, [], thread.now.date(), COMPANY["facts_valid_for_days"])
    wrong = abroad(text) or objections.objection(draft, asking) or ""
    return answer, wrong, Escalate(wrong, (answer,), tuple(passages_of(found)), suggestion=answer.body)


def answers_so_far(thread: Thread, candidate: Candidate) -> tuple[list[Answered], bool]:
    """Return the answers to our questions in all mails of a candidate, and whether the last mail has any."""
    questions = {each.id: each.text for each in candidate.sheet.questions.tailored(candidate.stated)}
    given: dict[str, Answered] = {}
    new: dict[str, Answered] = {}
    for mail in thread.mails_of(thread.to_answer.sender) if thread.to_answer else ():
        said = thread.decide(Answers, mail, role=candidate.role, questions=questions)
        quotes = {each.id: each.quote for each in said.answers}
        new = {each.id: each for each in located(quotes, mail.new_text, questions)}
        given |= new
    return list(given.values()), bool(new)


def summary(thread: Thread, candidate: Candidate, answers: list[Answered]) -> Notify:
    """Return what people read to judge: answers and CVs in the candidate's words, by the criteria of the role."""
    role, own = candidate.sheet, thread.mails_of(thread.to_answer.sender) if thread.to_answer else []
    files = [(mail, file) for mail in reversed(own) for file in mail.attachments if not file.inline]
    cvs = [thread.read_file(*each, cv_in) for each in files[:MOST_FILES] if each[1].size <= LARGEST]
    tailored = role.questions.tailored(candidate.stated)
    made = summarise(role.about["criteria"], tailored, answers, cvs)
    return Notify(
        "summary", subject=f"{candidate.name or candidate.email}, {role.about['title']}: to be looked at", summary=made,
        role=role.about["title"], version=role.questions.version, hidden=any(cv["hidden"] for cv in cvs),
        files=len(files), read=len(cvs), thread=thread.thread_id, original=False,
    )  # fmt: skip
