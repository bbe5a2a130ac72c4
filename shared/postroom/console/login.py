"""Signing in: the password for callers from elsewhere, the printed link for this machine, and what guessing costs."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import structlog
from werkzeug.http import parse_cookie

log = structlog.get_logger(__name__)

LINK_LASTS = timedelta(days=30)
PASSWORD_LASTS = timedelta(hours=12)
"""How long a login holds at most: a restart ends it."""
FREE_TRIES = 5
LONGEST_WAIT = 60.0
"""Seconds after a wrong password until the next is looked at: half a million a year, of passwords of 12 characters."""
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass
class Tries:
    """Wrong passwords of all callers together: an address of one's own for each guess is cheap."""

    wrong: int = 0
    closed_until: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def miss(self, now: float) -> None:
        """Count a wrong one; from the fifth in a row on, each doubles the wait."""
        self.wrong += 1
        if self.wrong >= FREE_TRIES:
            self.closed_until = now + min(2.0 ** min(self.wrong - FREE_TRIES, 10), LONGEST_WAIT)


class Login:
    """Who may enter where a tunnel may lead to this port: whoever holds the operator's token or a cookie of the page.

    A cookie comes for the password, or from a link with `code`, which works once: an address stays in a browser's
    history. Without a password nobody comes in from elsewhere. `here` is whether this machine logs in, too: a tunnel
    may leave no trace of itself. `monotonic` gives seconds.
    """

    def __init__(
        self,
        token: str,
        *,
        password: str = "",
        public_url: str = "",
        here: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.code = secrets.token_urlsafe(24)
        self.password = password
        self.public = urlsplit(public_url)
        self.here = here
        self._token = token
        self._now = monotonic
        self._ends: dict[str, float] = {}
        self._tries = {True: Tries(), False: Tries()}

    def is_public(self, host: str) -> bool:
        """Tell whether a `Host` header names exactly what POSTROOM_PUBLIC_URL does."""
        own = self.public.netloc.rpartition("@")[2].lower().removesuffix(DEFAULT_PORTS.get(self.public.scheme, ""))
        return bool(own) and host.lower() == own

    def admits(self, environ: Mapping[str, Any], *, elsewhere: bool) -> bool:
        """Tell whether a WSGI request carries a login that holds; the operator's token is for this machine alone."""
        if not elsewhere and not self.here:
            return True
        bearer = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        ends = self._ends.get(_kept(self.cookie(environ)), 0.0)
        return self._now() < ends or (not elsewhere and same(bearer, self._token))

    def redeem(self, code: str) -> str | None:
        """Take the link's code, the first time; return the cookie of a new login."""
        if not same(code, self.code):
            return None
        self.code = secrets.token_urlsafe(24)
        return self._open(LINK_LASTS)

    def sign_in(self, password: str, *, elsewhere: bool) -> str | float:
        """Return the cookie of a new login for the right password, else the seconds to wait before the next try.

        Nothing is looked at before then. Callers from elsewhere never make this machine wait.
        """
        tries, now = self._tries[elsewhere], self._now()
        with tries.lock:
            if now < tries.closed_until:
                return tries.closed_until - now
            if not self.password or not same(password, self.password):
                tries.miss(now)
                log.warning("the page was given a wrong password", elsewhere=elsewhere, in_a_row=tries.wrong)
                return max(0.0, tries.closed_until - now)
            tries.wrong = 0
        return self._open(PASSWORD_LASTS)

    def sign_out(self, environ: Mapping[str, Any]) -> None:
        """End the login that a request carries."""
        self._ends.pop(_kept(self.cookie(environ)), None)

    def cookie(self, environ: Mapping[str, Any]) -> str:
        """Return the cookie of a request, "" without one."""
        return parse_cookie(environ.get("HTTP_COOKIE", "")).get(self.cookie_name(environ), "")

    @staticmethod
    def cookie_name(environ: Mapping[str, Any]) -> str:
        """Return the cookie's name: browsers do not tell the ports of a host apart."""
        return f"postroom-{environ.get('SERVER_PORT')}"

    def _open(self, lasts: timedelta) -> str:
        now, cookie = self._now(), secrets.token_urlsafe(24)
        for ended in [kept for kept, ends in list(self._ends.items()) if ends <= now]:
            self._ends.pop(ended, None)
        self._ends[_kept(cookie)] = now + lasts.total_seconds()
        return cookie


def same(given: str, wanted: str) -> bool:
    """Compare secrets in a time that tells nothing of them."""
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())


def _kept(cookie: str) -> str:
    """Return what is kept of a cookie: looked up by its hash, its beginning cannot be guessed by the time it takes."""
    return hashlib.sha256(cookie.encode(errors="replace")).hexdigest()
