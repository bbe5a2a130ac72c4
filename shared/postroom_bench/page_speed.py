"""What the page weighs, and how soon it can be used in Chromium."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from urllib.request import urlopen

from postroom_bench.screenshots import chromium, pictures, played, served

LOADS = 15
KIND = {"css": "CSS", "js": "JS"}
LINKED = re.compile(r'(?:href|src)="([^"]+\.(css|js))"')
TIMES = """async () => {
  const painted = () => performance.getEntriesByName("first-contentful-paint")[0];
  while (!painted()) await new Promise(requestAnimationFrame);
  const [load] = performance.getEntriesByType("navigation");
  return [load.responseStart, painted().startTime, load.domContentLoadedEventEnd];
}"""
NAMES = ("first byte", "first paint", "interactive")


def page(home: Path) -> Iterator[str]:
    """Yield each page's bytes and, over several loads in a fresh browser each, the milliseconds to its moments."""
    del home  # the pictures' threads are what is measured, in a folder of their own
    with served() as serving:
        paths = {name: serving.url + path for name, path in pictures(played(serving)).items()}
        yield "bytes of HTML + CSS + JS as served, and what gzip -6 makes of them; beside these a load asks for an icon"
        for name, url in paths.items():
            yield f"{name}: {weight(url)}"
        with chromium() as browser:
            yield f"Chromium {browser.version} on the same cores, {LOADS} loads, empty cache each; ms, median (most)"
            for name, url in paths.items():
                yield f"{name}: {moments(browser, url)}"


def weight(url: str) -> str:
    """Return how many bytes a page has, by kind."""
    html = _fetch(url)
    parts = {"HTML": html}
    for path, kind in LINKED.findall(html.decode()):
        parts[KIND[kind]] = parts.get(KIND[kind], b"") + _fetch(urljoin(url, path))
    plain = sum(map(len, parts.values()))
    packed = sum(len(gzip.compress(part, 6)) for part in parts.values())
    each = " + ".join(f"{len(part):,} {kind}" for kind, part in parts.items())
    return f"{each} = {plain:,}; {packed:,} by gzip"


def moments(browser: Any, url: str) -> str:
    """Return the moments of a load; interactive is once all is parsed and the one script, deferred, has run."""
    taken: list[list[float]] = []
    for _ in range(LOADS):
        session = browser.new_context(viewport={"width": 1280, "height": 860})
        opened = session.new_page()
        opened.goto(url, wait_until="load")
        taken.append(opened.evaluate(TIMES))
        session.close()
    return ", ".join(
        f"{name} {_spread(sorted(column))}" for name, column in zip(NAMES, zip(*taken, strict=True), strict=True)
    )


def _spread(values: list[float]) -> str:
    return f"{values[len(values) // 2]:.0f} ({values[-1]:.0f})"


def _fetch(url: str) -> bytes:
    with urlopen(url) as answer:
        return bytes(answer.read())
