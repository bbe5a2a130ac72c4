"""`make screenshots`: the pictures of the page in README and docs, taken of threads as they really run."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from agentmail_sandbox import Sandbox
from postroom.console.first_mails import first_mail
from postroom.loading import load_agent
from postroom.outsiders import write
from postroom.serving import Ports, Serving, serve
from postroom.settings import Settings
from postroom_bench.checkout import ROOT

CHROMIUM = Path("/usr/bin/chromium")
BEGIN = datetime(2026, 12, 7, 8, 0, 20, tzinfo=UTC)
"""A Monday after the newest article of support's knowledge."""
BETWEEN, BEFORE = timedelta(minutes=35), timedelta(minutes=48)
PATIENCE = 600.0
"""Seconds for a mail; the first waits until its agent has learnt its examples."""
NIGHT = (
    "order_status",
    "happy_return_question",
    "question_in_the_subject",
    "unknown_topic",
    "two_questions_answered",
    "order_found_by_number",
)
"""Scenarios whose first mails come in before BEGIN, in turns, each from an address of its own: a day of figures."""
PLAYED = (
    "spam_pitch",
    "angry",
    "asks_for_a_person",
    "unclear_then_clear",
    "attachment_only",
    "two_questions_one_unknown",
    "thanks_in_german",
    "other_language",
    "happy_return_question",
)
"""Scenarios whose first mails come in, one after the other; the last one's thread is shown."""
NIGHTLY = 24
"""How many of those."""
AUTONOMY = "auto, category/product: approve"
SCREENS: dict[str, dict[str, Any]] = {
    "": {"viewport": {"width": 1280, "height": 860}},
    "-phone": {"viewport": {"width": 360, "height": 780}, "is_mobile": True, "has_touch": True},
}


def pictures(thread_id: str) -> dict[str, str]:
    """Return the path on the page of each picture, by the picture's name in `docs/`."""
    return {"page": f"threads/{thread_id}", "overview": "overview", "threads": "", "flow": "agents/support"}


def take(folder: Path) -> None:
    """Run support on a fresh sandbox, let mails of its scenarios come in, and photograph the page into `folder`.

    Raises SystemExit as `chromium` does.
    """
    with served() as serving:
        thread_id = played(serving)  # before Playwright, whose loop in this thread the engine refuses
        with chromium() as browser:
            for name, path in pictures(thread_id).items():
                for kind, screen in SCREENS.items():
                    shoot(browser, serving.url + path, screen, folder / f"{name}{kind}.png")


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Debian's Chromium; raises SystemExit with the command to run where it or `playwright` is missing."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise SystemExit("this needs Playwright: pip install playwright") from error
    if not CHROMIUM.exists():
        raise SystemExit("this needs a browser: apt-get install chromium")
    with sync_playwright() as driver:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield browser
        browser.close()


@contextmanager
def served() -> Iterator[Serving]:
    """Run support on a sandbox in a temporary folder, whose clock begins at BEGIN."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        Sandbox(Path(home), start=BEGIN - (NIGHTLY + 1) * BEFORE).close()
        # built without reading the environment: a key there must not make this touch real mail
        serving = serve(
            [load_agent("support")], Settings.model_construct(data_dir=Path(home), autonomy=AUTONOMY), Ports(0, 0, 0)
        )
        try:
            yield serving
        finally:
            serving.stop()


def played(serving: Serving) -> str:
    """Let the mails come in and be dealt with; return the thread of the last."""
    for number in range(NIGHTLY):
        come_in(
            serving, NIGHT[number % len(NIGHT)], BEGIN - (NIGHTLY - number) * BEFORE, f"customer-{number}@example.com"
        )
    threads = [come_in(serving, key, BEGIN + number * BETWEEN) for number, key in enumerate(PLAYED, 1)]
    bounce(serving)
    to(serving, BEGIN + (len(PLAYED) + 1) * BETWEEN)
    return threads[-1]


def bounce(serving: Serving) -> None:
    """Let the last mail to our people come back, so that the overview has something to say."""
    if serving.sandbox is None:
        raise SystemExit("the pictures are taken of the embedded sandbox alone")
    (person,) = {address for post in serving.runtime.context.posts.values() for address in post.addresses}
    told = {"message_id": serving.sandbox.outbox(person)[0].message_id, "recipient": person}
    key = {"Authorization": f"Bearer {serving.sandbox.api_key}"}
    with httpx.Client(transport=serving.sandbox.transport(), base_url="http://127.0.0.1", headers=key) as http:
        http.post("/sandbox/bounce", json=told).raise_for_status()
    serving.runtime.drain(PATIENCE)


def come_in(serving: Serving, key: str, at: datetime, sender: str = "") -> str:
    """Let the first mail of a scenario come in and be dealt with; return its thread."""
    (post,) = serving.runtime.context.posts.values()
    mail = first_mail(post.agent.folder, key)
    if mail is None or serving.control is None:
        raise SystemExit(f"support has no scenario {key} that begins with a mail; name another in PLAYED")
    to(serving, at)
    received = write(serving.control, sender or mail.sender, post.inbox_id, mail.subject, mail.text, **mail.more)
    serving.runtime.drain(PATIENCE)
    return str(received.thread_id)


def to(serving: Serving, at: datetime) -> None:
    """Move the clock there, to the second however long mails took: so the pictures show the same minutes each time."""
    serving.runtime.advance(at - serving.runtime.clock.now())


def shoot(browser: Any, url: str, screen: dict[str, Any], out: Path) -> None:
    """Photograph what such a screen shows first."""
    page = browser.new_page(color_scheme="light", **screen)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=out)
    page.close()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        raise SystemExit("usage: python -m postroom_bench.screenshots [FOLDER]")
    take(Path(sys.argv[1]) if len(sys.argv) == 2 else ROOT / "docs")
