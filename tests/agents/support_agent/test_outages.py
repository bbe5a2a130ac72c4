"""Outage mode: one text for many, and one more when it is over."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support_desk import CALM, INBOX, Start, SupportDesk

from postroom.brain.question import Question
from postroom.brain.scripted import ScriptedBrain
from postroom_bench.play import CrashingEngine
from support_agent import files

ON = {"en": "The app does not load at present.", "de": "Die App lädt zurzeit nicht."}
OVER = {"en": "The app loads again.", "de": "Die App lädt wieder."}
TRIAGE = {**CALM, "wants": "a person", "category": "technical"}


class Desk(SupportDesk):
    """A support agent whose file of outages this test writes."""

    subject = "Help"

    def __init__(self, run_agent: Start, file: Path) -> None:
        super().__init__(run_agent, ScriptedBrain(0.95, Triage=TRIAGE), wrap_engine=CrashingEngine)
        self.file = file
        self.say(until=None)

    def say(self, **changed: Any) -> None:
        outage = {
            "id": "app",
            "since": "2020-01-01T00:00:00Z",
            "about": ["the app", "die App"],
            "text": ON,
            "over": OVER,
        }
        self.file.write_text(json.dumps([outage | changed]))

    def end(self) -> None:
        self.say(until=self.sandbox.clock.now().isoformat())

    def told(self, name: str = "ana") -> list[str]:
        """Return what left to a customer, oldest first."""
        return [" ".join(mail.text.split()) for mail in reversed(self.sent_to(name))]


@pytest.fixture
def desk(run_agent: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(files, "OUTAGES", tmp_path / "outages.json")
    return Desk(run_agent, tmp_path / "outages.json")


def test_mail_about_an_outage_gets_its_text_without_a_model(desk: Desk) -> None:
    mail = desk.write("Why does the app not open?")
    assert "The app does not load at present." in desk.told()[0]
    assert {"support/known-issue", "outage/app"} <= desk.labels_of(mail)
    assert desk.brain.asked == []


@pytest.mark.parametrize("text", ["the app doesnt load", "the app wont open on my phone", "The app keeps crashing."])
def test_a_report_in_a_hurry_is_one_too(desk: Desk, text: str) -> None:
    assert {"support/known-issue", "outage/app"} <= desk.labels_of(desk.write(text))


def test_whoever_nobody_vouches_for_is_not_put_off_but_goes_to_people(desk: Desk) -> None:
    mail = desk.sandbox.post_mail("ana@example.com", INBOX, "Help", text="Why does the app not open?", auth="none")
    desk.runtime.drain()
    assert desk.told() == []
    assert "support/with-human" in desk.labels_of(mail)
    assert len(desk.sandbox.outbox("team@example.com")) == 1


def test_everybody_who_wrote_is_told_once_when_it_is_over_in_their_language(desk: Desk) -> None:
    desk.write("Why does the app not open?")
    german = desk.write("Guten Tag, warum öffnet sich die App nicht? Wir können nichts sehen.", "jutta")
    desk.runtime.advance(timedelta(hours=30))
    assert (len(desk.told()), len(desk.told("jutta"))) == (1, 1)
    desk.end()
    desk.runtime.advance(timedelta(hours=2))
    assert "The app loads again." in desk.told()[1]
    assert "Die App lädt wieder." in desk.told("jutta")[1]
    assert "support/closed" in desk.labels_of(german)
    desk.runtime.advance(timedelta(days=30))
    assert (len(desk.told()), len(desk.told("jutta"))) == (2, 2)


def test_after_a_long_downtime_each_is_told_once(desk: Desk) -> None:
    mail = desk.write("Why does the app not open?")
    desk.end()
    desk.runtime.advance(timedelta(days=60))
    assert len(desk.told()) == 2
    assert "support/closed" in desk.labels_of(mail)


def test_the_text_comes_once_a_thread_and_what_comes_then_is_read(desk: Desk) -> None:
    mail = desk.write("Why does the app not open?")
    desk.write("person", answers=desk.sandbox.outbox("ana@example.com")[0].message_id)
    assert "support/with-human" in desk.labels_of(mail)
    assert [text for text in desk.told() if "does not load" in text] == desk.told()[:1]


def test_who_reports_it_twice_in_the_same_words_waits_on_one_thread(desk: Desk) -> None:
    desk.write("Why does the app not open?")
    desk.after(minutes=1)
    again = desk.write("Why does the app not open?")
    assert {"support/closed", "duplicate"} <= desk.labels_of(again)
    desk.end()
    desk.after(hours=2)
    assert len(desk.told()) == 2


def test_thanks_do_not_end_the_wait(desk: Desk) -> None:
    mail = desk.write("Why does the app not open?")
    desk.write("Thank you!", answers=desk.sandbox.outbox("ana@example.com")[0].message_id)
    assert "support/known-issue" in desk.labels_of(mail)
    desk.end()
    desk.runtime.advance(timedelta(hours=2))
    assert "The app loads again." in desk.told()[1]


def test_what_is_grave_goes_to_people_though_it_is_about_the_outage(desk: Desk) -> None:
    mail = desk.write("The app is down and smoke is coming from the hub!")
    assert "support/with-human" in desk.labels_of(mail)


@pytest.mark.parametrize("change", [{"since": "2999-01-01T00:00:00Z"}, {"until": "2021-01-01T00:00:00Z"}])
def test_nobody_hears_of_an_outage_that_is_not_on(desk: Desk, change: dict[str, str]) -> None:
    desk.say(**{"until": None, **change})
    assert "support/with-human" in desk.labels_of(desk.write("Why does the app not open?"))


def test_an_outage_that_was_taken_off_the_list_leaves_its_threads_to_people(desk: Desk) -> None:
    mail = desk.write("Why does the app not open?")
    desk.file.write_text("[]")
    desk.runtime.advance(timedelta(hours=2))
    assert "support/with-human" in desk.labels_of(mail)


def test_an_outage_that_begins_while_a_run_is_interrupted_does_not_turn_it(desk: Desk) -> None:
    def begin_meanwhile(question: Question) -> dict[str, str]:
        desk.say(until=None)
        return TRIAGE

    desk.file.write_text("[]")
    desk.brain.scripts = {"Triage": begin_meanwhile}
    desk.runtime.context.engine.after = "Triage"  # type: ignore[attr-defined]
    mail = desk.write("Why does the app not open?")
    (run,) = desk.runtime.context.journal.runs_of_thread(str(mail.thread_id))
    assert (run["status"], run["error"]) == ("done", None)
    assert "support/with-human" in desk.labels_of(mail)


def test_a_slip_in_the_file_stops_no_mail(desk: Desk) -> None:
    mail = desk.write("Why does the app not open?")
    desk.file.write_text('[{"id": "app",')
    assert (
        "The app does not load at present." in (desk.write("Why does the app not open?", "bo"), desk.told("bo"))[1][0]
    )
    desk.runtime.advance(timedelta(hours=3))
    assert "support/known-issue" in desk.labels_of(mail)
    desk.end()
    desk.runtime.advance(timedelta(hours=2))
    assert "The app loads again." in desk.told()[1]
    assert "support/closed" in desk.labels_of(mail)


@pytest.mark.parametrize(
    "text",
    [
        "The app is broken. I want to speak to a person.",
        "The app does not load, useless idiots! I'm furious!!! I want my money back.",
        "the app is down; please cancel my order WF-20418 today",
        "The app is down. How long is the warranty?",
        "Die App lädt nicht. Ich möchte mein Geld zurück.",
    ],
)
def test_who_reports_an_outage_and_more_gets_people_who_read_of_the_outage(desk: Desk, text: str) -> None:
    mail = desk.write(text)
    assert "support/with-human" in desk.labels_of(mail)
    assert not any("does not load at present" in told or "lädt zurzeit nicht" in told for told in desk.told())
    (team,) = desk.sandbox.outbox("team@example.com")
    assert "reports a known outage (app)" in team.subject


@pytest.mark.parametrize(
    "text", ["Which phones does the app work on?", "The app works fine, but my sensor is greyed out."]
)
def test_who_names_what_an_outage_is_about_and_reports_none_goes_the_normal_way(desk: Desk, text: str) -> None:
    mail = desk.write(text)
    assert "outage/app" not in desk.labels_of(mail)
    assert desk.brain.asked


def test_of_two_outages_each_end_is_told(desk: Desk) -> None:
    app, shop = (json.loads(desk.file.read_text())[0] for _ in range(2))
    shop |= {
        "id": "shop",
        "about": ["the shop"],
        "text": {"en": "The shop is down."},
        "over": {"en": "The shop is up."},
    }
    desk.file.write_text(json.dumps([app, shop]))
    both = desk.write("Neither the app nor the shop works.")
    assert "The app does not load at present. The shop is down." in desk.told()[0]
    desk.write("The app does not load.", "bo")
    later = desk.write("The shop does not load.", "bo", answers=desk.sent_to("bo")[0].message_id)
    assert {"outage/app+shop"} <= desk.labels_of(both) & desk.labels_of(later)
    desk.file.write_text(json.dumps([app | {"until": desk.sandbox.clock.now().isoformat()}, shop]))
    desk.runtime.advance(timedelta(hours=2))
    assert {"outage/shop", "support/known-issue"} <= desk.labels_of(both) & desk.labels_of(later)
    assert "The app loads again." in desk.told()[1]
    assert "The app loads again." in desk.told("bo")[2]
    desk.file.write_text(json.dumps([app, shop | {"until": desk.sandbox.clock.now().isoformat()}]))
    desk.runtime.advance(timedelta(hours=2))
    assert {"outage/over", "support/closed"} <= desk.labels_of(both) & desk.labels_of(later)
    assert "The shop is up." in desk.told()[2]
    assert "The shop is up." in desk.told("bo")[3]


def test_the_end_is_told_though_people_have_the_thread_by_then_and_leaves_it_to_them(desk: Desk) -> None:
    mail = desk.write("Why does the app not open?")
    desk.write("person", answers=desk.sandbox.outbox("ana@example.com")[0].message_id)
    desk.end()
    desk.runtime.advance(timedelta(days=2))
    assert [text for text in desk.told() if "The app loads again." in text] == desk.told()[-1:]
    assert {"support/with-human", "outage/over"} <= desk.labels_of(mail)


@pytest.mark.parametrize("before", ["", "Please have somebody call me."])
def test_who_wants_no_more_mail_is_not_told_the_end(desk: Desk, before: str) -> None:
    mail = desk.write("Why does the app not open?")
    for text in filter(None, (before, "STOP")):
        desk.write(text, answers=desk.sent_to()[0].message_id)
    told = desk.told()
    desk.end()
    desk.after(hours=2)
    assert desk.told() == told
    assert {"support/with-human", "outage/over"} <= desk.labels_of(mail)
