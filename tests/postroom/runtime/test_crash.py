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

from programs import started

HERE = Path(__file__).parent
STEPS = ["load", "decide:Say", "plan", "act:0:Escalate", "act:1:Reply", "labels"]
BOUNDARIES = range(2 * len(STEPS))
DESK = "desk@sandbox.test"
KEY = {"Authorization": "Bearer am_sandbox"}


on_each_database = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@pytest.fixture(scope="module")
def sandbox_url() -> Iterator[str]:
    """A sandbox in a process of its own; yields its address."""
    command = [sys.executable, "-m", "agentmail_sandbox", "--ephemeral"]
    ports = ["--port", "0", "--ws-port", "0", "--smtp-port", "0"]
    with started([*command, *ports]) as process:
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
    with started(command, stdin=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}) as process:
        yield process


def databases(kind: str, home: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    if kind == "sqlite":
        return {"engine_url": f"sqlite:///{home}/engine.db", "journal_url": f"sqlite:///{home}/journal.db"}
    url = request.getfixturevalue("postgres")(f"crash_{home.name}")
    return {"engine_url": url, "journal_url": url}


@pytest.mark.xdist_group("crash")
@on_each_database
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
        result = ask(mortal, {"home": str(tmp_path), "base_url": sandbox_url, "kills": [], "death": death, **urls})

        assert result["ends"] == [-9, 0]
        assert result["runs"] == [["done", None, False]]
        assert result["asked"] == ["Say"]
        left = http.get("/sandbox/outbox", params={"limit": 100}).json()
        mails = left["mails"] if isinstance(left, dict) else left
        assert sum(customer in mail["to"] for mail in mails) == 1
        assert sum(customer in (mail["text"] or "") and "team@example.com" in mail["to"] for mail in mails) == 1
        labels = http.get(f"/v0/inboxes/{DESK}/threads/{thread_id}").json()["labels"]
        assert "desk/with-human" in labels
        assert not [label for label in labels if label == "unread" or label.startswith("op-")]


@pytest.mark.xdist_group("crash")
@on_each_database
def test_however_often_the_process_is_killed_those_that_were_under_way_are_answered(
    kind: str, sandbox_url: str, mortal: subprocess.Popen[str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    customers = [f"storm-{kind}-{number}@example.com" for number in range(4)]
    trial = {"home": str(tmp_path), "base_url": sandbox_url, "death": None, **databases(kind, tmp_path, request)}
    with httpx.Client(base_url=sandbox_url, headers=KEY) as http:
        post(http, dict.fromkeys(customers, "It hums."))
        # from the third life on they are suspects: one at a time is in its decision, the others wait for it
        result = ask(mortal, {**trial, "kills": [4, 4, 1, 1, 1, 1, 1, 1]})

        assert result["ends"] == [*[-9] * 8, 0]
        assert result["runs"] == [["done", None, False]] * 4
        assert [answers(http, customer) for customer in customers] == [1, 1, 1, 1]


@pytest.mark.xdist_group("crash")
@on_each_database
def test_a_mail_that_kills_the_process_is_soon_a_dead_letter_and_takes_no_other_along(
    kind: str, sandbox_url: str, mortal: subprocess.Popen[str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    innocent = [f"bystander-{kind}-{number}@example.com" for number in range(6)]
    poison = f"poison-{kind}@example.com"
    trial = {"home": str(tmp_path), "base_url": sandbox_url, "death": None, **databases(kind, tmp_path, request)}
    with httpx.Client(base_url=sandbox_url, headers=KEY) as http:
        threads = post(http, {poison: "POISON", **dict.fromkeys(innocent, "It hums.")})
        result = ask(mortal, {**trial, "kills": []})
        # it is unread still, and would be taken in by the next trial
        http.delete(f"/v0/inboxes/{DESK}/threads/{threads[poison]}").raise_for_status()

        assert result["ends"] == [*[-9] * 5, 0]
        (error,) = [error for status, error, retried in result["runs"] if (status, retried) == ("dead", True)]
        assert "the process died in this run 5 times at the same step" in error
        assert [status for status, *_ in result["runs"]].count("done") == 6
        assert [answers(http, customer) for customer in (poison, *innocent)] == [0, 1, 1, 1, 1, 1, 1]


@pytest.mark.xdist_group("crash")
def test_a_run_that_a_stop_in_order_interrupts_has_not_died_however_often(
    sandbox_url: str, mortal: subprocess.Popen[str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    customer = "patient@example.com"
    trial = {"home": str(tmp_path), "base_url": sandbox_url, "death": None, **databases("sqlite", tmp_path, request)}
    with httpx.Client(base_url=sandbox_url, headers=KEY) as http:
        post(http, {customer: "It hums."})
        result = ask(mortal, {**trial, "kills": [], "stops": 6})
        assert result["ends"] == [0] * 7
        assert result["runs"] == [["done", None, False]]
        assert answers(http, customer) == 1


def post(http: httpx.Client, texts: dict[str, str]) -> dict[str, str]:
    """Write to the desk, each from an address of its own; return their threads."""
    http.post("/v0/inboxes", json={"username": "desk", "client_id": "postroom-desk"}).raise_for_status()
    threads = {}
    for customer, text in texts.items():
        mail = {"from": customer, "to": DESK, "subject": "Odd", "text": text}
        threads[customer] = http.post("/sandbox/mail", json=mail).raise_for_status().json()["thread_id"]
    return threads


def answers(http: httpx.Client, customer: str) -> int:
    """Count the mails that left to an address."""
    mails = http.get("/sandbox/outbox", params={"limit": 1000}).json()["mails"]
    return sum(customer in mail["to"] for mail in mails)


def ask(mortal: subprocess.Popen[str], trial: dict[str, Any]) -> dict[str, Any]:
    assert mortal.stdin is not None
    assert mortal.stdout is not None
    print(json.dumps(trial), file=mortal.stdin, flush=True)
    answer: dict[str, Any] = json.loads(mortal.stdout.readline())
    return answer
