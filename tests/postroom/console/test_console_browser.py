"""The page in a real browser: it keeps itself up to date, obeys its policy, works by keyboard and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from agentmail_sandbox import Part
from agentmail_sandbox.network import WebServer, bind, port_of
from postroom.console import Login, console_blueprint, routes
from postroom.runtime import approvals

pytestmark = pytest.mark.browser

ANA = "Ana Duarte <ana@example.com>"
HOSTILE = """
<script>parent.document.title = "taken"; fetch("/taken/script")</script>
<img src="/taken/picture.png" onerror="parent.document.title = 'taken'">
<svg onload="fetch('/taken/svg')"></svg>
<meta http-equiv="refresh" content="0;url=/taken/refresh">
<link rel="stylesheet" href="/taken/style.css">
<style>@import "/taken/import.css"; body { background: url(/taken/back.png) }</style>
<iframe src="/taken/frame"></iframe><object data="/taken/object"></object><base href="http://taken.test/">
<p>Hello from the mail</p>
"""


def test_every_page_loads_without_a_complaint_of_the_browser(console: Any, open_page: Any, base: str) -> None:
    console.say("escalate")
    thread = console.mail(text="plain", html="<p style='color:red'>formatted</p>")
    page = open_page("/", color_scheme="dark")
    for path in (
        "/overview",
        f"/threads/{thread}",
        "/approvals",
        "/agents/desk",
        "/compose",
        "/outside",
        "/dead-letters",
    ):
        page.goto(base + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    page.goto(f"{base}/threads/{thread}")
    page.click(".letter.in summary:has-text('As HTML')")
    page.frame_locator(".letter.in iframe").locator("p:has-text('formatted')").wait_for()
    assert page.complaints == []


def test_a_mail_written_here_gets_its_answer_on_the_open_page(console: Any, open_page: Any) -> None:
    page = open_page("/compose")
    page.fill("[name=subject]", "Colour of the door")
    page.fill("[name=text]", "What colour is it?")
    page.click("main button:has-text('Send')")
    page.wait_for_selector("h1:has-text('Colour of the door')")
    assert page.locator(".letter.out").count() == 0
    console.settle()
    page.wait_for_selector(".letter.out:has-text('It is blue.')")
    assert "answer" in page.inner_text(".story")
    assert page.complaints == []


def test_a_new_thread_appears_in_an_open_list(console: Any, open_page: Any) -> None:
    console.mail("First")
    page = open_page("/")
    console.mail("Second")
    page.wait_for_selector(".threads li:first-child:has-text('Second')")
    assert page.locator(".threads li").count() == 2


def test_what_is_typed_and_what_is_unfolded_outlives_an_update(console: Any, open_page: Any) -> None:
    thread = console.mail(html="<p>formatted</p>")
    page = open_page(f"/threads/{thread}")
    page.click(".letter.in summary:has-text('As HTML')")
    frame_was = page.evaluate("window.frameWas = document.querySelector('.letter.in iframe'); true")
    page.fill(".compose textarea", "half a sentence")
    page.evaluate("window.scrollTo(0, 120)")
    scrolled = page.evaluate("window.scrollY")
    console.mail("Re: Colour", "And now?", in_reply_to=console.sandbox.outbox()[0].message_id)
    page.wait_for_selector(".letter.in:has-text('And now?')")
    assert frame_was
    assert page.input_value(".compose textarea") == "half a sentence"
    assert page.evaluate("document.activeElement.name") == "text"
    assert page.evaluate("window.scrollY") == scrolled
    assert page.evaluate("document.querySelector('.letter.in details[id^=html]').open")
    assert page.evaluate("document.querySelector('.letter.in iframe') === window.frameWas")


@pytest.mark.parametrize("cleaned", [True, False], ids=["cleaned", "as if the cleaner had failed"])
def test_a_hostile_mail_runs_and_loads_nothing(
    console: Any, open_page: Any, monkeypatch: pytest.MonkeyPatch, cleaned: bool
) -> None:
    if not cleaned:
        monkeypatch.setattr(routes, "safe_html", lambda html: html)
    thread = console.mail("Hi", text=None, html=HOSTILE)
    page = open_page("/")
    loaded: list[str] = []
    page.on("response", lambda response: loaded.append(response.url))
    page.click(f"#to-{thread}")
    frame = page.frame_locator(".letter.in iframe").first
    frame.locator("p:has-text('Hello from the mail')").wait_for()
    console.mail("Another")
    page.wait_for_load_state("networkidle")
    assert any(url.endswith(f"/threads/{thread}") for url in loaded)
    assert [url for url in loaded if "taken" in url] == []
    assert page.title() == "Hi · Postroom"


def test_a_click_on_the_clock_closes_the_thread(console: Any, open_page: Any) -> None:
    page = open_page(f"/threads/{console.mail()}")
    page.click("text=+14d")
    page.wait_for_selector("#head .chip:has-text('closed')")
    assert "came due" in page.inner_text("header.side")


def test_a_stopped_process_is_told_on_the_open_page(open_page: Any) -> None:
    page = open_page("/")
    page.route("**/*", lambda route: route.abort())
    page.wait_for_selector("html.gone")
    page.unroute("**/*")
    page.wait_for_selector("html:not(.gone)")


def test_the_main_actions_are_reached_by_keyboard_alone(console: Any, open_page: Any) -> None:
    console.mail("Colour of the door")
    page = open_page("/")
    reached = []
    for _ in range(24):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText.trim()"))
        if "Colour of the door" in reached[-1]:
            break
    assert reached[0] == "Skip to content"
    assert {"Write a mail", "What left", "Dead letters", "+1h", "+14d", "Stop agents", "Write to desk"} <= set(reached)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Colour of the door')")


def test_the_states_of_a_flow_are_reached_by_keyboard_in_their_order(console: Any, open_page: Any) -> None:
    console.mail("Colour of the door")
    page = open_page("/agents/desk")
    page.focus("main .head .button")
    reached = []
    for _ in range(5):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
        assert page.evaluate("getComputedStyle(document.activeElement.querySelector('rect')).strokeWidth") == "2px"
    assert reached == [f"state-{state}" for state in ("new", "done", "chasing", "with-human", "closed")]
    page.focus("#state-done")
    page.keyboard.press("Enter")
    page.wait_for_selector(".threads li:has-text('Colour of the door')")


def test_an_open_overview_keeps_itself_up_to_date(console: Any, open_page: Any) -> None:
    page = open_page("/overview")
    console.mail("LOUD WORDS")
    page.evaluate("refresh()")
    page.wait_for_selector("#tiles:has-text('1 waits for approval')")
    assert page.complaints == []


def test_approvals_come_and_go_on_the_open_page_but_not_what_somebody_writes(console: Any, open_page: Any) -> None:
    console.mail("LOUD ONE")
    page = open_page("/approvals")
    page.fill("textarea", "It is red.")
    console.mail("LOUD TWO")
    page.wait_for_selector("article:nth-of-type(2)")
    journal = console.runtime.context.journal
    for row in approvals.waiting(journal):
        approvals.change(journal, row["token"], status="rejected")
        journal.update_run(row["run_id"], status="stale")
    page.wait_for_selector("article:only-of-type")
    assert page.input_value("textarea") == "It is red."
    assert page.complaints == []


def test_the_flow_of_an_open_page_counts_anew(console: Any, open_page: Any) -> None:
    page = open_page("/agents/desk")
    console.mail("Colour")
    page.wait_for_selector("#state-done[aria-label='done: 1 thread']")
    assert page.complaints == []


def test_a_file_of_a_mail_is_saved_under_its_name(console: Any, open_page: Any) -> None:
    page = open_page(f"/threads/{console.mail(attachments=[Part(b'<script>', 'bill.html', 'text/html')])}")
    with page.expect_download() as saving:
        page.click("text=bill.html")
    assert saving.value.suggested_filename == "bill.html"


def test_the_login_works_by_keyboard_and_an_open_page_asks_again_when_it_ends(console: Any, open_page: Any) -> None:
    login = Login("token", password="correct horse battery")
    app = Flask("page")
    app.register_blueprint(console_blueprint(console.runtime, console.sandbox, login=login))
    console.mail("Colour of the door")
    listener = bind("the page", "127.0.0.1", 0)
    server = WebServer(app, listener)
    try:
        page = open_page("/", viewport={"width": 360, "height": 780})
        page.set_extra_http_headers({"Via": "1.1 tunnel"})
        page.goto(f"http://127.0.0.1:{port_of(listener)}/?label=desk/done")
        page.wait_for_selector("input[type=password]:focus")
        page.keyboard.type("correct horse battery")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        page.keyboard.press("Enter")
        page.wait_for_selector(".threads li:has-text('Colour of the door')")
        assert page.url.endswith("/?label=desk/done")
        page.click("#stop summary")
        page.fill("#stop [name=reason]", "half a sentence")
        login._ends.clear()
        page.wait_for_selector("html.gone")
        assert page.input_value("#stop [name=reason]") == "half a sentence"
        page.fill("#stop [name=reason]", "")
        page.wait_for_selector("input[type=password]")
    finally:
        server.close()


def test_it_works_without_scripts(console: Any, open_page: Any) -> None:
    page = open_page("/compose", java_script_enabled=False)
    page.fill("[name=subject]", "Plain")
    page.fill("[name=text]", "What colour is it?")
    page.click("main button:has-text('Send')")
    console.settle()
    page.reload()
    page.wait_for_selector(".letter.out:has-text('It is blue.')")


def test_the_reply_stands_right_below_the_mail_however_long_the_story_beside_it(console: Any, open_page: Any) -> None:
    console.say("crash", body="x")
    page = open_page(f"/threads/{console.mail()}")
    mail, story, reply = (page.locator(at).bounding_box() for at in (".letter.in", ".story", ".reply"))
    assert story["height"] > mail["height"]
    assert reply["y"] - (mail["y"] + mail["height"]) < 24
    assert reply["x"] + reply["width"] < story["x"]


def test_a_long_field_of_a_decision_is_cut_with_an_ellipsis_and_opens_whole(console: Any, open_page: Any) -> None:
    console.say("answer", body="It is blue, and so is the next one. " * 20)
    page = open_page(f"/threads/{console.mail()}")
    field = page.locator(".clamp summary")
    cut = field.bounding_box()["height"]
    assert cut < 100
    field.click()
    assert field.bounding_box()["height"] > 2 * cut
