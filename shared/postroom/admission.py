"""What must hold before a process starts on its data folder; each refusal says what to do."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from postroom.agent import Agent
from postroom.autonomy import Autonomy
from postroom.claim import Claim
from postroom.loading import known_agents
from postroom.refused import Refused
from postroom.runtime.journal import Journal
from postroom.settings import Settings

LEAST_FREE = 50_000_000
"""Bytes that must be free on the data folder's disk at start; a database that meets a full disk stops mid-write."""


class StartError(Refused):
    """Why the process cannot start, in a sentence that says what to do."""


def refuse_unready(agents: Sequence[Agent], settings: Settings) -> None:
    """Refuse what must not meet real mail: fictional data, and agents with nobody to hand over to.

    Refuse a setting for an agent or a rule that is not there, too.
    """
    _refuse_unknown(agents, settings)
    if not settings.live:
        return
    elsewhere = settings.agentmail_base_url
    why, unset = (f"AGENTMAIL_BASE_URL is {elsewhere}, not on this machine", "AGENTMAIL_BASE_URL") if elsewhere else (
        "AGENTMAIL_API_KEY is set", "the key"
    )  # fmt: skip
    if settings.as_live:
        why, unset = "--as-live starts as with a real account", "--as-live"
    if Autonomy.parse(settings.autonomy, unset="approve").general == "auto":
        named = ", ".join(f"{agent.name}: auto" for agent in agents)
        raise StartError(
            f"POSTROOM_AUTONOMY lets every agent send by itself, and {why}: name those that may, as in {named}"
        )
    for agent in agents:
        for path in sorted((agent.folder / "data").glob("*.json")):
            content = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(content, dict) and content.get("fictional"):
                raise StartError(
                    f"{agent.name}: {path.name} is marked fictional, and {why}: put your own data there and remove "
                    f'"fictional", or go without {unset} to use the sandbox'
                )
        if not settings.humans_of(agent.name):
            raise StartError(f"{agent.name}: set POSTROOM_HUMANS='Name <address>' before it meets real mail")


def _refuse_unknown(agents: Sequence[Agent], settings: Settings) -> None:
    there = {*known_agents(), *(agent.name for agent in agents)}
    rules = {agent.name: {f"hold/{rule.__name__}" for rule in agent.hold} for agent in agents}
    for variable, owner in settings.owners():
        name, _, rule = owner.partition("/")
        if name not in there:
            raise StartError(f"{variable} names {name!r}, which is no agent; agents: {', '.join(sorted(there))}")
        if rule.startswith("hold/") and rule not in rules.get(name, {rule}):
            known = ", ".join(sorted(rules[name])) or "none"
            raise StartError(f"{variable} names {owner!r}, and {name} has no such rule; its rules: {known}")
    for name in unset_by(agents, settings.autonomy):
        if "/" not in name and name not in there:
            agents_are = ", ".join(sorted(there))
            raise StartError(f"POSTROOM_AUTONOMY names {name!r}, which is no agent and no label; agents: {agents_are}")


def unset_by(agents: Sequence[Agent], autonomy: str) -> list[str]:
    """Return what POSTROOM_AUTONOMY names, and nothing in the code of these agents seems to set as a label."""
    code = "\n".join(path.read_text("utf-8").lower() for agent in agents for path in agent.folder.rglob("*.py"))
    quoted = {*re.findall(r"[\"']([^\"'\n]*)[\"']", code)}
    found = []
    for name in Autonomy.parse(autonomy).named:
        dimension, slash, value = name.partition("/")
        # as a whole, or put together: f"category/{…}" and "billing"
        if name not in quoted and not (slash and f"{dimension}/" in code and value in quoted):
            found.append(name)
    return found


def prepare(folder: Path) -> Path:
    """Make the data folder, readable by its owner alone; raise StartError when that fails or the disk is full."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise StartError(
            f"cannot use the data folder {folder}: {error.strerror}; choose another with --data-dir"
        ) from error
    if free < LEAST_FREE:
        raise StartError(
            f"only {free // 1_000_000} MB are free where {folder} lies; free at least {LEAST_FREE // 1_000_000} MB, "
            "or choose another disk with --data-dir"
        )
    return folder.resolve()


def secret_of(settings: Settings, home: Path) -> str:
    """Return POSTROOM_SECRET, or that of the data folder, made now if there is none; only who has the lock may ask.

    Raises StartError on Postgres without the setting: each worker would make its own.
    """
    if settings.secret is not None:
        return settings.secret.get_secret_value()
    if (settings.database_url or "").startswith("postgresql"):
        raise StartError(
            "POSTROOM_SECRET is not set, and the workers on a Postgres must share one: set it to a long random text, "
            "such as `openssl rand -hex 32` prints, and keep it: the audit's hashes can be compared by it alone"
        )
    path, made = home / "secret", home / "secret.new"
    if not path.exists():
        made.unlink(missing_ok=True)
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex())
        made.rename(path)
    return path.read_text(encoding="utf-8").strip()


def lock(home: Path) -> Any:
    """Take the data folder for this process; return what gives it back. Raises StartError when it is taken."""
    held = FileLock(home / "lock", timeout=0)
    try:
        held.acquire()
    except Timeout as error:
        raise StartError(
            f"another process works on {home}{_who(home)}: stop it first, or give this one its own folder "
            "with --data-dir"
        ) from error
    return held.release


def be_the_only(worker: str, journal: Journal) -> Claim:
    """Take the worker's id for this process. Raises StartError when another one has it.

    Two workers of one id would each take up the other's runs as left over from their own death.
    """
    claim = Claim(journal.database, worker)
    if not claim.take():
        raise StartError(
            f"another process works on this database as {worker}: stop it, or set POSTROOM_WORKER to a name that "
            "only this process has, and keeps at each start"
        )
    return claim


def _who(home: Path) -> str:
    try:
        return f" (process {json.loads((home / 'run.json').read_text())['pid']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
