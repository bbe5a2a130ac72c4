"""AgentMail's client for Node: the sandbox serves it too, unmodified."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from agentmail_sandbox import Sandbox

SCRIPT = Path(__file__).with_name("npm_client.cjs")
HOW = "npm install --prefix FOLDER agentmail@0.5, and set POSTROOM_NPM=FOLDER"


@pytest.fixture
def node() -> str:
    """Return the program that runs JavaScript, where the package is installed in the folder POSTROOM_NPM names."""
    program = shutil.which("node")
    folder = os.environ.get("POSTROOM_NPM")
    if program is None or folder is None or not Path(folder, "node_modules", "agentmail").is_dir():
        pytest.skip(f"the npm package agentmail is not at hand: {HOW}")
    return program


def test_the_npm_client_creates_sends_lists_and_replies(node: str, served: Sandbox) -> None:
    environment = served.environment()
    command = [node, str(SCRIPT), environment.http, environment.websockets]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "inbox": "npm@sandbox.test",
        "sent_once": True,
        "listed": ["Hello"],
        "created_is_a_date": True,
        "same_thread": True,
        "thread": ["Is anybody there?", "And once more."],
        "status_of_a_stranger": 404,
    }
    assert [mail.text for mail in served.outbox("ada@example.com")] == ["And once more.", "Is anybody there?"]
