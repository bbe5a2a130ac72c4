"""Running agents from Python: what it refuses, and that it stays until it is told to stop."""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from desk_agent.agent import agent

import postroom
from postroom import Refused, Settings
from postroom.admission import StartError, be_the_only
from postroom.agent import Agent, AgentError
from postroom.database import open_database
from postroom.mailbox.bootstrap import BootstrapError
from postroom.running import announce, suggested
from postroom.runtime.journal import Journal
from postroom.serving import Ports, serve
from programs import started

CLEAN = {
    name: value for name, value in os.environ.items() if not name.startswith(("AGENTMAIL", "POSTROOM", "ANTHROPIC"))
} | {"POSTROOM_KNOWLEDGE": "bm25"}
PROGRAM = """
import sys, postroom
from pathlib import Path
from support_agent.agent import agent

postroom.run(agent, settings=postroom.Settings(data_dir=Path(sys.argv[1])), port=0, ws_port=0, smtp_port=0)
print("and on it goes", flush=True)
"""


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_whatever_refuses_to_start_is_refused() -> None:
    assert issubclass(AgentError, Refused)
    assert issubclass(StartError, Refused)
    assert issubclass(BootstrapError, Refused)


def test_no_agent_is_refused() -> None:
    with pytest.raises(Refused, match=r"name those to run: postroom\.run\(agent\)"):
        postroom.run()


def test_an_agent_that_is_not_whole_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(agent.on_mail, next(iter(agent.on_mail)))
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Refused, match=r"has moves but no handler of mail; add @agent\.on"):
        postroom.run(agent, settings=settings, port=0, ws_port=0, smtp_port=0)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings(_env_file=None, data_dir=tmp_path / "file" / "home")  # type: ignore[call-arg]
    with pytest.raises(Refused, match=r"cannot use the data folder .* choose another"):
        postroom.run(agent, settings=settings)


def test_a_thread_that_hears_no_signal_cannot_run_it() -> None:
    refused: list[str] = []

    def run() -> None:
        with pytest.raises(Refused) as caught:
            postroom.run(agent)
        refused.append(str(caught.value))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert "only a program's main thread hears; call it there" in refused[0]


@pytest.mark.parametrize(("folder", "option"), [(".postroom", ""), ("a b", " --data-dir 'a b'")])
def test_the_commands_shown_at_a_start_name_a_folder_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str, option: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("serving.Engine.start", "serving.Engine.stop", "runtime.app.Runtime.start"):
        monkeypatch.setattr(f"postroom.{name}", lambda _self: None)
    settings = Settings(_env_file=None, data_dir=Path(folder))  # type: ignore[call-arg]
    serving = serve([agent], settings, Ports(0, 0, 0))
    journal, clock = serving.runtime.context.journal, serving.runtime.clock
    journal.suppress("team@example.com", "bounce", clock.now())
    announce(dataclasses.replace(serving, lost=2))
    serving.stop()
    said = capsys.readouterr().out
    assert f"--wait 60{option}\n" in said
    assert f".venv/bin/postroom rebuild{option}\n" in said
    assert "people: team@example.com gets no mail since " in said
    assert "(bounce); nobody else is left: hand-overs are on the page alone; " in said


def many_articles(folder: Path, count: int, *, examples: bool = True) -> Agent:
    """Return an agent with so many articles, and one held-back mail that words alone find the article of."""
    entries = [{"id": str(number), "questions": [f"What is {number}?"], "answer": "One."} for number in range(count)]
    (folder / "data").mkdir()
    (folder / "data" / "knowledge.json").write_text(json.dumps(entries), encoding="utf-8")
    if examples:
        (folder / "examples").mkdir()
        mail = {"text": "What is 7?", "value": {"ids": ["7"]}, "split": "test"}
        (folder / "examples" / "answer.jsonl").write_text(json.dumps(mail), encoding="utf-8")
    many = copy.copy(agent)
    many.name, many.folder = "many", folder
    return many


@pytest.fixture
def by_words(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Have knowledge compared by words alone, though vectors are installed."""
    monkeypatch.setattr("postroom.running.embeddings", lambda: None)
    monkeypatch.setattr("postroom_kit.embeddings.missing", lambda _: [])
    monkeypatch.setattr("postroom.running.vectors", lambda: None)
    return monkeypatch


@pytest.mark.parametrize(("count", "said"), [(199, 0), (200, 1)])
def test_many_articles_compared_by_words_alone_have_their_hit_rates_told(
    by_words: pytest.MonkeyPatch, tmp_path: Path, count: int, said: int
) -> None:
    many = many_articles(tmp_path, count)
    lines = list(suggested([agent, many]))
    assert len(lines) == said
    # both are the same here: nothing to be won
    assert all(line.endswith("hit@1 on 1 held-back mails 1.000, with vectors 1.000") for line in lines)
    by_words.setattr("postroom.running.embeddings", object)
    assert list(suggested([many])) == []


def test_vectors_that_find_more_are_suggested(by_words: pytest.MonkeyPatch, tmp_path: Path) -> None:
    by_words.setattr("postroom.brain.held_back.hit_rate", lambda _, by: (9, 0.9 if by else 0.6))
    by_words.setattr("postroom.running.vectors", object)
    (line,) = suggested([many_articles(tmp_path, 200)])
    assert line.endswith("9 held-back mails 0.600, with vectors 0.900; POSTROOM_KNOWLEDGE=auto finds more")


def test_where_vectors_are_not_installed_the_suggestion_says_how(by_words: pytest.MonkeyPatch, tmp_path: Path) -> None:
    by_words.setattr("postroom_kit.embeddings.missing", lambda _: ["faiss"])
    (line,) = suggested([many_articles(tmp_path, 200)])
    assert "hit@1 1.000 on 1 held-back mails; to compare meanings too, `make vector` installs" in line
    assert "POSTROOM_KNOWLEDGE" not in line


def test_without_held_back_mails_no_figure_is_made_up(by_words: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (line,) = suggested([many_articles(tmp_path, 200, examples=False)])
    assert "hit@1" not in line
    assert "POSTROOM_KNOWLEDGE=auto compares meanings too" in line


@pytest.mark.xdist_group("processes")
def test_it_runs_until_a_signal_and_returns(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "home")]
    with started(command, env=CLEAN, cwd=tmp_path) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("ready"):
                process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    assert "support answers support@sandbox.test" in "".join(said)
    assert said[-2:] == ["stopping; what is under way goes on at the next start\n", "and on it goes\n"]


@pytest.mark.postgres
def test_a_second_worker_of_one_name_is_told_to_choose_another(postgres: Callable[[str], str]) -> None:
    url = postgres("two_workers")
    first, second = Journal(open_database(url)), Journal(open_database(url))
    claim = be_the_only("worker-1", first)
    with pytest.raises(StartError, match=r"works on this database as worker-1: .* set POSTROOM_WORKER to a name"):
        be_the_only("worker-1", second)
    be_the_only("worker-2", second).release()
    claim.release()
    be_the_only("worker-1", second).release()
    for journal in (first, second):
        journal.database.dispose()
