"""A sandbox whose wire is listened to, with the inbox of the desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from agentmail import AgentMail
from mail_wire import WiredSandbox


@pytest.fixture
def bare() -> Iterator[WiredSandbox]:
    """A sandbox without an inbox."""
    made = WiredSandbox()
    yield made
    made.close()


@pytest.fixture
def sandbox(bare: WiredSandbox) -> WiredSandbox:
    """The same, with an inbox."""
    bare.client().inboxes.create(request={"username": "desk"})
    return bare


@pytest.fixture
def client(sandbox: WiredSandbox) -> AgentMail:
    return sandbox.client()
