"""Who may see the page: a browser on this machine. Through a tunnel only that answers which checks its caller."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from werkzeug.http import parse_cookie

from agentmail_sandbox.network import LOOPBACK, forwarding_header

OPEN_PATHS = ("/webhooks/", "/healthz", "/u/")
"""What may be reached from outside: each of these checks a signature or tells nothing."""
WANTS_LOGIN = (
    "POSTROOM_PUBLIC_URL is set, so this page wants a login: open the link that `postroom run` printed at its start "
    "(it works once; a restart prints a new one). The commands work without: postroom threads, postroom pause.\n"
)

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
"""For the HTML of a mail: it may look as it likes, and neither run, load nor send anything."""


class Login:
    """Who may enter where a tunnel may lead to this port: whoever holds the operator's token or the page's cookie.

    The cookie comes from a link with `code`, which works once: an address stays in a browser's history.
    """

    def __init__(self, token: str) -> None:
        self.code = secrets.token_urlsafe(24)
        self.session = secrets.token_urlsafe(24)
        self._token = token

    def admits(self, environ: Mapping[str, Any]) -> bool:
        """Tell whether a WSGI request comes from one of them."""
        bearer = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        cookie = parse_cookie(environ.get("HTTP_COOKIE", "")).get(self.cookie_name(environ), "")
        return _same(bearer, self._token) or _same(cookie, self.session)

    def redeem(self, code: str) -> bool:
        """Take the link's code, the first time."""
        valid = _same(code, self.code)
        if valid:
            self.code = secrets.token_urlsafe(24)
        return valid

    @staticmethod
    def cookie_name(environ: Mapping[str, Any]) -> str:
        """Return the cookie's name: browsers do not tell the ports of a host apart."""
        return f"postroom-{environ.get('SERVER_PORT')}"


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())


def is_open(path: str) -> bool:
    """Tell whether a path answers anybody, from anywhere."""
    return any(path == name or (path.startswith(name) and name.endswith("/")) for name in OPEN_PATHS)


def objection(environ: Mapping[str, Any], login: Login | None) -> tuple[int, str] | None:
    """Return the status and sentence to refuse a WSGI request with, or None.

    `login` is given where POSTROOM_PUBLIC_URL is set. A server that strips forwarding headers blinds this check:
    waitress needs `clear_untrusted_proxy_headers=False`. The Host check defeats DNS rebinding, where a page of a
    stranger's site reaches this port under its own name.
    """
    if is_open(environ.get("PATH_INFO", "")):
        return None
    headers = (name[5:].replace("_", "-").title() for name in environ if name.startswith("HTTP_"))
    if forwarded := forwarding_header(headers):
        return 403, (
            "This page has no login yet for callers from elsewhere, so it answers on this machine alone: the request "
            f"came through a proxy ({forwarded}). Open it on localhost.\n"
        )
    host = LOOPBACK.fullmatch(environ.get("HTTP_HOST", ""))
    if host is None or (host[1] or "80") != str(environ.get("SERVER_PORT")):
        return 400, "This page answers at localhost and its own port only; the request asked for another host.\n"
    return (403, WANTS_LOGIN) if login is not None and not login.admits(environ) else None


def headers(policy: str) -> dict[str, str]:
    """Return the headers of every answer of the page."""
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
