"""What people answered becomes an article, once one of them said yes to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support_desk import CALM, INBOX, TEAM, Start, SupportDesk

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.brain.scripted import ScriptedBrain
from postroom.learning import articles_of, learn, learn_in, learnt_by
from postroom.refused import Refused
from postroom_kit.knowledge import Knowledge, KnowledgeError
from support_agent.checks import knowledge
from support_agent.files import HERE

BITCOIN = "Do you accept Bitcoin?"
OWN = HERE / "data" / "knowledge.json"
GIVEN = {"agent": "support", "id": "bitcoin", "questions": [BITCOIN], "updated": "2026-03-04"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Learn into a folder of the test's own, and forget it afterwards."""
    monkeypatch.setenv("POSTROOM_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("postroom.learning._knowledge", {"support": knowledge})
    monkeypatch.setattr("postroom.learning._running_in", [])
    before = dict(vars(knowledge))
    yield tmp_path
    vars(knowledge).clear()
    vars(knowledge).update(before)


class Desk(SupportDesk):
    """A support desk that opens on a Tuesday at ten, with a model that answers no question from articles."""

    def __init__(self, run_agent: Start) -> None:
        brain = ScriptedBrain(0.95, Triage={**CALM, "category": "billing"})
        super().__init__(run_agent, brain, Sandbox(start=datetime(2026, 3, 3, 9, tzinfo=UTC)))
        self.runtime.tick()

    def ask(self, text: str, name: str = "ana") -> Any:
        self.brain.scripts["Answer"] = {"body": "", "sources": [], "unanswered": [text]}
        return self.write(text, name)

    def proposals(self) -> list[Any]:
        """Return the mails that propose an article, oldest first."""
        return [mail for mail in reversed(self.sandbox.outbox(TEAM)) if "New article" in mail.subject]

    def answer_proposal(self, text: str, *, name: str = "Dee", address: str = TEAM) -> None:
        (*_, mail) = self.proposals()
        subject = f"Re: {mail.subject}"
        self.sandbox.post_mail(f"{name} <{address}>", INBOX, subject, text=text, in_reply_to=mail.message_id)
        for _ in range(2):
            self.runtime.drain()
            self.runtime.tick()
        self.runtime.drain()


@pytest.fixture
def desk(run_agent: Start) -> Desk:
    return Desk(run_agent)


def learnt() -> list[dict[str, Any]]:
    path = learnt_by("support")
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def found(question: str) -> str:
    return next((passage.answer for passage in knowledge.search(question, 1) if passage.score > 0.9), "")


def test_what_a_person_answered_is_an_article_after_their_yes(desk: Desk) -> None:
    desk.ask("Would you accept bitcoin?", "bo")
    desk.ask(BITCOIN)
    desk.person_answers_the_hand_over("Hello Ana,\n\nwe take Bitcoin through BitPay.\n\nBest\nDee")
    desk.after(days=1)
    (mail,) = desk.proposals()
    assert re.fullmatch(r"\[support [0-9a-f]{8}\] approve\? New article: Do you accept Bitcoin\?", mail.subject)
    words = " ".join(mail.text.split())
    assert "asked on 2 threads, and one of you answered: “Do you accept Bitcoin?”; “Would you accept bitcoin?”" in words
    assert "> we take Bitcoin through BitPay." in mail.text
    assert (learnt(), found(BITCOIN)) == ([], "")
    desk.answer_proposal("approve")
    assert learnt() == [
        {
            "id": "you-accept-bitcoin",
            "questions": [BITCOIN, "Would you accept bitcoin?"],
            "answer": "we take Bitcoin through BitPay.",
            "updated": "2026-03-04",
        }
    ]
    assert found(BITCOIN) == "we take Bitcoin through BitPay."
    assert learnt_by("support").stat().st_mode & 0o077 == 0


def test_its_text_may_be_rewritten_and_is_shown_again_before_it_counts(desk: Desk) -> None:
    desk.ask(BITCOIN)
    desk.person_answers_the_hand_over("Ana, we do take Bitcoin, through BitPay.")
    desk.after(days=1)
    desk.answer_proposal("edit\nWe take Bitcoin. The shop asks for it at checkout.")
    assert learnt() == []
    again = desk.proposals()[-1]
    assert "The shop asks for it at checkout." in again.text
    desk.answer_proposal("yes")
    assert [entry["answer"] for entry in learnt()] == ["We take Bitcoin. The shop asks for it at checkout."]


def test_a_stranger_and_a_doubtful_answer_teach_nothing(desk: Desk) -> None:
    desk.ask(BITCOIN)
    desk.person_answers_the_hand_over("We take Bitcoin through BitPay.")
    desk.after(days=1)
    desk.answer_proposal("approve", name="Eve", address="eve@example.net")
    desk.answer_proposal("ok but only if the price is right")
    assert learnt() == []


def test_a_question_is_proposed_once_whatever_came_of_it_and_one_a_day(desk: Desk) -> None:
    for name, thing in (("ana", BITCOIN), ("bo", "Is there a lift in your shop?")):
        mail = desk.ask(thing, name)
        desk.person_answers(mail, "Yes, on the ground floor, and we take Bitcoin.")
    desk.after(days=1)
    assert len(desk.proposals()) == 1
    desk.answer_proposal("reject, too special")
    desk.after(days=1)
    assert len({mail.subject.partition("]")[2] for mail in desk.proposals()}) == 2
    desk.after(days=2)
    assert len(desk.proposals()) == 2
    assert learnt() == []


def test_what_nobody_answered_or_an_article_has_by_now_is_not_proposed(desk: Desk) -> None:
    desk.ask("Is there a lift in your shop?", "bo")
    mail = desk.ask(BITCOIN)
    desk.person_answers(mail, "We take Bitcoin through BitPay.")
    learn("op-1", "We take Bitcoin.", **GIVEN)
    desk.after(days=3)
    assert desk.proposals() == []


def test_what_may_be_one_customers_own_is_pointed_at(desk: Desk) -> None:
    mail = desk.ask(BITCOIN)
    desk.person_answers(mail, "Yes, WF-20418 can be paid with Bitcoin.")
    desk.after(days=1)
    assert "maybe one customer's alone: WF-20418" in " ".join(desk.proposals()[0].text.split())


def test_an_article_is_learnt_once_and_there_at_the_next_start() -> None:
    first = learn("op-1", "We take Bitcoin.", **GIVEN)
    assert learn("op-1", "We take Bitcoin.", **GIVEN) == first
    learn("op-2", "By BitPay alone.", **GIVEN)
    assert [entry["id"] for entry in learnt()] == ["bitcoin", "bitcoin-new"]
    later = articles_of("support", OWN)
    assert [article.id for article in later.articles][-2:] == ["bitcoin", "bitcoin-new"]


def test_what_was_learnt_is_answered_at_once(run_agent: Start, offline_brain: OfflineBrain) -> None:
    desk = SupportDesk(run_agent, offline_brain, Sandbox(start=datetime(2026, 3, 3, 9, tzinfo=UTC)))
    desk.write(BITCOIN, "bo")
    learn("op-1", "We take Bitcoin through BitPay.", **GIVEN)
    desk.write(BITCOIN, "ana")
    assert ["We take Bitcoin through BitPay." in mail.text for mail in desk.sent_to("bo")] == [False]
    assert ["We take Bitcoin through BitPay." in mail.text for mail in desk.sent_to("ana")] == [True]


def test_of_two_articles_with_one_id_that_of_the_agents_own_file_counts() -> None:
    learn("op-1", "We take Bitcoin.", **GIVEN)
    moved = learnt_by("support")
    entries = [{**learnt()[0], "id": knowledge.articles[0].id}]
    moved.write_text(json.dumps(entries), encoding="utf-8")
    later = articles_of("support", OWN)
    assert "We take Bitcoin." not in [article.answer for article in later.articles]


def test_a_damaged_file_of_approved_articles_is_named() -> None:
    learnt_by("support").parent.mkdir()
    learnt_by("support").write_text("[", encoding="utf-8")
    with pytest.raises(Refused, match=r"articles/support\.json: is not JSON.* Correct the file"):
        articles_of("support", OWN)
    with pytest.raises(KnowledgeError, match=r"articles/support\.json: is not JSON"):
        learn("op-1", "We take Bitcoin.", **GIVEN)
    assert learnt_by("support").read_text(encoding="utf-8") == "["


def test_what_runs_in_another_folder_learns_there_and_finds_what_was_learnt_there(tmp_path: Path) -> None:
    learn_in(tmp_path / "one")
    learn("op-1", "We take Bitcoin.", **GIVEN)
    assert learnt_by("support") == tmp_path / "one" / "articles" / "support.json"
    forgetful = articles_of("support", OWN)
    learn_in(tmp_path / "two")
    assert learnt() == []
    learn_in(tmp_path / "one")
    assert [article.id for article in forgetful.articles].count("bitcoin") == 1


@pytest.mark.parametrize("wrong", [{"text": " "}, {"questions": []}, {"text": "half \ud800"}])
def test_what_is_no_article_is_not_learnt(wrong: dict[str, Any]) -> None:
    with pytest.raises(KnowledgeError, match="what was approved"):
        learn("op-1", **{**GIVEN, "text": "We take Bitcoin.", **wrong})
    assert not learnt_by("support").parent.exists()


def test_all_that_was_approved_may_be_moved_to_the_agents_own_file() -> None:
    learnt_by("support").parent.mkdir()
    learnt_by("support").write_text("[]", encoding="utf-8")
    assert len(articles_of("support", OWN)) == len(Knowledge.load(OWN))
    learn("op-1", "We take Bitcoin.", **GIVEN)
    assert [entry["id"] for entry in learnt()] == ["bitcoin"]


def test_a_rejected_question_does_not_come_back_in_other_words(desk: Desk) -> None:
    mail = desk.ask(BITCOIN)
    desk.person_answers(mail, "No, we take no Bitcoin at present.")
    desk.after(days=1)
    desk.answer_proposal("reject")
    desk.after(days=8)
    mail = desk.ask("would you accept bitcoin", "bo")
    desk.person_answers(mail, "No, we take no Bitcoin at present.")
    desk.after(days=3)
    assert len(desk.proposals()) == 1


def test_a_question_like_one_that_an_article_answers_by_now_is_proposed_by_itself(desk: Desk) -> None:
    mail = desk.ask("Is there a lift in your shop?", "bo")
    desk.person_answers(mail, "There is a lift beside the door.")
    desk.after(days=1)
    desk.answer_proposal("approve")
    mail = desk.ask("Is there a café in your shop?")
    desk.person_answers(mail, "There is a café on the first floor.")
    desk.after(days=1)
    assert desk.proposals()[-1].subject.endswith("New article: Is there a café in your shop?")
    assert "> There is a café on the first floor." in desk.proposals()[-1].text
