"""What the tests of Claude share: a server, a folder, and a brain that asks the one about the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from claude_testing import make_brain, make_folder
from messages_api import MessagesApi

from postroom.brain.claude import ClaudeBrain
from postroom.runtime.ledger import CallLedger


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    """A server with an empty script; a refusal that no test asked for fails the test."""
    server = MessagesApi()
    yield server
    server.close()
    assert server.faults == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an agent with two decisions and examples for one."""
    return make_folder(tmp_path)


@pytest.fixture
def claude(api: MessagesApi, tmp_path: Path) -> Iterator[Callable[..., tuple[ClaudeBrain, CallLedger]]]:
    """Return a function that makes a brain, and the ledger it books in."""
    made: list[tuple[ClaudeBrain, CallLedger]] = []

    def make(slept: list[float] | None = None, **how: Any) -> tuple[ClaudeBrain, CallLedger]:
        made.append(make_brain(api, tmp_path, slept, **how))
        return made[-1]

    yield make
    for brain, ledger in made:
        brain.close()
        ledger.database.dispose()
