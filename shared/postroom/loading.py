"""Finding an agent by its name or folder, importing it, and checking it."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

from postroom.agent import Agent, AgentError


def folder_name(name: str) -> str:
    """Return the folder of an agent's name: `legal-intake` lives in `legal_intake_agent`."""
    return f"{re.sub(r'[^a-z0-9]+', '_', name.lower())}_agent"


def load_agent(name_or_path: str) -> Agent:
    """Import the agent of that name (from the source roots) or folder, check it, and return it.

    Raises AgentError that says what was looked for and what is wrong.
    """
    folder = _find(name_or_path)
    if str(folder.parent) not in sys.path:
        sys.path.insert(0, str(folder.parent))
    module = importlib.import_module(f"{folder.name}.agent")
    if Path(str(module.__file__)).resolve().parent != folder:
        raise AgentError(f"{folder} has the same name as {module.__file__}, imported already; rename one of them")
    agent = getattr(module, "agent", None)
    if not isinstance(agent, Agent):
        raise AgentError(f"{folder / 'agent.py'} defines no `agent = Agent(…)`; add it")
    agent.check()
    return agent


def known_agents() -> list[str]:
    """Return the names of agents on the import path, as `postroom run` takes them, sorted."""
    folders = {path.parent for root in map(Path, sys.path) if root.is_dir() for path in root.glob("*_agent/agent.py")}
    return sorted(folder.name.removesuffix("_agent").replace("_", "-") for folder in folders)


def _find(name_or_path: str) -> Path:
    given = Path(name_or_path)
    if (given / "agent.py").is_file():
        return given.resolve()
    wanted = folder_name(name_or_path)
    for root in map(Path, sys.path):
        if (root / wanted / "agent.py").is_file():
            return (root / wanted).resolve()
    raise AgentError(
        f"no agent {name_or_path!r}: looked for a folder {name_or_path} with an agent.py, and for {wanted} on the "
        f"import path. There are: {', '.join(known_agents()) or 'none'}"
    )
