"""The measuring command says what it needs, and counts right."""

from pathlib import Path

import pytest

from postroom_bench import measure_mail
from postroom_kit.mail_reading import parse

REPORT = (
    b"From: MAILER-DAEMON@mx.example\nSubject: failure notice\nReturn-Path: <>\n\n"
    b"Your mail was not delivered:\n\n<A@far.example>:\n550 mailbox full\n"
)


def test_without_the_data_the_command_names_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSTROOM_DEV_DATA", str(tmp_path))
    assert measure_mail.main() == 1
    said = capsys.readouterr().err
    assert "bounces" in said
    assert "POSTROOM_DEV_DATA" in said


def test_a_row_counts_for_each_thing_that_is_right() -> None:
    score = measure_mail.Score()
    score.add({"file": "one", "recipients": ["a@far.example"], "temporary": False}, parse(REPORT))
    assert (score.recipients, score.delayed, score.permanent, score.wrong) == (1, 1, 0, [])
    score.add({"file": "two", "recipients": ["b@far.example"], "temporary": False}, parse(REPORT))
    assert (score.rows, score.recipients, score.wrong) == (2, 1, ["two"])


def test_about_a_third_is_kept_back_and_always_the_same() -> None:
    kept = sum(measure_mail.kept_back(f"{number}.txt") for number in range(300))
    assert 70 < kept < 130
    assert measure_mail.kept_back("1.txt") == measure_mail.kept_back("1.txt")


def test_the_slowest_of_the_mails_made_to_cost_time_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    measure_mail._hostile(100)
    assert "100 characters each: the slowest " in capsys.readouterr().out
