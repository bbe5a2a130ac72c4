"""The measuring command says what it needs."""

from pathlib import Path

import pytest

from postroom_bench import measure_offline


def test_without_the_data_the_command_names_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSTROOM_DEV_DATA", str(tmp_path))
    assert measure_offline.main() == 1
    said = capsys.readouterr().err
    assert "banking77_train.csv" in said
    assert "POSTROOM_DEV_DATA" in said
