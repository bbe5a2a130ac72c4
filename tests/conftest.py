"""A runtime over a sandbox in process, for tests that want the whole of it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from mail_wire import TUESDAY

from agentmail_sandbox import Sandbox
from postgres_server import PostgresServer
from postroom.agent import Agent
from postroom.brain import Brain
from postroom.brain.offline import OfflineBrain
from postroom.database import open_database, sqlite_url
from postroom.mailbox.client import connect
from postroom.runtime.app import Runtime
from postroom.runtime.engine import Engine
from postroom.runtime.journal import Journal
from postroom.settings import Settings
from postroom.starting import make_runtime
from postroom_kit.kept import Kept

# Speed is for the bench: a busy machine is no fault. POSTROOM_EXAMPLES asks for other examples, and for how many.
examples = os.environ.get("POSTROOM_EXAMPLES")
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=examples is None
)
settings.load_profile("untimed")
if examples is not None:
    settings.register_profile("exploring", settings.get_profile("untimed"), max_examples=int(examples))
    settings.load_profile("exploring")

# Most tests assert what is decided by words alone; `.ci/run` plays the scenarios by meaning too.
os.environ.setdefault("POSTROOM_KNOWLEDGE", "bm25")

numbers = itertools.count(1)
wanting: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note tests skipped for want of a program; where POSTROOM_CI is set they are failures of the set-up."""
    if report.skipped and "apt-get install" in str(report.longrepr):
        wanting.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that was to have every program and skipped tests all the same."""
    if wanting and "POSTROOM_CI" in os.environ:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say which tests those were."""
    if wanting and "POSTROOM_CI" in os.environ:
        terminalreporter.write_line(f"{len(wanting)} tests lack a program that POSTROOM_CI promises: {wanting[0]} …")


@pytest.fixture
def served() -> Iterator[Sandbox]:
    """A sandbox on free ports."""
    made = Sandbox()
    made.serve(0, 0, 0)
    yield made
    made.close()


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The one engine of this test process: DBOS allows no second."""
    folder = tmp_path_factory.mktemp("engine")
    engine = Engine(open_database(sqlite_url(folder / "engine.db")), polling_seconds=0.05)
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server of our own, for this test process."""
    server = PostgresServer.find()
    if server is None:
        pytest.skip("PostgreSQL's server programs are missing: apt-get install postgresql")
    with server:
        yield server


@pytest.fixture(scope="session")
def postgres(postgres_server: PostgresServer) -> Callable[[str], str]:
    """Return a function that makes a database of that name on a server of our own and returns its URL."""
    return postgres_server.create


@pytest.fixture(scope="session")
def learnt_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all processes of this run keep what was learnt from an agent's examples: it is the same each time."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "learnt"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def offline_brain(learnt_folder: Path) -> OfflineBrain:
    """One brain for all tests of a process."""
    return OfflineBrain(Kept(learnt_folder))


@pytest.fixture
def run_agent(engine: Engine, tmp_path: Path) -> Iterator[Callable[..., tuple[Runtime, Sandbox]]]:
    """Return a function that runs an agent over a fresh sandbox: `runtime, sandbox = run_agent(agent, brain)`."""
    opened: list[Any] = []

    def start(
        agent: Agent | list[Agent],
        brain: Brain,
        sandbox: Sandbox | None = None,
        wrap_engine: Callable[[Engine], Any] = lambda engine: engine,
        **settings: Any,
    ) -> tuple[Runtime, Sandbox]:
        sandbox = sandbox or Sandbox(start=TUESDAY)
        http = httpx.Client(transport=sandbox.transport())
        database = open_database(sqlite_url(tmp_path / f"journal-{next(numbers)}.db"))
        runtime = make_runtime(
            agent if isinstance(agent, list) else [agent],
            Settings(_env_file=None, **settings),  # type: ignore[call-arg]
            client=connect(sandbox.api_key, base_url="http://127.0.0.1", ws_url="ws://127.0.0.1", http=http),
            http=http,
            journal=Journal(database, clock=sandbox.clock),
            engine=wrap_engine(engine),
            clock=sandbox.clock,
            brain=brain,
            home=tmp_path,
            sandbox=sandbox,
            name=f"test-{next(numbers)}",
        )
        runtime.start(ticking=False)
        opened.extend([runtime.stop, sandbox.close, database.dispose, http.close])
        return runtime, sandbox

    yield start
    for close in opened:
        close()
