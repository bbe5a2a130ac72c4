"""The page's door: each request is checked, the password asked for, and every form bound to who loaded it."""

from __future__ import annotations

import hmac
import math
import re
import secrets
import time
from datetime import timedelta

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from postroom.console import guard
from postroom.console.frame import Problem
from postroom.console.login import LINK_LASTS, PASSWORD_LASTS, Login, same
from postroom.database import one_at_a_time
from postroom.runtime.audit import Audit

OWN_PATH = re.compile(r"/(?!/)[\w./@-]*")
OLD_FORM = "This form is older than the running process. Go back, reload the page, send it again."
DOORS = {400: "host", 401: "login", 403: "tunnel"}
QUIET = 60.0
"""Seconds from a refused press in the audit to the next of its kind: whoever is refused must not fill it."""


class FormTokens:
    """The token that every form of the page carries. It belongs to the process, the login, and where the caller is.

    So the form that asks for the password shows a stranger a token that is good for nothing else: not with a login,
    and not on this machine, which may need none.
    """

    def __init__(self, login: Login | None) -> None:
        self._secret = secrets.token_bytes(32)
        self._login = login

    def own(self) -> str:
        """Return the token of this request's caller."""
        cookie = self._login.cookie(request.environ) if self._login else ""
        caller = f"{guard.is_local(request.environ)} {cookie}"
        return hmac.new(self._secret, caller.encode(errors="replace"), "sha256").hexdigest()

    def is_given(self) -> bool:
        """Tell whether the form that was sent carries it."""
        return same(request.form.get("token", ""), self.own())


class Refusals:
    """Tells the audit of what was to change something and was refused: by which rule, never what it held."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self._told: dict[str, float] = {}

    def tell(self, rule: str) -> None:
        """Tell of this request, where it is none that only looks."""
        now = time.monotonic()
        if request.method in ("GET", "HEAD", "OPTIONS") or now - self._told.get(rule, -QUIET) < QUIET:
            return
        self._told[rule] = now
        with one_at_a_time(self._audit.database, "the audit") as connection:
            self._audit.append(connection, event="press", rule=rule, details={"to": request.endpoint or ""})


def keep_strangers_out(blueprint: Blueprint, login: Login | None, refusals: Refusals) -> None:
    """Check each request: the guard for the whole app, a token for every form of the page, strict headers."""
    tokens = FormTokens(login)

    @blueprint.before_app_request
    def refuse() -> Response | None:
        refused = guard.objection(request.environ, login)
        if refused is None:
            return None
        status, sentence = refused
        refusals.tell(DOORS[status])
        if login and status in (401, 403) and request.method == "GET" and guard.is_local(request.environ):
            cookie = login.redeem(request.args.get("token", ""))
            if cookie:
                return _let_in(login, cookie, LINK_LASTS, "/")
        if status == 401 and request.method == "GET":
            return _ask_for_password(tokens, 401)
        return Response(sentence, status, content_type="text/plain; charset=utf-8")

    @blueprint.before_request
    def check_token() -> None:
        if request.method == "POST" and request.endpoint != "console.sign_in" and not tokens.is_given():
            refusals.tell("form")
            raise Problem(400, OLD_FORM)

    @blueprint.context_processor
    def give_token() -> dict[str, str | bool]:
        return {"token": tokens.own(), "signed_in": bool(login and login.cookie(request.environ))}

    @blueprint.after_app_request
    def set_headers(response: Response) -> Response:
        response.headers.update(guard.headers(g.get("policy", guard.PAGE_POLICY)))
        return response

    if login is not None:
        _sign_in_and_out(blueprint, login, tokens, refusals)


def _sign_in_and_out(blueprint: Blueprint, login: Login, tokens: FormTokens, refusals: Refusals) -> None:
    @blueprint.post("/login")
    def sign_in() -> Response:
        if not tokens.is_given():
            return _ask_for_password(tokens, 400, OLD_FORM)
        got = login.sign_in(request.form.get("password", ""), elsewhere=not guard.is_local(request.environ))
        if isinstance(got, str):
            return _let_in(login, got, PASSWORD_LASTS, back_path())
        refusals.tell("password")
        if not got:
            return _ask_for_password(tokens, 401, "That is not the password.")
        waits = f"Wrong too often; the next password is looked at in {math.ceil(got)} s, until then none is."
        answer = _ask_for_password(tokens, 429, waits)
        answer.headers["Retry-After"] = str(math.ceil(got))
        return answer

    @blueprint.post("/logout")
    def sign_out() -> Response:
        login.sign_out(request.environ)
        answer = redirect("/", 303)
        answer.delete_cookie(login.cookie_name(request.environ), httponly=True, samesite="Strict")
        return answer


def _let_in(login: Login, cookie: str, lasts: timedelta, to: str) -> Response:
    answer = redirect(to, 303)
    secure = login.public.scheme == "https" and not guard.is_local(request.environ)
    name = login.cookie_name(request.environ)
    answer.set_cookie(name, cookie, max_age=lasts, httponly=True, samesite="Strict", secure=secure)
    return answer


def _ask_for_password(tokens: FormTokens, status: int, sentence: str = "") -> Response:
    back = request.full_path if request.method == "GET" else request.form.get("back", "")
    form = render_template("login.html", token=tokens.own(), sentence=sentence, back=back)
    answer = make_response(form, status)
    answer.headers.update(guard.headers(guard.PAGE_POLICY))
    return answer


def back_path(**answer: int | str) -> str:
    """Return the path that a form was on, never one of another site; `answer` goes into its query, what is "" out."""
    path, _, query = request.form.get("back", "").partition("?")
    if not OWN_PATH.fullmatch(path) or not query.isprintable():
        path, query = "/", ""
    kept = [part for part in query.split("&") if part and part.partition("=")[0] not in answer]
    query = "&".join([*kept, *(f"{name}={value}" for name, value in answer.items() if value != "")])
    return f"{path}?{query}" if query else path
