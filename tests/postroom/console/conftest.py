"""The page over a runtime of the desk agent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from desk_agent.agent import agent
from desk_page import Console
from flask import Flask
from mail_wire import WiredSandbox

from postroom.brain.scripted import ScriptedBrain
from postroom.console import console_blueprint
from postroom.runtime.app import Runtime


@pytest.fixture
def console(run_agent: Callable[..., tuple[Runtime, WiredSandbox]]) -> Console:
    """A desk agent that answers every mail with "It is blue."."""
    brain = ScriptedBrain(Say={"what": "answer", "body": "It is blue."})
    runtime, sandbox = run_agent(agent, brain, WiredSandbox())
    app = Flask("page")
    app.register_blueprint(console_blueprint(runtime, sandbox))
    return Console(runtime, sandbox, brain, app, app.test_client())
