"""`python -m postroom_bench.screenshot OUT.png`: the picture in the README, taken of a thread as it really runs."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from postroom.loading import load_agent
from postroom.serving import Ports, serve
from postroom.settings import Settings

CHROMIUM = Path("/usr/bin/chromium")
SIZE = (1280, 860)
SCENARIO = "happy_return_question"


def take(out: Path) -> None:
    """Run support on a fresh sandbox, write it a mail on the page, and photograph its answer.

    Needs Debian's Chromium and the package `playwright`; raises SystemExit with the command to run without them.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise SystemExit("the picture needs Playwright: pip install playwright") from error
    if not CHROMIUM.exists():
        raise SystemExit("the picture needs a browser: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        # built without reading the environment: a key there must not make this touch real mail
        serving = serve([load_agent("support")], Settings.model_construct(data_dir=Path(folder)), Ports(0, 0, 0))
        try:
            with sync_playwright() as driver:
                arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
                browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
                page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
                page.goto(f"{serving.url}compose?scenario={SCENARIO}")
                page.click("main button")
                page.wait_for_selector(".story li:has-text('Moved')")
                page.screenshot(path=out)
                browser.close()
        finally:
            serving.stop()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m postroom_bench.screenshot OUT.png")
    take(Path(sys.argv[1]))
