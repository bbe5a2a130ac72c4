"""`postroom mail-info` prints a line of JSON for each mail, and nothing else on standard output."""

import json
from pathlib import Path

from click.testing import CliRunner

from postroom.cli import group

MAIL = b"From: =?utf-8?q?J=C3=B6rg?= <j@example.com>\nSubject: Hi\nDate: Sat, 1 Aug 2026 09:00:00 +0200\n\nHello\n"
FIELDS = (
    "file kind from subject date text reply_text quoted_text html_safe attachments bounce auto_reply authentication"
    " problems"
)


def test_a_mail_becomes_a_line_with_all_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(MAIL)
    result = CliRunner().invoke(group, ["mail-info", str(path)])
    line = json.loads(result.stdout)
    assert result.exit_code == 0
    assert list(line) == FIELDS.split()
    assert (line["file"], line["kind"], line["from"]) == (str(path), "human", "Jörg <j@example.com>")
    assert (line["date"], line["bounce"], line["auto_reply"]) == ("2026-08-01T09:00:00+02:00", None, None)


def test_a_dash_reads_standard_input_and_bounces_are_told() -> None:
    report = (
        b"From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: failure notice\n\n<a@far.example>:\nno such user\n"
    )
    result = CliRunner().invoke(group, ["mail-info", "-"], input=report)
    line = json.loads(result.stdout)
    assert line["file"] == "-"
    assert line["bounce"]["recipients"] == ["a@far.example"]
    assert line["bounce"]["permanent"] is True


def test_the_answer_of_a_calendar_is_an_auto_reply(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(b"Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n")
    line = json.loads(CliRunner().invoke(group, ["mail-info", str(path)]).stdout)
    assert (line["kind"], line["auto_reply"]) == ("auto_reply", {"until": None})


def test_files_are_told_by_name_type_and_size(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(b"Content-Type: text/csv; name=a.csv\n\n1,2")
    line = json.loads(CliRunner().invoke(group, ["mail-info", str(path)]).stdout)
    assert line["attachments"] == [{"filename": "a.csv", "content_type": "text/csv", "size": 3}]


def test_a_file_that_cannot_be_read_is_a_bad_line_among_good_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(MAIL)
    result = CliRunner().invoke(group, ["mail-info", str(tmp_path / "none.eml"), str(path)])
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert "No such file" in lines[0]["error"]
    assert lines[1]["kind"] == "human"


def test_what_is_no_utf_8_is_printed_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9.eml"
    path.write_bytes(
        b"Content-Type: text/plain; charset=utf-7\nMessage-ID: <\xe9@example.com>\n\n" + b"Hello " * 20 + b"+2AY-"
    )
    result = CliRunner(charset="latin-1").invoke(group, ["mail-info", str(path)])
    assert result.exit_code == 0
    assert json.loads(result.stdout_bytes)["text"].startswith("Hello Hello")


def test_no_file_is_wrong_usage() -> None:
    assert CliRunner().invoke(group, ["mail-info"]).exit_code == 2
