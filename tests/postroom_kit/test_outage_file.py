"""The file of known issues."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from postroom_kit.outages import (
    OutageError,
    awaited,
    outage_label,
    outages_of,
    read_outages,
    readable_outages,
    reported,
)

ONE: dict[str, Any] = {
    "id": "alerts-2026-11",
    "since": "2026-11-28T09:00:00Z",
    "until": "2026-11-28T12:00:00+01:00",
    "about": ["alerts", "push message"],
    "text": {"en": "Alerts are late."},
    "over": {"en": "Alerts are on time."},
}


def read(tmp_path: Path, *outages: dict[str, Any]) -> Any:
    (tmp_path / "outages.json").write_text(json.dumps(outages))
    return read_outages(tmp_path / "outages.json")


@pytest.mark.parametrize(("hour", "on"), [(8, False), (9, True), (10, True), (11, False)])
def test_an_outage_is_on_from_its_beginning_until_its_end(tmp_path: Path, hour: int, on: bool) -> None:
    now = datetime(2026, 11, 28, hour, tzinfo=UTC)
    found = reported(read(tmp_path, ONE), "Help", "My alerts do not work", "Ana", now)
    assert (found is not None) is on


@pytest.mark.parametrize(
    ("text", "about"),
    [("No ALERTS!", True), ("no push\n message came", True), ("alertsystem", False), ("push the message", False)],
)
def test_a_mail_is_about_it_by_whole_words(tmp_path: Path, text: str, about: bool) -> None:
    assert read(tmp_path, ONE)[0].concerns(text) is about


@pytest.mark.parametrize(
    "change",
    [
        {"id": "Big Outage"},
        {"since": "2026-11-28T09:00:00"},
        {"about": []},
        {"about": [" "]},
        {"text": {"de": "Spät."}},
        {"over": {}},
        {"ends": None},
    ],
    ids=str,
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(OutageError, match=next(iter(change))):
        read(tmp_path, ONE | change)


def test_two_outages_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutageError, match="one id"):
        read(tmp_path, ONE, ONE)


def test_a_file_that_is_not_there_or_no_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutageError, match="nothing"):
        read_outages(tmp_path / "nothing.json")
    (tmp_path / "broken.json").write_text("[{")
    with pytest.raises(OutageError, match="broken"):
        read_outages(tmp_path / "broken.json")


def test_while_the_file_cannot_be_read_what_it_last_said_counts_and_why_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "outages.json"
    file.write_text("[{")
    assert [readable_outages(file), readable_outages(file)] == [(), ()]
    file.write_text(json.dumps([ONE]))
    assert [outage.id for outage in readable_outages(file)] == ["alerts-2026-11"]
    file.write_text(json.dumps([ONE | {"until": "soon"}]))
    assert [outage.id for outage in readable_outages(file)] == ["alerts-2026-11"]
    file.write_text("[]")
    assert readable_outages(file) == ()
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("outages.json cannot be used")
    assert first.endswith("what it last said counts: no outage.")
    assert "until" in second
    assert second.endswith("what it last said counts: alerts-2026-11.")


TWO = outages_of(
    [
        ONE | {"id": "app", "about": ["app", "application"], "until": None},
        ONE | {"id": "shop", "about": ["the shop"], "until": None},
    ]
)


@pytest.mark.parametrize(
    ("text", "ids", "alone"),
    [
        ("Hello,\nthe app has been down since this morning. When will it work again?\nThanks\nAna", "app", True),
        ("I can't log in to the app, it only shows a white screen.", "app", True),
        ("Guten Tag, die App lädt seit heute Morgen nicht. Wann geht sie wieder?", "app", True),
        ("Bonjour, l'application ne fonctionne plus depuis ce matin. Merci", "app", True),
        ("Buongiorno, l'app non si apre da ieri.", "app", True),
        ("Neither the app nor the shop works.", "app+shop", True),
        ("The shop works again, but the app does not.", "app", True),
        ("The app is down and our vaccines are at risk", "app", False),
        ("THE APP IS DOWN AGAIN", "app", False),
        ("Does the app work offline?", "app", False),
        ("Can I still log in to the app when the site is down?", "app", False),
        ("Funktioniert die App offline?", "app", False),
        ("Can't I log in to the app?", "app", True),
        ("The app doesn't load. Which phones does it work on?", "app", False),
        ("L'application ne marche pas. Je veux parler à quelqu'un.", "app", False),
        ("De app werkt niet. Bel mij terug op 030 123456.", "app", False),
        ("Which phones does the app work on?", "", False),
        ("Where do I download the app, and can I downgrade in the app?", "", False),
        ("The app works fine, but my sensor in the cellar is greyed out.", "", False),
    ],
)
def test_a_report_is_told_from_a_mention_and_from_one_that_says_more(text: str, ids: str, alone: bool) -> None:
    report = reported(TWO, "Help", text, "Ana Duarte", datetime(2026, 12, 1, tzinfo=UTC))
    found = "+".join(outage.id for outage in report.outages) if report else ""
    assert (found, bool(report and report.alone)) == (ids, alone)


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("We don't receive any alert mails.", True),
        ("Alert mails are not coming through since this morning.", True),
        ("None of the alert mails has arrived.", True),
        ("Seit gestern kommen keine Alarmmails an.", True),
        ("Nous ne recevons plus les alert mails depuis hier.", True),
        ("No recibimos los alert mails.", True),
        ("Non riceviamo gli alert mails, non arriva niente.", True),
        ("Wij krijgen geen alert mails.", True),
        ("Não recebemos nenhum dos alert mails.", True),
        ("We don't receive any alert mails. Our vaccines are lost.", False),
        ("Wir bekommen keine Alarmmails. Ich möchte kündigen.", False),
    ],
)
def test_what_does_not_come_is_reported_in_these_words(text: str, alone: bool) -> None:
    outages = outages_of([ONE | {"until": None, "about": ["alert mails", "Alarmmails"]}])
    report = reported(outages, "Help", text, "Ana Duarte", datetime(2026, 12, 1, tzinfo=UTC))
    assert report is not None
    assert report.alone is alone


def test_a_subject_that_says_more_than_the_report_counts() -> None:
    report = reported(TWO, "Wrong invoice", "The app does not load.", "Ana", datetime(2026, 12, 1, tzinfo=UTC))
    assert report is not None
    assert not report.alone


@pytest.mark.parametrize("subject", ["Alarm", "Re: Question", "Alerts"])
def test_a_subject_that_only_names_what_kind_of_mail_it_is_says_no_more(subject: str) -> None:
    report = reported(TWO, subject, "The app does not load.", "Ana", datetime(2026, 12, 1, tzinfo=UTC))
    assert report is not None
    assert report.alone


@pytest.mark.parametrize("subject", ["Fire", "Insulin", "Refund"])
def test_one_word_of_something_else_in_the_subject_counts(subject: str) -> None:
    report = reported(TWO, subject, "The app does not load.", "Ana", datetime(2026, 12, 1, tzinfo=UTC))
    assert report is not None
    assert not report.alone


def test_one_label_holds_all_that_a_thread_waits_for() -> None:
    assert awaited(["received", outage_label(["shop", "app-login"])]) == {"app-login", "shop"}
    assert awaited([outage_label([])]) == set()
