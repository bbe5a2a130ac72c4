"""Letters in other languages: whole, short, lawful, of one language from the first to the last; else people look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.campaign import read_campaign
from postroom.loading import load_agent
from postroom.runtime import answers, approvals, records
from postroom_kit.mail_reading import language
from postroom_kit.outreach.wording import said
from postroom_kit.research import words_in
from sdr_agent.agent import FOLLOW_UPS
from sdr_agent.files import FACTS, HERE, VARIANTS, knowledge
from sdr_agent.prospects import Prospect

SDR = load_agent("sdr")
SHEET = read_campaign(HERE / "data" / "campaigns" / "loading-bays.csv", Prospect)
ABROAD = {
    "de": "anja@huberpapier.example",
    "fr": "claire@morelemballages.example",
    "es": "carlos@prietoalmacenes.example",
}
LETTERS = ["first", *(name for name, _, _ in FOLLOW_UPS), "answer", "calendar_link", "footer"]


class Desk:
    """A campaign of one prospect, whose first mail was looked at by a person who said yes."""

    def __init__(self, run_agent: Callable[..., Any], brain: Any, address: str, **changed: Any) -> None:
        self.sandbox = Sandbox(start=datetime(2026, 3, 2, 9, tzinfo=UTC))
        self.runtime, _ = run_agent(SDR, brain, self.sandbox)
        (line, row) = next(each for each in SHEET.rows if each[1].email == address)
        row = Prospect.model_validate({**row.model_dump(), **changed})
        self.row, context = row, self.runtime.context
        records.take_in(context, context.posts["sdr"], type(SHEET)("loading-bays", ((line, row),)))
        self.runtime.advance(timedelta(minutes=5))
        self.asked = list(approvals.waiting(context.journal))

    def approve(self) -> None:
        for waiting in self.asked:
            answers.hand_in_said(self.runtime.context, waiting["token"], waiting["content"], "approve")
        self.runtime.advance(timedelta(minutes=5))

    def replies(self, text: str) -> None:
        first = self.mails[0]
        self.sandbox.post_mail(
            f"{self.row.name} <{self.row.email}>", "sdr@sandbox.test", f"Re: {first.subject}", text=text,
            in_reply_to=first.message_id,
        )  # fmt: skip
        self.runtime.advance(timedelta(minutes=5))

    @property
    def mails(self) -> list[Any]:
        assert not self.runtime.context.journal.runs_with_status("dead")
        return list(reversed(self.sandbox.outbox(self.row.email)))


def test_each_language_has_every_letter_subject_and_fact_that_a_thread_may_need() -> None:
    assert set(knowledge) == {"en", "de", "fr", "es"}
    for code in ABROAD:
        assert all((HERE / "emails" / f"{name}.{code}.md.j2").is_file() for name in LETTERS)
        assert all(code in variant[part] for variant in VARIANTS.values() for part in ("subject", "ask"))
        needed = {about for _, _, about in FOLLOW_UPS} | {variant["fact"] for variant in VARIANTS.values()}
        assert needed <= {each.id for each in FACTS[code]}
        assert language(" ".join(each.answer for each in FACTS[code])) == code
        for each in FACTS[code]:
            assert not said("advertises", each.answer), each.answer


@pytest.mark.parametrize("code", sorted(ABROAD))
def test_all_mails_of_a_thread_are_in_the_language_of_the_row(run_agent: Any, offline_brain: Any, code: str) -> None:
    desk = Desk(run_agent, offline_brain, ABROAD[code])
    desk.approve()
    desk.runtime.advance(timedelta(days=20))
    mails = desk.mails
    assert len(mails) == 1 + len(FOLLOW_UPS)
    for mail in mails:
        body, _, footer = mail.text.partition("\n--")
        assert language(body) == code, body
        assert words_in(body) < 120
        assert said("offers an opt-out", footer), footer
        assert "4 Tidewater Row" in " ".join(footer.split())
        assert not any(english in mail.text for english in ("Hello", "Best regards", "No more mail", "We write to you"))
    assert desk.row.source in " ".join(mails[0].text.split())


@pytest.mark.parametrize("written", ["IT", "it-CH"])
def test_a_language_that_we_have_no_letters_in_waits_for_people_who_read_why(
    run_agent: Any, offline_brain: Any, written: str
) -> None:
    desk = Desk(run_agent, offline_brain, "grace@northgatefoods.example", language=written)
    (waiting,) = desk.asked
    assert "we have no letters in it" in str(waiting)
    assert not desk.mails
    desk.approve()
    assert "Hello Grace" in desk.mails[0].text


@pytest.mark.parametrize("written", ["en", "", "EN-gb"])
def test_english_is_written_where_the_row_says_so_or_says_nothing(
    run_agent: Any, offline_brain: Any, written: str
) -> None:
    desk = Desk(run_agent, offline_brain, "grace@northgatefoods.example", language=written)
    assert "we have no letters" not in str(desk.asked)


def test_a_claim_in_english_alone_gives_no_german_mail(run_agent: Any, offline_brain: Any) -> None:
    desk = Desk(run_agent, offline_brain, "grace@northgatefoods.example", language="de")
    assert not desk.asked
    desk.runtime.advance(timedelta(days=3))
    assert not desk.mails


def test_a_model_that_words_a_german_mail_in_english_gives_way_to_the_plain_wording(run_agent: Any) -> None:
    wording = {
        "subject": "Your hall", "opening": "You opened a new dispatch hall in Rosenheim.", "claims": [],
        "offer": FACTS["en"][0].answer,
    }  # fmt: skip
    desk = Desk(run_agent, ScriptedBrain(FirstMail=wording), ABROAD["de"])
    desk.approve()
    text = desk.mails[0].text
    assert "Sie haben in Rosenheim eine neue Versandhalle eröffnet." in text
    assert "You opened" not in text
    assert "hauliers" not in text


@pytest.mark.parametrize(
    ("code", "text", "told"),
    [
        ("de", "Das klingt interessant, das würde ich mir gern ansehen. Schicken Sie mir einen Link?", "Termin"),
        ("fr", "Cela m'intéresse beaucoup, envoyez-moi un lien s'il vous plaît.", "Choisissez"),
        ("es", "Me interesa mucho, envíeme un enlace por favor.", "Elija"),
    ],
)
def test_who_is_interested_gets_the_link_in_their_language(
    run_agent: Any, offline_brain: Any, code: str, text: str, told: str
) -> None:
    desk = Desk(run_agent, offline_brain, ABROAD[code])
    desk.approve()
    desk.replies(text)
    assert "https://baywright.example/meet" in desk.mails[-1].text
    assert told in desk.mails[-1].text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Was kostet die Einrichtung?"), ("de", "Haben Sie eine Schnittstelle zu Oracle?"),
        ("fr", "Combien coûte l'installation ?"), ("es", "¿Cuánto cuesta la instalación?"),
    ],
)  # fmt: skip
def test_a_fact_that_only_looks_like_the_answer_does_not_leave_by_itself(
    run_agent: Any, offline_brain: Any, code: str, text: str
) -> None:
    desk = Desk(run_agent, offline_brain, ABROAD[code])
    desk.approve()
    before = len(desk.mails)
    desk.replies(text)
    assert len(desk.mails) == before
    assert len(desk.sandbox.client().threads.list(labels=["sdr/with-human"]).threads) == 1


def test_what_our_people_write_on_a_german_thread_ends_with_the_german_footer(
    run_agent: Any, offline_brain: Any
) -> None:
    desk = Desk(run_agent, offline_brain, ABROAD["de"])
    desk.approve()
    desk.replies("Sind Sie ein Mensch oder ein Programm?")
    handed = desk.sandbox.outbox("team@example.com")[0]
    desk.sandbox.post_mail(
        "Team <team@example.com>", "sdr@sandbox.test", f"Re: {handed.subject}",
        text="Ich schreibe Ihnen selbst, und ich bin ein Mensch.", in_reply_to=handed.message_id,
    )  # fmt: skip
    desk.runtime.advance(timedelta(minutes=5))
    body, _, footer = desk.mails[-1].text.partition("\n--")
    assert "ich bin ein Mensch" in body
    assert "Keine Mails mehr von uns" in footer


def answering(body: str, quote: str, name: str) -> ScriptedBrain:
    """Return a model that takes a reply for a question, and answers it so."""
    wording = {"subject": "x", "opening": "", "offer": "", "claims": []}
    answer = {"body": body, "sources": [{"id": name, "quote": quote}], "unanswered": []}
    return ScriptedBrain(FirstMail=wording, ReplyKind={"kind": "question"}, Answer=answer)


def test_a_question_in_german_is_answered_by_a_german_fact_word_for_word(run_agent: Any) -> None:
    price = next(each.answer for each in FACTS["de"] if each.id == "price")
    desk = Desk(run_agent, answering(price, price, "price"), ABROAD["de"])
    desk.approve()
    desk.replies("Guten Tag, was kostet das im Monat pro Tor?")
    assert "49 Euro im Monat" in desk.mails[-1].text
    assert "Freundliche Grüße" in desk.mails[-1].text


@pytest.mark.parametrize(
    "body",
    [
        "Baywright kostet nichts, und wir sparen Ihnen die Hälfte der Wartezeit.",
        "Baywright costs 49 euros a month for each door that can be booked.",
    ],
)
def test_a_german_answer_that_no_german_fact_says_goes_to_people(run_agent: Any, body: str) -> None:
    desk = Desk(run_agent, answering(body, body, "price"), ABROAD["de"])
    desk.approve()
    before = len(desk.mails)
    desk.replies("Guten Tag, was kostet das im Monat pro Tor?")
    assert len(desk.mails) == before


def test_a_question_in_a_language_without_approved_facts_goes_to_people(run_agent: Any) -> None:
    desk = Desk(
        run_agent, answering("Costa 49 euro al mese.", "49 euros a month", "price"), "grace@northgatefoods.example"
    )
    desk.approve()
    before = len(desk.mails)
    desk.replies("Buongiorno, quanto costa al mese per ogni porta del magazzino?")
    assert len(desk.mails) == before
    threads = desk.sandbox.client().threads.list(labels=["sdr/with-human"]).threads
    assert len(threads) == 1
