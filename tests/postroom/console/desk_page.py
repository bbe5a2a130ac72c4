"""The page over a runtime of the desk agent, as a test client, with what a test wants at hand."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from mail_wire import WiredSandbox
from werkzeug.test import TestResponse

from postroom.brain.scripted import ScriptedBrain
from postroom.runtime.app import Runtime

ANA = "Ana Duarte <ana@example.com>"
DESK = "desk@sandbox.test"


@dataclass
class Console:
    """The page of one runtime, with what a test wants at hand."""

    runtime: Runtime
    sandbox: WiredSandbox
    brain: ScriptedBrain
    app: Flask
    web: FlaskClient

    def say(self, what: str, body: str = "It is blue.") -> None:
        """Have the brain decide this from now on."""
        self.brain.scripts = {"Say": {"what": what, "body": body}}

    def mail(self, subject: str = "Colour", text: str = "What colour is it?", from_: str = ANA, **more: Any) -> str:
        """Let a mail come in and be dealt with; return its thread."""
        received = self.sandbox.post_mail(from_, DESK, subject, text, **more)
        self.settle()
        return str(received.thread_id)

    def settle(self) -> None:
        """Have all mail that came in dealt with. In a thread: Playwright's loop in this one makes the engine refuse."""
        with ThreadPoolExecutor(1) as aside:
            aside.submit(self.runtime.drain).result()

    def text(self, path: str) -> str:
        """Return the words of a page, markup and runs of space taken out."""
        answer = self.web.get(path)
        assert answer.status_code == 200, answer.text
        return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send a form as a browser would that has loaded the page."""
        (token, *_) = re.findall(r'name="token" value="([^"]+)"', self.web.get("/dead-letters").text)
        return self.web.post(path, data={"token": token, "back": "/", **fields})
