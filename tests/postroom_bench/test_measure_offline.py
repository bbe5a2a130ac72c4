"""The measuring command says what it needs."""

import re
from pathlib import Path

import pytest

from postroom_bench import measure_offline
from postroom_bench.checkout import ROOT


def test_without_the_data_the_command_names_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSTROOM_DEV_DATA", str(tmp_path))
    monkeypatch.setattr(measure_offline, "choose", lambda _: None)
    assert measure_offline.main() == 1
    said = capsys.readouterr()
    assert "banking77_train.csv" in said.err
    assert "POSTROOM_DEV_DATA" in said.err
    assert "support_agent, 27 held-back mails, lexical: hit@1" in said.out


def test_hit_rate_on_the_support_agents_held_back_mails_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    measure_offline._held_back(ROOT / "agents" / "support_agent", None)
    told = re.fullmatch(r"support_agent, (\d+) held-back mails, lexical: hit@1 (\d\.\d+)\n", capsys.readouterr().out)
    assert told
    assert int(told[1]) > 20
    assert 0.5 < float(told[2]) <= 1
