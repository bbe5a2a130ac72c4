"""kill -9 at every step boundary of a run, the sandbox in a process of its own: nothing lost, nothing twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent
STEPS = ["load", "decide:Say", "plan", "act:0:Escalate", "act:1:Reply", "labels"]
BOUNDARIES = range(2 * len(STEPS))
DESK = "desk@sandbox.test"
KEY = {"Authorization": "Bearer am_sandbox"}


@pytest.fixture(scope="module")
def sandbox_url() -> Iterator[str]:
    """A sandbox in a process of its own; yields its address."""
    command = [sys.executable, "-m", "agentmail_sandbox", "--ephemeral"]
    ports = ["--port", "0", "--ws-port", "0", "--smtp-port", "0"]
    with subprocess.Popen([*command, *ports], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        words = next(line for line in process.stdout if "http://" in line).split()
        yield next(word for word in words if word.startswith("http://")).rstrip("/.,").removesuffix("/v0")
        process.terminate()
        process.stdout.read()


@pytest.fixture(scope="module")
def mortal() -> Iterator[subprocess.Popen[str]]:
    """The process that forks those that die."""
    path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, str(HERE / "mortal.py")]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, text=True, env={**os.environ, "PYTHONPATH": path}
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def databases(kind: str, home: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    if kind == "sqlite":
        return {"engine_url": f"sqlite:///{home}/engine.db", "journal_url": f"sqlite:///{home}/journal.db"}
    url = request.getfixturevalue("postgres")(f"crash_{home.name}")
    return {"engine_url": url, "journal_url": url}


@pytest.mark.xdist_group("crash")
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
@pytest.mark.parametrize("death", BOUNDARIES, ids=lambda at: f"{'after' if at % 2 else 'before'} {STEPS[at // 2]}")
def test_a_killed_process_loses_nothing_and_does_nothing_twice(
    kind: str,
    death: int,
    sandbox_url: str,
    mortal: subprocess.Popen[str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    urls = databases(kind, tmp_path, request)
    customer = f"ana-{kind}-{death}@example.com"
    with httpx.Client(base_url=sandbox_url, headers=KEY) as http:
        http.post("/v0/inboxes", json={"username": "desk", "client_id": "postroom-desk"}).raise_for_status()
        mail = {"from": customer, "to": DESK, "subject": "Odd", "text": "It hums."}
        thread_id = http.post("/sandbox/mail", json=mail).raise_for_status().json()["thread_id"]
        result = ask(mortal, {"home": str(tmp_path), "base_url": sandbox_url, "death": death, **urls})

        assert result["first"] == -9
        assert result["second"] == 0
        assert result["statuses"] == ["done"]
        assert result["asked"] == ["Say"]
        left = http.get("/sandbox/outbox", params={"limit": 100}).json()
        mails = left["mails"] if isinstance(left, dict) else left
        assert sum(customer in mail["to"] for mail in mails) == 1
        assert sum(customer in (mail["text"] or "") and "team@example.com" in mail["to"] for mail in mails) == 1
        labels = http.get(f"/v0/inboxes/{DESK}/threads/{thread_id}").json()["labels"]
        assert "desk/with-human" in labels
        assert not [label for label in labels if label == "unread" or label.startswith("op-")]


def ask(mortal: subprocess.Popen[str], trial: dict[str, Any]) -> dict[str, Any]:
    assert mortal.stdin is not None
    assert mortal.stdout is not None
    print(json.dumps(trial), file=mortal.stdin, flush=True)
    answer: dict[str, Any] = json.loads(mortal.stdout.readline())
    return answer
