"""Attacks on the page: each ends with nothing changed, and a line in the audit where something was to be changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_agent.agent import agent
from flask import Flask
from flask.testing import FlaskClient

from agentmail_sandbox import Part
from postroom.brain.scripted import ScriptedBrain
from postroom.console import Login, console_blueprint, entrance
from postroom.runtime import approvals
from postroom.runtime.chain import entries

PASSWORD, URL = "correct horse battery", "https://post.example.com"
TUNNEL = {"X-Forwarded-For": "203.0.113.9", "Host": "post.example.com"}
REBOUND = {"Host": "rebound.example"}
FORMS = ("/switch", "/approvals", "/clock", "/dead-letters/replay", "/undo", "/mail")
STOP = {"scope": "all", "wish": "approve", "by": "1d", "run": "x"}


@pytest.fixture
def browser(console: Any) -> Callable[[], FlaskClient]:
    """Return a function that gives another browser without cookies, of one process that wants a login."""
    app = Flask("page")
    login = Login("token", password=PASSWORD, public_url=URL)
    app.register_blueprint(console_blueprint(console.runtime, console.sandbox, login=login))
    return app.test_client


def refused(console: Any) -> list[tuple[str, str]]:
    """Return what the audit holds of refused presses: which rule, and what was asked for."""
    with console.runtime.context.journal.database.connect() as connection:
        told = [entry for entry in entries(connection) if entry["event"] == "press"]
    return [(entry["rule"], entry["details"]["to"]) for entry in told]


def state(console: Any) -> tuple[Any, ...]:
    """Return what an attack could change: mail, labels, the switch, the clock, what waits."""
    journal, client = console.runtime.context.journal, console.sandbox.client()
    threads = client.inboxes.threads.list("desk@sandbox.test").threads
    labels = sorted((thread.thread_id, *sorted(thread.labels)) for thread in threads)
    ran = [(run["run_id"], run["status"]) for thread in threads for run in journal.runs_of_thread(thread.thread_id)]
    moved = round((console.runtime.clock.now() - datetime.now(UTC)) / timedelta(hours=1))
    return len(console.sandbox.outbox()), labels, sorted(ran), dict(journal.switched_off()), moved


def token_of(page: str) -> str:
    return re.findall(r'name="token" value="([^"]+)"', page)[0]


def sign_in(web: FlaskClient) -> str:
    """Log in from elsewhere; return the token of that login's forms."""
    asked = web.get("/dead-letters", headers=TUNNEL).text
    web.post("/login", data={"token": token_of(asked), "password": PASSWORD}, headers=TUNNEL)
    return token_of(web.get("/dead-letters", headers=TUNNEL).text)


def test_link_scanners_change_nothing_by_looking_at_every_address(console: Any) -> None:
    console.mail("LOUD WORDS")
    console.say("crash")
    console.mail("Colour")
    page = console.web.get("/approvals").text
    case, content = (re.findall(rf'name="{name}" value="([^"]+)"', page)[0] for name in ("case", "content"))
    pressed = {"token": token_of(page), "case": case, "content": content, **STOP, "to": "on", "from": "start"}
    before = state(console)
    for rule in console.app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        for method in ("GET", "HEAD", "OPTIONS"):
            with console.web.open(path, method=method, query_string=pressed) as answer:
                assert answer.status_code < 500
    console.settle()
    console.runtime.run_due()
    assert (state(console), refused(console)) == (before, [])


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    ("headers", "rule", "status"),
    [(REBOUND, "host", 400), ({"X-Forwarded-For": "203.0.113.9"}, "tunnel", 403), ({}, "form", 400)],
    ids=["rebound", "tunnel", "forged form"],
)
def test_a_press_that_is_none_of_this_pages_changes_nothing_and_is_in_the_audit(
    console: Any, path: str, headers: dict[str, str], rule: str, status: int
) -> None:
    console.mail("LOUD WORDS")
    before = state(console)
    good = {"token": "f" * 64 if rule == "form" else token_of(console.web.get("/dead-letters").text)}
    answer = console.web.post(path, data={**STOP, **good}, headers={"Origin": "https://evil.test", **headers})
    console.settle()
    assert answer.status_code == status
    assert [found for found, _ in refused(console)] == [rule]
    assert state(console) == before


@pytest.mark.parametrize("path", [*FORMS, "/logout"])
def test_a_form_of_another_login_changes_nothing(console: Any, browser: Callable[[], FlaskClient], path: str) -> None:
    theirs, mine = browser(), browser()
    token, own = sign_in(theirs), sign_in(mine)
    before = state(console)
    assert mine.post(path, data={"token": token, **STOP}, headers=TUNNEL).status_code == 400
    assert ([rule for rule, _ in refused(console)], state(console)) == (["form"], before)
    assert mine.post("/logout", data={"token": own}, headers=TUNNEL).status_code == 303
    assert mine.post(path, data={"token": own, **STOP}, headers=TUNNEL).status_code == 401


def test_who_sends_a_cookie_of_his_own_making_gets_another_by_logging_in(browser: Callable[[], FlaskClient]) -> None:
    web = browser()
    web.set_cookie("postroom-80", "planted", domain="post.example.com")
    sign_in(web)
    cookie = web.get_cookie("postroom-80", domain="post.example.com")
    assert cookie is None or cookie.value != "planted"
    planted = web.application.test_client(use_cookies=False)
    assert planted.get("/", headers={**TUNNEL, "Cookie": "postroom-80=planted"}).status_code == 401


def test_a_wrong_password_is_in_the_audit_and_neither_it_nor_an_address_is(
    console: Any, browser: Callable[[], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    web = browser()
    for _ in range(9):
        token = token_of(web.get("/", headers=TUNNEL).text)
        web.post("/login", data={"token": token, "password": "guessed-words"}, headers=TUNNEL)
    assert refused(console) == [("password", "console.sign_in")]  # once a minute: nobody fills it
    monkeypatch.setattr(entrance, "QUIET", 0.0)
    web.post("/switch", data={"token": "x"}, headers=TUNNEL)
    assert refused(console)[1:] == [("login", "console.switch")]
    with console.runtime.context.journal.database.connect() as connection:
        said = repr(list(entries(connection)))
    assert [word for word in ("guessed", "203.0.113", PASSWORD) if word in said] == []


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("PUT", "/switch", {}, 405), ("DELETE", "/", {}, 405), ("GET", "/nowhere", {}, 404), ("GET", "/", REBOUND, 400),
        ("GET", "/", {"Via": "1.1 tunnel"}, 403), ("GET", "/console/none.js", {}, 404), ("GET", "/?older=x", {}, 400),
    ],
)  # fmt: skip
def test_what_is_refused_has_the_strict_headers_too(
    console: Any, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = console.web.open(path, method=method, headers=headers)
    assert answer.status_code == status
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")


@pytest.mark.parametrize("back", ["/overview?a=1\r\nSet-Cookie: a=b", "/overview\r\nX: y", "/\x00", "/?\u2028"])
def test_where_a_form_was_cannot_smuggle_a_header(console: Any, back: str) -> None:
    answer = console.post("/switch", scope="all", to="on", back=back)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?resumed=1")
    assert "Set-Cookie" not in answer.headers


def test_the_name_of_a_file_is_shown_as_it_is_saved_and_turns_nothing_round(console: Any) -> None:
    thread = console.mail(attachments=[Part(b"MZ", "bill\u202egpj.exe", "application/octet-stream")])
    page = console.web.get(f"/threads/{thread}").text
    assert "download>bill_gpj.exe</a>" in page
    assert "\u202e" not in page


@pytest.fixture
def linked(run_agent: Callable[..., Any]) -> tuple[Any, Any, Callable[[], FlaskClient]]:
    """A desk whose page has a public address: runtime, sandbox, and what gives another browser without cookies."""
    brain, given = (
        ScriptedBrain(Say={"what": "answer", "body": "It is blue."}),
        {"public_url": URL, "password": PASSWORD},
    )
    runtime, sandbox = run_agent(agent, brain, humans="Bo <bo@example.com>", **given)
    app = Flask("page")
    login = Login("token", password=PASSWORD, public_url=URL)
    app.register_blueprint(console_blueprint(runtime, sandbox, login=login))
    return runtime, sandbox, app.test_client


def test_the_link_of_a_review_mail_opens_it_behind_the_login_and_approves_nothing_whoever_has_it(linked: Any) -> None:
    runtime, sandbox, browser = linked
    for subject in ("COLOUR", "SHAPE"):
        sandbox.post_mail("ana@example.com", "desk@sandbox.test", subject, text="What is it?")
    runtime.drain()
    (asked,) = [mail for mail in sandbox.outbox("bo@example.com") if "SHAPE" in mail.subject]
    (link,) = re.findall(rf"\({URL}(/approvals\?case=[0-9a-f]+)\)", asked.text)
    assert f'href="{URL}{link}"' in asked.html
    forwarded, own = browser(), browser()
    for method in ("GET", "HEAD", "POST"):
        answer = forwarded.open(f"{link}&wish=approve", method=method, headers=TUNNEL)
        assert (answer.status_code, "SHAPE" in answer.text) == (401, False)
    sign_in(own)
    page = own.get(link, headers=TUNNEL).text
    assert ("Re: SHAPE" in page, "Re: COLOUR" in page) == (True, False)
    assert own.get("/approvals", headers=TUNNEL).text.count("<article") == 2
    runtime.drain()
    runtime.run_due()
    assert (sandbox.outbox("ana@example.com"), len(approvals.waiting(runtime.context.journal))) == ([], 2)


def test_without_a_login_from_elsewhere_a_review_mail_has_no_link(console: Any) -> None:
    assert console.runtime.context.page == ""


def test_a_look_ahead_does_not_use_up_the_printed_link(console: Any) -> None:
    login, app = Login("token", public_url=URL), Flask("page")
    app.register_blueprint(console_blueprint(console.runtime, console.sandbox, login=login))
    link = f"/?token={login.code}"
    for method in ("HEAD", "OPTIONS", "POST"):
        assert app.test_client().open(link, method=method).status_code == 403
    assert app.test_client().get(link).status_code == 303
    assert app.test_client().get(link).status_code == 403
