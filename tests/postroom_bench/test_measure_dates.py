"""The measure of dates says what it needs, and counts right."""

import os
from pathlib import Path

import pytest

from postroom_bench import measure_dates


def row(text: str, kind: str, words: str, **value: str) -> dict[str, object]:
    start = text.index(words)
    result = {"Start": start, "End": start + len(words) - 1, "Text": words, "TypeName": f"datetimeV2.{kind}"}
    return {
        "Input": text,
        "Context": {"ReferenceDateTime": "2026-11-30T09:00:00"},
        "Results": [{**result, "Resolution": {"values": [value]}}],
    }


def test_without_the_data_the_command_names_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSTROOM_DEV_DATA", str(tmp_path))
    assert measure_dates.main() == 1
    assert "POSTROOM_DEV_DATA" in capsys.readouterr().err


def test_what_is_found_right_and_beside_is_counted() -> None:
    rows = [
        row("See you on 3 May 2027.", "date", "3 May 2027", value="2027-05-03"),
        row("See you on 3 May 2027.", "date", "3 May 2027", value="2027-05-04"),
        row("From 3 to 7 May 2027", "daterange", "From 3 to 7 May 2027", start="2027-05-03", end="2027-05-07"),
        row("Tomorrow at 9am", "datetime", "Tomorrow at 9am", value="2026-12-01 09:00:00"),
        {"Input": "On Friday", "Results": []},
    ]
    said = list(measure_dates.report(rows))
    assert said[0].startswith("date: of 2 found 2 (100.0%), the value right in 1 (50.0%")
    assert said[1].startswith("datetime: of 1 found 1 (100.0%), the value right in 1")
    assert said[2].startswith("daterange: of 1 found 1 (100.0%), the value right in 1")
    assert said[3] == "precision: of 5 that we name, 4 cross a day that is labelled (80.0%)"


def test_about_half_is_kept_back_and_never_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert 100 < sum(measure_dates.kept_back(f"text {number}") for number in range(300)) < 200
    folder = os.environ.get("POSTROOM_DEV_DATA", "../shared/data")
    if not (Path(folder) / measure_dates.FILE).is_file():
        pytest.skip("the public data is not there: set POSTROOM_DEV_DATA")
    assert measure_dates.main(verbose=True) == 0
    shown = capsys.readouterr().out.partition("kept back")[2]
    assert "- " not in shown
