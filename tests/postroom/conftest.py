"""What tests of several parts begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from campaign_desk import start_caller


@pytest.fixture
def called(run_agent: Any) -> Callable[..., Any]:
    """Return a function that starts the agent that writes first: `called(says, outreach={…}, **settings)`."""
    return start_caller(run_agent)
