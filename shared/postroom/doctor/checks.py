"""What a start needs, looked at one by one: each check says how it stands, or what to do."""

from __future__ import annotations

import os
import platform
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import httpx
import sqlalchemy as sa
from agentmail import AgentMail
from agentmail.core.api_error import ApiError

from postroom.brain.calling import ANTHROPIC_URL
from postroom.database import DatabaseUnusable, open_database, sqlite_module
from postroom.mailbox.client import NO_SDK_RETRIES, connect, error_text
from postroom.refused import Refused
from postroom.runtime.chain import head_of
from postroom.runtime.journal import Journal
from postroom.runtime.tables import suppressed
from postroom.runtime.unreached import unreached
from postroom.serving import LIVE_URL, LIVE_WS_URL, database, database_file
from postroom.settings import SANDBOX_KEY, Settings, SettingsError, read_settings, shown
from postroom.starting import SANDBOX_PEOPLE
from postroom.vectors import described

PORTS = (8025, 8026, 2525)


@dataclass(frozen=True)
class Check:
    """One line of the doctor: `said` tells how it stands, and when it is not `ok` also what to do."""

    name: str
    ok: bool
    said: str


def examine(data_dir: Path | None = None) -> Iterator[Check]:
    """Yield each check. What follows from settings is left out when they cannot be read."""
    found = f"Python {platform.python_version()}, SQLite {sqlite_module().sqlite_version}"
    yield Check("versions", True, f"Postroom {version('postroom')}, agentmail {version('agentmail')}, {found}")
    try:
        settings = read_settings(**({"data_dir": data_dir} if data_dir else {}))
    except SettingsError as error:
        yield Check("settings", False, str(error))
        return
    yield Check("settings", True, "read from the environment and .env")
    yield _key(settings)
    yield _people(settings)
    stored = _database(settings)
    yield stored
    if stored.ok:
        yield from _journal(settings)
    yield _agentmail(settings)
    yield _brain(settings)
    yield _texts()
    yield _ports(settings)


@contextmanager
def server_of(settings: Settings) -> Iterator[tuple[AgentMail, str]]:
    """Give a client for the server that the settings name, and its address as it may be shown."""
    key = settings.agentmail_api_key.get_secret_value() if settings.agentmail_api_key else SANDBOX_KEY
    url, ws_url = settings.agentmail_base_url or LIVE_URL, settings.agentmail_ws_url or LIVE_WS_URL
    with httpx.Client(timeout=30) as http:
        yield connect(key, base_url=url, ws_url=ws_url, http=http), shown(url)


def _key(settings: Settings) -> Check:
    if settings.agentmail_api_key is not None:
        return Check("keys", True, "AGENTMAIL_API_KEY is set")
    if settings.live:
        return Check("keys", False, "AGENTMAIL_API_KEY is not set: set it to the key of that server")
    return Check("keys", True, "AGENTMAIL_API_KEY is not set: agents run on the sandbox")


def _people(settings: Settings) -> Check:
    if settings.humans:
        return Check("people", True, "POSTROOM_HUMANS is set")
    if settings.live:
        return Check("people", False, 'nobody gets hand-overs: set POSTROOM_HUMANS to "Name <name@example.com>"')
    return Check("people", True, "POSTROOM_HUMANS is not set: hand-overs go to a fictional team on the sandbox")


def _database(settings: Settings) -> Check:
    if settings.database_url is not None:
        try:
            open_database(settings.database_url).dispose()
        except DatabaseUnusable as error:
            return Check("database", False, str(error))
        return Check("database", True, "POSTROOM_DATABASE_URL answers")
    folder = settings.data_dir.resolve()
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Check("database", False, f"{there} cannot be written to; choose another folder with --data-dir")
    return Check("database", True, f"SQLite in {folder}" + ("" if there == folder else ", made at the first start"))


def _journal(settings: Settings) -> Iterator[Check]:
    """Yield a check for each of our people that mail does not reach, and the audit's head, to be kept elsewhere.

    Nothing is made where no journal is yet.
    """
    if settings.database_url is None and not database_file(settings, settings.data_dir, "journal").exists():
        return
    opened = database(settings, settings.data_dir, "journal")
    try:
        if sa.inspect(opened).has_table(suppressed.name):
            teams = settings.teams or ([] if settings.live else [[SANDBOX_PEOPLE]])
            yield from (Check("people", False, said) for said in unreached(Journal(opened), teams))
            with opened.connect() as connection:
                yield Check(
                    "audit", True, f"its head is {head_of(connection)}; keep it elsewhere: it shows a cut chain"
                )
    finally:
        opened.dispose()


def _agentmail(settings: Settings) -> Check:
    if settings.agentmail_api_key is None and settings.agentmail_base_url is None:
        return Check("AgentMail", True, "the sandbox starts with the agents, in the same process")
    with server_of(settings) as (client, url):
        try:
            client.inboxes.list(limit=1, request_options=NO_SDK_RETRIES)
        except ApiError as error:
            advice = "check AGENTMAIL_API_KEY" if error.status_code in (401, 403) else "try again later"
            return Check("AgentMail", False, f"{url}: {error_text(error)}; {advice}")
        except httpx.TransportError as error:
            named = settings.agentmail_base_url is not None
            advice = "check AGENTMAIL_BASE_URL, and that it runs" if named else "check the network"
            return Check("AgentMail", False, f"{url} does not answer ({error}); {advice}")
    return Check("AgentMail", True, f"{url} answers, and knows the key")


def _brain(settings: Settings) -> Check:
    """Ask Claude's server for its models, which costs nothing; one that lists none, but answers, is none the worse."""
    key = settings.anthropic_api_key
    if key is None:
        return Check("brain", True, "ANTHROPIC_API_KEY is not set: the offline brain decides")
    import anthropic

    url = settings.anthropic_base_url or ANTHROPIC_URL
    address = shown(url)
    with anthropic.Anthropic(api_key=key.get_secret_value(), base_url=url, max_retries=0, timeout=30) as client:
        try:
            answer = client.models.with_raw_response.list(limit=1)
        except anthropic.APIConnectionError as error:
            named = settings.anthropic_base_url is not None
            advice = "check ANTHROPIC_BASE_URL, and that it runs" if named else "check the network"
            return Check("brain", False, f"{address} does not answer ({error.__cause__ or error}); {advice}")
        except anthropic.APIStatusError as error:
            if error.status_code in (401, 403):
                return Check("brain", False, f"{address} answered {error.status_code}; check ANTHROPIC_API_KEY")
            if error.status_code == 429 or error.status_code >= 500:
                return Check("brain", False, f"{address} answered {error.status_code}; try again later")
        else:
            if "json" not in answer.headers.get("content-type", ""):
                return Check("brain", False, f"{address} answers as no API does; check ANTHROPIC_BASE_URL")
    return Check("brain", True, f"Claude decides: {address} answers")


def _texts() -> Check:
    try:
        return Check("texts", True, f"compared {described()}")
    except Refused as error:
        return Check("texts", False, str(error))


def _ports(settings: Settings) -> Check:
    taken = [port for port in PORTS if not _is_free(port)]
    if not taken:
        return Check("ports", True, f"{', '.join(map(str, PORTS))} are free")
    named = ", ".join(map(str, taken))
    if (settings.data_dir / "run.json").exists():
        return Check("ports", True, f"{named} in use, as they should be if postroom runs on {settings.data_dir}")
    return Check(
        "ports", False, f"{named} in use: stop what has them, or give --port, --ws-port, --smtp-port (0: free)"
    )


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
