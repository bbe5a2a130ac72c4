"""Which brain decides: by key and by option, in a process as on a real account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from claude_testing import Clock, Topic
from messages_checks import KEY

from postroom.admission import StartError
from postroom.brain import BrainError
from postroom.brain.choosing import choose_brain
from postroom.brain.claude import ClaudeBrain
from postroom.brain.offline import OfflineBrain
from postroom.brain.spending import Ledger
from postroom.loading import load_agent
from postroom.running import announce
from postroom.serving import Ports, Serving, serve
from postroom.settings import Settings

FREE = Ports(0, 0, 0)


class NoLedger:
    """A ledger that must not be opened."""

    def __call__(self) -> Ledger:
        raise AssertionError("only a brain that costs needs a ledger")


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "AGENTMAIL_API_KEY", "AGENTMAIL_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_key_the_offline_brain_decides_and_costs_nothing() -> None:
    assert isinstance(choose_brain(settings(), None, NoLedger(), Clock()), OfflineBrain)
    keyed = settings(anthropic_api_key=KEY)
    assert isinstance(choose_brain(keyed, "offline", NoLedger(), Clock()), OfflineBrain)


def test_with_a_key_claude_decides_by_all_that_is_set(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(
        'as_of = 2027-01-01\nsource = "x"\nchecked = true\n'
        "[models.mine]\ninput = 1\noutput = 1\ncache_write = 1\ncache_read = 1\n"
    )
    given = settings(
        anthropic_api_key=KEY, anthropic_base_url="http://127.0.0.1:9", model_small="mine", spend_day_usd=1,
        spend_thread_usd=0.5, prices=path,
    )  # fmt: skip
    brain = choose_brain(given, None, lambda: object(), Clock())  # type: ignore[arg-type,return-value]
    assert isinstance(brain, ClaudeBrain)
    assert brain.caller.base_url == "http://127.0.0.1:9"
    assert str(brain) == (
        "claude (mine, claude-sonnet-5-5), at most 1 USD a day and 0.5 a thread by prices as of 2027-01-01, checked"
    )


def test_claude_without_a_key_says_what_to_set() -> None:
    with pytest.raises(BrainError, match="--brain claude needs ANTHROPIC_API_KEY"):
        choose_brain(settings(), "claude", NoLedger(), Clock())


def test_what_either_brain_learns_is_kept_in_the_data_folder(tmp_path: Path) -> None:
    given = settings(data_dir=tmp_path, anthropic_api_key=KEY)
    offline = choose_brain(given, "offline", NoLedger(), Clock())
    claude = choose_brain(given, "claude", lambda: object(), Clock())  # type: ignore[arg-type,return-value]
    assert isinstance(offline, OfflineBrain)
    assert isinstance(claude, ClaudeBrain)
    for brain in (offline, claude.offline):
        assert brain.skill(tmp_path, Topic).kept.folder == tmp_path / "learnt"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Serving]]:
    """Return a function that starts everything but the engine, of which a test process has one already."""
    running: list[Serving] = []
    for name in ("start", "stop"):
        monkeypatch.setattr(f"postroom.serving.Engine.{name}", lambda _self: None)
    monkeypatch.setattr("postroom.serving._warm", lambda _brain, _agents: None)
    monkeypatch.setattr("postroom.runtime.app.Runtime.start", lambda _self: None)

    def start(home: Path, brain: Any = None, **values: Any) -> Serving:
        running.append(serve([load_agent("support")], settings(data_dir=home, **values), FREE, brain=brain))
        return running[-1]

    yield start
    for serving in running:
        serving.stop()


def test_what_was_chosen_is_printed(
    started: Callable[..., Serving], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    announce(started(tmp_path / "a", anthropic_api_key=KEY))
    announce(started(tmp_path / "b", "offline", anthropic_api_key=KEY))
    said = capsys.readouterr().out
    assert "brain:  claude (claude-haiku-5-5, claude-sonnet-5-5), at most 5 USD a day" in said
    assert "brain:  offline\n" in said
    assert KEY not in said
    with pytest.raises(StartError, match="--brain claude needs ANTHROPIC_API_KEY"):
        started(tmp_path / "c", "claude")
