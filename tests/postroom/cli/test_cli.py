"""Commands: what they refuse, in a sentence, and what `send --wait` counts as an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agentmail_sandbox.__main__ import main as module_main
from postroom.cli import group, running, sending
from postroom.cli.sending import tell


def call(*arguments: str) -> Result:
    return CliRunner().invoke(group, arguments)


@pytest.mark.parametrize("command", [["run", "support"], ["sandbox"]])
@pytest.mark.parametrize(
    ("option", "value"), [("--port", "99999"), ("--ws-port", "-1"), ("--smtp-port", "x"), ("--relay", "foo")]
)
def test_an_option_out_of_range_is_refused(command: list[str], option: str, value: str) -> None:
    result = call(*command, option, value)
    assert result.exit_code == 2
    assert f"Invalid value for '{option}'" in result.output


@pytest.mark.parametrize("content", ["[]", "null", "{}", '{"pid": "x"}', '{"pid": 1, "port": "q", "token": "t"}', "\0"])
def test_a_run_file_of_another_shape_is_a_sentence(content: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(content)
    result = call("threads", "--data-dir", str(tmp_path))
    assert result.exit_code == 1
    assert "run.json is not as `postroom run` writes it" in result.output


def test_a_process_that_is_gone_is_told_with_the_command_that_starts_it(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"pid": 1, "port": 9, "token": "t", "agents": ["support", "sdr"]}')
    result = call("threads", "--data-dir", str(tmp_path))
    assert f"postroom run support sdr --data-dir {tmp_path}" in result.output


def test_commands_look_where_the_settings_say_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROOM_DATA_DIR", str(tmp_path / "set"))
    assert f"nothing runs on {tmp_path / 'set'}:" in call("threads").output
    assert f"nothing runs on {tmp_path / 'told'}:" in call("threads", "--data-dir", str(tmp_path / "told")).output


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--relay", "", "HOST:PORT"),
        ("--chaos", "429=2", "429"),
        ("--limits", "requests=x", "requests"),
        ("--limits", "mails=3", "mails"),
    ],
)
def test_what_the_sandbox_cannot_read_is_refused_before_it_starts(option: str, value: str, said: str) -> None:
    result = call("sandbox", "--ephemeral", option, value)
    assert result.exit_code == 2
    assert f"Invalid value for '{option}'" in result.output
    assert said in result.output


def test_the_sandbox_is_started_as_the_options_say(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr("agentmail_sandbox.server.main_run", lambda **options: asked.update(options))
    chosen = ["--limits", "requests=20", "--chaos", "429=0.5", "--private-urls", "--host", "0.0.0.0"]
    result = call("sandbox", "--ephemeral", *chosen)
    assert result.exit_code == 0, result.output
    assert asked == {
        "data_dir": None, "port": 8025, "ws_port": 8026, "smtp_port": 2525, "relay": None,
        "chaos": "429=0.5", "limits": "requests=20", "private_urls": True, "host": "0.0.0.0",
    }  # fmt: skip


def test_the_sandbox_has_every_option_that_its_module_has() -> None:
    assert {option.name for option in module_main.params} <= {option.name for option in running.sandbox.params}


def test_a_sandbox_in_a_folder_it_cannot_use_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "sandbox.db").write_bytes(b"not SQLite" * 500)
    for folder, said in ((tmp_path / "file" / "x", "choose another folder"), (tmp_path, "file is not a database")):
        result = call("sandbox", "--data-dir", str(folder))
        assert (result.exit_code, said in result.output) == (1, True), result.output


def run(status: str, **action: Any) -> dict[str, Any]:
    """Return a run as the operator's API tells it, with one reply."""
    reply = {
        "kind": "Reply",
        "status": status,
        "rule": "",
        "reason": "",
        "to": ["a@example.com"],
        "text": "It is blue.",
    }
    return {
        "kind": "mail", "status": status, "note": "", "error": None, "decisions": [], "plan": None,
        "cause": {"message_id": "<1>"}, "actions": [reply | action],
    }  # fmt: skip


class Told:
    """A running process that knows one run."""

    def __init__(self, known: dict[str, Any]) -> None:
        self.known = known

    def get(self, path: str) -> dict[str, Any]:
        return {"runs": [self.known]}

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return {"inbox_id": "desk@sandbox.test", "thread_id": "t", "message_id": "<1>"}


@pytest.mark.parametrize(
    ("known", "code", "said"),
    [
        (run("done"), 0, "It is blue."),
        (run("held"), 1, "no answer left: it waits for a person"),
        (run("refused", rule="kill-switch", reason="all is off"), 1, "by kill-switch: all is off"),
        (
            run("done", reason="left out in Cc: bo@example.com (bounce)"),
            0,
            "Reply done: left out in Cc: bo@example.com",
        ),
        (run("dead"), 1, "postroom dead-letters"),
        (run("nothing") | {"actions": []}, 1, "the agent sent none"),
    ],
)
def test_waiting_succeeds_only_with_an_answer_that_left(
    known: dict[str, Any], code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "Running", lambda _: Told(known))
    result = call("send", "desk", "--from", "a@example.com", "--subject", "x", "--text", "y", "--wait", "5")
    assert result.exit_code == code
    assert said in result.output
    assert ("It is blue." in result.output) is (code == 0)


def test_a_story_leaves_out_what_a_decision_left_empty() -> None:
    decided = {"type": "Say", "brain": "x", "confidence": 0.5, "value": {"body": "", "asked": [], "what": "answer"}}
    assert "Say (x, 50% sure): what: answer" in tell(run("done") | {"decisions": [decided]})


def test_a_story_tells_what_the_agent_s_code_looked_up() -> None:
    looked = {
        "type": "order_of",
        "brain": "look-up",
        "confidence": None,
        "value": {"answer": "on its way"},
        "seen": {"context": {"number": "WF-1", "zone": ""}},
    }
    assert "order_of looked up (number: WF-1): answer: on its way" in tell(run("done") | {"decisions": [looked]})
