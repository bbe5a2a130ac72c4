"""The measuring command says what it needs."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from postroom_bench import measure_offline
from postroom_bench.checkout import ROOT


def test_without_the_data_its_figures_are_skipped_and_the_others_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROOM_DEV_DATA", str(tmp_path))
    monkeypatch.setattr(measure_offline, "choose", lambda _: None)
    monkeypatch.setattr(measure_offline, "of_triage", lambda *_: [(0.9, True)])
    monkeypatch.setattr(measure_offline, "of_answers", lambda *_: [])
    monkeypatch.setattr(measure_offline, "of_held_back_answers", lambda *_: [(0.3, False), (0.95, True)])
    told = CliRunner().invoke(measure_offline.main)
    assert told.exit_code == 0, told.output
    assert "support_agent, 92 held-back mails, lexical: hit@1" in told.stdout
    assert "support_agent, Triage, what is wanted, lexical, cross-validated on 1 examples:" in told.stdout
    assert "support_agent, Answer, lexical, on 2 examples held back:" in told.stdout
    *_, last = told.stdout.splitlines()
    assert last.startswith("skipped: the figures on public data")
    assert "banking77_train.csv" in last
    assert "POSTROOM_DEV_DATA" in last


def test_help_measures_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure_offline, "agent_folders", lambda: pytest.fail("measured"))
    told = CliRunner().invoke(measure_offline.main, ["--help"])
    assert (told.exit_code, "POSTROOM_DEV_DATA" in told.stdout) == (0, True)


def test_hit_rate_on_the_support_agents_held_back_mails_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    measure_offline._held_back(ROOT / "agents" / "support_agent", None)
    told = re.fullmatch(r"support_agent, (\d+) held-back mails, lexical: hit@1 (\d\.\d+)\n", capsys.readouterr().out)
    assert told
    assert int(told[1]) > 20
    assert 0.5 < float(told[2]) <= 1
