"""A desk that is served, and commands called on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from desk_agent.agent import agent

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.cli import group
from postroom.runtime.app import Runtime
from postroom.web import Web, make_app

TOKEN = "a-token-of-this-run"


@pytest.fixture
def desk(run_agent: Callable[..., tuple[Runtime, Sandbox]], tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Return a function that serves the desk: `runtime, sandbox, call = desk("answer")`; `call("threads")`.

    The sandbox may be one that has mail.
    """
    served: list[Web] = []

    def begin(what: str, sandbox: Sandbox | None = None) -> Any:
        brain = ScriptedBrain(Say={"what": what, "body": "It is blue."})
        runtime, sandbox = run_agent(agent, brain, sandbox)
        served.append(Web(0))
        served[-1].start(make_app(runtime, secret=str, token=TOKEN, sandbox=sandbox))
        home = tmp_path / f"home-{len(served)}"
        home.mkdir()
        (home / "run.json").write_text(json.dumps({"port": served[-1].port, "token": TOKEN, "agents": ["desk"]}))

        def call(command: str, *more: str, **given: Any) -> Any:
            return CliRunner().invoke(group, [command, "--data-dir", str(home), *more], **given)

        return runtime, sandbox, call

    yield begin
    for web in served:
        web.stop()
