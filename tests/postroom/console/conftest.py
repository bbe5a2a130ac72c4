"""The page over a runtime of the desk agent."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_agent.agent import agent
from desk_page import Console
from flask import Flask
from mail_wire import WiredSandbox

from agentmail_sandbox.network import WebServer, bind, port_of
from postroom.brain.scripted import ScriptedBrain
from postroom.console import console_blueprint
from postroom.runtime.app import Runtime

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def console(run_agent: Callable[..., tuple[Runtime, WiredSandbox]]) -> Console:
    """A desk agent that answers every mail with "It is blue."."""
    brain = ScriptedBrain(Say={"what": "answer", "body": "It is blue."})
    runtime, sandbox = run_agent(agent, brain, WiredSandbox())
    app = Flask("page")
    app.register_blueprint(console_blueprint(runtime, sandbox))
    return Console(runtime, sandbox, brain, app, app.test_client())


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is missing: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with playwright.sync_playwright() as driver:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def base(console: Any) -> Iterator[str]:
    """Serve the page and return its address."""
    listener = bind("the page", "127.0.0.1", 0)
    server = WebServer(console.app, listener)
    yield f"http://127.0.0.1:{port_of(listener)}"
    server.close()


@pytest.fixture
def open_page(chromium: Any, base: str) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a path; `page.complaints` collects what the browser's console says."""
    opened: list[Any] = []

    def open_path(path: str = "/", **context: Any) -> Any:
        session = chromium.new_context(**{"viewport": {"width": 1280, "height": 860}, **context})
        session.set_default_timeout(10_000)
        page = session.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(base + path)
        opened.append(session)
        return page

    yield open_path
    for session in opened:
        session.close()
