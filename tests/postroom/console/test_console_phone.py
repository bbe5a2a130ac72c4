"""The page on a narrow phone: nothing scrolls sideways, and what is pressed is large enough."""

from __future__ import annotations

from typing import Any

import pytest

from agentmail_sandbox import Part

pytestmark = pytest.mark.browser


def test_a_phone_never_scrolls_sideways(console: Any, open_page: Any, base: str) -> None:
    console.say("escalate", body="x" * 300)
    file = Part(b"x", f"{'f' * 120}.pdf", "application/pdf")
    thread = console.mail("S" * 200, text="t" * 400, from_=f"{'n' * 80} <{'a' * 60}@example.com>", attachments=[file])
    console.runtime.context.journal.switch_off("all", "r" * 200, console.runtime.clock.now())
    page = open_page("/", viewport={"width": 320, "height": 800})
    paths = (
        "/",
        "/overview",
        "/approvals",
        f"/threads/{thread}",
        "/agents/desk",
        "/compose",
        "/outside",
        "/dead-letters",
    )
    for path in (*paths, "/threads/none"):
        page.goto(base + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path


def test_on_a_narrow_phone_what_is_pressed_is_large_enough_and_its_words_are_whole(
    console: Any, open_page: Any, base: str
) -> None:
    console.say("escalate")
    handed_over = console.mail("Colour")
    console.say("crash")
    console.mail("Door")
    console.say("answer")
    console.mail("LOUD WORDS")
    page = open_page("/", viewport={"width": 320, "height": 800})
    small = """[...document.querySelectorAll('a:not(.skip), button, summary')].filter(
        (one) => one.checkVisibility() && one.getBoundingClientRect().height < 24).map((one) => one.outerHTML)"""
    pages = ("/", "/overview", "/approvals", f"/threads/{handed_over}", "/agents/desk", "/compose", "/outside")
    for path in (*pages, "/dead-letters", "/threads/none"):
        page.goto(base + path)
        assert page.evaluate(small) == [], path
        assert {box["height"] for box in map(box_of, page.query_selector_all(".steps button"))} == {28}, path


def box_of(element: Any) -> Any:
    return element.bounding_box()
