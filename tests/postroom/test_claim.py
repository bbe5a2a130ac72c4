"""A worker's id belongs to one process, also after the database has dropped every connection."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from desk_agent.agent import agent
from mail_wire import until
from structlog.testing import capture_logs
from werkzeug.test import Client

from postgres_server import PostgresServer
from postroom.brain.scripted import ScriptedBrain
from postroom.claim import Claim, watch
from postroom.database import open_database, sqlite_url
from postroom.web import make_app

numbers = itertools.count(1)
Make = Callable[[str], Claim]


@pytest.fixture
def process(postgres: Callable[[str], str]) -> Iterator[Make]:
    """Return a function that gives the claim of a worker's id as another process would have it."""
    url = postgres(f"claims_{next(numbers)}")
    made: list[Claim] = []

    def make(worker: str) -> Claim:
        made.append(Claim(open_database(url), worker))
        return made[-1]

    yield make
    for claim in made:
        claim.release()
        claim.database.dispose()


def drop_connection(claim: Claim) -> None:
    """End the session that holds the id, as a server that goes down does."""
    locks = "from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = "
    locks += "current_database())"
    with claim.database.connect() as connection:
        connection.execute(sa.text(f"select pg_terminate_backend(pid) {locks}"))
        until(lambda: connection.execute(sa.text(f"select count(*) {locks}")).scalar_one() == 0)


@pytest.mark.postgres
def test_a_workers_id_belongs_to_one_process_at_a_time(process: Make) -> None:
    first, second, other = process("worker-1"), process("worker-1"), process("worker-2")
    assert (first.take(), second.take(), other.take()) == (True, False, True)
    assert first.held()
    first.release()
    assert second.take()


def test_on_sqlite_the_folder_is_what_one_process_has(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path / "a.db"))
    claims = [Claim(database, "worker-1") for _ in range(2)]
    assert [(claim.take(), claim.held()) for claim in claims] == [(True, True)] * 2
    database.dispose()


@pytest.mark.postgres
def test_an_id_whose_connection_was_lost_is_taken_again_while_it_is_free(process: Make) -> None:
    first, second = process("worker-1"), process("worker-1")
    first.take()
    drop_connection(second)
    with capture_logs() as logs:
        assert first.held()
    assert [line["event"] for line in logs] == [
        "lost the connection that holds the worker's id",
        "took the worker's id again, after its connection was lost",
    ]
    assert not second.take()
    assert first.held()


@pytest.mark.postgres
def test_an_id_that_another_process_took_meanwhile_is_lost(process: Make) -> None:
    first, second = process("worker-1"), process("worker-1")
    first.take()
    drop_connection(second)
    assert second.take()
    lost = threading.Event()
    end = watch(first, lost.set, every=0.01)
    assert lost.wait(10)
    end()
    assert second.held()


@pytest.mark.postgres
def test_a_server_that_starts_again_leaves_the_id_where_it_was(process: Make, postgres_server: PostgresServer) -> None:
    first, second = process("worker-1"), process("worker-1")
    first.take()
    lost = threading.Event()
    with capture_logs() as logs:
        end = watch(first, lost.set, every=0.01)
        postgres_server.restart()
        until(lambda: any("again" in line["event"] for line in logs))
        end()
    assert not lost.is_set()
    assert not second.take()


class Stopped:
    """An engine that is only told to stop: the one of the tests goes on."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.stopped = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def stop(self, patience: float) -> None:
        self.stopped = True


def test_a_process_that_stood_down_takes_no_mail_and_is_not_ready(run_agent: Callable[..., Any]) -> None:
    runtime, _ = run_agent(agent, ScriptedBrain(), wrap_engine=Stopped)
    web = Client(make_app(runtime, secret=str, token="x"))
    assert web.get("/readyz").status_code == 200
    with capture_logs() as logs:
        runtime.stand_down("another process works here")
    assert [(line["log_level"], line["reason"]) for line in logs] == [("error", "another process works here")]
    assert runtime.context.engine.stopped
    for answer in (web.get("/readyz"), web.get("/"), web.post("/webhooks/agentmail", data=b"{}")):
        assert (answer.status_code, answer.text) == (503, "another process works here\n")
    assert web.get("/healthz").status_code == 200
