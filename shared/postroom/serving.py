"""A running process: data folder locked, sandbox or AgentMail, engine, agents, web port, and the way back down."""

from __future__ import annotations

import importlib
import json
import os
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import structlog
from agentmail import AgentMail
from agentmail.core.api_error import ApiError

from agentmail_sandbox import Sandbox
from agentmail_sandbox.remote import RemoteSandbox
from postroom.admission import StartError, be_the_only, lock, prepare, refuse_unready, secret_of
from postroom.agent import Agent
from postroom.brain import BrainError
from postroom.brain.choosing import Choice, choose_brain
from postroom.brain.claude import ClaudeBrain
from postroom.brain.offline import OfflineBrain
from postroom.claim import watch
from postroom.clock import Clock, WallClock
from postroom.console import Login
from postroom.database import open_database, sqlite_url
from postroom.intake import webhook
from postroom.intake.websocket import WebSocketIntake
from postroom.learning import learn_in
from postroom.mailbox.bootstrap import ensure_webhook
from postroom.mailbox.client import connect, error_text
from postroom.monitoring.logs import redact
from postroom.outsiders import SandboxControl
from postroom.runtime.app import Runtime
from postroom.runtime.engine import Engine
from postroom.runtime.first_start import left_alone
from postroom.runtime.journal import Journal
from postroom.runtime.ledger import CallLedger
from postroom.runtime.rebuild import lost_threads
from postroom.runtime.records import TakenIn
from postroom.runtime.unreached import unreached
from postroom.settings import SANDBOX_KEY, Settings
from postroom.starting import make_runtime, take_in_campaigns
from postroom.web import Web, make_app

log = structlog.get_logger(__name__)

LIVE_URL = "https://api.agentmail.to"
LIVE_WS_URL = "wss://ws.agentmail.to"
POLLING_SECONDS = 10.0
TAKEN = (
    "another process works on this database as {worker}, since the connection that held that name was lost; this one "
    "does nothing any more: stop one of the two, or set POSTROOM_WORKER to a name that only this one has, and start it "
    "again"
)


@dataclass(frozen=True)
class Ports:
    """The ports to listen on; 0 takes a free one."""

    web: int = 8025
    ws: int = 8026
    smtp: int = 2525
    relay: str | None = None


@dataclass
class Serving:
    """Everything that was started, in the order it was; `stop` takes it down in reverse.

    `left_alone` counts unread mails of before the first start, `lost` threads that carry states of which the
    database, a new one, knows nothing.
    """

    settings: Settings
    runtime: Runtime
    web: Web
    sandbox: Sandbox | None
    intake: str
    control: SandboxControl | None = None
    login: Login | None = None
    lost: int = 0
    left_alone: int = 0
    stops: list[Any] = field(default_factory=list)
    campaigns: list[TakenIn] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.web.port}/"

    @property
    def unreached(self) -> list[str]:
        """What to say of those of our people that mail does not reach."""
        context = self.runtime.context
        return unreached(context.journal, [post.people for post in context.posts.values()])

    def stop(self) -> None:
        """Stop cleanly; what is under way goes on at the next start."""
        for stop in reversed(self.stops):
            stop()
        self.stops.clear()


def serve(
    agents: Sequence[Agent], settings: Settings, ports: Ports, *, brain: Choice | None = None, polling: bool = False
) -> Serving:
    """Start agents and everything they need, and return once mail is taken in.

    Raises Refused or OSError (PortTaken), each with what to do; nothing is left running then.
    """
    stops: list[Any] = []
    try:
        return _serve(agents, settings, ports, stops, wanted=brain, polling=polling)
    except BaseException as error:
        for stop in reversed(stops):
            stop()
        if isinstance(error, ApiError | httpx.TransportError):
            where = settings.agentmail_base_url or "AgentMail"
            raise StartError(f"{where} does not serve: {error_text(error)}; check address, key and network") from error
        raise


def _serve(
    agents: Sequence[Agent], settings: Settings, ports: Ports, stops: list[Any],
    *, wanted: Choice | None, polling: bool,
) -> Serving:  # fmt: skip
    redact(settings.secrets)
    refuse_unready(agents, settings)
    home = prepare(settings.data_dir)
    stops.append(lock(home))
    learn_in(home)
    sandbox, clock = _sandbox(settings, home)
    client, http = _client(settings, sandbox)
    stops.append(http.close)
    control = sandbox or _elsewhere(settings, http)
    if sandbox is not None:
        stops.append(sandbox.close)
    worker = settings.worker or "worker-1"
    journal = Journal(database(settings, home, "journal"), secret_of(settings, home), clock)
    stops.append(journal.database.dispose)
    claim = be_the_only(worker, journal)
    stops.append(claim.release)
    engine = Engine(database(settings, home, "engine"), worker)
    brain = _brain(settings, wanted, journal, clock)
    stops.append(brain.close)
    runtime = make_runtime(
        agents, settings, client=client, http=http, journal=journal,
        engine=engine, clock=clock, brain=brain, home=home, sandbox=sandbox,
    )  # fmt: skip
    lost, campaigns = lost_threads(runtime.context), take_in_campaigns(runtime)
    engine.start()
    stops.append(engine.stop)
    token = secrets.token_urlsafe(24)
    redact([token])
    login = _login(settings, token)
    hook: dict[str, str] = {"secret": settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""}
    app = make_app(runtime, secret=lambda: hook["secret"], token=token, sandbox=sandbox, control=control, login=login)
    web = Web(ports.web)
    stops.append(web.stop)
    if sandbox is not None:
        _open_sandbox(sandbox, web, ports)
    web.start(app)
    runtime.start()
    stops.append(runtime.stop)
    ways: list[Any] = []
    intake = _take_in(runtime, client, settings, web, sandbox, hook, ways, polling=polling)
    stops += [*ways, watch(claim, partial(_stand_down, runtime, ways, TAKEN.format(worker=worker)))]
    stops.append(write_run_file(home, web, sandbox, token, agents))
    threading.Thread(target=_warm, args=(brain, agents), name="warm-up", daemon=True).start()
    return Serving(
        settings, runtime, web, sandbox, intake, control, login, lost, left_alone(runtime.context), stops, campaigns
    )  # fmt: skip


def _login(settings: Settings, token: str) -> Login | None:
    if settings.public_url is None and settings.password is None:
        return None
    password = settings.password.get_secret_value() if settings.password else ""
    return Login(token, password=password, public_url=settings.public_url or "", here=settings.public_url is not None)


def _sandbox(settings: Settings, home: Path) -> tuple[Sandbox | None, Clock]:
    if settings.agentmail_api_key is not None or settings.agentmail_base_url is not None:
        return None, WallClock()
    sandbox = Sandbox(home, api_key=SANDBOX_KEY)
    return sandbox, sandbox.clock


def _client(settings: Settings, sandbox: Sandbox | None) -> tuple[AgentMail, httpx.Client]:
    if sandbox is not None:
        http = httpx.Client(transport=sandbox.transport(), timeout=30)
        return connect(SANDBOX_KEY, base_url="http://127.0.0.1", ws_url="ws://127.0.0.1", http=http), http
    key = settings.agentmail_api_key.get_secret_value() if settings.agentmail_api_key else SANDBOX_KEY
    base_url, ws_url = settings.agentmail_base_url or LIVE_URL, settings.agentmail_ws_url or LIVE_WS_URL
    # one connection for each worker thread and some: the default pool would make busy lanes wait
    http = httpx.Client(timeout=30, limits=httpx.Limits(max_connections=64, max_keepalive_connections=32))
    return connect(key, base_url=base_url, ws_url=ws_url, http=http), http


def _elsewhere(settings: Settings, http: httpx.Client) -> RemoteSandbox | None:
    """Return what writes mail on the sandbox in another process; None for AgentMail itself."""
    if settings.agentmail_base_url is None:
        return None
    key = settings.agentmail_api_key.get_secret_value() if settings.agentmail_api_key else SANDBOX_KEY
    found = RemoteSandbox(settings.agentmail_base_url, key, http)
    return found if found.answers() else None


def _brain(settings: Settings, wanted: Choice | None, journal: Journal, clock: Clock) -> OfflineBrain | ClaudeBrain:
    try:
        return choose_brain(settings, wanted, lambda: CallLedger(journal.database), clock)
    except BrainError as error:
        raise StartError(str(error)) from error


def database(settings: Settings, home: Path, name: str) -> Any:
    """Open one of a data folder's databases, `engine` or `journal`."""
    return open_database(settings.database_url or sqlite_url(database_file(settings, home, name)))


def database_file(settings: Settings, home: Path, name: str) -> Path:
    """Return where SQLite keeps a database of a data folder; a real account has its own."""
    prefix = "live-" if settings.live else ""
    return home / f"{prefix}{name}.db"


def _warm(brain: OfflineBrain | ClaudeBrain, agents: Sequence[Agent]) -> None:
    """Load and fit what the first mail needs, after the start instead of before it."""
    importlib.import_module("svix.webhooks")
    # mails are many and matrices small: a second thread of a numeric library, which must be loaded to be told so, only
    # takes the core from another mail
    importlib.import_module("numpy")
    importlib.import_module("threadpoolctl").threadpool_limits(limits=1)
    for agent in agents:
        brain.warm(agent.folder, agent.decisions())


def _open_sandbox(sandbox: Sandbox, web: Web, ports: Ports) -> None:
    sandbox.base_url = f"http://127.0.0.1:{web.port}"
    sandbox.start_websocket(ports.ws)
    sandbox.start_smtp(ports.smtp)
    sandbox.start_workers(relay=ports.relay)


def _take_in(
    runtime: Runtime, client: AgentMail, settings: Settings, web: Web, sandbox: Sandbox | None,
    hook: dict[str, str], stops: list[Any], *, polling: bool,
) -> str:  # fmt: skip
    """Open the way in, catch up on what came while nobody listened, and return the name of the way.

    What closes it is added to `stops`.
    """
    inboxes = [post.inbox_id for post in runtime.context.at_inboxes()]
    base = settings.public_url if sandbox is None else f"http://127.0.0.1:{web.port}"
    deaf = settings.agentmail_base_url is not None and settings.agentmail_ws_url is None and base is None
    if polling or deaf:
        runtime.catch_up_every = POLLING_SECONDS
        runtime.door.catch_up()
        return "polling"
    if base is not None:
        made = ensure_webhook(client, base.rstrip("/") + webhook.PATH, inboxes)
        hook["secret"] = hook["secret"] or made.secret
        runtime.door.catch_up()
        return "webhook"
    listener = WebSocketIntake(client, runtime.door, inboxes)
    listener.start()
    stops.append(listener.stop)
    return "WebSocket"


def _stand_down(runtime: Runtime, ways: Sequence[Any], reason: str) -> None:
    runtime.stand_down(reason)
    for close in ways:
        close()


def write_run_file(home: Path, web: Web, sandbox: Sandbox | None, token: str, agents: Sequence[Agent]) -> Any:
    """Name ports and token for the other commands; return what removes the file."""
    path = home / "run.json"
    content = {
        "pid": os.getpid(),
        "port": web.port,
        "ws_port": sandbox.ws_port if sandbox else None,
        "smtp_port": sandbox.smtp_port if sandbox else None,
        "agents": [agent.name for agent in agents],
        "token": token,
    }
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)
    return lambda: path.unlink(missing_ok=True)
