"""What the page shows of a look-up."""

from __future__ import annotations

from typing import Any

import pytest
from desk_agent.agent import State, agent

from postroom import Message, Thread


def test_a_look_up_shows_what_was_asked_and_told(console: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(message: Message, thread: Thread) -> None:
        thread.look_up(stock_of, colour="blue")

    monkeypatch.setitem(agent.on_mail, State.NEW, look)
    shown = console.text(f"/threads/{console.mail()}")
    assert "stock_of looked up colour blue answer 3 left" in shown
    assert "counts as low" not in shown


def stock_of(colour: str) -> str:
    return "3 left"
