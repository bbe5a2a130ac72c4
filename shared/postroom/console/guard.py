"""Who may see the page: a browser on this machine. Through a tunnel only that answers which checks its caller."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

OPEN_PATHS = ("/webhooks/", "/healthz", "/u/")
"""What may be reached from outside: each of these checks a signature or tells nothing."""
FORWARDED = ("HTTP_X_FORWARDED_", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_CF_")
"""Headers that a tunnel or proxy adds, as WSGI names them; a mail client or browser never does."""
LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?", re.IGNORECASE)

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
"""For the HTML of a mail: it may look as it likes, and neither run, load nor send anything."""


def objection(environ: Mapping[str, Any], public: bool) -> tuple[int, str] | None:
    """Return the status and sentence to refuse a WSGI request with, or None.

    `public` says that POSTROOM_PUBLIC_URL is set. A server that strips forwarding headers blinds this check: waitress
    needs `clear_untrusted_proxy_headers=False`. The Host check defeats DNS rebinding, where a page of a
    stranger's site reaches this port under its own name.
    """
    path = environ.get("PATH_INFO", "")
    if any(path == name or (path.startswith(name) and name.endswith("/")) for name in OPEN_PATHS):
        return None
    forwarded = next((name for name in environ if name.startswith(FORWARDED)), None)
    if public or forwarded:
        seen = f"the request came through a proxy ({_header(forwarded)})" if forwarded else "POSTROOM_PUBLIC_URL is set"
        return 403, f"This page has no login yet, so it answers on this machine alone: {seen}. Open it on localhost.\n"
    host = LOOPBACK.fullmatch(environ.get("HTTP_HOST", ""))
    if host is None or (host[1] or "80") != str(environ.get("SERVER_PORT")):
        return 400, "This page answers at localhost and its own port only; the request asked for another host.\n"
    return None


def _header(name: str) -> str:
    return name.removeprefix("HTTP_").replace("_", "-").title()


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
