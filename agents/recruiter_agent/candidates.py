"""A line of a campaign, and what becomes of a candidate's mails: answers from the role sheet, and what people read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field

from postroom import Escalate, Message, Notify, Reply, Thread
from postroom.campaign import Row
from postroom_kit import objections
from postroom_kit.hiring.cv import LARGEST, cv_in
from postroom_kit.hiring.roles import Role
from postroom_kit.hiring.screening import Answer as Answered
from postroom_kit.hiring.screening import located
from postroom_kit.hiring.summary import summarise
from postroom_kit.hiring.time_zones import only_zone
from postroom_kit.knowledge.asking import asked, passages_of
from postroom_kit.outreach import after_absence, spots
from postroom_kit.spoken import abroad
from recruiter_agent.decisions import SURE_OF_ANSWER, Answer, Answers
from recruiter_agent.files import COMPANY, ROLES

MOST_FILES = 3


class Candidate(Row):
    """One person for one role, as `data/campaigns/*.csv` has them."""

    role: str = Field(pattern=f"^({'|'.join(ROLES)})$")
    noticed: str = Field(min_length=1)
    """What made us write, in words that go into the first mail: "your talk on …"."""
    source: str = Field(min_length=1)
    """Where we saw it, and have the address from: the first mail says so."""
    stated: str = ""
    """What they say of their work in public: it chooses among the wordings of questions."""

    @property
    def item(self) -> str:
        """Return the role: one person may be written to about two."""
        return self.role

    @property
    def job(self) -> Role:
        """Return the role with all that belongs to it."""
        return ROLES[self.role]

    @property
    def clock(self) -> ZoneInfo | None:
        """Return their time zone, None where it may be one of several."""
        return only_zone(spot.zone for spot in spots(self.places, self.email) or ())

    def back(self, day: date | None, now: datetime) -> datetime:
        """Return when to go on after they were away until a day: a business day later, else in seven days."""
        return after_absence(day, now=now, places=self.places, to=self.email)

    @property
    def letter(self) -> dict[str, Any]:
        """Return what every mail about them is given."""
        about = self.job.about
        return {"name": self.name.partition(" ")[0], "role": about["title"], "about": about, "company": COMPANY}

    def reply(self, template: str, **values: Any) -> Reply:
        """Return a mail to them."""
        return Reply(template, **self.letter, **values)


def candidate_of(thread: Thread) -> Candidate | None:
    """Return the candidate of a thread; None of one that a stranger began."""
    return thread.record.read(Candidate) if thread.record else None


def from_sheet(message: Message, thread: Thread, candidate: Candidate, text: str) -> Escalate:
    """Answer what `text` of a mail asks from the role sheet alone: as what people get, for a reason or for none."""
    found = asked(candidate.job.sheet, "", text, message.sender.name)
    answer = thread.decide(Answer, message, model="large", asked=found, role=candidate.role)
    own = [f"{message.sender}\n{message.subject}\n{text}", *map(str, COMPANY.values())]
    asking = objections.Asking(text, found, own, [], thread.now.date(), COMPANY["facts_valid_for_days"])
    wrong = abroad(text) or objections.to_answer(answer, asking, is_sure=answer.sure(SURE_OF_ANSWER))
    return Escalate(wrong, (answer,), tuple(passages_of(found)), suggestion=answer.body)


def answers_so_far(thread: Thread, candidate: Candidate) -> tuple[list[Answered], bool]:
    """Return the answers to our questions in all mails of a candidate, and whether the last mail has any."""
    questions = {each.id: each.text for each in candidate.job.asked(candidate.stated)}
    found: list[list[Answered]] = []
    for mail in thread.mails_of(thread.to_answer.sender) if thread.to_answer else ():
        said = thread.decide(Answers, mail, role=candidate.role, questions=questions)
        found.append(located({each.id: each.quote for each in said.answers}, mail.new_text, questions))
    return list({each.id: each for mail in found for each in mail}.values()), bool(found and found[-1])


def summary(thread: Thread, candidate: Candidate, answers: list[Answered]) -> Notify:
    """Return what people read to judge: answers and CVs in the candidate's words, by the criteria of the role."""
    job, own = candidate.job, thread.mails_of(thread.to_answer.sender) if thread.to_answer else []
    files = [(mail, file) for mail in reversed(own) for file in mail.attachments if not file.inline]
    cvs = [thread.read_file(*each, cv_in) for each in files[:MOST_FILES] if each[1].size <= LARGEST]
    return Notify(
        "summary", subject=f"{candidate.name or candidate.email}, {job.about['title']}: to be looked at",
        summary=summarise(job.about["criteria"], job.asked(candidate.stated), answers, cvs), role=job.about["title"],
        version=job.questions.version, files=len(files), read=len(cvs), thread=thread.thread_id, original=False,
    )  # fmt: skip
