"""The login of the page: who is asked for the password, what it opens, and how hopeless guessing it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from postroom.console import Login, console_blueprint, objection
from postroom.console.login import FREE_TRIES, LONGEST_WAIT

PASSWORD = "correct horse battery"
TUNNEL = {"X-Forwarded-For": "203.0.113.9", "Host": "post.example.com"}
PUBLIC = {"Host": "post.example.com"}
URL = "https://post.example.com"


class Seconds:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def browser(console: Any, seconds: Seconds) -> Callable[..., FlaskClient]:
    """Return a function that gives a browser without cookies, of a process of its own for each Login."""

    def make(login: Login | None = None, **given: str) -> FlaskClient:
        login = login or Login("token", password=PASSWORD, public_url=given.get("url", URL), monotonic=seconds)
        app = Flask("page")
        app.register_blueprint(console_blueprint(console.runtime, console.sandbox, login=login))
        return app.test_client()

    return make


def token_of(page: TestResponse) -> str:
    return re.findall(r'name="token" value="([^"]+)"', page.text)[0]


def bare(web: FlaskClient) -> FlaskClient:
    """Return a client of the same process that sends what cookies a test says, and keeps none."""
    return web.application.test_client(use_cookies=False)


def log_in(web: FlaskClient, password: str = PASSWORD, headers: dict[str, str] = TUNNEL, path: str = "/") -> Any:
    form = web.get(path, headers=headers)
    back = re.findall(r'name="back" value="([^"]*)"', form.text)[0]
    fields = {"token": token_of(form), "back": back, "password": password}
    return web.post("/login", data=fields, headers=headers)


@pytest.mark.parametrize(
    "headers", [TUNNEL, PUBLIC, {"X-Forwarded-For": "203.0.113.9"}], ids=["both", "host", "header"]
)
def test_who_comes_from_elsewhere_gives_the_password_and_sees_the_page_he_asked_for(
    console: Any, browser: Callable[..., FlaskClient], headers: dict[str, str]
) -> None:
    thread = console.mail("Colour of the door")
    web = browser()
    asked = web.get(f"/threads/{thread}?x=1", headers=headers)
    assert asked.status_code == 401
    assert 'type="password"' in asked.text
    let_in = log_in(web, headers=headers, path=f"/threads/{thread}?x=1")
    assert (let_in.status_code, let_in.headers["Location"]) == (303, f"/threads/{thread}?x=1")
    assert "Colour of the door" in web.get(let_in.headers["Location"], headers=headers).text


def test_the_form_that_asks_shows_nothing_of_the_page_and_keeps_its_policy(browser: Callable[..., FlaskClient]) -> None:
    web = browser()
    wrong_token = web.post("/login", data={"token": "x", "password": PASSWORD}, headers=TUNNEL)
    for answer in (web.get("/", headers=TUNNEL), web.get("/login", headers=TUNNEL), log_in(web, "wrong"), wrong_token):
        assert answer.status_code in (400, 401)
        assert "desk" not in answer.text
        assert "<script" not in answer.text
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert answer.headers["Cache-Control"] == "no-store"
    with web.get("/console/console.css", headers=TUNNEL) as style:
        assert style.status_code == 200
    assert web.get("/console/console.js", headers=TUNNEL).status_code == 401


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD[:-1], PASSWORD + "x", PASSWORD.upper()])
def test_a_wrong_password_opens_nothing(browser: Callable[..., FlaskClient], password: str) -> None:
    web = browser()
    answer = log_in(web, password)
    assert answer.status_code == 401
    assert "That is not the password" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert web.get("/", headers=TUNNEL).status_code == 401


@pytest.mark.parametrize(("url", "secure"), [(URL, True), ("http://post.example.com", False)])
def test_the_cookie_is_for_this_site_alone_and_ends(
    browser: Callable[..., FlaskClient], seconds: Seconds, url: str, secure: bool
) -> None:
    web = browser(url=url)
    cookie = log_in(web).headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Max-Age=43200", "Path=/"} <= set(cookie.split("; "))
    assert ("Secure" in cookie.split("; ")) is secure
    name, _, value = cookie.partition(";")[0].partition("=")
    held = {**TUNNEL, "Cookie": f"{name}={value}"}
    fresh = bare(web)
    seconds.now += 43_199
    assert fresh.get("/", headers=held).status_code == 200
    seconds.now += 2
    assert fresh.get("/", headers=held).status_code == 401


def test_a_cookie_of_another_process_or_none_of_ours_is_refused(browser: Callable[..., FlaskClient]) -> None:
    one, other = browser(), bare(browser())
    cookie = log_in(one).headers["Set-Cookie"].partition(";")[0]
    assert bare(one).get("/", headers={**TUNNEL, "Cookie": cookie}).status_code == 200
    assert other.get("/", headers={**TUNNEL, "Cookie": cookie}).status_code == 401
    assert other.get("/", headers={**TUNNEL, "Cookie": f"{cookie.partition('=')[0]}=guessed"}).status_code == 401


def test_logging_out_ends_the_login_for_whoever_has_the_cookie(browser: Callable[..., FlaskClient]) -> None:
    web = browser()
    cookie = log_in(web).headers["Set-Cookie"].partition(";")[0]
    held = {**PUBLIC, "Cookie": cookie}
    page = bare(web).get("/", headers=held)
    assert "Log out" in page.text
    assert web.post("/logout", data={"token": token_of(page)}, headers=PUBLIC).status_code == 303
    assert bare(web).get("/", headers=held).status_code == 401


def test_get_changes_nothing(browser: Callable[..., FlaskClient]) -> None:
    web = browser()
    login_by_get = web.get("/login", query_string={"password": PASSWORD}, headers=TUNNEL)
    assert login_by_get.status_code == 401
    assert "Set-Cookie" not in login_by_get.headers
    cookie = log_in(web).headers["Set-Cookie"].partition(";")[0]
    for path in ("/login", "/logout", "/switch", "/clock"):
        assert bare(web).get(path, headers={**PUBLIC, "Cookie": cookie}).status_code in (404, 405)
    assert bare(web).get("/", headers={**PUBLIC, "Cookie": cookie}).status_code == 200


def test_the_token_of_the_form_that_asks_is_good_for_no_other_form(
    console: Any, browser: Callable[..., FlaskClient]
) -> None:
    web = browser()
    seen_by_anybody = token_of(web.get("/", headers=TUNNEL))
    cookie = log_in(web).headers["Set-Cookie"].partition(";")[0]
    held = {**PUBLIC, "Cookie": cookie}
    web = bare(web)
    forged = web.post("/switch", data={"token": seen_by_anybody, "scope": "all"}, headers=held)
    assert forged.status_code == 400
    assert console.runtime.context.journal.switched_off() == {}
    own = token_of(web.get("/dead-letters", headers=held))
    assert web.post("/switch", data={"token": own, "scope": "all"}, headers=held).status_code == 303


def test_a_strangers_token_changes_nothing_on_this_machine_that_needs_no_login(
    console: Any, browser: Callable[..., FlaskClient]
) -> None:
    web = browser(Login("token", password=PASSWORD, public_url=URL, here=False))
    seen_by_anybody = token_of(web.get("/", headers=TUNNEL))
    assert web.get("/").status_code == 200
    forged = web.post("/switch", data={"token": seen_by_anybody, "scope": "all"})
    assert forged.status_code == 400
    assert console.runtime.context.journal.switched_off() == {}


@pytest.mark.parametrize("path", ["/mail", "/clock", "/switch", "/dead-letters/replay", "/logout"])
def test_nothing_is_changed_from_elsewhere_without_a_login(
    console: Any, browser: Callable[..., FlaskClient], path: str
) -> None:
    web = browser()
    token = token_of(web.get("/", headers=TUNNEL))
    assert web.post(path, data={"token": token, "scope": "all", "by": "1d"}, headers=TUNNEL).status_code == 401
    assert console.runtime.context.journal.switched_off() == {}


def test_wrong_passwords_of_all_callers_together_make_each_wait(
    browser: Callable[..., FlaskClient], seconds: Seconds
) -> None:
    web = browser()
    for number in range(FREE_TRIES):
        answer = log_in(web, "wrong", {**TUNNEL, "X-Forwarded-For": f"203.0.113.{number}"})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "1"
    assert log_in(web).status_code == 429
    seconds.now += 1
    assert log_in(web).status_code == 303


def test_guessing_comes_down_to_one_password_a_minute(seconds: Seconds) -> None:
    login = Login("token", password=PASSWORD, public_url=URL, monotonic=seconds)
    looked_at = 0
    for guess in range(10_000):
        before = login._tries[True].wrong
        login.sign_in(f"guess {guess}", elsewhere=True)
        looked_at += login._tries[True].wrong - before
        seconds.now += 1
    assert looked_at < 10_000 / LONGEST_WAIT + 2 * FREE_TRIES
    assert login.sign_in(PASSWORD, elsewhere=False) != 0


def test_whoever_guesses_elsewhere_does_not_lock_out_this_machine(browser: Callable[..., FlaskClient]) -> None:
    login = Login("token", password=PASSWORD, public_url=URL)
    web = browser(login)
    for _ in range(20):
        log_in(web, "wrong")
    assert log_in(web).status_code == 429
    assert log_in(web, headers={}).status_code == 303
    by_link = web.application.test_client()
    assert by_link.get(f"/?token={login.code}").status_code == 303
    assert by_link.get("/").status_code == 200


def test_the_printed_link_and_the_operators_token_are_for_this_machine_alone(
    browser: Callable[..., FlaskClient],
) -> None:
    login = Login("token", password=PASSWORD, public_url=URL)
    web = browser(login)
    assert web.get(f"/?token={login.code}", headers=TUNNEL).status_code == 401
    assert web.get("/", headers={**TUNNEL, "Authorization": "Bearer token"}).status_code == 401
    assert web.get("/", headers={"Authorization": "Bearer token"}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.test", "post.example.com.evil.test", "post.example.com:8443", "xpost.example.com"]
)
def test_any_other_host_is_refused_with_a_password_too(browser: Callable[..., FlaskClient], host: str) -> None:
    web = browser()
    for headers in ({"Host": host}, {**TUNNEL, "Host": host}):
        assert web.get("/", headers=headers).status_code == 400
        assert web.post("/login", data={"password": PASSWORD}, headers=headers).status_code == 400


@given(
    st.text(max_size=40).filter(
        lambda host: host.lower() not in ("post.example.com", "localhost", "127.0.0.1", "[::1]")
    )
)
def test_no_host_but_the_public_one_is_taken_for_it(host: str) -> None:
    login = Login("token", password=PASSWORD, public_url=URL)
    refused = objection({"PATH_INFO": "/", "HTTP_HOST": host, "SERVER_PORT": "8025"}, login)
    assert refused is not None
    assert refused[0] == 400


@pytest.mark.parametrize(
    "url", ["https://Post.Example.com", "https://post.example.com:443", "https://post.example.com/x"]
)
def test_the_public_host_is_known_however_its_address_is_written(browser: Callable[..., FlaskClient], url: str) -> None:
    assert browser(url=url).get("/", headers=TUNNEL).status_code == 401


@pytest.mark.parametrize("headers", [TUNNEL, PUBLIC])
def test_without_a_password_elsewhere_is_told_which_settings_to_make(
    browser: Callable[..., FlaskClient], headers: dict[str, str]
) -> None:
    web = browser(Login("token", public_url=URL))
    answer = web.get("/", headers=headers)
    assert answer.status_code == 403
    assert "set POSTROOM_PASSWORD, and POSTROOM_PUBLIC_URL" in answer.text
    assert web.post("/login", data={"password": ""}, headers=headers).status_code == 403


@pytest.mark.parametrize("back", ["//evil.test/", "https://evil.test/", "/\\evil.test"])
def test_the_login_never_leads_to_another_site(browser: Callable[..., FlaskClient], back: str) -> None:
    web = browser()
    token = token_of(web.get("/", headers=TUNNEL))
    answer = web.post("/login", data={"token": token, "password": PASSWORD, "back": back}, headers=TUNNEL)
    assert answer.headers["Location"] == "/"
